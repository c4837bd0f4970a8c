"""Wilcoxon's signed-rank test on the means of clusters: zeros dropped, mid-ranks, exact under sign flips.

Pratt's (1959) variant, which ranks the zeros before they are dropped, stands beside it.
"""

import numpy as np

from evaluation.stats.inference.arrays import Floats, Integers
from evaluation.stats.inference.estimate import Significance
from evaluation.stats.inference.permutation import sign_flip


def signed_rank(means: Floats, *, seed: int) -> Significance:
    """Two-sided. Means from the same counts are equal bit for bit, so ties are found exactly."""
    moving = means[means != 0]
    if moving.size == 0:
        return Significance(p=None, n=0, reason="every cluster is balanced")
    flipped = sign_flip(_doubled_ranks(np.abs(moving)) * np.sign(moving).astype(np.int64), seed=seed)
    pratt = sign_flip(_doubled_ranks(np.abs(means)) * np.sign(means).astype(np.int64), seed=seed)
    return Significance(
        p=flipped.p,
        n=int(moving.size),
        method=flipped.method,
        smallest_p=flipped.smallest_p,
        more={"pratt": pratt.p},
    )


def _doubled_ranks(sizes: Floats) -> Integers:
    """Mid-ranks times two, so that they are whole."""
    _, inverse, counts = np.unique(sizes, return_inverse=True, return_counts=True)
    after = np.cumsum(counts)
    return np.asarray((2 * after - counts + 1)[inverse], dtype=np.int64)
