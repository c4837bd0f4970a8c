"""The sign-flip permutation test over clusters: what the sum would be, were each cluster's direction a coin toss.

Under the null the score of a cluster is as likely to be its negative. The distribution of the sum over all flips is
exact, by convolution over the lattice of the scores; only where that lattice is too large to walk, or there is none, is
it drawn.
"""

import sys
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Final, Literal

import numpy as np

from evaluation.stats.inference.arrays import Floats, Integers

Alternative = Literal["two-sided", "greater", "less"]

# A walk costs a step for each point of the lattice so far, for each cluster; beyond so many the flips are drawn.
LARGEST_WALK: Final = 1_000_000_000
# And the lattice itself must fit: the sum of all scores, in units of their common divisor.
LARGEST_LATTICE: Final = 20_000_000
DRAWS: Final = 10_000
# How far two sums of drawn flips may lie apart by rounding alone and still count as equal, relative to the largest.
_ROUNDING: Final = 1e-12


@dataclass(frozen=True)
class Flipped:
    """The p of a sign-flip test. `informative` clusters have a score other than 0; the others cannot flip."""

    p: float
    smallest_p: float
    informative: int
    exact: bool

    @property
    def method(self) -> str:
        """How the distribution was had, in a word."""
        return "exact" if self.exact else f"{DRAWS} draws"


def sign_flip(scores: Integers | Floats, *, seed: int, alternative: Alternative = "two-sided") -> Flipped:
    """Test that scores are symmetric about 0, by their sum. Whole scores give an exact p, others a drawn one."""
    moving = scores[scores != 0]
    sides = 2 if alternative == "two-sided" else 1
    if moving.size == 0:
        return Flipped(p=1.0, smallest_p=1.0, informative=0, exact=True)
    # A chance too small for a float is given as the smallest one there is: no p is 0.
    smallest = max(sys.float_info.min, min(1.0, sides * 0.5 ** float(moving.size)))
    sizes, counts = np.unique(np.abs(moving), return_counts=True)
    observed = float(moving.sum()) if alternative != "less" else -float(moving.sum())
    walkable = np.issubdtype(moving.dtype, np.integer)
    if walkable:
        unit = int(np.gcd.reduce(sizes))
        sizes, observed = sizes // unit, observed / unit
        walkable = _steps(sizes, counts) <= LARGEST_WALK and float(np.dot(sizes, counts)) <= LARGEST_LATTICE
    if walkable:
        p = _walked(sizes.astype(np.int64), counts, observed, sides)
        return Flipped(p=max(p, smallest), smallest_p=smallest, informative=int(moving.size), exact=True)
    p = _drawn(sizes.astype(np.float64), counts, observed, sides, np.random.default_rng(seed))
    return Flipped(p=p, smallest_p=max(smallest, 1 / (DRAWS + 1)), informative=int(moving.size), exact=False)


def whole_scores(numerators: Integers, totals: Integers) -> Integers | Floats:
    """One score per cluster whose sum is proportional to the mean over domains of sum(numerators) / total.

    `numerators` is clusters x domains. The scores are whole, on the common multiple of the totals, so that the test is
    of the very statistic that is reported; where that multiple is too large to walk they are fractions.
    """
    common = lcm(*(int(total) for total in totals))
    weights = [common // int(total) for total in totals]
    largest = max(
        (int(np.abs(numerators[:, column]).sum()) * weight for column, weight in enumerate(weights)), default=0
    )
    if largest > LARGEST_LATTICE:
        return np.asarray(numerators @ (1.0 / totals.astype(np.float64)), dtype=np.float64)
    return np.asarray(numerators @ np.array(weights, dtype=np.int64), dtype=np.int64)


def _walked(sizes: Integers, counts: Integers, observed: float, sides: int) -> float:
    """P(sum of flips >= observed), in the tail or in both, by convolution."""
    chances = np.ones(1)
    for size, m in zip(sizes.tolist(), counts.tolist(), strict=True):
        chances = _flip_one_by_one(chances, size, m) if m <= size else _flip_together(chances, size, m)
    # chances[k] is the chance that the flipped scores sum to 2 k - total.
    total = chances.size - 1
    sums = 2 * np.arange(chances.size) - total
    reached = np.abs(sums) >= abs(observed) if sides == 2 else sums >= observed
    return float(min(1.0, chances[reached].sum()))


def _steps(sizes: Integers | Floats, counts: Integers) -> float:
    """What the walk costs, sizes taken in rising order."""
    before = np.cumsum(sizes.astype(np.float64) * counts) - sizes * counts
    return float(np.dot(before + sizes, counts))


def _flip_one_by_one(chances: Floats, size: int, m: int) -> Floats:
    for _ in range(m):
        grown = np.zeros(chances.size + size)
        grown[: chances.size] = 0.5 * chances
        grown[size:] += 0.5 * chances
        chances = grown
    return chances


def _flip_together(chances: Floats, size: int, m: int) -> Floats:
    """`m` clusters of one size flip like a binomial; each residue class modulo the size moves by itself."""
    kernel = _coin_tosses(m)
    grown = np.zeros(chances.size + m * size)
    for start in range(min(size, chances.size)):
        moved = np.convolve(chances[start::size], kernel)
        grown[start::size][: moved.size] = moved
    return grown


def _coin_tosses(m: int) -> Floats:
    """The chances of 0 ... m heads in `m` tosses."""
    from scipy.special import binom, gammaln

    k = np.arange(m + 1)
    # The coefficients of more than 1,000 tosses do not fit a float; their logarithms do.
    if m <= 1000:
        return np.asarray(binom(m, k) * 0.5**m)
    return np.asarray(np.exp(gammaln(m + 1) - gammaln(k + 1) - gammaln(m - k + 1) - m * np.log(2.0)))


def _drawn(sizes: Floats, counts: Integers, observed: float, sides: int, rng: np.random.Generator) -> float:
    """The same by Monte Carlo. +1: the observed arrangement is itself one of the flips."""
    sums = np.zeros(DRAWS)
    for size, m in zip(sizes.tolist(), counts.tolist(), strict=True):
        sums += size * (2.0 * rng.binomial(m, 0.5, size=DRAWS) - m)
    reach = (abs(observed) if sides == 2 else observed) - _ROUNDING * float(np.dot(sizes, counts))
    reached = np.abs(sums) >= reach if sides == 2 else sums >= reach
    return float((1 + int(reached.sum())) / (DRAWS + 1))


def within_margin(numerators: Integers, denominators: Integers, *, margin: float, seed: int) -> Flipped:
    """Two one-sided sign-flip tests that the mean over domains lies within `margin` of 0; the larger p of the two.

    Each is the test of the scores shifted by the margin, which is taken as the decimal it is written as, so that the
    shifted scores are whole again on its denominator.
    """
    exact = Fraction(str(margin))
    totals = denominators.sum(axis=0)
    shift = exact.numerator * denominators
    above = sign_flip(whole_scores(exact.denominator * numerators + shift, totals), seed=seed, alternative="greater")
    below = sign_flip(whole_scores(exact.denominator * numerators - shift, totals), seed=seed, alternative="less")
    return max(above, below, key=lambda flipped: flipped.p)
