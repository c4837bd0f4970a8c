"""Coefficients of agreement, from sums over units: each takes many sets of sums at once, one per row.

A unit's counts (how many of its judgments fall into each category) are all that any of them needs, and each needs only
sums over units. So a resample is a new weighting of the distinct count patterns, whatever the number of judgments.
NaN marks what is undefined; it never leaves this package.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from evaluation.stats.inference.arrays import Floats, Integers

Level = Literal["nominal", "ordinal", "interval", "ratio"]


@dataclass(frozen=True)
class Sums:
    """Sums over units, with one row per set. Units with a single judgment enter `shares` and `units` alone."""

    # Krippendorff's coincidences, categories x categories.
    coincidences: Floats
    # Of pairs of judgments in the same unit, the share that is equal; and with weights for how near they are.
    equal: Floats
    near: Floats
    paired: Floats
    counts: Floats
    # The share of each category in a unit, and the units themselves.
    shares: Floats
    units: Floats

    def weighted(self, weights: Floats) -> "Sums":
        """The sums under each row of `weights`, which says how often each row of this is taken."""
        categories = self.counts.shape[1]
        flat = weights @ self.coincidences.reshape(len(self.units), -1)
        return Sums(
            coincidences=flat.reshape(-1, categories, categories),
            equal=weights @ self.equal,
            near=weights @ self.near,
            paired=weights @ self.paired,
            counts=weights @ self.counts,
            shares=weights @ self.shares,
            units=weights @ self.units,
        )

    def plus(self, other: "Sums") -> "Sums":
        """Row by row the sums of both."""
        return Sums(
            coincidences=self.coincidences + other.coincidences,
            equal=self.equal + other.equal,
            near=self.near + other.near,
            paired=self.paired + other.paired,
            counts=self.counts + other.counts,
            shares=self.shares + other.shares,
            units=self.units + other.units,
        )


def sums_of(counts: Integers, values: Floats | None = None) -> Sums:
    """What each unit (row of `counts`, units x categories) adds to the sums; `values` are the categories' numbers."""
    numbers = counts.astype(np.float64)
    size = numbers.sum(axis=1)
    paired = size >= 2
    pairs = np.where(paired, size * (size - 1), 1.0)
    once = np.eye(numbers.shape[1])
    products = numbers[:, :, np.newaxis] * numbers[:, np.newaxis, :] - numbers[:, :, np.newaxis] * once
    products[~paired] = 0.0
    nearness = quadratic_weights(np.arange(numbers.shape[1], dtype=np.float64) if values is None else values)
    return Sums(
        coincidences=products / np.where(paired, size - 1, 1.0)[:, np.newaxis, np.newaxis],
        equal=np.trace(products, axis1=1, axis2=2) / pairs,
        near=(products * nearness).sum(axis=(1, 2)) / pairs,
        paired=paired.astype(np.float64),
        counts=np.where(paired[:, np.newaxis], numbers, 0.0),
        shares=numbers / np.where(size > 0, size, 1.0)[:, np.newaxis],
        units=(size > 0).astype(np.float64),
    )


def quadratic_weights(values: Floats) -> Floats:
    """1 for the same category, 0 for the two ends, falling with the square of the distance of their `values`."""
    width = float(np.ptp(values)) if values.size else 0.0
    return np.asarray(1.0 - ((values[:, np.newaxis] - values) / (width or 1.0)) ** 2)


def percent(sums: Sums) -> Floats:
    """The mean over units of the share of pairs of judgments that are equal."""
    return _ratio(sums.equal, sums.paired)


def krippendorff_alpha(sums: Sums, level: Level, values: Floats) -> Floats:
    """1 - observed / expected disagreement. `values` are the categories' numbers, for interval and ratio.

    Krippendorff (2011), "Computing Krippendorff's alpha-reliability": coincidences o_ck, their margins n_c, their
    sum n; alpha = 1 - (n - 1) sum o_ck d_ck / sum n_c n_k d_ck. Undefined where nothing varies.
    """
    margins = sums.coincidences.sum(axis=2)
    n = margins.sum(axis=1)
    distances = _distances(level, margins, values)
    observed = (sums.coincidences * distances).sum(axis=(1, 2))
    expected = (margins[:, :, np.newaxis] * margins[:, np.newaxis, :] * distances).sum(axis=(1, 2))
    # Resampled margins that are 0 come out of a product of floats.
    expected = np.where(expected > 1e-12 * n * n, expected, 0.0)
    return np.asarray(1.0 - (n - 1) * _ratio(observed, expected))


def fleiss_kappa(sums: Sums) -> Floats:
    """Fleiss (1971); only for units that all have the same number of judgments, which the caller sees to."""
    shares = _ratio(sums.counts, sums.counts.sum(axis=1, keepdims=True))
    chance = (shares**2).sum(axis=1)
    return _beyond(percent(sums), chance)


def gwet_ac1(sums: Sums) -> Floats:
    """Gwet (2008): chance agreement as among those who are unsure, sum pi_k (1 - pi_k) / (K - 1)."""
    shares = _ratio(sums.shares, sums.units[:, np.newaxis])
    categories = shares.shape[1]
    if categories < 2:
        return np.full(len(sums.units), np.nan)
    chance = (shares * (1 - shares)).sum(axis=1) / (categories - 1)
    return _beyond(percent(sums), chance)


def gwet_ac2(sums: Sums, values: Floats) -> Floats:
    """Gwet (2014), chapter 5: AC1 with quadratic weights on the numbers of the categories."""
    shares = _ratio(sums.shares, sums.units[:, np.newaxis])
    categories = shares.shape[1]
    if categories < 2:
        return np.full(len(sums.units), np.nan)
    total = quadratic_weights(values).sum()
    chance = total * (shares * (1 - shares)).sum(axis=1) / (categories * (categories - 1))
    return _beyond(_ratio(sums.near, sums.paired), chance)


def cohen_kappa(tables: Floats) -> Floats:
    """Cohen (1960), of tables of two annotators' judgments: any x categories x categories. Undefined without chance."""
    categories = tables.shape[-1]
    # One product for both margins, the diagonal and the sum: with thousands of tables much faster than summing each.
    once, whole = np.eye(categories), np.ones((categories * categories, 1))
    parts = [np.repeat(once, categories, axis=0), np.tile(once, (categories, 1)), once.reshape(-1, 1), whole]
    margins = tables.reshape(*tables.shape[:-2], categories * categories) @ np.hstack(parts)
    rows, columns = margins[..., :categories], margins[..., categories : 2 * categories]
    n = margins[..., -1]
    observed = _ratio(margins[..., -2], n)
    chance = _ratio(np.einsum("...k,...k->...", rows, columns), n * n)
    return _beyond(observed, chance)


def _distances(level: Level, margins: Floats, values: Floats) -> Floats:
    """The squared difference of each two categories: sets x categories x categories."""
    if level == "nominal":
        return np.asarray(1.0 - np.eye(values.size))[np.newaxis]
    if level == "ordinal":
        # sum of n_g from c to k, less half of n_c and n_k, is the distance of their mid-ranks
        middles = margins.cumsum(axis=1) - margins / 2
        return np.asarray((middles[:, :, np.newaxis] - middles[:, np.newaxis, :]) ** 2)
    apart = values[:, np.newaxis] - values
    if level == "interval":
        return np.asarray(apart**2)[np.newaxis]
    together = values[:, np.newaxis] + values
    return np.asarray(_ratio(apart, np.where(together == 0, 1.0, together)) ** 2)[np.newaxis]


def _beyond(observed: Floats, chance: Floats) -> Floats:
    return _ratio(observed - chance, np.where(np.abs(1 - chance) > 1e-12, 1 - chance, 0.0))


def _ratio(top: Floats, bottom: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(bottom == 0, np.nan, top / bottom))
