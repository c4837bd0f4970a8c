"""Intervals of a score: its clusters (dialogues) are resampled, never its single replies."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

RESAMPLES: Final = 1000
LEVEL: Final = 0.95


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


def ratio(
    numerators: Sequence[float],
    denominators: Sequence[float],
    clusters: Sequence[str],
    *,
    seed: int,
    transform: Callable[[float], float] = lambda value: value,
) -> Score:
    """transform(sum of numerators / sum of denominators) over all rows, with a percentile interval over clusters.

    `transform` must be increasing (exp for perplexities): the interval is that of the ratio, transformed. Efron and
    Tibshirani (1993), section 13.3. Without two clusters there is a value and no interval.
    """
    if not numerators or not sum(denominators):
        return Score(None, reason="nothing to measure")
    places = {cluster: place for place, cluster in enumerate(dict.fromkeys(clusters))}
    of_row = np.array([places[cluster] for cluster in clusters])
    upper = np.bincount(of_row, weights=np.asarray(numerators, dtype=float), minlength=len(places))
    lower = np.bincount(of_row, weights=np.asarray(denominators, dtype=float), minlength=len(places))
    value = transform(float(upper.sum() / lower.sum()))
    if len(places) < 2:
        return Score(value, reason="one cluster: no interval")
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(places), size=(RESAMPLES, len(places)))
    sums = lower[drawn].sum(axis=1)
    ratios = upper[drawn].sum(axis=1)[sums > 0] / sums[sums > 0]
    low, high = np.quantile(ratios, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Score(value, transform(float(low)), transform(float(high)))


def mean(values: Sequence[float], clusters: Sequence[str], *, seed: int) -> Score:
    """The mean over rows, with its interval over clusters."""
    return ratio(values, [1.0] * len(values), clusters, seed=seed)
