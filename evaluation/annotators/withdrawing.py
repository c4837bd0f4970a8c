"""Taking back: an annotator withdraws, or a researcher forgets somebody on request.

What they judged is deleted, not only hidden, and their slots open again. Both leave a line in the study's audit:
how much was removed, and nothing of whom.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from evaluation.annotators.paying import keep_work
from evaluation.models import (
    Annotator,
    AuditEntry,
    Draft,
    Invite,
    Judgment,
    LostLook,
    PracticeAnswer,
    Receipt,
    Researcher,
    Slot,
)

WITHDRAWN: Final = "an annotator withdrew"
FORGOTTEN: Final = "an annotator was forgotten"
# What stands in earlier lines of the audit in place of the code of somebody who was forgotten.
NOBODY: Final = "forgotten"


@transaction.atomic
def withdraw(*, annotator: Annotator, now: datetime) -> int:
    """Take `annotator` out at their own wish; how many pairs they had judged. A second time nothing changes.

    The participant id stays, so that a platform's participant is paid and is known when they come back; `forget`
    removes it.
    """
    held = _held(annotator)
    if held.state == Annotator.State.WITHDRAWN:
        return 0
    keep_work(held)
    judged = _take_back(held)
    held.state, held.last_seen_at = Annotator.State.WITHDRAWN, now
    held.save(update_fields=["state", "last_seen_at"])
    annotator.state = held.state
    AuditEntry.objects.create(study=held.study, action=WITHDRAWN, detail={"judged": judged}, made_at=now)
    return judged


@transaction.atomic
def forget(*, annotator: Annotator, now: datetime, by: Researcher | None = None) -> int:
    """Delete all that is stored of `annotator`: judgments, drafts, comments, practice, participant id; returns how many
    pairs they had judged.

    Their personal link stops working and loses its note, and earlier lines of the audit lose their code.
    """
    held = _held(annotator)
    judged = _take_back(held)
    Invite.objects.filter(annotators=held, personal=True).update(label="", revoked_at=now)
    for entry in AuditEntry.objects.filter(study=held.study, detail__annotator=held.code):
        entry.detail = {"annotator": NOBODY} | ({"rule": entry.detail["rule"]} if "rule" in entry.detail else {})
        entry.save(update_fields=["detail"])
    study = held.study
    held.delete()
    AuditEntry.objects.create(study=study, action=FORGOTTEN, detail={"judged": judged}, made_by=by, made_at=now)
    return judged


def _held(annotator: Annotator) -> Annotator:
    """The annotator as they stand now, held until the transaction ends: no submit can come between."""
    return Annotator.objects.select_for_update(of=("self",)).select_related("study").get(pk=annotator.pk)


def _take_back(annotator: Annotator) -> int:
    """Delete what they said and open their slots again; how many pairs they had judged."""
    slots = Slot.objects.for_annotator(annotator)
    judged = slots.answered().filter(item__is_check=False).count()
    for model in (Judgment, Draft, Receipt):
        model.objects.filter(slot__annotator=annotator).delete()
    PracticeAnswer.objects.filter(annotator=annotator).delete()
    LostLook.objects.filter(annotator=annotator).delete()
    # Looks at check pairs were made for them alone.
    slots.filter(item__is_check=True).delete()
    # Somebody else was planned in their place already, when they were excluded.
    replaced = list(slots.filter(look=1, stand_ins__isnull=False).values_list("pk", flat=True))
    Slot.objects.filter(stands_for__in=replaced).update(stands_for=None)
    Slot.objects.filter(pk__in=replaced).delete()
    slots.update(
        annotator=None,
        claimed_at=None,
        leased_until=None,
        locked_at=None,
        answered_at=None,
        seconds=None,
        layout="",
        comment="",
        problem="",
    )
    return judged
