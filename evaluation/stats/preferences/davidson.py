"""A ranking with ties of its own: Davidson (1970), with clusters resampled.

Log strengths x, centred on 0, and nu, how readily systems tie: of i against j, i wins, j wins and they tie with chances
proportional to exp(x_i), exp(x_j) and nu exp((x_i + x_j) / 2). Without ties nu is 0, and it is Bradley and Terry's.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from evaluation.stats.data.games import Games, Tally, reaches
from evaluation.stats.inference.arrays import Floats, Truths
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.preferences.ranking import (
    CLOSE,
    FEW,
    NO_ANSWER,
    STEPS,
    Fitted,
    bounded_by_order,
    fit_bradley_terry,
    opened,
    ranked,
    resamples_of,
)

# Below this weight a pair of sides never met; tallies are whole, or halves of whole ones.
_PLAYED: Final = 0.25


def davidson(games: Games, *, systems: Sequence[str], seed: int) -> tuple[dict[str, Estimate], Estimate]:
    """The log strength of each of `systems`, best first, and nu. A bound that resamples leave open is None."""
    once, nu = _fit(games.all())
    if not once.finite.all():
        return {system: Estimate(None, reason=NO_ANSWER) for system in systems}, Estimate(None, reason=NO_ANSWER)
    drawn = [_fit(tally) for tally in resamples_of(games, seed=seed)]
    strengths = ranked(once, [fitted for fitted, _ in drawn], systems=systems)
    if not drawn:
        return strengths, Estimate(float(nu[0]), reason=FEW)
    resampled = np.concatenate([each for _, each in drawn])
    return strengths, bounded_by_order(float(nu[0]), resampled, resampled)


def _fit(tally: Tally) -> tuple[Fitted, Floats]:
    """Strengths and nu of every set; infinite where there is no finite answer."""
    tied = tally.ties.sum(axis=(1, 2)) > 0
    either = reaches((tally.wins + tally.ties) > 0)
    # With ties the likelihood is bounded only if some round of games has more wins than ties: else nu grows for ever.
    pinned = ~tied | _a_round_of_wins(tally)
    finite = either.all(axis=(1, 2)) & pinned
    strengths = np.zeros(tally.wins.shape[:2])
    nu = np.where(tied, np.inf, 0.0)
    here = finite & tied
    strengths[here], nu[here] = _newton(Tally(tally.wins[here], tally.ties[here]))
    plain = finite & ~tied
    strengths[plain] = fit_bradley_terry(Tally(tally.wins[plain], tally.ties[plain])).low
    fitted = opened(strengths, either)
    low = np.where(pinned[:, np.newaxis], fitted.low, -np.inf)
    high = np.where(pinned[:, np.newaxis], fitted.high, np.inf)
    return Fitted(low, high), nu


def _a_round_of_wins(tally: Tally) -> Truths:
    """Whether some round of games, each ending where the next begins, has more wins than ties.

    The heaviest walks between each two systems, a win weighing 1 and a tie -1 (Floyd 1962): such a round exists exactly
    where a walk from a system to itself weighs more than nothing.
    """
    weight = np.where(tally.wins > _PLAYED, 1.0, np.where(tally.ties > _PLAYED, -1.0, -np.inf))
    systems = weight.shape[1]
    for through in range(systems):
        weight = np.maximum(weight, weight[:, :, through, np.newaxis] + weight[:, np.newaxis, through, :])
        # Weights only say whether a round pays; kept small, they cannot run away.
        weight = np.minimum(weight, systems)
    return np.asarray((np.diagonal(weight, axis1=1, axis2=2) > 0).any(axis=1))


def _newton(tally: Tally) -> tuple[Floats, Floats]:
    """Strengths and nu that solve: points of i (a tie is half) and all ties equal their expectations."""
    points = tally.halved().sum(axis=2)
    ties = tally.ties.sum(axis=(1, 2)) / 2
    games = tally.wins + tally.wins.transpose(0, 2, 1) + tally.ties
    sets, systems = points.shape
    x, eta = np.zeros((sets, systems)), np.zeros(sets)
    if not sets:
        return x, np.exp(eta)
    hessian = np.zeros((sets, systems + 1, systems + 1))
    for _ in range(STEPS):
        half = (x[:, :, np.newaxis] - x[:, np.newaxis, :]) / 2
        rivals = np.exp(half), np.exp(-half), np.exp(eta)[:, np.newaxis, np.newaxis]
        total = rivals[0] + rivals[1] + rivals[2]
        win, lose, tie = (each / total for each in rivals)
        gradient = np.concatenate(
            [
                points - (games * (win + tie / 2)).sum(axis=2),
                (ties - (games * tie).sum(axis=(1, 2)) / 2)[:, np.newaxis],
            ],
            axis=1,
        )
        # Of a game between i and j, (points of i - points of j) / 2 varies by `spread`, and with the tie by `with_tie`.
        spread = games * ((win + lose) - (win - lose) ** 2) / 4
        with_tie = -games * tie * (win - lose) / 2
        hessian[:, :systems, :systems] = np.eye(systems) * spread.sum(axis=2)[:, :, np.newaxis] - spread + 1.0
        hessian[:, :systems, systems] = hessian[:, systems, :systems] = with_tie.sum(axis=2)
        hessian[:, systems, systems] = (games * tie * (1 - tie)).sum(axis=(1, 2)) / 2
        step = np.linalg.solve(hessian, gradient[:, :, np.newaxis])[:, :, 0]
        # A step of more than 1 on the log scale may overshoot.
        step *= 1.0 / np.maximum(1.0, np.abs(step).max(axis=1, keepdims=True))
        x, eta = x + step[:, :systems], eta + step[:, systems]
        if np.abs(step).max() < CLOSE:
            break
    return np.asarray(x - x.mean(axis=1, keepdims=True)), np.asarray(np.exp(eta))
