"""How far an annotator is, in words."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluation.annotators.waiting import HeldByOthers
from evaluation.judging.assignment import PersonalProgress

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


def pace_of(progress: PersonalProgress, *, changing: bool = False, kind: str = "pair") -> Pace:
    """How many are done and left, and how long the rest takes at the annotator's own pace."""
    done, total = progress.done, max(progress.done + progress.left, 1)
    # Of very many pairs not all are counted: then there are "400+", and no time is foretold.
    paced = progress.median_seconds is not None and done >= ENOUGH_FOR_A_PACE
    timed, plus = paced and progress.left > 0 and not progress.more, "+" if progress.more else ""
    seconds = (progress.median_seconds or 0.0) * progress.left
    where = {"number": min(done + 1, total), "total": f"{total}{plus}"}
    if kind == "persona":
        last, heading = _("Your last description again"), _("Description %(number)s of %(total)s") % where
    else:
        last, heading = _("Your last pair again"), _("Pair %(number)s of %(total)s") % where
    return Pace(
        heading=last if changing else heading,
        left=_("%(time)s left") % {"time": minutes(seconds) if timed else f"{progress.left}{plus}"}
        if timed or plus
        else _left(progress.left),
        timed=timed,
        done=done,
        total=total,
    )


def _left(pairs: int) -> str:
    return ngettext("%(pairs)d left", "%(pairs)d left", pairs) % {"pairs": pairs} if pairs else _("none left")


def minutes(seconds: float) -> str:
    """A length of time as one says it: "about 9 minutes", "about 1½ hours"."""
    if seconds < 90:
        return _("about a minute")
    if seconds < 90 * 60:
        whole = round(seconds / 60)
        return ngettext("about %(minutes)d minute", "about %(minutes)d minutes", whole) % {"minutes": whole}
    halves = round(seconds / 1800)
    return _("about %(hours)s hours") % {"hours": f"{halves // 2}{'½' if halves % 2 else ''}"}


def ended_words(progress: PersonalProgress, *, paid: bool, kind: str = "pair") -> str:
    """What is said to somebody whom a rule ended: nothing of a rule, and that their work counts as work."""
    if kind == "persona":
        return " ".join((_judged(progress, kind), _("For you the study ends here."), _kept(paid=paid)))
    if not progress.done:
        return _("The pairs of this study are not for everybody, and for you it ends here. We are glad that you tried.")
    done = ngettext(
        "You have judged %(pairs)d pair, and for you the study ends here.",
        "You have judged %(pairs)d pairs, and for you the study ends here.",
        progress.done,
    ) % {"pairs": progress.done}
    return f"{done} {_kept(paid=paid)}"


def _kept(*, paid: bool) -> str:
    if paid:
        return _("Everything that you did is kept, and is paid as was agreed.")
    return _("Everything that you did is kept.")


def _judged(progress: PersonalProgress, kind: str) -> str:
    if kind == "persona":
        return ngettext(
            "You have judged %(descriptions)d description.",
            "You have judged %(descriptions)d descriptions.",
            progress.done,
        ) % {"descriptions": progress.done}
    return ngettext("You have judged %(pairs)d pair.", "You have judged %(pairs)d pairs.", progress.done) % {
        "pairs": progress.done
    }


def finished_words(progress: PersonalProgress, *, still_open: bool, held: HeldByOthers, kind: str = "pair") -> str:
    """What was given, and on the last page how many pairs may come back, and when."""
    done = _judged(progress, kind)
    if progress.left and still_open:
        more = " ".join((_("What is left is with other people just now."), _held_words(held, kind)))
        return f"{done} {more}" if progress.done else more
    nothing = _("Nothing is left for you to do.")
    return f"{done} {nothing}" if progress.done else _("There is nothing for you to judge.")


def past_closing_words(progress: PersonalProgress, *, paid: bool, kind: str = "pair") -> str:
    """What is said to whoever comes back after the day on which the study ended: what they did, and that it is paid."""
    over = _("The time of this study is over, and nothing more is needed.")
    if not progress.done:
        return " ".join((over, _("Thank you for your interest.")))
    return " ".join((_judged(progress, kind), over, _kept(paid=paid)))


def _held_words(held: HeldByOthers, kind: str) -> str:
    if not held.contexts or held.minutes is None:
        return _("Some of it may come back: look in again later.")
    if kind == "persona":
        pairs = ngettext("One description is held", "%(pairs)d descriptions are held", held.contexts)
    else:
        pairs = ngettext("One pair is held", "%(pairs)d pairs are held", held.contexts)
    pairs %= {"pairs": held.contexts}
    when = ngettext("in a minute", "in %(minutes)d minutes", held.minutes) % {"minutes": held.minutes}
    if held.minutes > 90:
        when = _("in %(time)s") % {"time": minutes(60 * held.minutes)}
    return _(
        "%(pairs_are_held)s, and what is not answered comes back: the first %(when)s at the latest. Look in again then."
    ) % {"pairs_are_held": pairs, "when": when}
