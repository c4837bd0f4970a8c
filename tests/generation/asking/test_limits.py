"""Rate limits as servers state them, and the pace that keeps within them."""

import math

import pytest

from generation.asking.limits import MARGIN, PROBING, Allowance, Limit, limits_in, seconds_of

OPENAI = {
    "x-ratelimit-limit-requests": "6000",
    "x-ratelimit-remaining-requests": "5999",
    "x-ratelimit-reset-requests": "10ms",
    "x-ratelimit-limit-tokens": "150000",
    "x-ratelimit-remaining-tokens": "149000",
    "x-ratelimit-reset-tokens": "6m0s",
}


def said(remaining: float, reset: float, *, limit: float = 6000) -> Allowance:
    """What was said at time 0, as the answer to the tenth request."""
    return Allowance(Limit("requests", limit, remaining, reset), started_at=0.0, number=10)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10ms", 0.01), ("6m0s", 360), ("1h2m3.5s", 3723.5), ("1d", 86400), ("12", 12), ("", None), ("soon", None)],
)
def test_the_time_until_a_reset_is_read_in_every_form(text, seconds):
    assert seconds_of(text) == seconds


def test_the_limits_are_read_from_the_headers():
    assert limits_in(OPENAI) == (Limit("requests", 6000, 5999, 0.01), Limit("tokens", 150000, 149000, 360))


@pytest.mark.parametrize("changed", [{"x-ratelimit-reset-requests": "soon"}, {"x-ratelimit-limit-requests": "none"}])
def test_a_limit_that_cannot_be_read_is_passed_over(changed):
    assert [limit.kind for limit in limits_in(OPENAI | changed)] == ["tokens"]


def test_half_of_what_there_is_is_spent_as_fast_as_one_likes():
    assert said(5000, 60).rate(now=0.0, started=10, cost=1) == math.inf


def test_what_was_started_since_counts_as_spent():
    # 5,000 are left, of which 2,500 were asked for since: less than half of 6,000.
    assert said(5000, 60).rate(now=0.0, started=2510, cost=1) == pytest.approx(2500 / 60)


def test_what_is_left_is_spread_over_the_time_until_it_is_whole_again():
    assert said(600, 30).rate(now=0.0, started=10, cost=1) == pytest.approx(600 / 30)


def test_it_never_goes_faster_than_the_limit_fills_up():
    # 2,900 within 10 seconds would be 290 a second, of a limit of 100.
    assert said(2900, 10).rate(now=0.0, started=10, cost=1) == pytest.approx(100 * MARGIN)


def test_where_nothing_is_left_it_is_asked_now_and_then():
    assert said(0, 60).rate(now=0.0, started=10, cost=1) == pytest.approx(100 * MARGIN * PROBING)


def test_after_the_reset_the_limit_itself_is_the_pace():
    assert said(0, 5).rate(now=5.0, started=510, cost=1) == pytest.approx(100 * MARGIN)


def test_tokens_are_counted_in_requests():
    assert said(0, 1, limit=60000).rate(now=1.0, started=1010, cost=50) == pytest.approx(20 * MARGIN)


def test_a_limit_for_the_day_is_there_to_be_spent():
    assert said(40, 3600).rate(now=0.0, started=10, cost=1) == math.inf
