"""What others hold: when nothing is free for an annotator, how many pairs may come back, and when."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Min, OuterRef

from evaluation.models import Annotator, LostLook, Slot


@dataclass(frozen=True)
class HeldByOthers:
    """How many contexts that an annotator has not seen are with others, and in how many minutes the first is free."""

    contexts: int
    minutes: int | None


def held_by_others(*, annotator: Annotator, now: datetime) -> HeldByOthers:
    """What would come back to `annotator` if whoever holds it left it lying."""
    seen = Slot.objects.for_annotator(annotator).filter(look=1, context=OuterRef("context"))
    left = LostLook.objects.filter(annotator=annotator, context=OuterRef("context"))
    held = (
        Slot.objects.filter(study_id=annotator.study_id, look=1, item__is_check=False, item__dropped_at=None)
        .held(now)
        .exclude(annotator=annotator)
        .filter(~Exists(seen), ~Exists(left))
    )
    first = held.aggregate(first=Min("leased_until"))["first"]
    return HeldByOthers(
        contexts=held.values("context").distinct().count(),
        # A minute begun counts as one: nobody should look in too early.
        minutes=None if first is None else int((first - now).total_seconds() // 60) + 1,
    )
