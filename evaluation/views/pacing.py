"""How far an annotator is, in words."""

from dataclasses import dataclass
from typing import Final

from evaluation.assignment import PersonalProgress

# One answer says too little about a pace.
ENOUGH_FOR_A_PACE: Final = 3


@dataclass(frozen=True)
class Pace:
    """What the bar at the top of the judge page says; `timed` where `left` is a time at the annotator's own pace."""

    heading: str
    left: str
    timed: bool
    done: int
    total: int


def pace_of(progress: PersonalProgress, *, changing: bool = False) -> Pace:
    """How many are done and left, and how long the rest takes at the annotator's own pace."""
    done, total = progress.done, max(progress.done + progress.left, 1)
    timed = progress.median_seconds is not None and done >= ENOUGH_FOR_A_PACE and progress.left > 0
    seconds = (progress.median_seconds or 0.0) * progress.left
    return Pace(
        heading="Your last pair again" if changing else f"Pair {min(done + 1, total)} of {total}",
        left=f"{minutes(seconds)} left" if timed else f"{progress.left or 'none'} left",
        timed=timed,
        done=done,
        total=total,
    )


def minutes(seconds: float) -> str:
    """A length of time as one says it: "about 9 minutes", "about 1½ hours"."""
    if seconds < 90:
        return "about a minute"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} minutes"
    halves = round(seconds / 1800)
    return f"about {halves // 2}{'½' if halves % 2 else ''} hours"


def finished_words(progress: PersonalProgress, *, still_open: bool) -> str:
    """What was given, and whether there may be more, on the last page."""
    done = f"You have judged {progress.done} pair{'' if progress.done == 1 else 's'}."
    if progress.left and still_open:
        more = "What is left is with other people just now. Some of it may come back: look in again later."
        return f"{done} {more}" if progress.done else more
    return f"{done} Nothing is left for you to do." if progress.done else "There is nothing for you to judge."
