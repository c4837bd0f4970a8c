import numpy as np
import pytest

from evaluation.stats.inference.resampling import ClusterSums, bootstrap_t, percentile, resample, standard_error
from tests.evaluation.stats.builders import sums


def drawn_sums(clusters=400, votes=3, seed=3):
    rng = np.random.default_rng(seed)
    return sums(rng.integers(-votes, votes + 1, size=clusters), [votes] * clusters)


def test_the_error_is_that_of_a_ratio_of_sums():
    unequal = sums([3, -1, 2, 0, 1], [3, 3, 4, 2, 1])

    # By hand: G / (G - 1) sum (numerator - value x denominator)^2 / (sum of denominators)^2.
    value = 5 / 13
    squares = sum((top - value * bottom) ** 2 for top, bottom in ((3, 3), (-1, 3), (2, 4), (0, 2), (1, 1)))
    assert standard_error(unequal) == pytest.approx((5 / 4 * squares) ** 0.5 / 13)


def test_equal_clusters_have_the_error_of_their_means():
    equal = drawn_sums(clusters=50)

    means = equal.numerators[:, 0] / 3
    assert standard_error(equal) == pytest.approx(means.std(ddof=1) / 50**0.5)


def test_domains_that_share_no_cluster_add_their_variances():
    one, other = drawn_sums(40, seed=1), drawn_sums(60, seed=2)
    zeros = np.zeros((40, 1)), np.zeros((60, 1))
    both = ClusterSums(
        np.block([[one.numerators, zeros[0]], [zeros[1], other.numerators]]),
        np.block([[one.denominators, zeros[0]], [zeros[1], other.denominators]]),
        300,
    )

    expected = (standard_error(one) ** 2 + standard_error(other) ** 2) ** 0.5 / 2
    assert standard_error(both) == pytest.approx(expected)


def test_many_clusters_give_the_normal_interval():
    many = drawn_sums()

    low, high = bootstrap_t(many, resample(many, seed=7))

    # The central limit theorem: value -/+ 1.96 errors, and 2,000 resamples place a bound to about
    # sqrt(.025 x .975 / 2000) / phi(1.96) = .06 errors.
    error = standard_error(many)
    assert (low, high) == pytest.approx((many.value - 1.96 * error, many.value + 1.96 * error), abs=0.25 * error)


def test_both_intervals_are_of_the_same_statistic():
    many = drawn_sums()
    drawn = resample(many, seed=7)

    assert percentile(drawn) == pytest.approx(bootstrap_t(many, drawn), abs=0.01)


def test_clusters_that_span_domains_are_drawn_together():
    rng = np.random.default_rng(5)
    shared = rng.integers(-3, 4, size=(80, 1)).astype(float)
    # The same outcome in both domains: nothing is gained by the second.
    both = ClusterSums(np.hstack([shared, shared]), np.full((80, 2), 3.0), 480)
    one = ClusterSums(shared, np.full((80, 1), 3.0), 240)

    assert both.spanning
    assert standard_error(both) == pytest.approx(standard_error(one))


def test_the_same_seed_gives_the_same_resamples():
    one, other = (resample(drawn_sums(), seed=7) for _ in range(2))

    assert np.array_equal(one.estimates, other.estimates)


def test_swapping_the_systems_mirrors_every_resample():
    many = drawn_sums(clusters=25)

    one, other = resample(many, seed=7), resample(many.mirrored(), seed=7)

    assert np.array_equal(one.estimates, -other.estimates)


def test_the_order_of_the_clusters_does_not_matter():
    many = drawn_sums(clusters=25)
    order = np.random.default_rng(1).permutation(25)
    shuffled = ClusterSums(many.numerators[order], many.denominators[order], many.judgments)

    assert np.array_equal(resample(many, seed=7).estimates, resample(shuffled, seed=7).estimates)
