"""For annotators in general: the variance over clusters and annotators at once (Cameron, Gelbach and Miller 2011).

V = max(Vc, Va, Vc + Va - Vca), from the sums over clusters, over annotators, and over both together; the larger parts
guard against a difference that comes out negative. t with min(clusters, annotators) - 1 degrees of freedom.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtr, stdtrit

from evaluation.stats.inference.arrays import Floats, Integers, sums_by
from evaluation.stats.inference.estimate import Estimate, Significance
from evaluation.stats.inference.intervals import unanimous
from evaluation.stats.inference.inversion import FEWEST

FEWEST_ANNOTATORS: Final = 5
METHOD: Final = "two-way clustered by cluster and annotator"


@dataclass(frozen=True)
class TwoWay:
    """The mean, its error and its degrees of freedom; `reason` says why there is none."""

    value: float | None
    error: float | None
    freedom: int
    reason: str = ""
    low: float = -1.0
    high: float = 1.0

    @property
    def units(self) -> int:
        """Clusters or annotators, whichever are fewer."""
        return self.freedom + 1

    def interval(self, *, alpha: float = 0.05) -> Estimate:
        """The t interval, within the range of an outcome."""
        if self.value is None or self.error is None:
            return Estimate(self.value, reason=self.reason)
        if self.error == 0:
            low, high = unanimous(self.value, self.units, low=self.low, high=self.high, alpha=alpha)
            return Estimate(self.value, low, high, method="Clopper-Pearson over the fewer of clusters and annotators")
        half = float(stdtrit(self.freedom, 1 - alpha / 2)) * self.error
        low, high = max(self.low, self.value - half), min(self.high, self.value + half)
        return Estimate(self.value, low, high, method=METHOD)

    def test(self, *, null: float = 0.0) -> Significance:
        """Two-sided, of the mean being `null`. Where all judgments agree: a sign flip over the fewer units."""
        if self.value is None or self.error is None:
            return Significance(p=None, n=self.units, reason=self.reason)
        if self.error == 0:
            p = 1.0 if self.value == null else 0.5**self.freedom
            return Significance(p=p, n=self.units, method="all judgments agree: sign flip over the fewer units")
        p = 2.0 * float(stdtr(self.freedom, -abs(self.value - null) / self.error))
        return Significance(p=p, n=self.units, method=f"{METHOD}, t with {self.freedom} degrees of freedom")

    def within(self, margin: float) -> Significance:
        """Two one-sided tests that the mean lies within `margin` of 0: the larger p of the two."""
        if self.value is None or self.error is None:
            return Significance(p=None, n=self.units, reason=self.reason)
        if self.error == 0:
            p = 0.5**self.units if abs(self.value) < margin else 1.0
        else:
            p = float(stdtr(self.freedom, (abs(self.value) - margin) / self.error))
        return Significance(p=p, n=self.units, method=f"two one-sided tests, {METHOD}")


def two_way(
    scores: Floats | Integers,
    *,
    domain: Integers,
    cluster: Integers,
    annotator: Integers,
    extra_ties: tuple[int, ...] = (),
    extra_votes: int = 1,
    weights: Floats | None = None,
    low: float = -1.0,
    high: float = 1.0,
) -> TwoWay:
    """The mean over domains of the mean score, with its two-way clustered error.

    `extra_ties` are automatic ties per domain: clusters of `extra_votes` ties each, that no annotator gave. `weights`
    are what each score weighs within its domain, by default 1.
    """
    clusters, annotators = np.unique(cluster).size, np.unique(annotator).size
    freedom = max(0, min(clusters, annotators) - 1)
    if scores.size == 0:
        return TwoWay(None, None, 0, "no judgments", low, high)
    ties = np.array(extra_ties or (0,) * (int(domain.max()) + 1))
    weight = np.ones(scores.size) if weights is None else weights
    totals = sums_by(domain, weight, groups=ties.size) + ties * extra_votes
    means = sums_by(domain, weight * scores, groups=ties.size) / totals
    value = float(means.mean())
    if annotators < FEWEST_ANNOTATORS:
        reason = f"fewer than {FEWEST_ANNOTATORS} annotators: nothing can be said of annotators in general"
        return TwoWay(value, None, freedom, reason, low, high)
    if clusters < FEWEST:
        return TwoWay(value, None, freedom, f"fewer than {FEWEST} clusters", low, high)
    pull = weight * (scores - means[domain]) / (ties.size * totals[domain])
    # An automatic tie is a cluster and an annotator of its own, alike in all three sums.
    lone = float(np.sum(ties * (extra_votes * means / (ties.size * totals)) ** 2))
    both = np.unique(np.stack([cluster, annotator]), axis=1, return_inverse=True)[1].ravel()
    by_cluster, by_annotator, by_both = (_variance(pull, group, lone) for group in (cluster, annotator, both))
    variance = max(by_cluster, by_annotator, by_cluster + by_annotator - by_both)
    # Below this the pulls are 0 but for rounding.
    error = float(np.sqrt(variance)) if variance > 1e-24 * (high - low) ** 2 else 0.0
    return TwoWay(value, error, freedom, "", low, high)


def _variance(pull: Floats, group: Integers, lone: float) -> float:
    """The cluster-robust variance over one grouping, with its factor G / (G - 1)."""
    sums = sums_by(np.unique(group, return_inverse=True)[1], pull)
    groups = sums.size
    return groups / (groups - 1) * (float(np.sum(sums * sums)) + lone)
