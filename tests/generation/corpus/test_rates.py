"""Shares and means, and how sure they are."""

import random
from math import sqrt

import pytest

from generation.corpus.rates import Rate, Tally, ratio


def tally_of(*parts: tuple[float, float]) -> Tally:
    tally = Tally()
    for part in parts:
        tally.add(part)
    return tally


def test_a_ratio_knows_its_cases():
    assert ratio(1, 4) == Rate(0.25, 4)
    assert ratio(0, 0) == Rate(None, 0)


def test_the_interval_of_equal_clusters_is_that_of_a_mean():
    # Clusters of one case each are plain observations: 10 ones and 30 zeros, mean 1/4, standard error s / sqrt(40)
    # with s^2 = 40 / 39 * 1/4 * 3/4.
    rate = tally_of(*[(1, 1)] * 10, *[(0, 1)] * 30).rate

    reach = 1.959964 * sqrt(40 / 39 * 0.1875 / 40)
    assert (rate.value, rate.n) == (0.25, 40)
    assert (rate.low, rate.high) == (pytest.approx(0.25 - reach), pytest.approx(0.25 + reach))


def test_clusters_that_agree_within_widen_the_interval():
    alone = tally_of(*[(1, 1), (0, 1)] * 100).rate
    together = tally_of(*[(10, 10), (0, 10)] * 10).rate

    assert (alone.value, together.value) == (0.5, 0.5)
    assert together.high - together.low > 3 * (alone.high - alone.low)


def a_dialogues_part(rng: random.Random) -> tuple[float, float]:
    """From 5 to 15 cases under a leaning of the dialogue's own, 0.3 in the mean."""
    leaning, cases = rng.uniform(0, 0.6), rng.randint(5, 15)
    return sum(rng.random() < leaning for _ in range(cases)), cases


def test_nine_intervals_in_ten_and_more_hold_the_truth():
    rng = random.Random(7)
    held = 0
    for _ in range(300):
        rate = tally_of(*(a_dialogues_part(rng) for _ in range(60))).rate
        held += rate.low <= 0.3 <= rate.high

    assert 0.92 <= held / 300 <= 0.98


def test_there_is_no_interval_for_few_clusters_nor_for_what_never_varies():
    assert tally_of(*[(1, 2), (2, 2)] * 9).rate.low is None
    assert tally_of(*[(0, 5)] * 50).rate == Rate(0.0, 250)
    assert tally_of((0, 0)).rate == Rate(None, 0)


def test_a_count_has_no_interval_below_nothing():
    rare = tally_of((1, 10), *[(0, 10)] * 30).rate
    signed = tally_of((-1, 10), *[(0, 10)] * 30).rate

    assert (rare.low, signed.low < 0) == (0.0, True)


def test_the_interval_is_in_the_json_where_there_is_one():
    assert Rate(0.5, 4, 0.1, 0.9).as_json() == {"value": 0.5, "n": 4, "low": 0.1, "high": 0.9}
    assert Rate(0.5, 4).as_json() == {"value": 0.5, "n": 4}
    assert Rate(None, 0).as_json() == {"value": None, "n": 0, "reason": "nothing to measure"}
