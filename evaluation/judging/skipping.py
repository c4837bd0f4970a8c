"""Passing over a pair, where the study allows it: no penalty, no judgment, and others get the pair instead.

Whoever skips never sees that context again. Skips are counted, by annotator and by pair: what people would not judge is
missing from the results, and perhaps not by chance. A skip is not paid as a judgment and takes nothing off.
"""

from datetime import datetime

from django.db import transaction

from evaluation.judging.assignment import LeaseLost, NotYours, check_own
from evaluation.judging.submitting import StudyNotOpen
from evaluation.models import Annotator, Draft, Judgment, LostLook, Slot
from evaluation.studies.holding import hold_with_others


class SkippingNotOffered(ValueError):
    """A pair was passed over that cannot be: the study does not allow it, or the pair is answered already."""


@transaction.atomic
def skip(*, slot_id: int, annotator: Annotator, now: datetime) -> None:
    """Give the pair that `annotator` holds back unjudged; a second time nothing changes.

    A look that was made for them alone (a check pair, a repeat) is gone with it. Raises `SkippingNotOffered`,
    `StudyNotOpen`, and `NotYours` or `LeaseLost` for a pair that is not theirs and that they did not skip.
    """
    hold_with_others(annotator.study_id)
    Annotator.objects.select_for_update().get(pk=annotator.pk)
    slot = Slot.objects.select_for_update(of=("self",)).select_related("study", "item").filter(pk=slot_id).first()
    try:
        check_own(slot, annotator)
    except (LeaseLost, NotYours):
        if slot is not None and _was_skipped(slot, annotator):
            return
        raise
    assert slot is not None
    if not slot.study.is_open():
        raise StudyNotOpen(f"the study is {slot.study.state}, and pairs are skipped only while it is open")
    if not slot.study.may_skip:
        raise SkippingNotOffered("this study does not offer to skip a pair (may_skip = true in its file would)")
    if slot.answered_at is not None:
        raise SkippingNotOffered("this pair is answered already; it can be changed, and not skipped")
    LostLook.objects.update_or_create(
        annotator=annotator, context_id=slot.context_id, defaults={"item": slot.item, "skipped_at": now}
    )
    if slot.item.is_check or slot.repeats_id is not None:
        slot.delete()
    else:
        # What was locked already was never submitted.
        Judgment.objects.filter(slot=slot).delete()
        Draft.objects.filter(slot=slot).delete()
        Slot.objects.filter(pk=slot.pk).update(annotator=None, claimed_at=None, leased_until=None, locked_at=None)
    Annotator.objects.filter(pk=annotator.pk).update(last_seen_at=now)


def _was_skipped(slot: Slot, annotator: Annotator) -> bool:
    return LostLook.objects.filter(
        annotator=annotator, context_id=slot.context_id, item_id=slot.item_id, skipped_at__isnull=False
    ).exists()
