import numpy as np
import pytest

from evaluation.stats.inference.correlation import kendall, pearson

# Anscombe (1973), the first of the quartet: r = .816.
X = np.array([10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5], dtype=float)
Y = np.array([8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68])
EACH = np.arange(11)


def a_relation(n=80, *, seed=3):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return x, np.sign(x + rng.normal(size=n)), np.arange(n) // 2


def test_anscombes_first_set_has_his_correlation():
    found = pearson(X, Y, EACH, seed=7)

    assert round(found.value, 3) == 0.816
    assert found.low < found.value < found.high
    assert found.more == {"n": 11, "clusters": 11}


def test_kendall_counts_concordant_pairs():
    # Of 55 pairs of Anscombe's first set 45 are concordant and 10 discordant: 35 / 55.
    assert kendall(X, Y, EACH, seed=7).value == pytest.approx(35 / 55)


def test_the_interval_of_tau_is_that_of_resampled_clusters():
    from scipy.stats import kendalltau

    x, y, cluster = a_relation()

    found = kendall(x, y, cluster, seed=7)

    # The slow way: draw clusters, count anew.
    rng = np.random.default_rng(11)
    draws = []
    for _ in range(600):
        points = np.concatenate([np.flatnonzero(cluster == each) for each in rng.integers(40, size=40)])
        draws.append(kendalltau(x[points], y[points]).statistic)
    assert found.value == pytest.approx(kendalltau(x, y).statistic)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(draws, [0.025, 0.975])), abs=0.04)


def test_all_pairs_at_once_and_by_value_give_the_same_interval(monkeypatch):
    x, y, cluster = a_relation(400)

    by_value = kendall(x, y, cluster, seed=7)
    monkeypatch.setattr("evaluation.stats.inference.correlation.MOST_VALUES", 1)
    at_once = kendall(x, y, cluster, seed=7)

    assert at_once.value == by_value.value
    assert (at_once.low, at_once.high) == pytest.approx((by_value.low, by_value.high), abs=0.02)


def test_too_many_points_of_too_many_values_have_no_interval(monkeypatch):
    x, _, cluster = a_relation(400)
    monkeypatch.setattr("evaluation.stats.inference.correlation.MOST_AS_MATRIX", 100)

    found = kendall(x, x**2, cluster, seed=7)

    assert found.low is None
    assert found.reason.startswith("more than 3,000 points of more than 64 values")


def test_without_a_direction_turning_points_round_changes_nothing():
    x, y, cluster = a_relation()
    turned = np.where(np.arange(80) % 3 == 0, -1.0, 1.0)

    for correlation in (pearson, kendall):
        one = correlation(x, y, cluster, seed=7, centred=False)
        other = correlation(x * turned, y * turned, cluster, seed=7, centred=False)

        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


def test_what_cannot_be_correlated_says_why():
    nothing = np.zeros(0)

    assert pearson(nothing, nothing, nothing.astype(int), seed=7).reason == "fewer than three points to correlate"
    assert kendall(nothing, nothing, nothing.astype(int), seed=7).reason == "fewer than three points to correlate"
    assert pearson(X, np.ones(11), EACH, seed=7).reason == "one of the two never varies"
    assert pearson(X, Y, EACH // 3, seed=7).reason == "fewer than 6 clusters: no interval"
    assert pearson(X, 2 * X, EACH, seed=7).reason == "all points lie on one line: resampling gives no interval"
