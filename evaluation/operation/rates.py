"""How often something may be done, for pages and the API alike: counted in the cache that all processes share.

`API_RATES` says how often by name ("60/min"); what it does not name has no limit. Time is cut into windows of the
rate's length, and each window counts from nothing: at the seam of two, twice as much may pass in a moment.

A count costs next to nothing: each process counts for itself and tells the cache of several at once, so that whoever
judges at a person's pace never reaches it. In exchange a process lets a few more through than the rate says
(`TOLD_AT_ONCE` at most, and none of rates that are low).
"""

import logging
import threading
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db.models import Model

log = logging.getLogger(__name__)

SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
TOLD_AT_ONCE: Final = 5
# Of a rate's number, so much may be kept from the cache.
SMALL_PART: Final = 12
# More counts than a window of ours ever has; beyond, those of windows that are over are forgotten.
MOST_KEPT: Final = 10_000


@dataclass
class _Counted:
    """What this process knows of one window of somebody: how many the cache has heard of, and how many it has not."""

    window: int
    told: int = 0
    untold: int = 0


_KEPT: Final[dict[tuple[str, str], _Counted]] = {}
_LOCK: Final = threading.Lock()


def rate_of(name: str) -> tuple[int, int] | None:
    """How many in how many seconds; None where there is no limit. ValueError where the settings say neither."""
    said = settings.API_RATES.get(name)
    if not said:
        return None
    number, _, period = str(said).partition("/")
    if not number.isdecimal() or not int(number) or period[:1] not in SECONDS:
        raise ValueError(f"API_RATES[{name!r}]: expected a number and a period such as 60/min, got {said!r}")
    return int(number), SECONDS[period[:1]]


def rated_as(somebody: Model) -> str:
    """By what a researcher or an annotator is counted, on pages and in the API."""
    return f"{type(somebody).__name__}-{somebody.pk}"


def seconds_to_wait(name: str, who: str, *, now: float) -> int | None:
    """Count that `who` does what `name` limits; for how many seconds they are to wait, or None where they may."""
    return _asked(name, who, now, more=1)


def would_wait(name: str, who: str, *, now: float) -> int | None:
    """For how many seconds `who` is to wait before another would be let through; counts nothing."""
    return _asked(name, who, now, more=0)


def forget_counts() -> None:
    """Forget what this process counted; what the cache has stays."""
    with _LOCK:
        _KEPT.clear()


def _asked(name: str, who: str, now: float, *, more: int) -> int | None:
    rate = rate_of(name)
    if rate is None:
        return None
    most, seconds = rate
    window = int(now // seconds)
    with _LOCK:
        kept = _KEPT.get((name, who))
        if kept is None or kept.window != window:
            _make_room(now)
            kept = _KEPT[name, who] = _Counted(window)
        kept.untold += more
        # A rate of two is held to the letter; what asks without counting wants to know what others counted.
        tell = kept.untold if not more or kept.untold >= max(1, min(TOLD_AT_ONCE, most // SMALL_PART)) else None
    if tell is not None:
        told = _tell(f"rate-{name}-{who}-{window}", tell, seconds)
        with _LOCK:
            if told is not None:
                kept.told, kept.untold = told, kept.untold - tell
    done = kept.told + kept.untold
    if done > most or (not more and done >= most):
        return max(1, int((window + 1) * seconds - now) + 1)
    return None


def _tell(key: str, more: int, seconds: int) -> int | None:
    """Add to what all processes counted; what that is by now, or None where the cache does not answer."""
    try:
        if not more:
            return int(cache.get(key, 0))
        # Twice as long as it counts: nobody's clock is quite another's.
        cache.add(key, 0, timeout=2 * seconds)
        return int(cache.incr(key, more))
    except Exception:
        # A cache that is down must not keep people from judging: until it is back, each process counts alone.
        log.warning("the cache does not answer: rates are counted by each process alone", exc_info=True)
        return None


def _make_room(now: float) -> None:
    if len(_KEPT) < MOST_KEPT:
        return
    for key, kept in list(_KEPT.items()):
        rate = rate_of(key[0])
        if rate is None or kept.window != int(now // rate[1]):
            del _KEPT[key]
    if len(_KEPT) >= MOST_KEPT:
        _KEPT.clear()
