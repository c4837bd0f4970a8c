"""The kinds of arrays in this package, and sums over groups."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]


def numbered(names: Iterable[object]) -> Integers:
    """Names as numbers from 0, in the order they first come."""
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)


def sums_by(group: Integers, weights: npt.ArrayLike | None = None, *, groups: int = 0) -> Floats:
    """The sum of the weights (by default 1 each) in each of the groups 0, 1, ...; at least `groups` of them."""
    weighted = None if weights is None else np.asarray(weights, dtype=np.float64)
    return np.asarray(np.bincount(group, weights=weighted, minlength=groups), dtype=np.float64)
