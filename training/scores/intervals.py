"""Intervals of a score and of the difference of two: clusters (dialogues) are resampled, never single replies."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RESAMPLES: Final = 1000
# Resamples of many clusters are weighed so many at once.
BLOCK: Final = 1000
LEVEL: Final = 0.95
NOTHING: Final = "nothing to measure"
# Differences that are equal but for the order of their sums.
_ROUNDING: Final = 1e-12
ONE_CLUSTER: Final = "one cluster: no interval"


@dataclass(frozen=True)
class Score:
    """A metric's value and its 95 % interval; None where undefined, with the reason."""

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """The score with its reason where something of it is undefined; what is infinite has no number in JSON."""
        found: dict[str, Any] = {
            key: None if number is None or not math.isfinite(number) else round(number, 6)
            for key, number in (("value", self.value), ("low", self.low), ("high", self.high))
        }
        return {**found, "reason": self.reason} if self.reason else found


@dataclass(frozen=True)
class Difference:
    """One system's score minus another's on the same clusters; `p` is two-sided, None where it is not tested."""

    value: float | None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    n: int = 0
    reason: str = ""


def shares(sums: Floats) -> Floats:
    """The first sum over the second, along the last axis; NaN where there is nothing to divide by."""
    upper, lower = sums[..., 0], sums[..., 1]
    found: Floats = np.divide(upper, lower, out=np.full(np.shape(lower), np.nan), where=lower > 0)
    return found


def exponentials(sums: Floats) -> Floats:
    """exp of the first sum over the second: a perplexity. Infinite where it leaves the range of floats."""
    with np.errstate(over="ignore"):
        found: Floats = np.exp(shares(sums))
    return found


@dataclass(frozen=True)
class Sums:
    """A metric that is made of sums over replies: `rows` (replies x sums), what the sums make, and where they belong.

    `of` takes sums along the last axis of any array. `clusters` names each row's dialogue.
    """

    rows: Floats
    clusters: tuple[str, ...]
    of: Callable[[Floats], Floats] = shares

    @classmethod
    def of_rows(
        cls,
        rows: Sequence[Sequence[float]],
        clusters: Sequence[str],
        of: Callable[[Floats], Floats] = shares,
    ) -> "Sums":
        """From plain numbers, one sequence of sums for each reply."""
        return cls(np.array(rows, dtype=np.float64), tuple(clusters), of)

    @classmethod
    def mean(cls, values: Sequence[float], clusters: Sequence[str]) -> "Sums":
        """The mean of one value per reply."""
        return cls.of_rows([(value, 1.0) for value in values], clusters)

    @cached_property
    def by_cluster(self) -> dict[str, Floats]:
        """The sums of each cluster, in the order in which clusters first come."""
        found: dict[str, Floats] = {}
        for cluster, row in zip(self.clusters, self.rows, strict=True):
            found[cluster] = found[cluster] + row if cluster in found else row
        return found

    @property
    def value(self) -> float | None:
        """The metric over all rows; None where there is nothing to measure."""
        if not len(self.rows):
            return None
        found = float(self.of(self.rows.sum(axis=0)))
        return None if math.isnan(found) else found

    def score(self, *, seed: int) -> Score:
        """The value with a percentile interval over clusters. Efron and Tibshirani (1993), section 13.3.

        Without two clusters there is a value and no interval.
        """
        value = self.value
        if value is None:
            return Score(None, reason=NOTHING)
        if len(self.by_cluster) < 2:
            return Score(value, reason=ONE_CLUSTER)
        low, high = _percentiles(self._resampled(np.stack(list(self.by_cluster.values())), seed=seed))
        return Score(value, low, high)

    def minus(self, other: "Sums", *, seed: int, resamples: int = RESAMPLES) -> Difference:
        """This metric minus the other's over the clusters that both have, resampled together.

        p is the share of resamples whose difference is at least as far from the observed one as that is from 0 (+1:
        the observed one is itself a resample). Efron and Tibshirani (1993), section 16.4.
        """
        shared = [cluster for cluster in self.by_cluster if cluster in other.by_cluster]
        if not shared:
            return Difference(None, reason="no dialogue in common")
        ours = np.stack([self.by_cluster[cluster] for cluster in shared])
        theirs = np.stack([other.by_cluster[cluster] for cluster in shared])
        value = float(self.of(ours.sum(axis=0)) - other.of(theirs.sum(axis=0)))
        if not math.isfinite(value):
            return Difference(None, n=len(shared), reason=NOTHING)
        if len(shared) < 2:
            return Difference(value, n=1, reason=ONE_CLUSTER)
        drawn = self._resampled(ours, seed=seed, resamples=resamples)
        drawn = drawn - other._resampled(theirs, seed=seed, resamples=resamples)
        low, high = _percentiles(drawn)
        further = int((np.abs(drawn - value) >= abs(value) - _ROUNDING).sum())
        known = int(np.isfinite(drawn).sum())
        return Difference(value, low, high, p=(further + 1) / (known + 1), n=len(shared))

    def resamples(self, clusters: Sequence[str], *, seed: int) -> Floats:
        """The metric of each resample of `clusters`, all of which must have rows; one seed draws the same for all."""
        return self._resampled(np.stack([self.by_cluster[cluster] for cluster in clusters]), seed=seed)

    def against(self, other: "Sums", *, seed: int, as_ratio: bool = False) -> Score:
        """This metric minus the other's, or the other's over this one's, where they have no dialogue in common.

        Both are resampled apart.
        """
        one, two = self.value, other.value
        if one is None or two is None or (as_ratio and not one):
            return Score(None, reason=NOTHING)
        value = two / one if as_ratio else one - two
        if min(len(self.by_cluster), len(other.by_cluster)) < 2:
            return Score(value, reason=ONE_CLUSTER)
        ours = self._resampled(np.stack(list(self.by_cluster.values())), seed=seed)
        theirs = other._resampled(np.stack(list(other.by_cluster.values())), seed=seed + 1)
        low, high = _percentiles(theirs / ours if as_ratio else ours - theirs)
        return Score(value, low, high)

    def _resampled(self, sums: Floats, *, seed: int, resamples: int = RESAMPLES) -> Floats:
        """The metric of each resample. The same seed and number of clusters draw the same clusters."""
        found = [self.of(block.astype(np.float64) @ sums) for block in _draws(len(sums), seed, resamples)]
        return np.concatenate([np.asarray(block) for block in found])


# Every metric of a table is resampled alike; a table has few numbers of dialogues.
@lru_cache(maxsize=4)
def _draws(clusters: int, seed: int, resamples: int) -> tuple[npt.NDArray[np.unsignedinteger[Any]], ...]:
    """How often each resample has each cluster, in blocks; the first of many resamples are those of few."""
    rng, even = np.random.default_rng(seed), np.full(clusters, 1 / clusters)
    sizes = [min(BLOCK, resamples - start) for start in range(0, resamples, BLOCK)]
    return tuple(rng.multinomial(clusters, even, size=size).astype(np.min_scalar_type(clusters)) for size in sizes)


def _percentiles(values: Floats) -> tuple[float, float]:
    # A resample of which nothing can be made, since all that could be measured was left out, says nothing.
    known = values[~np.isnan(values)]
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
