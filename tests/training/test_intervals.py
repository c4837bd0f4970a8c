"""Intervals: clusters are resampled, whatever the number of rows in them."""

import math

import pytest

from training.intervals import Score, mean, ratio


def test_a_ratio_is_that_of_the_sums():
    # (1 + 2 + 6) / (1 + 1 + 4), not the mean of 1, 2 and 1.5.
    assert ratio([1, 2, 6], [1, 1, 4], ["a", "b", "c"], seed=1).value == pytest.approx(1.5)


def test_rows_of_one_cluster_are_one_observation():
    many = mean([0.0, 1.0] * 50, [f"dialogue {number}" for number in range(100)], seed=1)
    two = mean([0.0] * 50 + [1.0] * 50, ["one"] * 50 + ["other"] * 50, seed=1)

    # Two clusters of 0 and 1 are drawn as (0,0), (0,1), (1,0), (1,1): a quarter of the resamples lie at either end.
    assert (two.value, two.low, two.high) == (0.5, 0.0, 1.0)
    # A hundred coins: 0.5 +- 1.96 x 0.05.
    assert many.low == pytest.approx(0.402, abs=0.02)
    assert many.high == pytest.approx(0.598, abs=0.02)


def test_the_seed_decides_the_interval():
    values, clusters = [number**0.5 for number in range(20)], [f"dialogue {number}" for number in range(20)]

    assert mean(values, clusters, seed=1) == mean(values, clusters, seed=1)
    assert mean(values, clusters, seed=1) != mean(values, clusters, seed=2)


def test_a_transformed_ratio_has_a_transformed_interval():
    plain = mean([1.0, 2.0, 4.0], ["a", "b", "c"], seed=1)
    risen = ratio([1.0, 2.0, 4.0], [1, 1, 1], ["a", "b", "c"], seed=1, transform=math.exp)

    assert (plain.value, plain.low, plain.high) != (None, None, None)
    assert [risen.value, risen.low, risen.high] == [
        math.exp(each or 0) for each in (plain.value, plain.low, plain.high)
    ]


def test_what_is_undefined_says_why():
    assert mean([], [], seed=1) == Score(None, reason="nothing to measure")
    assert mean([1.0, 2.0], ["a", "a"], seed=1) == Score(1.5, reason="one cluster: no interval")


def test_no_infinite_number_gets_into_json():
    assert Score(math.inf, 1.0, math.inf).as_json() == {"value": None, "low": 1.0, "high": None}
    assert Score(None, reason="nothing to measure").as_json() == {
        "value": None,
        "low": None,
        "high": None,
        "reason": "nothing to measure",
    }
