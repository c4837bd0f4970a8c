from dataclasses import replace

import pytest

from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import Contrast, Hypothesis, Plan, Side, StudyInfo
from tests.evaluation.stats.builders import a_judgment, a_study, judgments

INFO = StudyInfo(systems=("pt", "p"))
DOMAINS = Contrast("naturalness", Side("pt", "p", "here"), Side("pt", "p", "there"))


def with_contrasts(*contrasts, hypotheses=(), **words):
    return replace(INFO, plan=Plan(declared=True, hypotheses=hypotheses, contrasts=contrasts, **words))


def twins(here, there, **words):
    """Votes on the same dialogues in two domains."""
    return [
        replace(row, context=f"{domain}/{row.context}", cluster=row.context)
        for domain, groups in (("here", here), ("there", there))
        for row in judgments(groups, domain=domain, **words)
    ]


def said(rows, info):
    return analyse(rows, info)["contrasts"]


def test_twins_in_two_domains_are_paired_and_their_differences_flipped():
    # Eight dialogues, each one win and a tie here, one loss and a tie there: every difference is +1.
    rows = twins([("pt", "tie")] * 8, [("p", "tie")] * 8)

    found = said(rows, with_contrasts(DOMAINS))[0]

    assert found["difference"]["value"] == pytest.approx(1.0)
    assert (found["side"]["net_preference"], found["minus"]["net_preference"]) == (0.5, -0.5)
    assert (found["clusters"], found["paired_clusters"]) == (8, 8)
    # All eight of one sign: 2 / 2^8.
    assert found["p"] == found["p_holm"] == pytest.approx(2 / 2**8)
    assert found["verdict"] == "larger"


def test_swapping_the_sides_or_the_systems_negates_the_difference():
    rows = a_study(contexts=30, domains=("here", "there"), chances=(0.6, 0.1, 0.3))
    turned = Contrast("naturalness", DOMAINS.minus, DOMAINS.side)
    mirrored = Contrast("naturalness", Side("p", "pt", "here"), Side("p", "pt", "there"))

    plain, *others = said(rows, with_contrasts(DOMAINS, turned, mirrored))

    for other in others:
        assert other["difference"]["value"] == pytest.approx(-plain["difference"]["value"])
        assert other["difference"]["low"] == pytest.approx(-plain["difference"]["high"])
        assert other["p"] == pytest.approx(plain["p"])


def test_different_dialogues_are_set_against_each_other_by_welchs_t():
    rows = [
        *judgments([("pt",)] * 9 + [("p",)] * 3, domain="here"),
        *[
            replace(row, context=f"other-{row.context}")
            for row in judgments([("pt",)] * 5 + [("p",)] * 5, domain="there")
        ],
    ]

    found = said(rows, with_contrasts(DOMAINS))[0]

    # Means .5 and 0; cluster-robust variances with G / (G - 1): 12/11 x 9/144 = .0682 (12 scores, sum of squares 9) and
    # 10/9 x 10/100 = .1111; df (.0682 + .1111)^2 / (.0682^2 / 11 + .1111^2 / 9) = 17.9; t = .5 / .4234 = 1.181.
    assert found["paired_clusters"] == 0
    assert found["method"] == "t over clusters, 17.9 degrees of freedom"
    assert found["p"] == pytest.approx(0.253, abs=5e-4)
    assert found["difference"]["low"] == pytest.approx(0.5 - 2.1018 * 0.4234, abs=1e-3)


def test_sizes_are_two_pairs_of_systems_on_the_same_contexts():
    rows = [
        a_judgment(choice, context=f"talk-{number}", annotator=annotator, first=first, second=second)
        for number in range(8)
        for annotator, first, second, choice in (
            ("ada", "pt-large", "p-large", "pt-large"),
            ("bo", "pt-small", "p-small", ("pt-small", "p-small")[number % 2]),
        )
    ]
    sizes = Contrast("naturalness", Side("pt-large", "p-large"), Side("pt-small", "p-small"))

    found = said(rows, replace(with_contrasts(sizes), systems=()))[0]

    # Differences 0 and 2 by turns, four each: the four that move are all positive, 2 / 2^4.
    assert found["difference"]["value"] == pytest.approx(1.0)
    assert (found["paired_clusters"], found["p"]) == (8, pytest.approx(2 / 2**4))


def test_traits_are_sides_of_one_domain():
    rows = [
        a_judgment(
            "pt" if number % 2 else "p", context=f"talk-{number}", trait=("openness", "extraversion")[number % 2]
        )
        for number in range(24)
    ]
    traits = Contrast("naturalness", Side("pt", "p", trait="extraversion"), Side("pt", "p", trait="openness"))

    found = said(rows, with_contrasts(traits))[0]

    assert found["difference"]["value"] == pytest.approx(2.0)
    assert found["reason"] == "no cluster differs from its side's mean: no test"


def test_declared_contrasts_are_corrected_in_the_family_and_others_stand_outside():
    rows = a_study(contexts=40, domains=("here", "there"))
    claim = Hypothesis("naturalness", "all", "pt", "p")

    declared = analyse(rows, with_contrasts(DOMAINS, hypotheses=(claim,)))
    default = analyse(rows, with_contrasts(hypotheses=(claim,)))

    contrast, hypothesis = declared["contrasts"][0], declared["hypotheses"][0]
    smaller, larger = sorted((contrast["p"], hypothesis["p"]))
    assert sorted((contrast["p_holm"], hypothesis["p_holm"])) == pytest.approx(
        [min(1, 2 * smaller), max(min(1, 2 * smaller), larger)]
    )
    assert default["hypotheses"][0]["p_holm"] == default["hypotheses"][0]["p"]
    assert [(each["declared"], each["p_holm"], each["verdict"]) for each in default["contrasts"]] == [
        (False, None, "inconclusive")
    ]


def test_for_annotators_in_general_it_is_two_way():
    rows = a_study(contexts=40, domains=("here", "there"), annotators=8)

    found = said(rows, with_contrasts(DOMAINS, annotators="population"))[0]

    assert found["test"] == "two_way"
    assert "two-way clustered by cluster and annotator, t with 7 degrees of freedom" in found["method"]


def test_a_side_that_nobody_judged_and_few_clusters_are_null_with_their_reason():
    nowhere = Contrast("naturalness", Side("pt", "p", "here"), Side("pt", "p", "nowhere"))

    empty = said(twins([("pt",)] * 8, [("p",)] * 8), with_contrasts(nowhere))[0]
    few = said(twins([("pt",)] * 3, [("p",)] * 3), with_contrasts(DOMAINS))[0]

    assert (empty["p"], empty["reason"]) == (None, "nothing was judged on the side pt over p in nowhere")
    assert (few["p"], few["reason"]) == (None, "fewer than 6 clusters on a side: no test")
