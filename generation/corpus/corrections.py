"""Corrections for several tests: Holm (1979) and Benjamini and Hochberg (1995)."""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p of each test, in the order given: rejecting those at or below alpha keeps the chance of any
    false rejection at alpha, whatever the dependence.

    Step down: the i-th smallest of m is multiplied by m - i + 1, never below the one before it, never above 1.
    """
    m = len(p_values)
    adjusted = [0.0] * m
    highest = 0.0
    for place, index in enumerate(sorted(range(m), key=lambda each: p_values[each])):
        highest = max(highest, min(1.0, (m - place) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def benjamini_hochberg(p_values: Sequence[float], *, tests: int | None = None) -> list[float]:
    """The adjusted p of each test, in the order given: rejecting those at or below q keeps the expected share of false
    ones among the rejected at q, for independent or positively dependent tests.

    Step up: the i-th smallest of m is multiplied by m / i, never above the one after it. `p_values` may be the smallest
    of more `tests`, all that are no larger than some level: then those are right that come out no larger than it.
    """
    m = len(p_values) if tests is None else tests
    adjusted = [0.0] * len(p_values)
    lowest = 1.0
    for rank, index in zip(
        range(len(p_values), 0, -1),
        sorted(range(len(p_values)), key=lambda each: p_values[each], reverse=True),
        strict=True,
    ):
        lowest = min(lowest, p_values[index] * m / rank)
        adjusted[index] = lowest
    return adjusted
