"""Which interval a mean over clusters gets, and why: the one rule, in one place.

- every cluster the same: Clopper-Pearson over clusters, since resampling would give an interval of no width
- fewer than 6 clusters: none
- 6 to 19 clusters: the sign-flip test, inverted
- 20 and more: bootstrap-t over clusters
- fewer than 5 clusters that differ from all the others: resamples without any of them are common, so how much they
  vary is not known from resampling; Korn-Graubard instead, and below 20 clusters the wider of the two
"""

from dataclasses import dataclass
from typing import Final

from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.inference.intervals import korn_graubard, unanimous
from evaluation.stats.inference.inversion import FEWEST, MOST, inverted_sign_flip
from evaluation.stats.inference.resampling import (
    RESAMPLES,
    ClusterSums,
    Resampled,
    bootstrap_t,
    percentile,
    resample,
    standard_error,
)

# e^-5: with five dissenting clusters fewer than 1 % of the resamples hold none of them.
FEW_DISSENT: Final = 5


@dataclass(frozen=True)
class Measured:
    """A mean over clusters with its interval, and the percentile interval beside it."""

    primary: Estimate
    percentile: Estimate


def measure(sums: ClusterSums, *, seed: int, alpha: float = 0.05) -> Measured:
    """The mean of the domains and its interval at level 1 - alpha, by the rule above; undefined with no judgments."""
    if not sums.totals.size or (sums.totals == 0).any():
        nothing = Estimate(None, reason="no judgments")
        return Measured(nothing, nothing)
    value = sums.value
    if not sums.varies:
        low, high = _all_the_same(sums, alpha)
        primary = Estimate(value, low, high, method="Clopper-Pearson over clusters")
        return Measured(primary, Estimate(value, reason="every cluster is the same: resampling gives no width"))
    why_none = _no_interval(sums)
    if why_none:
        return Measured(Estimate(value, reason=why_none), Estimate(value, reason=why_none))
    drawn = resample(sums, seed=seed)
    low, high, method = _varying(sums, drawn, alpha)
    below, above = percentile(drawn, alpha=alpha)
    return Measured(
        Estimate(value, low, high, method=method),
        Estimate(value, below, above, method=f"percentile bootstrap, {RESAMPLES} resamples"),
    )


def _no_interval(sums: ClusterSums) -> str:
    """Why there can be no interval, or nothing."""
    if sums.clusters < FEWEST:
        return f"fewer than {FEWEST} clusters: no interval"
    if not sums.spanning and bool(((sums.denominators > 0).sum(axis=0) < 2).any()):
        return "a domain has a single cluster, so how much it varies is unknown: no interval"
    return ""


def _varying(sums: ClusterSums, drawn: Resampled, alpha: float) -> tuple[float, float, str]:
    """The interval where clusters differ and are enough, and what it is called."""
    methods = []
    bounds = []
    dissenting = sums.dissenting
    few_dissent = dissenting < FEW_DISSENT and 2 * dissenting < sums.clusters
    if sums.clusters <= MOST:
        methods.append("inverted sign-flip")
        bounds.append(inverted_sign_flip(sums, alpha=alpha))
    elif not few_dissent:
        methods.append(f"bootstrap-t, {RESAMPLES} resamples")
        bounds.append(bootstrap_t(sums, drawn, alpha=alpha))
    if few_dissent:
        width = sums.high - sums.low
        share = korn_graubard(
            (sums.value - sums.low) / width,
            standard_error(sums) / width,
            clusters=sums.clusters,
            judgments=sums.judgments,
            alpha=alpha,
        )
        methods.append("Korn-Graubard")
        bounds.append((sums.low + width * share[0], sums.low + width * share[1]))
    return min(low for low, _ in bounds), max(high for _, high in bounds), " and ".join(methods)


def _all_the_same(sums: ClusterSums, alpha: float) -> tuple[float, float]:
    """Domain by domain, each over its own clusters; their mean bounds the mean."""
    each = [
        unanimous(float(value), int(clusters), low=sums.low, high=sums.high, alpha=alpha)
        for value, clusters in zip(sums.by_domain, (sums.denominators > 0).sum(axis=0), strict=True)
    ]
    return sum(low for low, _ in each) / len(each), sum(high for _, high in each) / len(each)
