"""The interval of few clusters: every value that the sign-flip test does not reject.

Flipping the clusters in a set A leads to a sum at least as large as the observed one exactly where the hypothesised
value is at least the mean over A. So the bounds are order statistics of the means over all sets of clusters
(Hartigan 1969, "Using subsample values as typical values"), with no search.
"""

from typing import Final

import numpy as np

from evaluation.stats.inference.resampling import ClusterSums

FEWEST: Final = 6
# 2^19 sets are walked in a moment; from 20 clusters on the bootstrap-t takes over.
MOST: Final = 19


def inverted_sign_flip(sums: ClusterSums, *, alpha: float = 0.05) -> tuple[float, float]:
    """The two-sided interval at level 1 - alpha; 0 lies outside exactly where the two-sided p is at most alpha."""
    there = (sums.denominators > 0).any(axis=1)
    domains = sums.totals.size
    # On these weights the mean over domains is a plain ratio of sums, whose denominators sum to 1.
    numerators = (sums.numerators[there] / (domains * sums.totals)).sum(axis=1)
    denominators = (sums.denominators[there] / (domains * sums.totals)).sum(axis=1)
    clusters = numerators.size
    if not FEWEST <= clusters <= MOST:
        raise ValueError(f"expected {FEWEST} to {MOST} clusters, got {clusters}")
    top, bottom = np.zeros(1), np.zeros(1)
    for numerator, denominator in zip(numerators, denominators, strict=True):
        top = np.concatenate([top, top + numerator])
        bottom = np.concatenate([bottom, bottom + denominator])
    # Rounded, so that a mean that is 0 does not fall to one side of 0.
    means = np.round(top[1:] / bottom[1:], 12)
    # The empty set is the observed arrangement; it leaves floor(alpha / 2 x 2^clusters) others in the tail.
    k = int(alpha / 2 * 2**clusters)
    means.partition([k - 1, means.size - k])
    return max(sums.low, float(means[k - 1])), min(sums.high, float(means[means.size - k]))
