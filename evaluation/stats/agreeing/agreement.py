"""Agreement of annotators, per criterion, in a domain or over all: every coefficient with an interval over clusters.

A unit is a context with an unordered pair of systems (or with the one system that was rated). With more than one pair
of systems each unit enters in both orientations, so that which system is named first cannot matter.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import krippendorff
import numpy as np

from evaluation.stats.agreeing.coefficients import (
    Level,
    Sums,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    krippendorff_alpha,
    percent,
    sums_of,
)
from evaluation.stats.agreeing.cohen import cohen_mean
from evaluation.stats.agreeing.judged import Judged
from evaluation.stats.inference.arrays import Floats, Integers
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.inference.inversion import FEWEST
from evaluation.stats.inference.resampling import bounded

RESAMPLES: Final = 1_000
_NONE_SHARED: Final = "no unit has two judgments"
_CONSTANT: Final = "all judgments that can be compared are the same: there is no chance agreement to set them against"
_PERFECT: Final = "no disagreement was seen: resampling gives no interval"
_FEW: Final = f"fewer than {FEWEST} clusters: no interval"
# Above this many kinds of clusters it is quicker to draw single clusters.
_MOST_KINDS: Final = 2_000
_CHUNK: Final = 4_000_000


@dataclass(frozen=True)
class Agreement:
    """All coefficients in one place; `units` are those with two judgments or more."""

    units: int
    judgments: int
    # How many units have how many judgments, those with one among them.
    raters: dict[int, int]
    coefficients: dict[str, Estimate]
    # The same ones over the judgments that chose a side, on a scale that has no tie.
    without_ties: dict[str, Estimate]


def agreement(judged: Judged, *, levels: Sequence[Level], seed: int) -> Agreement:
    """Every coefficient that the scale allows; `levels` are those at which alpha means something on it."""
    counts = judged.counts()
    size = counts.sum(axis=1)
    return Agreement(
        units=int((size >= 2).sum()),
        judgments=int(size.sum()),
        raters=_raters(size),
        coefficients=_coefficients(judged, levels=levels, seed=seed),
        without_ties=_coefficients(judged.without_ties(), levels=levels, seed=seed) if judged.ties else {},
    )


def _raters(size: Integers) -> dict[int, int]:
    numbers, units = np.unique(size[size > 0], return_counts=True)
    return dict(zip(numbers.tolist(), units.tolist(), strict=True))


def _coefficients(judged: Judged, *, levels: Sequence[Level], seed: int) -> dict[str, Estimate]:
    counts = judged.counts()
    shared = judged.chosen_by((counts.sum(axis=1) >= 2)[judged.unit])
    return {
        **_nominal(judged, counts, seed=seed),
        **_ordered(judged, levels=levels, seed=seed),
        "cohen_kappa_mean": cohen_mean(shared, seed=seed),
    }


def _nominal(judged: Judged, counts: Integers, *, seed: int) -> dict[str, Estimate]:
    drawn = _Drawn(counts, judged.cluster, judged.mirror, seed)
    size = counts.sum(axis=1)
    complete = np.unique(size[size > 0]).size <= 1
    values = np.arange(counts.shape[1], dtype=np.float64)
    return {
        "percent": drawn.estimate(percent),
        "alpha_nominal": drawn.alpha("nominal", values),
        "fleiss_kappa": drawn.estimate(fleiss_kappa)
        if complete
        else Estimate(None, reason="units have different numbers of judgments"),
        "gwet_ac1": drawn.estimate(gwet_ac1),
    }


def _ordered(judged: Judged, *, levels: Sequence[Level], seed: int) -> dict[str, Estimate]:
    """The coefficients that use the order of the categories, or the numbers they stand for."""
    names: dict[str, Level] = {
        "alpha_ordinal": "ordinal",
        "alpha_interval": "interval",
        "alpha_ratio": "ratio",
    }
    missing = Estimate(None, reason=f"means nothing on this scale, which is {levels[-1]}")
    if "ordinal" not in levels:
        return dict.fromkeys([*names, "gwet_ac2"], missing)
    mirror = None if judged.mirror is None else tuple(reversed(range(len(judged.values))))
    values = np.array(judged.values)
    drawn = _Drawn(judged.counts(ordered=True), judged.cluster, mirror, seed, values)
    estimates = {name: drawn.alpha(level, values) if level in levels else missing for name, level in names.items()}
    return estimates | {"gwet_ac2": drawn.estimate(lambda sums: gwet_ac2(sums, values))}


class _Drawn:
    """Count patterns of units, their sums, and the sums of every resample of clusters."""

    def __init__(
        self,
        counts: Integers,
        cluster: Integers,
        mirror: tuple[int, ...] | None,
        seed: int,
        values: Floats | None = None,
    ) -> None:
        there = counts.sum(axis=1) > 0
        self.counts, self.cluster, self.mirror = counts[there], cluster[there], mirror
        if mirror is not None:
            self.counts = _one_way_round(self.counts, mirror)
        patterns, self.pattern = np.unique(self.counts, axis=0, return_inverse=True)
        self.pattern = self.pattern.ravel()
        sums = sums_of(patterns, values)
        self.sums = sums if mirror is None else sums.plus(sums_of(patterns[:, list(mirror)], values))
        self.seed = seed
        self._resampled: Sums | None = None

    def estimate(self, coefficient: Callable[[Sums], Floats]) -> Estimate:
        """The coefficient with its percentile interval over clusters."""
        if not self.sums.paired.any():
            return Estimate(None, reason=_NONE_SHARED)
        once = self.sums.weighted(np.bincount(self.pattern, minlength=len(self.sums.units))[np.newaxis].astype(float))
        value = float(coefficient(once)[0])
        if np.isnan(value):
            return Estimate(None, reason=_CONSTANT)
        paired = self.counts.sum(axis=1) >= 2
        if np.unique(self.cluster[paired]).size < FEWEST:
            return Estimate(value, reason=_FEW)
        if value >= 1:
            return Estimate(value, reason=_PERFECT)
        if self._resampled is None:
            self._resampled = self.sums.weighted(np.concatenate(list(self._weights())))
        return bounded(value, coefficient(self._resampled))

    def alpha(self, level: Level, values: Floats) -> Estimate:
        """Krippendorff's alpha: its value by the `krippendorff` package, its interval by our own form of it."""
        ours = self.estimate(lambda sums: krippendorff_alpha(sums, level, values))
        if ours.value is None:
            return ours
        counts = self.counts if self.mirror is None else np.vstack([self.counts, self.counts[:, list(self.mirror)]])
        # The package takes no unit without a second judgment into account either, and stumbles where none is left.
        value = krippendorff.alpha(value_counts=counts, value_domain=values, level_of_measurement=level)
        return replace(ours, value=float(value))

    def _weights(self) -> Iterator[Floats]:
        """Resamples x patterns, a chunk at a time: how often each count pattern comes when clusters are drawn."""
        order = np.lexsort((self.pattern, self.cluster))
        ends = np.flatnonzero(np.diff(self.cluster[order])) + 1
        contents = [tuple(each.tolist()) for each in np.split(self.pattern[order], ends)]
        # Clusters with the same content are one kind; in the order of content, so that no name can matter.
        number = {content: place for place, content in enumerate(sorted(set(contents)))}
        kind = np.array([number[content] for content in contents])
        frequency = np.bincount(kind)
        patterns = np.zeros((frequency.size, len(self.sums.units)))
        for content, place in number.items():
            np.add.at(patterns[place], list(content), 1.0)
        rng = np.random.default_rng(self.seed)
        step = max(1, _CHUNK // frequency.size)
        for start in range(0, RESAMPLES, step):
            rows = min(step, RESAMPLES - start)
            if frequency.size <= _MOST_KINDS:
                drawn = rng.multinomial(kind.size, frequency / kind.size, size=rows)
            else:
                picked = (kind[rng.integers(kind.size, size=kind.size)] for _ in range(rows))
                drawn = np.stack([np.bincount(each, minlength=frequency.size) for each in picked])
            yield drawn.astype(np.float64) @ patterns


def _one_way_round(counts: Integers, mirror: tuple[int, ...]) -> Integers:
    """Each row or its mirror image, whichever comes later: so both orientations of a unit are one pattern."""
    turned = counts[:, list(mirror)]
    first = (counts != turned).argmax(axis=1)[:, np.newaxis]
    smaller = np.take_along_axis(counts, first, axis=1) < np.take_along_axis(turned, first, axis=1)
    return np.where(smaller, turned, counts)
