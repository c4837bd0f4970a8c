import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.stats.inference.inversion import inverted_sign_flip
from evaluation.stats.inference.permutation import sign_flip
from evaluation.stats.inference.resampling import ClusterSums
from tests.evaluation.stats.builders import sums

CLUSTERS = st.lists(st.tuples(st.integers(-3, 3), st.just(3)), min_size=6, max_size=12)


def test_six_clusters_are_bounded_by_the_extreme_ones():
    # Of 2^6 flips only the observed one and its mirror lie beyond: p = 2/64, so the bounds are the outermost means.
    assert inverted_sign_flip(sums([3, 1, 2, 0, -1, 2], [3] * 6)) == pytest.approx((-1 / 3, 1.0))


def test_five_clusters_are_refused():
    with pytest.raises(ValueError, match="6 to 19 clusters, got 5"):
        inverted_sign_flip(sums([1] * 5, [3] * 5))


@settings(deadline=None)
@given(CLUSTERS)
def test_0_lies_outside_exactly_where_the_test_rejects(clusters):
    numerators, denominators = zip(*clusters, strict=True)

    low, high = inverted_sign_flip(sums(numerators, denominators))

    p = sign_flip(np.array(numerators), seed=7).p
    assert (low > 0 or high < 0) == (p <= 0.05)


@settings(deadline=None)
@given(CLUSTERS)
def test_swapping_the_systems_mirrors_the_interval(clusters):
    numerators, denominators = zip(*clusters, strict=True)

    low, high = inverted_sign_flip(sums(numerators, denominators))
    swapped = inverted_sign_flip(sums([-each for each in numerators], denominators))

    assert swapped == pytest.approx((-high, -low))


def test_two_domains_are_bounded_together():
    numerators = np.array([[3, 0], [1, 0], [2, 0], [0, 3], [0, -1], [0, 2], [0, 1]], dtype=float)
    both = ClusterSums(numerators, 3.0 * (numerators != 0), 21)

    low, high = inverted_sign_flip(both)

    assert low < both.value < high
