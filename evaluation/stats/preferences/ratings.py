"""Single responses that were rated or labelled: the mean and the distribution of each system."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evaluation.stats.agreeing.judged import rating_of
from evaluation.stats.data.declared import DeclaredCriterion
from evaluation.stats.data.outcomes import cluster_of, domain_of
from evaluation.stats.data.rows import CANNOT_JUDGE, JudgmentRow
from evaluation.stats.inference.arrays import numbered, sums_by
from evaluation.stats.inference.confidence import measure
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.inference.resampling import ClusterSums


@dataclass(frozen=True)
class RatedSystem:
    """What was said of one system. The mean is that of the domains' means, as everywhere."""

    n: int
    mean: Estimate
    distribution: dict[str, int]
    domains: dict[str, Estimate] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The entry of `systems`."""
        return {
            "n": self.n,
            "mean": self.mean.as_json(),
            "distribution": self.distribution,
            "domains": {domain: mean.as_json() for domain, mean in self.domains.items()},
        }


def rated_systems(
    rows: Sequence[JudgmentRow], criterion: DeclaredCriterion, *, systems: Sequence[str], seed: int
) -> dict[str, RatedSystem]:
    """Every rated or labelled system, in the study's order; rows about no system (a persona) are none."""
    there = {row.system for row in rows if row.system}
    ordered = [system for system in systems if system in there] + sorted(there - set(systems))
    return {system: _rated([row for row in rows if row.system == system], criterion, seed=seed) for system in ordered}


def _rated(rows: Sequence[JudgmentRow], criterion: DeclaredCriterion, *, seed: int) -> RatedSystem:
    said = [row for row in rows if row.choice != CANNOT_JUDGE]
    distribution = dict(sorted(Counter(row.choice for row in said).items()))
    if criterion.scale != "rating":
        return RatedSystem(len(said), Estimate(None, reason="labels have no mean"), distribution)
    domains = sorted({domain_of(row) for row in said})
    return RatedSystem(
        n=len(said),
        mean=_mean(said, domains, criterion, seed=seed),
        distribution=distribution,
        domains={
            domain: _mean([row for row in said if domain_of(row) == domain], [domain], criterion, seed=seed)
            for domain in domains
        },
    )


def _mean(rows: Sequence[JudgmentRow], domains: Sequence[str], criterion: DeclaredCriterion, *, seed: int) -> Estimate:
    if not rows:
        return Estimate(None, reason="no judgments")
    ratings = np.array([rating_of(row) for row in rows])
    cluster = numbered(cluster_of(row) for row in rows)
    place = cluster * len(domains) + np.array([domains.index(domain_of(row)) for row in rows])
    shape = (int(cluster.max()) + 1, len(domains))
    # A mean cannot leave the scale; of a scale that is not declared only what was seen is known.
    low = float(ratings.min() if criterion.low is None else criterion.low)
    high = float(ratings.max() if criterion.high is None else criterion.high)
    if low == high:
        return Estimate(low, reason="every rating is the same on a scale that is not declared: no interval")
    sums = ClusterSums(
        sums_by(place, ratings, groups=shape[0] * shape[1]).reshape(shape),
        sums_by(place, groups=shape[0] * shape[1]).reshape(shape),
        len(rows),
        low=low,
        high=high,
    )
    return measure(sums, seed=seed).primary
