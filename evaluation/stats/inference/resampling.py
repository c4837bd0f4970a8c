"""Resampling over clusters: the bootstrap-t and percentile intervals of a mean of domains, from sums per cluster.

What is resampled are distinct patterns of cluster sums with their multiplicities, not clusters: drawing G clusters with
replacement is one multinomial draw over the patterns, so the cost does not grow with the number of judgments.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from evaluation.stats.inference.arrays import Floats, Integers
from evaluation.stats.inference.estimate import Estimate

RESAMPLES: Final = 2_000
# Above this share of undefined resamples what is left of them says nothing.
MOST_UNDEFINED: Final = 0.05
# Resamples x patterns held in memory at once.
_CHUNK: Final = 4_000_000
# A standard error below this share of the outcome's range is 0 but for rounding.
_NOTHING: Final = 1e-9


@dataclass(frozen=True)
class ClusterSums:
    """Per cluster (rows) and domain (columns) the sum of the outcomes and how many there are, or what they divide by.

    The statistic is the mean over the domains of sum(numerators) / sum(denominators). `low` and `high` bound a single
    outcome. A cluster may stand in several domains; then all are resampled jointly, otherwise each domain by itself.
    """

    numerators: Floats
    denominators: Floats
    judgments: int
    low: float = -1.0
    high: float = 1.0

    @property
    def clusters(self) -> int:
        """How many clusters have anything in them."""
        return int((self.denominators > 0).any(axis=1).sum())

    @property
    def spanning(self) -> bool:
        """Whether any cluster stands in more than one domain."""
        return bool(((self.denominators > 0).sum(axis=1) > 1).any())

    @cached_property
    def totals(self) -> Floats:
        """What each domain's numerators are divided by."""
        return np.asarray(self.denominators.sum(axis=0))

    @cached_property
    def by_domain(self) -> Floats:
        """The statistic of each domain."""
        return np.asarray(self.numerators.sum(axis=0) / self.totals)

    @property
    def value(self) -> float:
        """The statistic: domains weigh equally."""
        return float(self.by_domain.mean())

    @cached_property
    def residuals(self) -> Floats:
        """How far each cluster (row) pulls each domain's mean (column)."""
        return np.asarray(self.numerators - self.by_domain * self.denominators)

    @property
    def varies(self) -> bool:
        """Whether any cluster differs from its domain's mean."""
        return bool(np.abs(self.residuals).max(initial=0.0) > _NOTHING * (self.high - self.low))

    @property
    def dissenting(self) -> int:
        """How many clusters have another mean than most clusters of their domain."""
        odd = 0
        for column in range(self.denominators.shape[1]):
            there = self.denominators[:, column] > 0
            means = self.numerators[there, column] / self.denominators[there, column]
            odd += int(there.sum() - np.unique(means, return_counts=True)[1].max(initial=0))
        return odd

    def mirrored(self) -> "ClusterSums":
        """The same with every outcome's direction turned round."""
        return ClusterSums(-self.numerators, self.denominators, self.judgments, -self.high, -self.low)


@dataclass(frozen=True)
class Patterns:
    """Distinct rows of cluster sums, how many clusters have each, and the stratum that each is drawn in."""

    numerators: Floats
    denominators: Floats
    counts: Integers
    strata: Integers
    judgments: int

    @property
    def correction(self) -> Floats:
        """G / (G - 1) of the stratum, per pattern: the small-sample factor of a cluster-robust variance."""
        sizes = np.bincount(self.strata, weights=self.counts)
        with np.errstate(divide="ignore"):
            return np.asarray((sizes / (sizes - 1))[self.strata])


def patterns_of(sums: ClusterSums) -> Patterns:
    """The distinct cluster sums, in the order of their values, so that no name can matter."""
    there = (sums.denominators > 0).any(axis=1)
    numerators, denominators = sums.numerators[there], sums.denominators[there]
    strata = np.zeros(len(numerators)) if sums.spanning else (denominators > 0).argmax(axis=1).astype(np.float64)
    table = np.column_stack([strata, numerators, denominators])
    rows, counts = np.unique(table, axis=0, return_counts=True)
    domains = numerators.shape[1]
    return Patterns(
        numerators=rows[:, 1 : 1 + domains],
        denominators=rows[:, 1 + domains :],
        counts=counts.astype(np.int64),
        strata=np.unique(rows[:, 0], return_inverse=True)[1].astype(np.int64),
        judgments=sums.judgments,
    )


def standard_error(sums: ClusterSums) -> float:
    """The cluster-robust standard error of the statistic."""
    patterns = patterns_of(sums)
    return float(_statistics(patterns.counts[np.newaxis].astype(np.float64), patterns)[1][0])


@dataclass(frozen=True)
class Resampled:
    """What the resamples gave: the statistic and its standard error in each. NaN where a domain was not drawn."""

    estimates: Floats
    errors: Floats


def resample(sums: ClusterSums, *, seed: int, resamples: int = RESAMPLES) -> Resampled:
    """Draw clusters with replacement, within their domain unless they span domains.

    Of the two directions always the same one is drawn, so that swapping what is compared mirrors every resample.
    """
    patterns, mirrored = patterns_of(sums), patterns_of(sums.mirrored())
    side = 1.0 if _order(patterns) >= _order(mirrored) else -1.0
    patterns = patterns if side > 0 else mirrored
    rng = np.random.default_rng(seed)
    pieces = [_statistics(weights, patterns) for weights in _draws(patterns, rng, resamples)]
    return Resampled(
        side * np.concatenate([estimates for estimates, _ in pieces]), np.concatenate([errors for _, errors in pieces])
    )


def _order(patterns: Patterns) -> tuple[list[float], ...]:
    """What tells a set of patterns from its mirror image."""
    parts = (patterns.numerators, patterns.denominators, patterns.counts.astype(np.float64))
    return tuple(part.ravel().tolist() for part in parts)


def bootstrap_t(sums: ClusterSums, drawn: Resampled, *, alpha: float = 0.05) -> tuple[float, float]:
    """The studentised interval: value - t* x error, t* the quantiles of (estimate - value) / error over the resamples.

    Davison and Hinkley (1997), section 5.2. A resample without variance stands at the far end, on its side.
    """
    value, error = sums.value, standard_error(sums)
    nothing = _NOTHING * (sums.high - sums.low)
    off = drawn.estimates - value
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(drawn.errors > nothing, off / drawn.errors, np.sign(off) * np.inf)
    ratios[np.abs(off) <= nothing] = 0.0
    low, high = _quantiles(ratios[~np.isnan(drawn.estimates)], alpha)
    return max(sums.low, value - high * error), min(sums.high, value - low * error)


def percentile(drawn: Resampled, *, alpha: float = 0.05) -> tuple[float, float]:
    """The plain interval between quantiles of the resamples. Too short with few clusters or strong effects."""
    return _quantiles(drawn.estimates[~np.isnan(drawn.estimates)], alpha)


def bounded(value: float, resampled: Floats, *, more: dict[str, Any] | None = None) -> Estimate:
    """`value` with the percentile interval of the resamples in which it is defined; these are counted."""
    defined = resampled[~np.isnan(resampled)]
    undefined = resampled.size - defined.size
    said = (more or {}) | ({"undefined_resamples": int(undefined)} if undefined else {})
    if undefined > MOST_UNDEFINED * resampled.size:
        return Estimate(value, reason="undefined in too many resamples: no interval", more=said)
    low, high = _quantiles(defined, 0.05)
    return Estimate(value, low, high, method=f"percentile bootstrap, {resampled.size} resamples", more=said)


def _quantiles(values: Floats, alpha: float) -> tuple[float, float]:
    """The order statistics k and B + 1 - k, for k = (B + 1) alpha / 2: the same from either end."""
    ordered = np.sort(values)
    k = max(1, int((ordered.size + 1) * alpha / 2))
    return float(ordered[k - 1]), float(ordered[ordered.size - k])


def _draws(patterns: Patterns, rng: np.random.Generator, resamples: int) -> Iterator[Floats]:
    """How often each pattern is drawn, resamples x patterns, a chunk at a time."""
    step = max(1, _CHUNK // patterns.counts.size)
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        weights = np.zeros((rows, patterns.counts.size))
        for stratum in range(int(patterns.strata.max()) + 1):
            here = patterns.strata == stratum
            size = int(patterns.counts[here].sum())
            weights[:, here] = rng.multinomial(size, patterns.counts[here] / size, size=rows)
        yield weights


def _statistics(weights: Floats, patterns: Patterns) -> tuple[Floats, Floats]:
    """The statistic and its cluster-robust standard error, per row of `weights`."""
    domains = patterns.numerators.shape[1]
    totals = weights @ patterns.denominators
    with np.errstate(divide="ignore", invalid="ignore"):
        means = (weights @ patterns.numerators) / totals
        pull = np.zeros_like(weights)
        for column in range(domains):
            pull += (
                patterns.numerators[:, column] - means[:, column, np.newaxis] * patterns.denominators[:, column]
            ) / (domains * totals[:, column, np.newaxis])
        # A stratum of one cluster has a factor without bound and no pull: its variance is unknown, so NaN.
        variances = (weights * pull * pull) @ patterns.correction
    return np.asarray(means.mean(axis=1)), np.asarray(np.sqrt(variances))
