"""How much of the level each look may use: Lan and DeMets (1983), with O'Brien and Fleming's shape.

By the share t of the clusters, 2 - 2 Phi(z / sqrt(t)) of each side's level is spent, z its two-sided quantile: next to
nothing early, so that at the end hardly less than the whole is left.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

from evaluation.stats.inference.arrays import Floats

# Points of the density between two looks, and how far out it is followed, in standard deviations.
_POINTS: Final = 2_001
_FAR: Final = 8.5
_HALVINGS: Final = 60


def spent(share: float, side: float) -> float:
    """What may be spent on one side up to `share` of the clusters, of a level of `side` on that side."""
    return float(2 * ndtr(ndtri(side / 2) / np.sqrt(min(share, 1.0)))) if share > 0 else 0.0


def levels(shares: Sequence[float], alpha: float) -> list[float]:
    """The two-sided level at each look, for looks at these rising shares of the clusters; in all alpha at share 1.

    The chance of having stopped is followed from look to look by numerical integration of the running sum, whose steps
    are normal (Armitage, McPherson and Rowe 1969). Looks of shares that do not rise raise ValueError.
    """
    if any(later <= earlier for earlier, later in zip((0.0, *shares), shares, strict=False)):
        raise ValueError(f"expected looks at rising shares of the clusters, got {', '.join(f'{t:g}' for t in shares)}")
    side, used, before = alpha / 2, 0.0, 0.0
    found: list[float] = []
    # The running sum at the look before, among those that did not stop: points, and their chances.
    points, chances = np.zeros(1), np.ones(1)
    for share in shares:
        target = spent(share, side) - used
        step = np.sqrt(share - before)

        def beyond(bound: float, points: Floats = points, chances: Floats = chances, step: float = step) -> float:
            return float(chances @ ndtr((points - bound) / step))

        bound = _where(beyond, target, 0.0, _FAR * np.sqrt(share))
        found.append(min(alpha, 2 * float(ndtr(-bound / np.sqrt(share)))))
        used, before = used + target, share
        points, chances = _moved(points, chances, float(step), bound)
    return found


def _where(falling: Callable[[float], float], target: float, low: float, high: float) -> float:
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > target else (low, middle)
    return (low + high) / 2


def _moved(points: Floats, chances: Floats, step: float, bound: float) -> tuple[Floats, Floats]:
    """The running sum one look on, of those that stay within the bounds; Simpson's rule over its density."""
    grid = np.linspace(-bound, bound, _POINTS)
    weights = np.full(_POINTS, 2.0)
    weights[1::2] = 4.0
    weights[[0, -1]] = 1.0
    weights *= (grid[1] - grid[0]) / 3
    density = np.exp(-(((grid[:, np.newaxis] - points) / step) ** 2) / 2) @ chances / (step * np.sqrt(2 * np.pi))
    return grid, np.asarray(density * weights)
