import pytest

from evaluation.reports.contrast_sentences import contrast_verdicts
from tests.evaluation.reports.builders import a_statistic, an_analysis

SIDE = {"better": "pt", "than": "p", "domain": "personachat", "trait": "", "level": "", "net_preference": 0.4}


def sentences(**fields):
    contrast = {
        "criterion": "naturalness",
        "side": SIDE,
        "minus": {**SIDE, "domain": "synthetic", "net_preference": 0.19},
        "difference": a_statistic(0.21, 0.05, 0.37),
        "p": 0.012,
        "p_holm": 0.024,
        "declared": True,
        "verdict": "larger",
        "signature": "stat:difference",
        **fields,
    }
    analysis = an_analysis(contrasts=[contrast])
    return [(said.text.replace("\u00a0", " "), said.signatures) for said in contrast_verdicts(analysis)]


def test_a_contrast_of_domains_is_said_with_its_uncertainty():
    assert sentences() == [
        (
            "On naturalness the net preference of pt over p in personachat and that in synthetic differ by +21 points "
            "(95 % interval +5 to +37; p = .024): the first is larger.",
            ("stat:difference",),
        )
    ]


def test_what_could_be_chance_is_not_called_a_difference_or_none():
    ((said, _),) = sentences(p_holm=0.3, verdict="inconclusive")

    assert said.endswith("differ by +21 points (95 % interval +5 to +37; p = .30), which could be chance.")


@pytest.mark.parametrize(
    ("side", "minus", "said"),
    [
        (
            {"better": "pt-large", "than": "p-large", "domain": "all"},
            {"better": "pt-small", "than": "p-small", "domain": "all"},
            "the net preference of pt-large over p-large and that of pt-small over p-small differ",
        ),
        (
            {"trait": "openness", "level": "high"},
            {"trait": "openness", "level": "low"},
            "the net preference of pt over p where high was asked about and that where low was asked about differ",
        ),
    ],
    ids=["sizes", "levels"],
)
def test_only_what_tells_the_sides_apart_is_named(side, minus, said):
    ((text, _),) = sentences(side={**SIDE, **side}, minus={**SIDE, **minus})

    assert said in text


def test_what_cannot_be_compared_says_why_and_what_nobody_declared_is_no_sentence():
    nothing = sentences(difference=a_statistic(None, reason="nothing was judged"), p=None, p_holm=None)

    assert nothing[0][0].endswith("and that in synthetic cannot be compared: nothing was judged.")
    assert sentences(declared=False) == []
