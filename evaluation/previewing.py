"""A study as an annotator will meet it, before there is an annotator: the real pages, of rows that are never kept.

Everything happens in a transaction that is rolled back: a study made of a draft, somebody who comes to it, and where
they stand. So the pages are the annotators' own to the last letter, and nothing is stored, claimed or counted.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from evaluation.drafting import Ready
from evaluation.importing import create_study
from evaluation.joining import give_consent
from evaluation.models import Annotator, Invite, PracticeAnswer, Slot, Study
from evaluation.practising import has_practice
from evaluation.study_file import StudyFile

# Enough to see how pairs differ, and few enough to be made while somebody waits.
CONTEXTS: Final = 6
MOST_PAIRS: Final = CONTEXTS
HELD: Final = timedelta(hours=1)


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


def study_to_show(ready: Ready, *, now: datetime) -> Study:
    """A study of the draft with a few of its contexts; to be called where nothing is kept."""
    name = f"preview-{secrets.token_hex(8)}"
    file = few_of(ready.file)
    return create_study(name=name, file=file, gathered=ready.gathered, now=now).study


def few_of(file: StudyFile) -> StudyFile:
    """The file with fewer contexts, each once: made in no time."""
    if file.kind == "persona":
        contexts = replace(file.contexts, per_level=1)
    else:
        contexts = replace(file.contexts, per_domain=min(file.contexts.per_domain or CONTEXTS, CONTEXTS))
    return replace(file, contexts=contexts, judgments_per_pair=1, repeat_share=0.0)


def visit(study: Study, *, step: str, pair: int, now: datetime) -> Visit:
    """Open `study` to somebody who has come as far as `step`, and to the `pair`-th of what is shown there.

    To be called where nothing is kept.
    """
    Study.objects.filter(pk=study.pk).update(state=Study.State.OPEN, opened_at=now)
    study.refresh_from_db()
    invite = Invite.objects.create(study=study, token_digest=secrets.token_hex(32), created_at=now)
    if step == "consent":
        return Visit(study, invite, None)
    before = step in ("background", "instructions")
    annotator = Annotator.objects.create(
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


def pairs_of(study: Study) -> list[int]:
    """The first slots, each of another context, that the preview shows one after the other."""
    slots: dict[int, int] = {}
    planned = Slot.objects.filter(study=study, look=1).order_by("position").values_list("context_id", "pk")
    for context, slot in planned.iterator(chunk_size=500):
        slots.setdefault(context, slot)
        if len(slots) == MOST_PAIRS:
            break
    return list(slots.values())


def _hold(annotator: Annotator, *, pair: int, now: datetime) -> None:
    """The annotator holds the `pair`-th pair: what is held is what is shown."""
    slots = pairs_of(annotator.study)
    if slots:
        Slot.objects.filter(pk=slots[min(pair, len(slots)) - 1]).update(
            annotator=annotator, claimed_at=now, leased_until=now + HELD
        )


def _practise(annotator: Annotator, *, before: int, now: datetime) -> None:
    """The practice pairs before the one that is shown were found."""
    items = annotator.study.items.filter(is_practice=True).order_by("pk")
    PracticeAnswer.objects.bulk_create(
        PracticeAnswer(
            annotator=annotator,
            item=item,
            attempt=1,
            answers=dict.fromkeys(item.expected, "left"),
            right=True,
            answered_at=now,
        )
        for item in list(items)[: max(0, before - 1)]
    )
