from dataclasses import replace

import pytest

from evaluation.stats.preferences.preference import effect, mean_of_context_means, preference
from tests.evaluation.stats.builders import a_study, judgments, outcomes

# Eight contexts of three judgments: 13 for the first, 5 ties, 6 for the second.
VOTES = [
    ("pt", "pt", "pt"),
    ("pt", "pt", "p"),
    ("pt", "tie", "pt"),
    ("pt", "tie", "p"),
    ("tie", "tie", "pt"),
    ("p", "p", "pt"),
    ("pt", "pt", "tie"),
    ("pt", "p", "p"),
]


def test_a_small_study_is_what_hands_can_count():
    found = preference(outcomes(judgments(VOTES)), seed=7)

    assert found.counts == {"first": 13, "tie": 5, "second": 6, "both_bad": 0, "cannot_judge": 0}
    assert found.contexts == {"first": 4, "tie": 2, "second": 2}
    assert found.sizes.as_json() == {"clusters": 8, "contexts": 8, "annotators": 3, "judgments": 24}
    assert found.net.primary.value == pytest.approx((13 - 6) / 24)
    assert found.win_rate.value == pytest.approx((13 + 2.5) / 24)
    assert found.without_ties.value == pytest.approx(13 / 19)
    assert found.wilson.value == pytest.approx(4 / 6)
    # Four contexts against two: 2 x (1 + 6 + 15) / 2^6.
    assert found.tests["sign"].p == pytest.approx(44 / 64)


def test_the_win_rate_and_net_preference_are_one_statistic():
    found = preference(outcomes(judgments(VOTES)), seed=7)

    assert found.win_rate.low == pytest.approx((1 + found.net.primary.low) / 2)
    assert found.win_rate.high == pytest.approx((1 + found.net.primary.high) / 2)


def test_over_all_domains_weigh_equally():
    rows = [*judgments([("pt",)] * 6, domain="small"), *judgments([("p", "p", "tie")] * 9, domain="large")]
    rows = [replace(row, context=f"{row.domain}/{row.context}") for row in rows]

    assert preference(outcomes(rows), seed=7).net.primary.value == pytest.approx((1.0 - 2 / 3) / 2)


def test_fewer_than_six_clusters_are_not_tested():
    found = preference(outcomes(judgments(VOTES[:5])), seed=7)

    assert {test.p for test in found.tests.values()} == {None}
    assert found.tests["permutation"].reason == "fewer than 6 clusters: nothing can be tested"


def test_all_ties_leave_nothing_to_win():
    found = preference(outcomes(judgments([("tie", "tie")] * 10)), seed=7)

    assert (found.net.primary.value, found.tests["permutation"].p) == (0.0, 1.0)
    assert (found.without_ties.value, found.without_ties.reason) == (None, "all are ties")
    assert (found.wilson.value, found.wilson.reason) == (None, "every context is a tie")


def test_everyone_agreeing_has_the_smallest_p_and_an_interval_with_width():
    found = preference(outcomes(judgments([("pt", "pt")] * 10)), seed=7)

    assert found.tests["permutation"].p == found.tests["permutation"].smallest_p == 2 / 2**10
    assert found.net.primary.value == 1.0
    assert found.net.primary.low < 1.0


def test_a_domain_where_nobody_could_judge_has_no_part_in_the_mean():
    rows = [*judgments([("pt", "p", "pt")] * 8, domain="a"), *judgments([("cannot_judge",)], domain="b")]

    found = preference(outcomes(rows), seed=7)

    assert found.net.primary.value == pytest.approx(1 / 3)
    assert found.counts["cannot_judge"] == 1


def test_an_automatic_tie_pulls_the_effect_to_0_and_changes_no_p():
    plain, tied = (
        preference(outcomes([replace(row, domain="a") for row in judgments(VOTES)], automatic=ties), seed=7)
        for ties in ({}, {"a": 2})
    )

    # Two more contexts of three ties each.
    assert tied.net.primary.value == pytest.approx(7 / 30)
    assert tied.tests["permutation"].p == plain.tests["permutation"].p
    assert tied.contexts["tie"] == plain.contexts["tie"] + 2
    assert tied.sizes.as_json()["automatic_ties"] == 2
    assert tied.counts == plain.counts


def test_contexts_can_weigh_equally_instead():
    found = outcomes(judgments([("pt", "pt", "pt", "pt"), ("p",)]))

    assert effect(found) == pytest.approx(3 / 5)
    assert mean_of_context_means(found) == pytest.approx(0.0)


def test_swapping_the_systems_negates_every_effect_and_keeps_every_p():
    rows = a_study()
    swapped = [replace(row, choice={"pt": "p", "p": "pt"}.get(row.choice, row.choice)) for row in rows]

    one, other = (preference(outcomes(each), seed=7) for each in (rows, swapped))

    for mine, theirs in ((one.net.primary, other.net.primary), (one.net.percentile, other.net.percentile)):
        assert (theirs.value, theirs.low, theirs.high) == pytest.approx((-mine.value, -mine.high, -mine.low))
    assert {name: test.p for name, test in other.tests.items()} == pytest.approx(
        {name: test.p for name, test in one.tests.items()}
    )
