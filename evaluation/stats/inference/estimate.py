"""What a statistic and a test look like when they leave this package."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval. Undefined is None with a reason; never NaN, never a default.

    A value may stand without an interval: then `reason` says why the interval is missing.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    method: str = ""
    # What belongs to this number alone, such as how many resamples were undefined.
    more: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The number as it stands in `report.json`; empty words are left out."""
        said: dict[str, Any] = {"value": self.value, "low": self.low, "high": self.high}
        if self.method:
            said["method"] = self.method
        if self.reason:
            said["reason"] = self.reason
        return said | self.more

    def scaled(self, scale: float, shift: float) -> "Estimate":
        """The same estimate of `shift + scale * value`, for a scale above 0."""
        value, low, high = (
            None if number is None else shift + scale * number for number in (self.value, self.low, self.high)
        )
        return Estimate(value, low, high, self.reason, self.method, self.more)

    def turned_round(self) -> "Estimate":
        """The same estimate seen from the other side."""
        value, low, high = (None if number is None else 0.0 - number for number in (self.value, self.high, self.low))
        return Estimate(value, low, high, self.reason, self.method, self.more)


@dataclass(frozen=True)
class Significance:
    """The p of one test, the `n` it rests on, and the smallest p that it could have given."""

    p: float | None
    n: int = 0
    reason: str = ""
    method: str = ""
    smallest_p: float | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The test as it stands in `report.json`, not corrected yet."""
        said: dict[str, Any] = {"p": self.p, "p_holm": None, "p_bh": None, "n": self.n}
        if self.smallest_p is not None:
            said["smallest_p"] = self.smallest_p
        if self.method:
            said["method"] = self.method
        if self.reason:
            said["reason"] = self.reason
        return said | self.more
