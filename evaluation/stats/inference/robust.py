"""Least squares with the variance over clusters, or over clusters and annotators: means, differences and lines.

For what stands beside the verdict, of which a report has many: it costs no draws and is the same for every seed.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import stdtr, stdtrit

from evaluation.stats.inference.arrays import Floats, Integers, sums_by
from evaluation.stats.inference.estimate import Estimate, Significance
from evaluation.stats.inference.intervals import unanimous
from evaluation.stats.inference.inversion import FEWEST
from evaluation.stats.inference.two_way import FEWEST_ANNOTATORS

METHOD: Final = "cluster-robust t"
TWO_WAY: Final = "two-way clustered t"
FEW: Final = f"fewer than {FEWEST} clusters: no interval"
# Below this share of the outcome's range a standard error is 0 but for rounding.
_NOTHING: Final = 1e-9


@dataclass(frozen=True)
class Fit:
    """Coefficients of a regression and their errors; no errors where the clusters are too few to know them."""

    coefficients: Floats
    errors: Floats | None
    clusters: int
    n: int
    freedom: int
    method: str = METHOD

    def estimate(self, place: int, *, low: float = -np.inf, high: float = np.inf) -> Estimate:
        """One coefficient with its 95 % interval, which is cut at `low` and `high`."""
        value = float(self.coefficients[place])
        more = {"n": self.n, "clusters": self.clusters}
        if self.errors is None:
            return Estimate(value, reason=FEW, more=more)
        half = float(stdtrit(self.freedom, 0.975) * self.errors[place])
        return Estimate(value, max(low, value - half), min(high, value + half), method=self.method, more=more)

    def test(self, place: int) -> Significance:
        """Two-sided, of the coefficient being 0."""
        if self.errors is None:
            return Significance(p=None, n=self.clusters, reason=FEW)
        value, error = float(self.coefficients[place]), float(self.errors[place])
        if error <= _NOTHING:
            return Significance(p=None, n=self.clusters, reason="nothing varies between clusters")
        p = 2.0 * float(stdtr(self.freedom, -abs(value) / error))
        return Significance(p=p, n=self.clusters, method=f"{self.method}, {self.freedom} degrees of freedom")


def least_squares(design: Floats, outcome: Floats, cluster: Integers, annotator: Integers | None = None) -> Fit | None:
    """The fit of `outcome` on the columns of `design`; None where they do not determine it.

    Variance as in Liang and Zeger (1986), with the factor G / (G - 1) x (n - 1) / (n - k) and G - 1 degrees of freedom.
    With five annotators or more, where they are given: over both at once, as in `two_way`, with the fewer of both.
    """
    n, k = design.shape
    if n < k or np.linalg.matrix_rank(design) < k:
        return None
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ (design.T @ outcome)
    clusters = np.unique(cluster).size
    if clusters < FEWEST or n <= k:
        return Fit(coefficients, None, clusters, n, clusters - 1)
    pulls = (design * (outcome - design @ coefficients)[:, np.newaxis]) @ inverse
    factor = (n - 1) / (n - k)
    variance = factor * _variances(pulls, cluster)
    annotators = 0 if annotator is None else np.unique(annotator).size
    if annotator is None or annotators < FEWEST_ANNOTATORS:
        return Fit(coefficients, np.sqrt(variance), clusters, n, clusters - 1)
    both = np.unique(np.stack([cluster, annotator]), axis=1, return_inverse=True)[1].ravel()
    by_annotator, by_both = (factor * _variances(pulls, group) for group in (annotator, both))
    variance = np.maximum.reduce([variance, by_annotator, variance + by_annotator - by_both])
    return Fit(coefficients, np.sqrt(variance), clusters, n, min(clusters, annotators) - 1, TWO_WAY)


def _variances(pulls: Floats, group: Integers) -> Floats:
    """Of each coefficient, from what each judgment (row) pulls it by, summed within groups."""
    numbers = np.unique(group, return_inverse=True)[1]
    sums = np.column_stack([sums_by(numbers, pulls[:, column]) for column in range(pulls.shape[1])])
    return np.asarray(len(sums) / (len(sums) - 1) * (sums * sums).sum(axis=0))


def mean_of(
    scores: Floats,
    cluster: Integers,
    *,
    low: float,
    high: float,
    why_not: str,
    annotator: Integers | None = None,
) -> Estimate:
    """The mean of outcomes between `low` and `high`; where every cluster has the same one, as far as that is known."""
    if not scores.size:
        return Estimate(None, reason=why_not)
    fit = least_squares(np.ones((scores.size, 1)), scores, cluster, annotator)
    assert fit is not None
    estimate = fit.estimate(0, low=low, high=high)
    if fit.errors is not None and fit.errors[0] <= _NOTHING * (high - low):
        fewer = fit.freedom + 1
        below, above = unanimous(float(fit.coefficients[0]), fewer, low=low, high=high)
        over = "clusters" if fit.method == METHOD else "the fewer of clusters and annotators"
        return replace(estimate, low=below, high=above, method=f"Clopper-Pearson over {over}")
    return estimate


def difference_of(
    scores: Floats,
    later: Floats,
    cluster: Integers,
    *,
    width: float,
    why_not: str,
    annotator: Integers | None = None,
) -> Estimate:
    """The mean where `later` is 1 less the mean where it is 0, of outcomes whose range is `width`."""
    design = np.column_stack([np.ones(scores.size), later])
    fit = least_squares(design, scores, cluster, annotator) if scores.size else None
    if fit is None:
        return Estimate(None, reason=why_not)
    if fit.errors is not None and fit.errors[1] <= _NOTHING * width:
        return replace(fit.estimate(1), low=None, high=None, method="", reason="no cluster differs: no interval")
    return fit.estimate(1, low=-width, high=width)
