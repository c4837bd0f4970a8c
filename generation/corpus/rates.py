"""A share or a mean that knows over how many cases it was taken, and how sure it is."""

import math
from dataclasses import dataclass
from typing import Any, Final

# The 97.5 % point of the normal distribution: a 95 % interval reaches so many standard errors to either side.
Z_95: Final = 1.959964
# Below so many clusters a standard error from their spread is too small more often than it should be.
FEWEST_CLUSTERS: Final = 20


@dataclass(frozen=True)
class Rate:
    """A share or mean and over how many cases it was taken; None where there is no case.

    `low` and `high` bound its 95 % interval, None where there is none.
    """

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The value with its n, its interval where it has one, and why it is null where it is."""
        data: dict[str, Any] = {"value": self.value, "n": self.n}
        if self.low is not None:
            data |= {"low": self.low, "high": self.high}
        return data | ({} if self.value is not None else {"reason": "nothing to measure"})


def ratio(count: float, of: float) -> Rate:
    """`count` over `of`, with `of` as its n."""
    return Rate(count / of if of else None, round(of))


# What one cluster brings to a ratio: what is counted, and over how many cases.
Part = tuple[float, float]


@dataclass
class Tally:
    """A ratio of sums over clusters (dialogues), with a 95 % interval, in constant memory.

    The interval is that of the linearised ratio: R = sum(x) / sum(y) has the variance sum((x - R y)^2) / sum(y)^2, with
    n / (n - 1), which the sums of x^2, xy and y^2 give without the clusters. Cochran (1977), "Sampling Techniques".
    """

    clusters: int = 0
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    xy: float = 0.0
    yy: float = 0.0
    below_zero: bool = False

    def add(self, part: Part) -> None:
        """Count one cluster; one without a case counts for nothing."""
        x, y = part
        if not y:
            return
        self.clusters += 1
        self.below_zero = self.below_zero or x < 0
        self.x += x
        self.y += y
        self.xx += x * x
        self.xy += x * y
        self.yy += y * y

    @property
    def rate(self) -> Rate:
        """The ratio; its n is the cases. Without an interval below 20 clusters, and where all are alike.

        What is counted and never below 0 has no interval that reaches there.
        """
        if not self.y:
            return Rate(None, 0)
        value, n = self.x / self.y, self.clusters
        spread = self.xx - 2 * value * self.xy + value * value * self.yy
        # Rounding leaves a little where nothing varies.
        if n < FEWEST_CLUSTERS or spread <= 1e-12 * self.xx:
            return Rate(value, round(self.y))
        reach = Z_95 * math.sqrt(spread * n / (n - 1)) / self.y
        low = value - reach
        return Rate(value, round(self.y), low if self.below_zero else max(low, 0.0), value + reach)
