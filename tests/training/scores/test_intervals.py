"""Intervals and differences: clusters are resampled, whatever the number of rows in them."""

import math

import numpy as np
import pytest

from training.scores.intervals import Difference, Score, Sums, exponentials

TWENTY = [f"dialogue {number}" for number in range(20)]


def test_a_ratio_is_that_of_the_sums():
    # (1 + 2 + 6) / (1 + 1 + 4), not the mean of 1, 2 and 1.5.
    assert Sums.of_rows([(1, 1), (2, 1), (6, 4)], ["a", "b", "c"]).value == pytest.approx(1.5)


def test_rows_of_one_cluster_are_one_observation():
    many = Sums.mean([0.0, 1.0] * 50, [f"dialogue {number}" for number in range(100)]).score(seed=1)
    two = Sums.mean([0.0] * 50 + [1.0] * 50, ["one"] * 50 + ["other"] * 50).score(seed=1)

    # Two clusters of 0 and 1 are drawn as (0,0), (0,1), (1,0), (1,1): a quarter of the resamples lie at either end.
    assert (two.value, two.low, two.high) == (0.5, 0.0, 1.0)
    # A hundred coins: 0.5 +- 1.96 x 0.05.
    assert many.low == pytest.approx(0.402, abs=0.02)
    assert many.high == pytest.approx(0.598, abs=0.02)


def test_the_seed_decides_the_interval():
    roots = Sums.mean([number**0.5 for number in range(20)], TWENTY)

    assert roots.score(seed=1) == roots.score(seed=1)
    assert roots.score(seed=1) != roots.score(seed=2)


def test_a_perplexity_has_the_interval_of_its_exponent():
    values, clusters = [1.0, 2.0, 4.0], ["a", "b", "c"]
    plain = Sums.mean(values, clusters).score(seed=1)
    risen = Sums.of_rows([(value, 1) for value in values], clusters, exponentials).score(seed=1)

    assert (plain.value, plain.low, plain.high) != (None, None, None)
    assert [risen.value, risen.low, risen.high] == pytest.approx(
        [math.exp(each or 0) for each in (plain.value, plain.low, plain.high)]
    )


def test_what_is_undefined_says_why():
    assert Sums.mean([], []).score(seed=1) == Score(None, reason="nothing to measure")
    assert Sums.of_rows([(1, 0), (2, 0)], ["a", "b"]).score(seed=1) == Score(None, reason="nothing to measure")
    assert Sums.mean([1.0, 2.0], ["a", "a"]).score(seed=1) == Score(1.5, reason="one cluster: no interval")


def test_resamples_in_which_nothing_could_be_measured_say_nothing():
    # Of one dialogue nothing can be measured: a resample of it alone has no value.
    found = Sums.of_rows([(1, 2), (0, 0)], ["a", "b"]).score(seed=1)

    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)


def test_a_difference_is_paired_by_dialogue():
    # Dialogues differ widely, the systems always by one half.
    one = Sums.mean([float(number) for number in range(20)], TWENTY)
    other = Sums.mean([number - 0.5 for number in range(20)], TWENTY)

    found = one.minus(other, seed=1)

    assert (found.value, found.n) == (0.5, 20)
    assert (found.low, found.high) == pytest.approx((0.5, 0.5))
    assert found.p == pytest.approx(1 / 1001)


def test_more_resamples_make_p_finer_and_begin_with_the_same_ones():
    one, other = Sums.mean([1.0] * 20, TWENTY), Sums.mean([number / 40 for number in range(20)], TWENTY)

    few, many = one.minus(other, seed=1), one.minus(other, seed=1, resamples=2500)

    assert (few.p, many.p) == (1 / 1001, 1 / 2501)
    assert few.value == many.value
    assert many.low == pytest.approx(few.low, abs=0.01)
    assert list(one.resamples(TWENTY, seed=1)) == [1.0] * 1000


def test_only_dialogues_that_both_have_are_compared():
    one = Sums.mean([1.0, 1.0, 9.0], ["a", "b", "c"])
    other = Sums.mean([0.0, 0.0, 5.0], ["b", "a", "d"])

    assert (one.minus(other, seed=1).value, one.minus(other, seed=1).n) == (1.0, 2)
    assert one.minus(Sums.mean([1.0], ["z"]), seed=1) == Difference(None, reason="no dialogue in common")


def test_swapping_the_systems_negates_the_difference_and_keeps_p():
    rng = np.random.default_rng(1)
    one, other = (Sums.mean(list(rng.normal(size=20)), TWENTY) for _ in range(2))

    found, swapped = one.minus(other, seed=1), other.minus(one, seed=1)

    assert found.value == pytest.approx(-(swapped.value or 0))
    assert (found.low, found.high) == pytest.approx((-(swapped.high or 0), -(swapped.low or 0)))
    assert found.p == swapped.p


def test_equal_systems_are_told_apart_in_about_one_of_twenty_cases():
    rng = np.random.default_rng(7)
    forty = [f"dialogue {number}" for number in range(40)]
    told_apart = 0
    for trial in range(200):
        one, other = (Sums.mean(list(rng.normal(size=40)), forty) for _ in range(2))
        told_apart += (one.minus(other, seed=trial).p or 1) <= 0.05

    # Binomial with 200 and .05: 10 +- 3.1; the bootstrap of 40 clusters is a little generous.
    assert 3 <= told_apart <= 20


def test_intervals_of_ratios_cover_the_truth_about_as_often_as_they_say():
    # Dialogues of 1 to 8 replies, each reply right with a chance that is its dialogue's own, 0.3 on average: what is
    # alike within a dialogue would make intervals over single replies cover far too seldom.
    rng = np.random.default_rng(7)
    covered = alone = 0
    for trial in range(200):
        sizes, chances = rng.integers(1, 9, size=60), rng.choice([0.0, 0.6], size=60)
        rows = [(float(rng.random() < chances[number]), number) for number in range(60) for _ in range(sizes[number])]
        values = [value for value, _ in rows]
        found = Sums.mean(values, [str(number) for _, number in rows]).score(seed=trial)
        naive = Sums.mean(values, [str(place) for place in range(len(rows))]).score(seed=trial)
        covered += (found.low or 0.0) <= 0.3 <= (found.high or 0.0)
        alone += (naive.low or 0.0) <= 0.3 <= (naive.high or 0.0)

    # Binomial with 200 and .95: 190 +- 3.1; percentile intervals over 60 clusters are a little short.
    assert 180 <= covered <= 200
    assert alone <= 170


def test_what_has_no_dialogue_in_common_is_resampled_apart():
    home, away = Sums.mean([0.4] * 5, TWENTY[:5]), Sums.mean([0.1] * 5, TWENTY[5:10])

    assert home.against(away, seed=1).value == pytest.approx(0.3)
    assert home.against(away, seed=1, as_ratio=True).value == pytest.approx(0.25)
    assert home.against(Sums.mean([], []), seed=1).reason == "nothing to measure"


def test_no_infinite_number_gets_into_json():
    assert Score(math.inf, 1.0, math.inf).as_json() == {"value": None, "low": 1.0, "high": None}
    assert Score(None, reason="nothing to measure").as_json() == {
        "value": None,
        "low": None,
        "high": None,
        "reason": "nothing to measure",
    }
