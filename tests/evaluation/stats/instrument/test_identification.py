import pytest

from evaluation.stats.data.declared import DeclaredCriterion
from evaluation.stats.data.measures import EqualPair, Measures
from evaluation.stats.instrument.identification import NOTHING, contrast_of, identification, identifies
from tests.evaluation.stats.builders import a_judgment, asked

NOTHING_KNOWN = Measures()


def found_in(rows, measures=NOTHING_KNOWN):
    return identification(rows, measures, votes=1, seed=7)


def test_a_trait_that_shows_is_told_from_the_replies():
    (found,) = found_in(asked(18, 2))["traits"]

    assert (found["system"], found["trait"], found["share"]["value"]) == ("pt", "extraversion", pytest.approx(0.9))
    # Exact: 2 x (1 + 20 + 190) / 2^20; one trait alone needs no correction.
    assert found["test"]["p"] == pytest.approx(422 / 2**20)
    assert found["test"]["p_holm"] == pytest.approx(422 / 2**20)


def test_asked_for_the_low_end_the_low_reply_is_right():
    (found,) = found_in(asked(9, 3, level="low"))["traits"]

    assert found["n"]["right"] == 9
    assert found["share"]["value"] == pytest.approx(0.75)


def test_ties_and_equal_replies_count_one_half():
    equal = tuple(
        EqualPair(f"talk-{number}", "pt[extraversion=high]", "pt[extraversion=low]", trait="extraversion")
        for number in range(4)
    )

    (found,) = found_in(asked(8, 2, ties=2), Measures(equal_pairs=equal))["traits"]

    # Eight right, three pairs of halves, of sixteen: (8 + 1 + 2) / 16.
    assert found["share"]["value"] == pytest.approx(11 / 16)
    assert found["n"]["automatic_ties"] == 4


def test_the_traits_of_a_system_are_corrected_together():
    rows = [row for trait in ("openness", "agreeableness", "neuroticism") for row in asked(10, 2, trait=trait)]

    found = found_in(rows)["traits"]

    # 2 x (1 + 12 + 66) / 2^12 of each, times three.
    assert [each["test"]["p_holm"] for each in found] == [pytest.approx(3 * 158 / 4096)] * 3


def test_the_same_pair_asked_about_another_trait_is_a_control():
    found = found_in([*asked(18, 2), *asked(10, 10, about="openness")])

    assert [each["asked"] for each in found["traits"]] == ["extraversion"]
    (control,) = found["another_trait"]
    assert (control["trait"], control["asked"], control["share"]["value"]) == ("extraversion", "openness", 0.5)
    assert (control["test"]["p"], control["test"]["p_holm"]) == (1.0, None)


def test_a_system_that_was_told_no_trait_is_a_control():
    rows = [*asked(18, 2), *asked(9, 11, system="p")]

    found = found_in(rows, Measures(told_no_trait=("p[extraversion=high]", "p[extraversion=low]")))

    assert [each["system"] for each in found["traits"]] == ["pt"]
    assert [(each["system"], each["share"]["value"]) for each in found["told_no_trait"]] == [("p", pytest.approx(0.45))]


def test_a_pair_of_two_systems_is_no_contrast():
    assert contrast_of("pt[extraversion=high]", "p[extraversion=low]") is None
    assert contrast_of("pt[extraversion=high]", "pt[openness=low]") is None
    assert contrast_of("pt", "p") is None
    assert contrast_of("pt[openness=low]", "pt[openness=high]").high == "pt[openness=high]"
    assert found_in([a_judgment()]) == {"value": None, "reason": NOTHING}


def test_only_a_criterion_that_says_so_identifies():
    assert identifies(DeclaredCriterion("which_is_outgoing", "Outgoing", "?", needs="contrast"))
    assert identifies(DeclaredCriterion("identification", "Identification", "?"))
    assert not identifies(DeclaredCriterion("trait_consistency", "Trait consistency", "?", needs="traits"))


def test_fewer_than_six_dialogues_are_not_tested():
    (found,) = found_in(asked(4, 1))["traits"]

    assert (found["share"]["value"], found["test"]["p"]) == (pytest.approx(0.8), None)
    assert "fewer than 6 clusters" in found["test"]["reason"]
