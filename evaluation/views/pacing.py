"""How far an annotator is, in words."""

from dataclasses import dataclass
from typing import Final

from evaluation.assignment import PersonalProgress
from evaluation.waiting import HeldByOthers

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


def ended_words(progress: PersonalProgress, *, paid: bool) -> str:
    """What is said to somebody whom a rule ended: nothing of a rule, and that their work counts as work."""
    if not progress.done:
        return "The pairs of this study are not for everybody, and for you it ends here. We are glad that you tried."
    pairs = f"{progress.done} pair{'' if progress.done == 1 else 's'}"
    return (
        f"You have judged {pairs}, and for you the study ends here. "
        f"Everything that you did is kept{', and is paid as was agreed' if paid else ''}."
    )


def finished_words(progress: PersonalProgress, *, still_open: bool, held: HeldByOthers) -> str:
    """What was given, and on the last page how many pairs may come back, and when."""
    done = f"You have judged {progress.done} pair{'' if progress.done == 1 else 's'}."
    if progress.left and still_open:
        more = f"What is left is with other people just now. {_held_words(held)}"
        return f"{done} {more}" if progress.done else more
    return f"{done} Nothing is left for you to do." if progress.done else "There is nothing for you to judge."


def _held_words(held: HeldByOthers) -> str:
    if not held.contexts or held.minutes is None:
        return "Some of it may come back: look in again later."
    pairs = "One pair is" if held.contexts == 1 else f"{held.contexts} pairs are"
    when = "in a minute" if held.minutes == 1 else f"in {held.minutes} minutes"
    if held.minutes > 90:
        when = f"in {minutes(60 * held.minutes)}"
    return f"{pairs} held, and what is not answered comes back: the first {when} at the latest. Look in again then."
