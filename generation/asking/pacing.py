"""When the next request may start: pure decisions on what was answered, with the time as an argument.

Four things hold requests back, each by itself: a pause that the endpoint asked for; the number in flight; the rate that
the server states in its headers; the rate at which 429s began, where it states none. A rate and not only a number in
flight, because a number says little where answers take long: at two seconds, 256 in flight may be 128 a second or, all
come at once, 256 in a tenth of one.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from generation.asking.limits import Allowance, Limit

# The most requests in flight where the run finds its own level, and how many it begins with.
MOST: Final = 1024
FIRST_LEVEL: Final = 16
# Past a handful, the first requests are spread over a second, so that a limit is met by a few of them and not by all.
HANDFUL: Final = 16
FILLING: Final = 1.0
LEAST_FILLING: Final = 100.0

# Latency holds up to the first factor times the lowest seen; past the second there is less done at a time.
HOLDS: Final = 1.5
SUFFERS: Final = 2.5
# How much slower one may become while one still forgets what was fastest, with each level.
FORGETTING: Final = 1.02

# A 429 brings the rate down to a little less than what was taken on average, pauses included.
A_LITTLE_LESS: Final = 0.95
# After it the rate grows so that it is a quarter higher after as long as it held the last time, within these bounds.
REGAINED: Final = 0.25
SLOWEST_GROWTH, FASTEST_GROWTH = 0.003, 0.03
# A rate that was cut to what the endpoint took holds longer than this, in seconds, if it was the rate that it minded.
SUDDEN: Final = 3.0
# A limit lets more requests than this through before a 429, or is measured well by the first.
FEW: Final = 60
# So large a share of 429s, over about fifty requests, is a limit after all.
MOST_REFUSED: Final = 0.3
MEMORY: Final = 0.98


@dataclass
class Learned:
    """The rate of starts that the endpoint takes, learned from its 429s; infinite until the first.

    Some endpoints turn away now and then one of however few. Slowing down does not help there: two 429s soon after the
    rate was cut, and it is infinite again, until so many are refused that it must be a limit.
    """

    # Of the time since the last cut; the first start sets it first.
    began: float = 0.0
    rate: float = math.inf
    _helpless: bool = False
    _share: float = 0.0
    _growth: float = FASTEST_GROWTH
    _at: float = 0.0
    _first: int = 0
    _taken: int = 0
    _sudden: int = 0

    def at(self, now: float) -> float:
        """Starts per second."""
        if math.isfinite(self.rate):
            self.rate *= math.exp(self._growth * max(0.0, now - self._at))
            self._at = max(self._at, now)
        return self.rate

    def answered(self) -> None:
        """A request was taken."""
        self._share *= MEMORY

    def refused(self, number: int, *, began: float, now: float, started: int, pause: float) -> bool:
        """A request that began then was answered with 429; `started` is the number of the latest.

        Whether the rate was cut: those begun before the last cut tell nothing.
        """
        self._share = self._share * MEMORY + 1 - MEMORY
        if number <= self._first:
            return False
        lasted = max(began - self.began, 0.05)
        taken = max(1, number - self._first - 1)
        few = max(taken, self._taken) < FEW
        self._sudden = self._sudden + (2 if few else 1) if math.isfinite(self.rate) and lasted < SUDDEN else 0
        self._taken, self._first = taken, started
        self.began = self._at = now + pause
        if self._sudden > 1:
            self._helpless, self._sudden = True, 0
        if self._helpless and self._share < MOST_REFUSED:
            self.rate = math.inf
            return False
        self._helpless = False
        self.rate = taken / (lasted + pause) * A_LITTLE_LESS
        self._growth = min(max(REGAINED / (lasted + pause), SLOWEST_GROWTH), FASTEST_GROWTH)
        return True


@dataclass
class Level:
    """How many requests may be in flight: `most`, or, where it is to be found, what the endpoint answers fastest with.

    It rises while latency holds (per token, where the endpoint counts them), and halves on a 429.
    """

    most: int
    finding: bool
    now: float = field(init=False)
    _latencies: list[float] = field(default_factory=list)
    _lowest: float = math.inf
    _filled: bool = False
    _climbing: float = 2.0

    def __post_init__(self) -> None:
        self.now = min(FIRST_LEVEL, self.most) if self.finding else self.most

    def answered(self, *, seconds: float, tokens: int, in_flight: int) -> None:
        """An answer took so long, with so many still in flight beside it."""
        if not self.finding:
            return
        self._latencies.append(seconds / max(tokens, 1))
        self._filled = self._filled or in_flight >= int(self.now) - 1
        if len(self._latencies) < self.now:
            return
        latency = median(self._latencies)
        self._lowest = min(self._lowest * FORGETTING, latency)
        if latency > self._lowest * SUFFERS:
            self._fall(0.8)
        elif latency <= self._lowest * HOLDS and self._filled:
            self.now = min(self.most, self.now * self._climbing)
        self._latencies, self._filled = [], False

    def refused(self, in_flight: int) -> None:
        """A 429 came with so many in flight."""
        if self.finding:
            self.now = min(self.now, max(2, in_flight))
            self._fall(0.5)

    def _fall(self, factor: float) -> None:
        self.now = max(1.0, self.now * factor)
        self._climbing = 1.25


class Pace:
    """Whether the next request may start. Every request is told of twice: when it starts, and how it ended.

    `concurrency` None finds its own level. Times are seconds of one clock that only goes forward.
    """

    def __init__(self, *, concurrency: int | None) -> None:
        self.level = Level(most=concurrency or MOST, finding=concurrency is None)
        self.learned = Learned()
        self.in_flight = 0
        self.started = 0
        self._began = self._resume_at = self._next_at = -math.inf
        self._allowances: dict[str, Allowance] = {}
        self._tokens = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next request may start: 0 at once, infinite while as many as may be are in flight."""
        if self.in_flight >= max(1, int(self.level.now)):
            return math.inf
        return max(0.0, self._resume_at - now, self._next_at - now, self._until_filled(now))

    def paused(self, now: float) -> bool:
        """Whether the endpoint asked that nobody starts now."""
        return now < self._resume_at

    def start(self, now: float) -> int:
        """A request starts; its number, by which its end is told of."""
        if not self.started:
            self._began = self.learned.began = now
        self.started += 1
        self.in_flight += 1
        rate = self.rate(now)
        # What was not used of the last moments may be made up for, but no more: 50 ms are a timer's unpunctuality.
        self._next_at = max(self._next_at, now - 0.05) + 1 / rate
        return self.started

    def rate(self, now: float) -> float:
        """The starts per second that the server's headers and its 429s allow."""
        costs = {"requests": 1.0, "tokens": max(self._tokens, 1.0)}
        allowed = [
            each.rate(now=now, started=self.started, cost=costs[kind]) for kind, each in self._allowances.items()
        ]
        return min([self.learned.at(now), *allowed])

    def answered(
        self, number: int, *, began: float, now: float, tokens: Mapping[str, int], limits: Sequence[Limit]
    ) -> None:
        """A request was answered, with so many tokens of each kind."""
        self.in_flight -= 1
        self.learned.answered()
        taken = tokens.get("prompt_tokens", 0) + tokens.get("completion_tokens", 0)
        self._tokens = taken if not self._tokens else 0.95 * self._tokens + 0.05 * taken
        self.level.answered(seconds=now - began, tokens=tokens.get("completion_tokens", 0), in_flight=self.in_flight)
        self._heard(number, began, limits)

    def refused(self, number: int, *, began: float, now: float, pause: float, limits: Sequence[Limit]) -> None:
        """A request was answered with 429, and nobody is to ask for `pause` seconds."""
        self._heard(number, began, limits)
        if self.learned.refused(number, began=began, now=now, started=self.started, pause=pause):
            self.level.refused(self.in_flight)
        self.in_flight -= 1
        self.pause(now + pause)

    def failed(self) -> None:
        """A request ended in some other way."""
        self.in_flight -= 1

    def pause(self, until: float) -> None:
        """Nothing starts before `until`."""
        self._resume_at = max(self._resume_at, until)

    def _until_filled(self, now: float) -> float:
        """Until there may be one more in flight, while the first second lasts."""
        ahead = self.in_flight - HANDFUL
        if ahead < 0:
            return 0.0
        return self._began + ahead / max(LEAST_FILLING, self.level.most / FILLING) - now

    def _heard(self, number: int, began: float, limits: Sequence[Limit]) -> None:
        for limit in limits:
            known = self._allowances.get(limit.kind)
            if known is None or number > known.number:
                self._allowances[limit.kind] = Allowance(limit, began, number)
