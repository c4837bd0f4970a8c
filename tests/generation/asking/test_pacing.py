"""When the next request may start, against endpoints that are played: seconds pass as the test says."""

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from generation.asking.limits import Limit
from generation.asking.pacing import FIRST_LEVEL, HANDFUL, MOST, Pace

USAGE = {"prompt_tokens": 300, "completion_tokens": 100}


@dataclass
class Bucket:
    """A limit of so many a second that lets a second's worth through at once."""

    per_second: float
    left: float = -1.0
    at: float = 0.0

    def refuses(self, now: float) -> bool:
        """Whether a request that arrives now is turned away."""
        if self.left < 0:
            self.left = self.per_second
        self.left = min(self.per_second, self.left + (now - self.at) * self.per_second)
        self.at = now
        if self.left < 1:
            return True
        self.left -= 1
        return False


@dataclass(frozen=True)
class Played:
    """How a played run went: seconds in all, 429s, and the most in flight."""

    seconds: float
    refused: int
    most: int


def play(
    pace: Pace,
    rows: int,
    *,
    latency: Callable[[int], float] = lambda in_flight: 1.0,
    refuses: Callable[[float], bool] = lambda now: False,
    pause: float = 1.0,
    late: bool = False,
) -> Played:
    """Have `rows` answered by an endpoint with this latency; a refusal comes at once, or as `late` as an answer."""
    now, left, refused, most = 0.0, rows, 0, 0
    ends: list[tuple[float, int, float, bool]] = []
    while left or ends:
        wait = pace.wait(now) if left else math.inf
        if wait <= 1e-9:
            number, left = pace.start(now), left - 1
            most = max(most, pace.in_flight)
            bad = refuses(now)
            heapq.heappush(ends, (now + (0.005 if bad and not late else latency(pace.in_flight)), number, now, bad))
            continue
        if not ends or now + wait < ends[0][0]:
            now += wait
            continue
        now, number, began, bad = heapq.heappop(ends)
        if bad:
            pace.refused(number, began=began, now=now, pause=pause, limits=())
            left, refused = left + 1, refused + 1
        else:
            pace.answered(number, began=began, now=now, tokens=USAGE, limits=())
    return Played(now, refused, most)


def test_no_more_than_the_concurrency_is_in_flight_and_no_slot_stands_empty():
    played = play(Pace(concurrency=8), 80)

    assert played == Played(seconds=pytest.approx(10.0), refused=0, most=8)


def test_the_first_requests_are_spread_and_answers_open_the_way():
    pace = Pace(concurrency=200)
    for _ in range(HANDFUL):
        assert pace.wait(0.0) == 0
        pace.start(0.0)

    before = pace.wait(0.001)
    pace.start(0.001)
    after = pace.wait(0.001)
    pace.answered(1, began=0.0, now=0.002, tokens=USAGE, limits=())

    # 200 of them over a second: one every 5 ms.
    assert (before, after) == (0, pytest.approx(0.004))
    assert pace.wait(0.002) == 0


def test_nobody_starts_before_a_pause_is_over_whoever_was_told():
    pace = Pace(concurrency=8)
    first, second = pace.start(0.0), pace.start(0.0)

    pace.refused(first, began=0.0, now=0.1, pause=5.0, limits=())
    pace.refused(second, began=0.0, now=0.2, pause=1.0, limits=())

    assert pace.wait(0.3) == pytest.approx(4.8)


@pytest.mark.parametrize("latency", [0.3, 2.0])
def test_a_limit_that_nobody_states_is_found_and_kept_within(latency):
    bucket = Bucket(per_second=100)

    played = play(Pace(concurrency=256), 2000, latency=lambda _: latency, refuses=bucket.refuses)

    # 1,900 at 100 a second after the first 100 at once: 19 seconds, and the last answer.
    assert played.seconds < 1.25 * (19 + latency)
    assert played.refused / 2000 < 0.01


@pytest.mark.parametrize("latency", [0.3, 2.0])
def test_it_is_found_even_where_a_429_takes_as_long_as_an_answer(latency):
    bucket = Bucket(per_second=100)

    played = play(Pace(concurrency=256), 2000, latency=lambda _: latency, refuses=bucket.refuses, late=True)

    assert played.seconds < 1.6 * (19 + latency)
    assert played.refused / 2000 < 0.09


def test_a_limit_of_a_few_a_second_is_found_too():
    bucket = Bucket(per_second=10)

    played = play(Pace(concurrency=256), 400, latency=lambda _: 0.3, refuses=bucket.refuses)

    assert played.seconds < 1.4 * 39.3
    assert played.refused / 400 < 0.1


def test_429s_that_have_nothing_to_do_with_the_rate_do_not_slow_it_down():
    asked = iter(range(10**6))

    played = play(
        Pace(concurrency=64), 2000, latency=lambda _: 0.3, refuses=lambda _: next(asked) % 15 == 14, pause=0.05
    )

    # One in fifteen is turned away, and each time all wait: with no other loss the 2,000 take 9.4 seconds of answers
    # and 7 of pauses, side by side.
    assert played.seconds < 1.5 * 9.4


def test_what_the_server_states_is_kept_from_the_first_answer_on():
    pace = Pace(concurrency=256)
    number = pace.start(0.0)

    pace.answered(number, began=0.0, now=0.3, tokens=USAGE, limits=[Limit("requests", 600, 0, 0.1)])

    assert pace.rate(0.3) == pytest.approx(9.7)
    pace.start(0.3)
    assert pace.wait(0.3) == pytest.approx(1 / 9.7, rel=0.6)


def test_a_limit_of_tokens_counts_what_a_request_takes():
    pace = Pace(concurrency=256)
    number = pace.start(0.0)

    pace.answered(number, began=0.0, now=0.3, tokens=USAGE, limits=[Limit("tokens", 240_000, 0, 0.1)])

    # 4,000 tokens a second, and 400 for a request.
    assert pace.rate(0.3) == pytest.approx(9.7)


def test_the_level_rises_while_latency_holds():
    pace = Pace(concurrency=None)

    played = play(pace, 20_000)

    assert played.most == MOST
    # At once with the highest level it would take 20 seconds; doubling from 16 takes six rounds to get there.
    assert played.seconds < 30


def test_the_level_stays_where_more_at_a_time_would_only_wait():
    """Sixty-four are worked on at a time; more of them take turns."""
    pace = Pace(concurrency=None)

    played = play(pace, 5000, latency=lambda in_flight: max(1.0, in_flight / 64))

    assert 64 <= pace.level.now <= 256
    assert played.most <= 256


def test_the_level_halves_on_a_429():
    pace = Pace(concurrency=None)
    numbers = [pace.start(0.0) for _ in range(FIRST_LEVEL)]

    pace.refused(numbers[-1], began=0.0, now=0.1, pause=1.0, limits=())

    assert pace.level.now == FIRST_LEVEL / 2
