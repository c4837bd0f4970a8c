"""How alike judgments were in a pilot: the correlations that `latent` makes new ones from, by the method of moments.

The mean product of the residuals of all pairs of judgments that share a context (a cluster, an annotator) and nothing
else that counts, over their variance. An estimate below 0 is chance and stands as 0.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from evaluation.stats.data.outcomes import Outcomes
from evaluation.stats.inference.arrays import Floats, Integers, sums_by
from evaluation.stats.planning.latent import Variances


@dataclass(frozen=True)
class Pilot:
    """What a pilot tells of the judgments to come; `net` is what it found, which is not what to plan for."""

    judgments: int
    net: float
    ties: float
    variances: Variances


@dataclass
class _Products:
    """Sums of products of residuals over pairs, and how many pairs there are."""

    total: float = 0.0
    pairs: float = 0.0

    def add(self, residuals: Floats, group: Integers, *, sign: int = 1) -> None:
        """All pairs within each group; with a sign of -1 they are taken out again."""
        group = np.unique(group, return_inverse=True)[1]
        sums, sizes = sums_by(group, residuals), sums_by(group)
        self.total += sign * float((sums * sums - sums_by(group, residuals**2)).sum())
        self.pairs += sign * float((sizes * (sizes - 1)).sum())

    def mean(self) -> float:
        """The mean product; 0 without any pair."""
        return self.total / self.pairs if self.pairs > 0 else 0.0


def pilot_of(comparisons: Iterable[Outcomes]) -> Pilot | None:
    """The variances over the comparisons of a pilot, each about its own mean; None without any judgment."""
    context, cluster, annotator = _Products(), _Products(), _Products()
    squares = tied = net = judgments = 0.0
    for outcomes in comparisons:
        if not outcomes.score.size:
            continue
        residuals: Floats = np.asarray(outcomes.score - outcomes.score.mean(), dtype=np.float64)
        both = np.unique(np.stack([outcomes.annotator, outcomes.cluster]), axis=1, return_inverse=True)[1].ravel()
        context.add(residuals, outcomes.context)
        cluster.add(residuals, outcomes.cluster)
        cluster.add(residuals, outcomes.context, sign=-1)
        annotator.add(residuals, outcomes.annotator)
        annotator.add(residuals, both, sign=-1)
        squares += float((residuals**2).sum())
        tied += float((outcomes.score == 0).sum())
        net += float(outcomes.score.sum())
        judgments += outcomes.score.size
    if not judgments:
        return None
    variance = squares / judgments
    if variance == 0:
        return Pilot(int(judgments), net / judgments, tied / judgments, Variances(0.0))
    shares = [min(0.9, max(0.0, products.mean() / variance)) for products in (context, cluster, annotator)]
    # Without two contexts to a cluster nothing is known of clusters, and contexts are all there is.
    of_context = max(shares[0], shares[1])
    return Pilot(
        int(judgments),
        net / judgments,
        tied / judgments,
        Variances(context=of_context, cluster=shares[1], annotator=min(shares[2], (0.9 - of_context) / 2)),
    )
