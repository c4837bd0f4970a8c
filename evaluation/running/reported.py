"""Pairs that annotators reported: what they saw and said, by nothing that tells a system, and what was answered.

A report never blocks and never changes a result: the pair stays in the primary result, and a row of the report's
sensitivity table leaves it out. Researchers note what they made of it and keep the pair, or drop it by an amendment
(`evaluation.changes.dropping`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from evaluation.items.blinding import displayed
from evaluation.models import AuditEntry, Researcher, Slot, Study
from evaluation.studies.pair_reports import NoSuchReport, reported_slot

SEEN: Final = "report seen"
RETAINED: Final = "pair retained"
# Each says that somebody has answered a report, in a note.
ANSWERS: Final = (SEEN, RETAINED)
LONGEST_NOTE: Final = 500
MOST_SHOWN: Final = 200


@dataclass(frozen=True)
class Report:
    """One report. `replies` stand as they were shown; `notes` are the researchers', the newest first."""

    number: int
    problem: str
    comment: str
    annotator: str
    at: datetime | None
    context: str
    turns: tuple[str, ...]
    replies: tuple[str, str]
    notes: tuple[tuple[datetime, str, str], ...]
    # Of how many annotators who judged the pair, so many reported it.
    reporters: int
    judged: int
    # Why the pair was dropped; empty where it stands.
    dropped: str = ""
    # A pair with a known answer, which cannot be dropped.
    is_check: bool = False


def reports_of(study: Study) -> list[Report]:
    """The reported pairs, those that nobody has seen first, then the newest; in a fixed number of queries."""
    slots = list(
        Slot.objects.filter(study=study)
        .reported()
        .select_related("annotator", "item__context", "item__first", "item__second")
        .order_by("-answered_at", "-pk")[:MOST_SHOWN]
    )
    notes: dict[int, list[tuple[datetime, str, str]]] = {}
    seen = study.audit.filter(action__in=ANSWERS).select_related("made_by").order_by("-made_at", "-pk")
    for entry in seen:
        by = str(entry.made_by) if entry.made_by else ""
        notes.setdefault(int(entry.detail["slot"]), []).append((entry.made_at, by, str(entry.detail.get("note", ""))))
    judged: dict[int, list[str]] = {}
    for item, problem in (
        Slot.objects.filter(item__in={slot.item_id for slot in slots}).answered().values_list("item_id", "problem")
    ):
        judged.setdefault(item, []).append(problem)
    found = [
        Report(
            number=slot.pk,
            problem=slot.problem,
            comment=slot.comment,
            annotator=slot.annotator.code if slot.annotator else "",
            at=slot.answered_at,
            context=slot.item.context.ident,
            turns=tuple(displayed(str(turn["text"]), study) for turn in slot.item.context.turns),
            replies=_replies(slot, study),
            notes=tuple(notes.get(slot.pk, ())),
            reporters=sum(bool(each) for each in judged[slot.item_id]),
            judged=len(judged[slot.item_id]),
            dropped=slot.item.dropped_because if slot.item.dropped_at is not None else "",
            is_check=slot.item.is_check,
        )
        for slot in slots
    ]
    return sorted(found, key=lambda each: bool(each.notes))


def unseen_reports(study: Study) -> int:
    """How many reports nobody has noted anything of; two queries."""
    seen = {int(detail["slot"]) for detail in study.audit.filter(action__in=ANSWERS).values_list("detail", flat=True)}
    reported = Slot.objects.filter(study=study).reported().values_list("pk", flat=True)
    return sum(number not in seen for number in reported)


def _replies(slot: Slot, study: Study) -> tuple[str, str]:
    left, right = slot.left(), slot.right()
    return (displayed(left.text if left else "", study), displayed(right.text if right else "", study))


@transaction.atomic
def mark_seen(*, study: Study, number: int, note: str, now: datetime, by: Researcher | None = None) -> None:
    """Note what was made of a report; raises `NoSuchReport`."""
    _note(study, number, note, action=SEEN, now=now, by=by)


@transaction.atomic
def retain(*, study: Study, number: int, note: str, now: datetime, by: Researcher | None = None) -> None:
    """Note that the pair of a report was looked at and stays, and why; raises `NoSuchReport`."""
    _note(study, number, note, action=RETAINED, now=now, by=by)


def _note(study: Study, number: int, note: str, *, action: str, now: datetime, by: Researcher | None) -> None:
    slot = reported_slot(study, number)
    note = " ".join(note.replace("\0", "").split())
    if not note or len(note) > LONGEST_NOTE:
        raise NoSuchReport(f"expected a note of 1 to {LONGEST_NOTE} characters, got {len(note)}")
    AuditEntry.objects.create(
        study=study,
        action=action,
        detail={"slot": slot.pk, "problem": slot.problem, "note": note},
        made_by=by,
        made_at=now,
    )
