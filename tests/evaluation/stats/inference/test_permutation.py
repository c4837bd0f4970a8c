from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.stats.inference.permutation import Flipped, sign_flip, whole_scores, within_margin

# Darwin's cross- and self-fertilised plants, differences in eighths of an inch, as Fisher (1935) tests them.
DARWIN = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48])
SCORES = st.lists(st.integers(-9, 9), min_size=1, max_size=9).map(np.array)


def by_brute_force(scores, *, alternative="two-sided"):
    """The share of all sign flips whose sum is at least as extreme."""
    flipped = np.array([np.dot(signs, scores) for signs in product((1, -1), repeat=len(scores))])
    observed = scores.sum()
    reached = {
        "two-sided": np.abs(flipped) >= abs(observed),
        "greater": flipped >= observed,
        "less": flipped <= observed,
    }
    return reached[alternative].mean()


def test_darwins_plants_give_fishers_p():
    # Fisher (1935), section 21: 863 of 2^15 arrangements are as far to one side, so 1,726 to either.
    flipped = sign_flip(DARWIN, seed=7)

    assert flipped == Flipped(p=pytest.approx(1726 / 2**15), smallest_p=2 / 2**15, informative=15, exact=True)


@given(SCORES, st.sampled_from(["two-sided", "greater", "less"]))
def test_the_walk_gives_what_all_flips_give(scores, alternative):
    flipped = sign_flip(scores, seed=7, alternative=alternative)

    moving = scores[scores != 0]
    expected = by_brute_force(moving, alternative=alternative) if moving.size else 1.0
    assert flipped.p == pytest.approx(expected)


@given(SCORES)
def test_swapping_the_systems_changes_no_p(scores):
    assert sign_flip(scores, seed=7) == sign_flip(-scores, seed=7)


def test_clusters_that_are_balanced_cannot_flip():
    assert sign_flip(np.array([3, 0, 0, 1]), seed=7) == sign_flip(np.array([3, 1]), seed=7)


def test_nothing_but_balanced_clusters_is_no_evidence():
    assert sign_flip(np.zeros(8, dtype=int), seed=7) == Flipped(p=1.0, smallest_p=1.0, informative=0, exact=True)


def test_scores_without_a_lattice_are_drawn_and_come_near_the_exact_p():
    scores = DARWIN + np.linspace(0, 1e-9, 15)

    flipped = sign_flip(scores, seed=7)

    # 10,000 draws: a standard error of .0022.
    assert not flipped.exact
    assert flipped.p == pytest.approx(1726 / 2**15, abs=0.009)
    assert flipped.smallest_p == pytest.approx(1 / 10_001)


def test_many_unanimous_clusters_do_not_give_a_p_of_0():
    assert sign_flip(np.ones(5_000, dtype=int), seed=7).p > 0


@settings(deadline=None)
@given(st.integers(2, 6), st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_the_test_for_all_is_of_the_mean_of_the_domains(one, other, seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(-3, 4, size=one + other)
    numerators = np.zeros((one + other, 2), dtype=int)
    numerators[:one, 0], numerators[one:, 1] = scores[:one], scores[one:]
    totals = np.array([3 * one, 3 * other])

    flipped = sign_flip(whole_scores(numerators, totals), seed=7)

    # The statistic itself: the mean of the two domains' sums over totals, under every flip.
    weighted = scores / np.repeat(totals, [one, other])
    signs = np.array(list(product((1, -1), repeat=one + other)))
    reached = np.abs(signs @ weighted) >= abs(weighted.sum()) - 1e-12
    assert flipped.p == pytest.approx(reached.mean())


def test_equivalence_is_two_one_sided_tests_of_the_shifted_scores():
    scores, judged = np.array([1, -1, 0, 1, 0, -1, 1]), np.full(7, 3)

    flipped = within_margin(scores[:, np.newaxis], judged[:, np.newaxis], margin=0.4, seed=7)

    # By brute force on fifths: 5 x score, shifted by 2 x 3.
    above = by_brute_force(5 * scores + 6, alternative="greater")
    below = by_brute_force(5 * scores - 6, alternative="less")
    assert flipped.p == pytest.approx(max(above, below))
