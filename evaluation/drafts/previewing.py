"""A study as an annotator will meet it, before there is an annotator: the real pages, of rows that are never kept.

Everything happens in a transaction that is rolled back: a study made of a draft, somebody who comes to it, and where
they stand. So the pages are the annotators' own to the last letter, and nothing is stored, claimed or counted.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from evaluation.annotators.joining import give_consent
from evaluation.drafts.preview_material import CONTEXTS
from evaluation.judging.checking import take_check
from evaluation.judging.practising import has_practice
from evaluation.models import Annotator, Invite, Item, PracticeAnswer, Slot, Study
from evaluation.stats.instrument.controls import AA, CEILING

CHECK: Final = "check"
# Far beyond the keys that a database gives out, and half of what it has room for.
NOBODY: Final = 2**61
MOST_PAIRS: Final = CONTEXTS
HELD: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Stop:
    """One pair that the preview shows. `what` says what only the researcher is told: "check", "aa", "ceiling" or "".

    A check pair has no slot until it is handed out.
    """

    slot: int | None
    what: str = ""


@dataclass(frozen=True)
class Visit:
    """Somebody who is shown a study: not yet joined (`invite`), or where they stand."""

    study: Study
    invite: Invite
    annotator: Annotator | None


class NothingKept(Exception):
    """Raised to roll back; never leaves this module."""


@contextmanager
def unkept() -> Iterator[None]:
    """All that is written inside is undone at the end."""
    try:
        with transaction.atomic():
            yield
            raise NothingKept
    except NothingKept:
        return


def visit(study: Study, *, step: str, pair: int, now: datetime) -> Visit:
    """Open `study` to somebody who has come as far as `step`, and to the `pair`-th of what is shown there.

    To be called where nothing is kept.
    """
    # A closing day that is over already would leave nothing to be seen.
    closes_at = None if study.is_past_closing(now) else study.closes_at
    Study.objects.filter(pk=study.pk).update(state=Study.State.OPEN, opened_at=now, closes_at=closes_at)
    study.refresh_from_db()
    invite = Invite.objects.create(study=study, token_digest=secrets.token_hex(32), created_at=now)
    if step == "consent":
        return Visit(study, invite, None)
    before = step in ("background", "instructions")
    annotator = Annotator.objects.create(
        # A number that nobody ever has: how often somebody asks is counted by it, outside of all that is undone.
        pk=NOBODY + secrets.randbelow(NOBODY),
        study=study,
        code="A-SEE",
        invite=invite,
        background_at=None if step == "background" else now,
        instructed_at=None if before else now,
        practised_at=None if step in ("practice", "feedback") or before else now,
        created_at=now,
    )
    give_consent(annotator=annotator, now=now)
    if step in ("practice", "feedback"):
        _practise(annotator, before=pair, now=now)
    if step == "end":
        annotator.state = Annotator.State.FINISHED
        annotator.save(update_fields=["state"])
    if step in ("judge", "back", "pause"):
        _hold(annotator, pair=pair, now=now)
    return Visit(study, invite, annotator)


def steps_of(study: Study, *, asks_background: bool) -> list[str]:
    """The steps of the way through `study`, in their order."""
    steps = ["consent", *(["background"] if asks_background else []), "instructions"]
    return [*steps, *(["practice"] if has_practice(study) else []), "judge", "end"]


def stops_of(study: Study) -> list[Stop]:
    """What the preview shows one after the other: a few usual pairs, each of another context, and one of each special
    kind that the study has among them."""
    planned = Slot.objects.filter(study=study, look=1, item__is_check=False).order_by("position")
    usual: dict[int, int] = {}
    for context, slot in planned.filter(item__control="").values_list("context_id", "pk").iterator(chunk_size=500):
        usual.setdefault(context, slot)
        if len(usual) == MOST_PAIRS:
            break
    stops = [Stop(slot) for slot in usual.values()]
    if study.items.filter(is_check=True).exists():
        stops.append(Stop(None, CHECK))
    for kind in (AA, CEILING):
        first = planned.filter(item__control=kind).values_list("pk", flat=True).first()
        stops += [Stop(first, kind)] if first is not None else []
    return stops


def practice_of(study: Study) -> list[Item]:
    """The practice pairs, in their order."""
    return list(study.items.filter(is_practice=True).order_by("pk"))


def _hold(annotator: Annotator, *, pair: int, now: datetime) -> None:
    """The annotator holds the `pair`-th pair: what is held is what is shown."""
    stops = stops_of(annotator.study)
    if not stops:
        return
    stop = stops[min(pair, len(stops)) - 1]
    if stop.slot is None:
        take_check(annotator=annotator, study=annotator.study, now=now)
        return
    Slot.objects.filter(pk=stop.slot).update(annotator=annotator, claimed_at=now, leased_until=now + HELD)


def _practise(annotator: Annotator, *, before: int, now: datetime) -> None:
    """The practice pairs before the one that is shown were found."""
    PracticeAnswer.objects.bulk_create(
        PracticeAnswer(
            annotator=annotator,
            item=item,
            attempt=1,
            answers=dict.fromkeys(item.expected, "left"),
            right=True,
            answered_at=now,
        )
        for item in practice_of(annotator.study)[: max(0, before - 1)]
    )
