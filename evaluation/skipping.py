"""Passing over a pair, where the study allows it: no penalty, no judgment, and others get the pair instead.

Whoever skips never sees that context again. Skips are counted, by annotator and by pair: what people would not judge is
missing from the results, and perhaps not by chance. A skip is not paid as a judgment and takes nothing off.
"""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import Count, QuerySet

from evaluation.assignment import LeaseLost, NotYours, check_own
from evaluation.holding import hold_with_others
from evaluation.judging import StudyNotOpen
from evaluation.models import Annotator, Draft, Item, Judgment, LostLook, Slot, Study
from evaluation.stats.conduct import SkippedPair


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


def skips_of_annotators(study: Study) -> dict[str, int]:
    """Annotator -> pairs passed over, of all who did and did not withdraw; check pairs too."""
    counted = _skips(study).values("annotator__code").annotate(n=Count("pk")).order_by("annotator__code")
    return {each["annotator__code"]: each["n"] for each in counted}


def skipped_pairs(study: Study) -> tuple[SkippedPair, ...]:
    """Every judged pair that was passed over, the most often first; `judged` are first looks at it that count."""
    skips: Counter[int] = Counter(
        _skips(study).filter(item__is_check=False, item__control="").values_list("item", flat=True)
    )
    judged = dict(
        Slot.objects.filter(study=study, look=1, item__in=skips, answered_at__isnull=False)
        .planned()
        .values_list("item")
        .annotate(n=Count("pk"))
    )
    items = Item.objects.filter(pk__in=skips).select_related("context", "first__system", "second__system")
    found = [
        SkippedPair(
            context=each.context.ident,
            domain=each.context.domain,
            first=_system(each, "first"),
            second=_system(each, "second"),
            skipped=skips[each.pk],
            judged=judged.get(each.pk, 0),
        )
        for each in items
    ]
    return tuple(sorted(found, key=lambda each: (-each.skipped, each.context, each.first, each.second)))


def _system(item: Item, place: str) -> str:
    response = getattr(item, place)
    return response.system.name if response is not None and response.system is not None else ""


def _skips(study: Study) -> QuerySet[LostLook]:
    return LostLook.objects.filter(annotator__study=study, skipped_at__isnull=False).exclude(
        annotator__state=Annotator.State.WITHDRAWN
    )
