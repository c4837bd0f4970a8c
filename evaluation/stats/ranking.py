"""A ranking of more than two systems: Bradley and Terry (1952), with clusters resampled.

The log strengths x of the systems, centred on 0, for which P(i beats j) = 1 / (1 + exp(x_j - x_i)); a tie is half a win
for either. There is a finite answer only where every system has beaten, through others if need be, every other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evaluation.stats.arrays import Floats, Truths, numbered
from evaluation.stats.estimate import Estimate
from evaluation.stats.inversion import FEWEST
from evaluation.stats.outcomes import cluster_of
from evaluation.stats.rows import CANNOT_JUDGE, JudgmentRow

RESAMPLES: Final = 1_000
# Newton's steps double the correct digits; from 0 this many are plenty wherever the answer is finite.
_STEPS: Final = 30
_CLOSE: Final = 1e-10
_CHUNK: Final = 4_000_000
METHOD: Final = f"percentile bootstrap over clusters, {RESAMPLES} resamples"


@dataclass(frozen=True)
class _Fitted:
    """Log strengths per set (rows) and system, from below and from above: infinite where only that side is known."""

    low: Floats
    high: Floats


def bradley_terry(rows: Sequence[JudgmentRow], *, systems: Sequence[str], seed: int) -> dict[str, Estimate]:
    """The log strength of each of `systems`, best first. A bound that resamples leave open is None."""
    wins, clusters = _wins_by_cluster(rows, systems)
    once = _fit(wins.sum(axis=0)[np.newaxis])
    if not np.isfinite(once.low).all() or not np.isfinite(once.high).all():
        reason = "some systems never lost to others or were never compared with them, even through third ones"
        return {system: Estimate(None, reason=reason) for system in systems}
    values = once.low[0]
    ranked = sorted(range(len(systems)), key=lambda place: (-values[place], place))
    if clusters < FEWEST:
        why = f"fewer than {FEWEST} clusters: no interval"
        return {systems[place]: Estimate(float(values[place]), reason=why) for place in ranked}
    low, high, separated = _bounds(wins, seed=seed)
    return {
        systems[place]: _estimate(float(values[place]), float(low[place]), float(high[place]), separated)
        for place in ranked
    }


def _wins_by_cluster(rows: Sequence[JudgmentRow], systems: Sequence[str]) -> tuple[Floats, int]:
    """Clusters x winners x losers."""
    place = {system: number for number, system in enumerate(systems)}
    judged = [row for row in rows if row.first and row.choice != CANNOT_JUDGE]
    cluster = numbered(cluster_of(row) for row in judged)
    clusters = int(cluster.max(initial=-1)) + 1
    wins = np.zeros((clusters, len(systems), len(systems)))
    first = np.array([place[row.first] for row in judged], dtype=np.int64)
    second = np.array([place[row.second] for row in judged], dtype=np.int64)
    share = np.array([1.0 if row.choice == row.first else 0.0 if row.choice == row.second else 0.5 for row in judged])
    np.add.at(wins, (cluster, first, second), share)
    np.add.at(wins, (cluster, second, first), 1.0 - share)
    return wins, clusters


def _bounds(wins: Floats, *, seed: int) -> tuple[Floats, Floats, int]:
    """The 2.5 and 97.5 % order statistics, and how many resamples have no finite answer."""
    clusters, systems, _ = wins.shape
    rng = np.random.default_rng(seed)
    # The clusters in the order of what they hold would depend on names; their own order depends on contexts alone.
    drawn = rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=RESAMPLES).astype(np.float64)
    step = max(1, _CHUNK // (systems * systems))
    flat = wins.reshape(clusters, -1)
    fitted = [
        _fit((drawn[start : start + step] @ flat).reshape(-1, systems, systems)) for start in range(0, RESAMPLES, step)
    ]
    low, high = np.concatenate([each.low for each in fitted]), np.concatenate([each.high for each in fitted])
    separated = int((np.isinf(low) | np.isinf(high)).any(axis=1).sum())
    k = int((RESAMPLES + 1) * 0.025)
    return np.sort(low, axis=0)[k - 1], np.sort(high, axis=0)[RESAMPLES - k], separated


def _estimate(value: float, low: float, high: float, separated: int) -> Estimate:
    more = {"separated_resamples": separated} if separated else {}
    opened = [name for name, bound in (("low", low), ("high", high)) if not np.isfinite(bound)]
    return Estimate(
        value,
        low if np.isfinite(low) else None,
        high if np.isfinite(high) else None,
        reason=f"open: {' and '.join(opened)}, since some resamples have no finite answer" if opened else "",
        method=METHOD,
        more=more,
    )


def _fit(wins: Floats) -> _Fitted:
    """Newton's method on every set of wins that has a finite answer; the others are open on the side they lean to."""
    reaches = _reaches(wins > 0)
    above = (reaches & ~reaches.transpose(0, 2, 1)).any(axis=2)
    below = (~reaches & reaches.transpose(0, 2, 1)).any(axis=2)
    apart = (~reaches & ~reaches.transpose(0, 2, 1)).any(axis=2)
    finite = reaches.all(axis=(1, 2))
    strengths = np.zeros(wins.shape[:2])
    strengths[finite] = _newton(wins[finite])
    low = np.where(below | apart, -np.inf, np.where(above, np.inf, strengths))
    high = np.where(above | apart, np.inf, np.where(below, -np.inf, strengths))
    return _Fitted(low, high)


def _reaches(beats: Truths) -> Truths:
    """Whether each system has beaten each other one, directly or through others; itself always."""
    systems = beats.shape[1]
    reached = (beats | np.eye(systems, dtype=bool)).astype(np.float32)
    for _ in range(max(1, int(np.ceil(np.log2(systems))))):
        reached = ((reached @ reached) > 0).astype(np.float32)
    return np.asarray(reached > 0)


def _newton(wins: Floats) -> Floats:
    """Log strengths that solve: wins of i = sum over j of n_ij / (1 + exp(x_j - x_i)), summing to 0."""
    games = wins + wins.transpose(0, 2, 1)
    won = wins.sum(axis=2)
    systems = wins.shape[1]
    strengths = np.zeros(won.shape)
    for _ in range(_STEPS if won.size else 0):
        chance = 1.0 / (1.0 + np.exp(strengths[:, np.newaxis, :] - strengths[:, :, np.newaxis]))
        gradient = won - (games * chance).sum(axis=2)
        information = games * chance * (1.0 - chance)
        hessian = np.eye(systems) * information.sum(axis=2)[:, :, np.newaxis] - information
        # + 1: the strengths are free by a constant; this fixes their sum at 0.
        step = np.linalg.solve(hessian + 1.0, gradient[:, :, np.newaxis])[:, :, 0]
        # A step of more than 1 on the log scale may overshoot.
        step *= 1.0 / np.maximum(1.0, np.abs(step).max(axis=1, keepdims=True))
        strengths += step
        if np.abs(step).max() < _CLOSE:
            break
    return np.asarray(strengths - strengths.mean(axis=1, keepdims=True))
