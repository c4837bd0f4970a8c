"""What a server says of its rate limits in the headers of an answer, and how fast requests may start by that.

The headers are OpenAI's: `x-ratelimit-limit-requests`, `-remaining-requests`, `-reset-requests`, and those for tokens.
Servers mean different things by them: some refill all the time, some at the turn of the minute, some hold a second's
worth, some a day's. What is done here keeps within all of these.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

KINDS: Final = ("requests", "tokens")
# Limits are stated for a minute. What is whole again only after longer than that is a day's, and there to be spent.
MINUTE: Final = 60.0
LONG: Final = 90.0
# Clocks and counts are never quite the same on both sides.
MARGIN: Final = 0.97
# Where nothing is left, so much of the pace goes on, to hear when there is something again.
PROBING: Final = 0.02

UNITS: Final = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


@dataclass(frozen=True)
class Limit:
    """So many (requests or tokens) a minute, so many left, and the seconds until all are there again."""

    kind: str
    limit: float
    remaining: float
    reset: float


def limits_in(headers: Mapping[str, str]) -> tuple[Limit, ...]:
    """The limits that an answer states; those that are stated in part or in a form of their own are passed over."""
    found = []
    for kind in KINDS:
        try:
            limit = float(headers[f"x-ratelimit-limit-{kind}"])
            remaining = float(headers[f"x-ratelimit-remaining-{kind}"])
        except (KeyError, ValueError):
            continue
        reset = seconds_of(headers.get(f"x-ratelimit-reset-{kind}", ""))
        if limit > 0 and reset is not None:
            found.append(Limit(kind, limit, remaining, reset))
    return tuple(found)


def seconds_of(text: str) -> float | None:
    """Seconds from "1m30.5s", "120ms" or "12"; None from anything else."""
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|[dhms])", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * UNITS[unit] for number, unit in parts)


@dataclass
class Allowance:
    """How fast requests may start by what was said last of one limit."""

    said: Limit
    # When the request that brought it was started, and as which one.
    started_at: float
    number: int

    def rate(self, *, now: float, started: int, cost: float) -> float:
        """Starts per second; infinite while there is plenty. `cost` is what one request takes of the limit.

        Half of what there is may be spent as fast as one likes. What is left then is spread over the time until it is
        whole again, and never goes faster than the limit fills up: a server that refills settles at that pace, one
        that counts by the minute gets its minute filled evenly.
        """
        if self.said.reset > LONG:
            return math.inf
        age = now - self.started_at
        filling = self.said.limit / MINUTE
        left = min(self.said.limit, self.said.remaining + filling * age) - cost * (started - self.number)
        if left > self.said.limit / 2:
            return math.inf
        pace = filling * MARGIN / cost
        if age >= self.said.reset:
            return pace
        return min(pace, max(left / (self.said.reset - age) / cost, pace * PROBING))
