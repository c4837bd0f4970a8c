import numpy as np
import pytest

from evaluation.stats.inference.wilcoxon import signed_rank
from tests.evaluation.stats.inference.test_permutation import DARWIN


def test_darwins_plants_give_the_p_of_other_tools():
    # R 4: wilcox.test(x) on these 15 differences: V = 96, p = 0.04126. The two negatives have ranks 10 and 14.
    tested = signed_rank(DARWIN / 8, seed=7)

    assert (round(tested.p, 5), tested.n) == (0.04126, 15)


def test_it_is_scipys_exact_p_where_nothing_is_tied():
    from scipy.stats import wilcoxon

    differences = np.random.default_rng(3).normal(0.4, 1, size=18)

    assert signed_rank(differences, seed=7).p == pytest.approx(wilcoxon(differences, method="exact").pvalue)


def test_zeros_are_dropped_and_ties_share_their_rank():
    # Without the zero: |1| twice share rank 1.5, |2| has 3. Sums of signed ranks: 6 as observed, so 2 of 2^3.
    tested = signed_rank(np.array([0.0, 1.0, 1.0, 2.0]), seed=7)

    assert (tested.p, tested.n) == (pytest.approx(2 / 8), 3)


def test_only_balanced_clusters_have_no_p():
    assert signed_rank(np.zeros(8), seed=7).reason == "every cluster is balanced"
