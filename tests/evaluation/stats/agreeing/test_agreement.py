from dataclasses import replace

import krippendorff
import numpy as np
import pytest

from evaluation.stats.agreeing.agreement import agreement
from evaluation.stats.agreeing.coefficients import (
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent,
    sums_of,
)
from evaluation.stats.agreeing.judged import Judged, comparable
from evaluation.stats.data.declared import DeclaredCriterion
from tests.evaluation.stats.builders import a_judgment, a_rating, judgments

NATURALNESS = DeclaredCriterion("naturalness", "Naturalness", "?")
LEVELS = ("nominal", "ordinal", "interval", "ratio")

# Krippendorff (2011), "Computing Krippendorff's alpha-reliability", section C: four observers, twelve units.
OBSERVERS = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")

# Fleiss (1971), table 1: thirty patients and the diagnoses, numbered 1 to 5, that six psychiatrists gave each.
DIAGNOSES = """
    444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445
    333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444 133333 555555
"""


def judged_of(rows, *, categories="12345"):
    """Units as columns of the rows, one row for each annotator; a dot is no judgment."""
    there = [
        (unit, annotator, categories.index(mark))
        for annotator, row in enumerate(rows)
        for unit, mark in enumerate(row)
        if mark != "."
    ]
    unit, annotator, code = (np.array(each) for each in zip(*there, strict=True))
    values = tuple(float(mark) for mark in categories)
    return Judged(unit, annotator, code, tuple(categories), code, values, np.arange(len(rows[0])))


def counts_of(units, *, categories="12345"):
    return np.array([[unit.count(mark) for mark in categories] for unit in units])


def once(counts):
    """The sums over all units as the one row that the coefficients take."""
    return sums_of(counts).weighted(np.ones((1, len(counts))))


def values_of(found):
    return {name: estimate.value for name, estimate in found.coefficients.items()}


def test_the_published_example_gives_the_published_alphas():
    found = values_of(agreement(judged_of(OBSERVERS), levels=LEVELS, seed=7))

    published = {"alpha_nominal": 0.743, "alpha_ordinal": 0.815, "alpha_interval": 0.849, "alpha_ratio": 0.797}
    assert {name: round(found[name], 3) for name in published} == published


def test_the_published_example_gives_gwets_ac1_of_other_tools():
    found = values_of(agreement(judged_of(OBSERVERS), levels=LEVELS, seed=7))

    # The R package irrCAC documents .77544 and a percent agreement of .81818 for this very table (cac.raw4raters).
    assert (round(found["gwet_ac1"], 5), round(found["percent"], 5)) == (0.77544, 0.81818)


def test_the_published_example_gives_ac2_of_another_tool():
    found = values_of(agreement(judged_of(OBSERVERS), levels=LEVELS, seed=7))

    # irrCAC (Python), CAC(raw_4raters(), weights="quadratic").gwet() on this very table: .914.
    assert round(found["gwet_ac2"], 5) == 0.91400


def test_weights_follow_the_numbers_of_a_scale_and_not_their_places():
    found = values_of(agreement(judged_of(("1121222", "1212221"), categories="129"), levels=LEVELS, seed=7))

    # Six ones and eight twos; four of seven units differ, by 1 of the scale's 8, which costs 1 / 64.
    observed = 1 - 4 / 7 / 64
    sum_of_weights = 3 + 2 * (1 - 1 / 64) + 2 * (1 - 49 / 64) + 0
    chance = sum_of_weights * (2 * 6 / 14 * 8 / 14) / (3 * 2)
    assert found["gwet_ac2"] == pytest.approx((observed - chance) / (1 - chance))


def test_without_ties_the_scale_has_no_tie_either():
    votes = [("pt", "pt", "tie"), ("p", "p", "p"), ("pt", "p", "tie"), ("tie", "tie", "p"), ("p", "p", "pt")] * 2
    decided = [tuple(vote for vote in each if vote != "tie") for each in votes]
    offered, not_offered = (replace(NATURALNESS, options=options) for options in (("tie",), ()))

    found = agreement(
        comparable(judgments(votes), offered, systems=("pt", "p")).judged, levels=("nominal", "ordinal"), seed=7
    )
    alone = agreement(
        comparable(judgments(decided), not_offered, systems=("pt", "p")).judged, levels=("nominal", "ordinal"), seed=7
    )

    # With ties struck out it is as if nobody had been offered one: chance agreement knows two answers, not three.
    assert found.without_ties == alone.coefficients
    assert found.without_ties["gwet_ac1"].value != found.coefficients["gwet_ac1"].value


def test_the_diagnoses_give_fleiss_kappa():
    # Fleiss (1971) prints .430; the R package irr .4302445.
    assert fleiss_kappa(once(counts_of(DIAGNOSES.split())))[0] == pytest.approx(0.4302445, abs=5e-8)


def test_cohens_example_gives_his_kappa():
    # Cohen (1960), table 1, as counts of 200: observed .70, by chance .41, kappa .492.
    table = np.array([[[88, 14, 18], [10, 40, 10], [2, 6, 12]]], dtype=float)

    assert round(float(cohen_kappa(table)[0]), 3) == 0.492


def test_ac1_does_not_fall_where_nearly_all_is_one_category():
    # Gwet (2008), table 1: 118 twice yes, 5 and 2 split, none twice no: AC1 .9408, while kappa is -.0234.
    counts = np.array([[2, 0]] * 118 + [[1, 1]] * 7)
    table = np.array([[[118, 5], [2, 0]]], dtype=float)

    assert round(float(gwet_ac1(once(counts))[0]), 4) == 0.9408
    assert round(float(cohen_kappa(table)[0]), 4) == -0.0234


@pytest.mark.parametrize("level", LEVELS)
def test_our_alpha_is_the_packages(level):
    rng = np.random.default_rng(4)
    for _ in range(50):
        counts = rng.integers(0, 4, size=(int(rng.integers(3, 30)), 5))
        values = np.sort(rng.choice(20, size=5, replace=False)).astype(float)

        ours = krippendorff_alpha(once(counts), level, values)[0]
        theirs = krippendorff.alpha(value_counts=counts, value_domain=values, level_of_measurement=level)

        assert ours == pytest.approx(theirs, abs=1e-12)


def test_weighting_patterns_is_repeating_units():
    counts = np.array([[2, 1, 0], [0, 3, 0], [1, 1, 1]])
    weights = np.array([[3.0, 0, 2]])

    weighted = sums_of(counts).weighted(weights)
    repeated = once(np.repeat(counts, [3, 0, 2], axis=0))

    for coefficient in (percent, fleiss_kappa, gwet_ac1):
        assert coefficient(weighted) == pytest.approx(coefficient(repeated))


def test_the_interval_is_that_of_resampled_clusters():
    rng = np.random.default_rng(2)
    votes = [[("pt", "p", "tie")[rng.integers(3)] if rng.random() < 0.4 else "pt" for _ in range(3)] for _ in range(60)]
    judged = comparable(judgments(votes), NATURALNESS, systems=("pt", "p")).judged

    found = agreement(judged, levels=("nominal", "ordinal"), seed=7).coefficients["alpha_nominal"]

    # The slow way: draw units, ask the package, a thousand times.
    counts = judged.counts()
    draws = [
        krippendorff.alpha(value_counts=counts[rng.integers(60, size=60)], level_of_measurement="nominal")
        for _ in range(1000)
    ]
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(draws, [0.025, 0.975])), abs=0.04)


def test_contexts_of_one_dialogue_are_drawn_together():
    votes = [("pt", "pt", "p"), ("p", "p", "p"), ("pt", "tie", "pt"), ("tie", "p", "p")] * 8
    apart = comparable(judgments(votes), NATURALNESS, systems=("pt", "p")).judged
    # Eight dialogues of four contexts, each dialogue with the same four: nothing varies between them.
    together = replace(apart, cluster=np.arange(32) // 4)

    single = agreement(apart, levels=("nominal",), seed=7).coefficients["percent"]
    grouped = agreement(together, levels=("nominal",), seed=7).coefficients["percent"]

    assert grouped.high - grouped.low == pytest.approx(0.0)
    assert single.high - single.low > 0.1


def test_agreement_that_cannot_be_had_says_why():
    cases = {
        "no unit has two judgments": [("pt",), ("p",)],
        "all judgments that can be compared are the same: there is no chance agreement to set them against": [
            ("pt", "pt"),
            ("pt", "pt"),
        ],
    }
    for reason, votes in cases.items():
        judged = comparable(judgments(votes), NATURALNESS, systems=("pt", "p")).judged

        found = agreement(judged, levels=("nominal", "ordinal"), seed=7).coefficients["alpha_nominal"]

        assert (found.value, found.reason) == (None, reason)


def test_a_scale_of_preferences_has_no_interval_alpha():
    judged = comparable(judgments([("pt", "p")] * 8), NATURALNESS, systems=("pt", "p")).judged

    found = agreement(judged, levels=("nominal", "ordinal"), seed=7).coefficients

    assert (found["alpha_interval"].value, found["alpha_ratio"].value) == (None, None)
    assert found["alpha_ratio"].reason == "means nothing on this scale, which is ordinal"


def test_fleiss_needs_as_many_judgments_of_every_unit():
    judged = comparable(judgments([("pt", "p"), ("pt", "p", "p")]), NATURALNESS, systems=("pt", "p")).judged

    assert agreement(judged, levels=("nominal",), seed=7).coefficients["fleiss_kappa"].reason == (
        "units have different numbers of judgments"
    )


def test_both_bad_is_a_category_of_its_own_and_has_no_place_in_the_order():
    criterion = replace(NATURALNESS, options=("tie", "both_bad"))
    compared = comparable(judgments([("pt", "both_bad", "cannot_judge")]), criterion, systems=("pt", "p"))

    assert compared.judged.names == ("first", "tie", "second", "both_bad")
    assert compared.judged.counts().tolist() == [[1, 0, 0, 1]]
    assert compared.judged.counts(ordered=True).tolist() == [[0, 0, 1]]


def test_strength_makes_five_steps_of_the_order_alone():
    criterion = replace(NATURALNESS, scale="preference5")
    rows = [a_judgment("pt", strength=2, annotator="ada"), a_judgment("p", strength=1, annotator="bo")]

    judged = comparable(rows, criterion, systems=("pt", "p")).judged

    assert judged.counts().tolist() == [[1, 0, 1]]
    assert judged.counts(ordered=True).tolist() == [[0, 1, 0, 0, 1]]


def test_with_many_systems_the_naming_does_not_matter():
    rng = np.random.default_rng(9)
    rows = [
        a_judgment(
            str(rng.choice([*pair, "tie"], p=(0.5, 0.3, 0.2))),
            context=f"prompt-{prompt}",
            annotator=f"annotator-{annotator}",
            first=pair[0],
            second=pair[1],
        )
        for prompt in range(12)
        for pair in (("a", "b"), ("b", "c"), ("a", "c"))
        for annotator in range(3)
    ]
    named = [agreement(comparable(rows, NATURALNESS, systems=order).judged, levels=("nominal", "ordinal"), seed=7)
             for order in (("a", "b", "c"), ("c", "a", "b"))]  # fmt: skip

    for name, estimate in named[0].coefficients.items():
        other = named[1].coefficients[name]
        for bound in ("value", "low", "high"):
            assert getattr(other, bound) == pytest.approx(getattr(estimate, bound), nan_ok=False), name


def test_an_annotator_twice_raises_agreement():
    votes = [("pt", "p"), ("pt", "pt"), ("p", "tie"), ("tie", "tie"), ("p", "pt"), ("pt", "p"), ("p", "p")]
    doubled = [(one, other, other) for one, other in votes]

    one, other = (
        agreement(comparable(judgments(each), NATURALNESS, systems=("pt", "p")).judged, levels=("nominal",), seed=7)
        for each in (votes, doubled)
    )

    for name in ("percent", "alpha_nominal", "gwet_ac1", "cohen_kappa_mean"):
        assert other.coefficients[name].value > one.coefficients[name].value


def test_cohen_is_the_mean_over_pairs_that_share_two_units():
    # Ada and Bo share four units (kappa .5 by hand: observed 3/4, chance 1/2); Cy shares one with each.
    rows = [
        a_judgment(choice, context=f"talk-{context}", annotator=annotator)
        for annotator, choices in (("ada", ("pt", "pt", "p", "p")), ("bo", ("pt", "pt", "p", "pt")), ("cy", ("pt",)))
        for context, choice in enumerate(choices)
    ]

    found = agreement(comparable(rows, NATURALNESS, systems=("pt", "p")).judged, levels=("nominal",), seed=7)

    kappa = found.coefficients["cohen_kappa_mean"]
    assert (kappa.value, kappa.more["pairs"]) == (pytest.approx(0.5), 1)


def test_ratings_have_alpha_at_every_level():
    criterion = DeclaredCriterion("coherence", "Coherence", "?", scale="rating", options=(), low=1, high=5)
    rows = [
        a_rating(str(1 + (context + annotator // 2) % 5), context=f"talk-{context}", annotator=f"annotator-{annotator}")
        for context in range(8)
        for annotator in range(3)
    ]

    compared = comparable(rows, criterion, systems=())

    assert compared.levels == LEVELS
    assert compared.judged.values == (1.0, 2.0, 3.0, 4.0, 5.0)
    assert all(
        estimate.value is not None
        for name, estimate in agreement(compared.judged, levels=compared.levels, seed=7).coefficients.items()
    )
