"""What hangs on single annotators, clusters and judgments: effects without each, and how few would turn the verdict.

Everything is computed from sums: leaving judgments out of a domain changes the sum of its scores and their number, and
nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from evaluation.stats.data.outcomes import Outcomes
from evaluation.stats.inference.arrays import Floats, Integers, sums_by

# The share of the judgments whose loss is looked at: enough to be felt, few enough to be an accident.
FEW: Final = 0.01


@dataclass(frozen=True)
class Domains:
    """Sum of scores and number of judgments per domain, automatic ties among them."""

    sums: Floats
    sizes: Floats

    def effect(self) -> float | None:
        """The mean over the domains in which anything is left."""
        there = self.sizes > 0
        return float((self.sums[there] / self.sizes[there]).mean()) if there.any() else None

    def without(self, sums: Floats, sizes: Floats) -> Floats:
        """The effect without each row of `sums` and `sizes` (groups x domains); NaN where nothing is left."""
        left, rest = self.sums - sums, self.sizes - sizes
        there = rest > 0
        with np.errstate(divide="ignore", invalid="ignore"):
            means = np.where(there, left / np.where(there, rest, 1.0), 0.0)
            return np.asarray(means.sum(axis=1) / there.sum(axis=1))


def domains_of(outcomes: Outcomes) -> Domains:
    """What effects are made of."""
    number = len(outcomes.domains)
    extra = np.array(outcomes.automatic_ties(), dtype=np.float64) * outcomes.votes
    return Domains(
        sums=sums_by(outcomes.domain, outcomes.score, groups=number),
        sizes=sums_by(outcomes.domain, groups=number) + extra,
    )


def without_each(outcomes: Outcomes, group: Integers) -> dict[str, Any]:
    """The smallest and the largest effect when any one of the groups (annotators, clusters) is left out.

    `turning` is how many of them turn its sign, or take it to 0, by being left out alone.
    """
    whole = domains_of(outcomes)
    names, number = np.unique(group, return_inverse=True)
    if names.size < 2:
        return {"low": None, "high": None, "turning": None, "reason": "there is one alone"}
    domains = len(outcomes.domains)
    place, size = number * domains + outcomes.domain, names.size * domains
    effects = whole.without(
        sums_by(place, outcomes.score, groups=size).reshape(-1, domains),
        sums_by(place, groups=size).reshape(-1, domains),
    )
    effects = effects[~np.isnan(effects)]
    sign = np.sign(whole.effect() or 0.0)
    turning = int((np.sign(np.round(effects, 12)) != sign).sum()) if sign else 0
    return {"low": float(effects.min()), "high": float(effects.max()), "turning": turning}


def judgments_that_matter(
    outcomes: Outcomes, *, p_of: Callable[[Outcomes], float | None], alpha: float
) -> dict[str, Any]:
    """The effect without the few judgments that favour it most, and how few would turn its sign and its significance.

    `p_of` is the primary test. Judgments are left out greedily, in the order of how much each moves the effect (for the
    sign) or the sum of scores over its root mean square per cluster (for significance). For the sign in a single domain
    no smaller number can do it; elsewhere the numbers are upper bounds: so few suffice.
    """
    whole = domains_of(outcomes)
    effect = whole.effect()
    if not effect:
        return {"reason": "the effect is 0" if effect == 0 else "no judgments"}
    side = 1 if effect > 0 else -1
    order = _by_effect(outcomes, whole, side)
    k = max(1, round(FEW * outcomes.score.size))
    return {
        "dropped": min(k, order.size),
        "net_preference": effect_without(outcomes, order[:k]),
        "to_turn_the_sign": _to_turn(outcomes, order, side),
        "significance": _to_change_significance(outcomes, side, p_of, alpha),
    }


def effect_without(outcomes: Outcomes, dropped: Integers) -> float | None:
    """Net preference without the judgments at `dropped`."""
    number = len(outcomes.domains)
    whole = domains_of(outcomes)
    return Domains(
        whole.sums - sums_by(outcomes.domain[dropped], outcomes.score[dropped], groups=number),
        whole.sizes - sums_by(outcomes.domain[dropped], groups=number),
    ).effect()


def _by_effect(outcomes: Outcomes, whole: Domains, side: int) -> Integers:
    """The judgments on the winning side, those of the domain in which one weighs most first."""
    winning = np.flatnonzero(outcomes.score == side)
    # Each one less is (sum - 1) / (size - 1): the loss grows as a domain shrinks, so one domain is used up first.
    loss = (1.0 - side * whole.sums / whole.sizes) / whole.sizes
    return winning[np.argsort(-loss[outcomes.domain[winning]], kind="stable")]


def _to_turn(outcomes: Outcomes, order: Integers, side: int) -> int | None:
    """The fewest of the judgments in `order` after which the effect leans the other way; None where all do not."""
    return _first(order.size, lambda k: side * (_rounded(effect_without(outcomes, order[:k])) or 0.0) < 0)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 12)


def _to_change_significance(
    outcomes: Outcomes, side: int, p_of: Callable[[Outcomes], float | None], alpha: float
) -> dict[str, Any]:
    """How few judgments left out take a significant p above alpha, or another one to alpha and below."""
    p = p_of(outcomes)
    if p is None:
        return {"judgments": None, "reason": "nothing can be tested"}
    significant = p <= alpha
    order = _by_test(outcomes, side if significant else -side)

    def turned(k: int) -> bool:
        found = p_of(outcomes.chosen_by(~np.isin(np.arange(outcomes.score.size), order[:k])))
        # Too few clusters left to test is no significance either.
        return (found is not None and found <= alpha) != significant

    # Beyond the turn of the sign the other side would begin to be significant.
    most = (_to_turn(outcomes, order, side) or order.size) if significant else order.size
    fewest = _first(most, turned)
    said: dict[str, Any] = {"judgments": fewest, "from": p, "significant": significant}
    return said if fewest is not None else said | {"reason": "leaving out all judgments of one side does not"}


def _by_test(outcomes: Outcomes, side: int) -> Integers:
    """The judgments of one side, cluster by cluster, first those of clusters that lean most the other way.

    Without such a one the sum falls by 1 and the cluster's square grows; in a cluster that leans along, it shrinks.
    Each one that goes lets its cluster lean further, so that the greedy order empties one cluster after the other.
    """
    _, cluster = np.unique(outcomes.cluster, return_inverse=True)
    lean = side * sums_by(cluster, outcomes.score)
    there = np.flatnonzero(outcomes.score == side)
    return there[np.lexsort((cluster[there], lean[cluster[there]]))]


def _first(most: int, holds: Callable[[int], bool]) -> int | None:
    """The smallest k from 1 to `most` for which it holds, taken to hold from there on; None where it never does."""
    if most == 0 or not holds(most):
        return None
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
