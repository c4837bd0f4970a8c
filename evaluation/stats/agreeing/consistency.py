"""Self-consistency: how often the same annotator says the same of the same pair, shown again with sides swapped."""

from collections.abc import Sequence

import numpy as np

from evaluation.stats.data.outcomes import cluster_of
from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.data.selection import identity
from evaluation.stats.inference.arrays import numbered, sums_by
from evaluation.stats.inference.confidence import measure
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.inference.resampling import ClusterSums


def repeats(first_looks: Sequence[JudgmentRow], second_looks: Sequence[JudgmentRow]) -> list[tuple[JudgmentRow, bool]]:
    """Each second look that has a first, and whether it says the same."""
    said = {identity(row)[:-1]: row.choice for row in first_looks}
    return [(row, said[identity(row)[:-1]] == row.choice) for row in second_looks if identity(row)[:-1] in said]


def self_consistency(repeated: Sequence[tuple[JudgmentRow, bool]], *, seed: int) -> Estimate:
    """The share of repeats that say the same, with an interval over clusters; `n` repeats stand behind it."""
    if not repeated:
        return Estimate(None, reason="no pair was shown to anybody twice")
    cluster = numbered(cluster_of(row) for row, _ in repeated)
    same = sums_by(cluster, [float(equal) for _, equal in repeated])
    shown = sums_by(cluster)
    sums = ClusterSums(same[:, np.newaxis], shown[:, np.newaxis], len(repeated), low=0.0, high=1.0)
    estimate = measure(sums, seed=seed).primary
    return Estimate(estimate.value, estimate.low, estimate.high, estimate.reason, estimate.method, {"n": len(repeated)})
