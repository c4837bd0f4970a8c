"""A ranking of more than two systems: Bradley and Terry (1952), with clusters resampled.

The log strengths x of the systems, centred on 0, for which P(i beats j) = 1 / (1 + exp(x_j - x_i)); a tie is half a win
for either. There is a finite answer only where every system has beaten, through others if need be, every other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from evaluation.stats.data.games import Games, Tally, reaches
from evaluation.stats.inference.arrays import Floats, Truths
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.inference.inversion import FEWEST

RESAMPLES: Final = 1_000
# Newton's steps double the correct digits; from 0 this many are plenty wherever the answer is finite.
STEPS: Final = 50
CLOSE: Final = 1e-10
METHOD: Final = f"percentile bootstrap over clusters, {RESAMPLES} resamples"
FEW: Final = f"fewer than {FEWEST} clusters: no interval"
NO_ANSWER: Final = "some systems never lost to others or were never compared with them, even through third ones"


@dataclass(frozen=True)
class Fitted:
    """Log strengths per set (rows) and system, from below and from above: infinite where only that side is known."""

    low: Floats
    high: Floats

    @property
    def finite(self) -> Truths:
        """Which sets have a finite answer for every system."""
        return np.asarray(np.isfinite(self.low).all(axis=1) & np.isfinite(self.high).all(axis=1))


def bradley_terry(games: Games, *, systems: Sequence[str], seed: int) -> dict[str, Estimate]:
    """The log strength of each of `systems`, best first. A bound that resamples leave open is None."""
    once = fit_bradley_terry(games.all())
    if not once.finite.all():
        return {system: Estimate(None, reason=NO_ANSWER) for system in systems}
    drawn = [fit_bradley_terry(tally) for tally in resamples_of(games, seed=seed)]
    return ranked(once, drawn, systems=systems)


def resamples_of(games: Games, *, seed: int) -> Iterator[Tally]:
    """The resamples that an interval rests on; none where clusters are too few."""
    return games.resampled(resamples=RESAMPLES, seed=seed) if games.clusters >= FEWEST else iter(())


def ranked(once: Fitted, drawn: Sequence[Fitted], *, systems: Sequence[str]) -> dict[str, Estimate]:
    """The strengths of a finite fit, best first, with the percentile interval over the resamples, `drawn`.

    A resample without a finite answer is not dropped: it stands at the open end, and the number of such is said.
    """
    values = once.low[0]
    order = sorted(range(len(systems)), key=lambda place: (-values[place], place))
    if not drawn:
        return {systems[place]: Estimate(float(values[place]), reason=FEW) for place in order}
    low, high = np.concatenate([each.low for each in drawn]), np.concatenate([each.high for each in drawn])
    separated = int((~Fitted(low, high).finite).sum())
    said = {"separated_resamples": separated} if separated else {}
    return {
        systems[place]: bounded_by_order(float(values[place]), low[:, place], high[:, place], more=said)
        for place in order
    }


def bounded_by_order(value: float, low: Floats, high: Floats, *, more: dict[str, Any] | None = None) -> Estimate:
    """`value` between the 2.5 and 97.5 % order statistics of its resamples; a bound that is infinite is open."""
    k = max(1, int((low.size + 1) * 0.025))
    bounds = {"low": float(np.sort(low)[k - 1]), "high": float(np.sort(high)[high.size - k])}
    open_ones = [name for name, bound in bounds.items() if not np.isfinite(bound)]
    return Estimate(
        value,
        None if "low" in open_ones else bounds["low"],
        None if "high" in open_ones else bounds["high"],
        reason=f"open: {' and '.join(open_ones)}, since some resamples have no finite answer" if open_ones else "",
        method=METHOD,
        more=more or {},
    )


def fit_bradley_terry(tally: Tally) -> Fitted:
    """Newton's method on every set of games that has a finite answer; the others are open on the side they lean to."""
    wins = tally.halved()
    reached = reaches(wins > 0)
    finite = reached.all(axis=(1, 2))
    strengths = np.zeros(wins.shape[:2])
    strengths[finite] = _newton(wins[finite])
    return opened(strengths, reached)


def opened(strengths: Floats, reached: Truths) -> Fitted:
    """Strengths, opened where `reached` says that a system is above or below others without bound."""
    above = (reached & ~reached.transpose(0, 2, 1)).any(axis=2)
    below = (~reached & reached.transpose(0, 2, 1)).any(axis=2)
    apart = (~reached & ~reached.transpose(0, 2, 1)).any(axis=2)
    low = np.where(below | apart, -np.inf, np.where(above, np.inf, strengths))
    high = np.where(above | apart, np.inf, np.where(below, -np.inf, strengths))
    return Fitted(low, high)


def _newton(wins: Floats) -> Floats:
    """Log strengths that solve: wins of i = sum over j of n_ij / (1 + exp(x_j - x_i)), summing to 0."""
    games = wins + wins.transpose(0, 2, 1)
    won = wins.sum(axis=2)
    systems = wins.shape[1]
    strengths = np.zeros(won.shape)
    for _ in range(STEPS if won.size else 0):
        chance = 1.0 / (1.0 + np.exp(strengths[:, np.newaxis, :] - strengths[:, :, np.newaxis]))
        gradient = won - (games * chance).sum(axis=2)
        information = games * chance * (1.0 - chance)
        hessian = np.eye(systems) * information.sum(axis=2)[:, :, np.newaxis] - information
        # + 1: the strengths are free by a constant; this fixes their sum at 0.
        step = np.linalg.solve(hessian + 1.0, gradient[:, :, np.newaxis])[:, :, 0]
        # A step of more than 1 on the log scale may overshoot.
        step *= 1.0 / np.maximum(1.0, np.abs(step).max(axis=1, keepdims=True))
        strengths += step
        if np.abs(step).max() < CLOSE:
            break
    return np.asarray(strengths - strengths.mean(axis=1, keepdims=True))
