"""Taking a reported pair out of a study that runs, and back in: each an amendment, with its reason, that the report
lists.

A dropped pair is handed out no more, and whoever holds it gets another: they are paid as if they had judged it. What
was said of it is kept, leaves every result, and is counted with the reason; one row of the report's table of other
choices has it back in. Slots stay planned, so that a pair that is restored goes on where it was.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from evaluation.changes.amendable import CannotAmend
from evaluation.changes.amending import checked_reason, record
from evaluation.models import Amendment, Draft, Item, Judgment, LostLook, Researcher, Slot, Study
from evaluation.studies.holding import hold_alone
from evaluation.studies.pair_reports import reported_slot

DROPPED: Final = "pair dropped"
RESTORED: Final = "pair restored"
RUNS: Final = (Study.State.OPEN, Study.State.PAUSED)


@dataclass(frozen=True)
class Dropped:
    """What an amendment of one pair did: `judgments` leave the results (or are back in them), `holders` lost it."""

    amendment: Amendment
    judgments: int
    holders: int = 0


@transaction.atomic
def drop(*, study: Study, number: int, because: str, now: datetime, by: Researcher | None = None) -> Dropped:
    """Take the pair of the report `number` out of the study.

    Raises `NoSuchReport`, and `CannotAmend` where the study does not run, the pair is dropped already, it is a check
    pair, or no reason is given.
    """
    held, item, because = _held(study, number, because)
    if item.dropped_at is not None:
        raise CannotAmend(f"this pair was dropped on {item.dropped_at:%Y-%m-%d} already: {item.dropped_because}")
    if item.is_check:
        raise CannotAmend(
            "a pair with a known answer enters no result, so nothing is gained by dropping it; whom it ended wrongly "
            "is taken back by hand"
        )
    # Locked before they are read: a claim under way comes first, and is seen.
    looks = list(Slot.objects.select_for_update(of=("self",)).filter(item=item).order_by("pk"))
    judgments = Judgment.objects.filter(slot__item=item, slot__answered_at__isnull=False).count()
    answered = {each.pk for each in looks if each.answered_at is not None}
    # A second look that nobody will be asked for any more would be counted among what its annotator has left.
    idle = [each for each in looks if each.answered_at is None and each.repeats_id in answered]
    holders = [each for each in looks if each.answered_at is None and each.annotator_id is not None]
    amendment = record(
        study=held,
        text=f"One pair dropped ({item.context.ident}): {because}",
        changes=[{"key": f"pairs.{item.context.ident}", "before": "judged", "after": "dropped"}],
        now=now,
        by=by,
        action=DROPPED,
        dropped=_pair(item) | {"judgments": judgments, "repeats": sorted(each.repeats_id or 0 for each in idle)},
    )
    for each in holders:
        _take_away(each, now)
    Slot.objects.filter(pk__in=[each.pk for each in idle]).delete()
    Item.objects.filter(pk=item.pk).update(dropped_at=now, dropped_because=because)
    _count_anew(study)
    return Dropped(amendment, judgments, len(holders))


@transaction.atomic
def restore(*, study: Study, number: int, because: str, now: datetime, by: Researcher | None = None) -> Dropped:
    """Take a dropped pair back in, by a further amendment: what was said of it counts, and its slots are open again.

    Raises `NoSuchReport`, and `CannotAmend` where the study does not run, the pair stands, or no reason is given.
    """
    held, item, because = _held(study, number, because)
    if item.dropped_at is None:
        raise CannotAmend("this pair stands: only one that was dropped can be restored")
    judgments = Judgment.objects.filter(slot__item=item, slot__answered_at__isnull=False).count()
    before = held.amendments.filter(change__dropped__item=item.pk).order_by("-made_at", "-pk").first()
    amendment = record(
        study=held,
        text=f"One dropped pair restored ({item.context.ident}): {because}",
        changes=[{"key": f"pairs.{item.context.ident}", "before": "dropped", "after": "judged"}],
        now=now,
        by=by,
        action=RESTORED,
        restored=_pair(item) | {"judgments": judgments},
    )
    Item.objects.filter(pk=item.pk).update(dropped_at=None, dropped_because="")
    _plan_repeats(item, before.change["dropped"]["repeats"] if before is not None else [])
    _count_anew(study)
    return Dropped(amendment, judgments)


def _held(study: Study, number: int, because: str) -> tuple[Study, Item, str]:
    """The study, held alone, the pair of a report, and the reason as it is kept."""
    hold_alone(study.pk)
    held = Study.objects.select_for_update(of=("self",), no_key=True).get(pk=study.pk)
    slot = reported_slot(held, number)
    because = checked_reason(because)
    if held.state not in RUNS:
        raise CannotAmend(
            f"{held.name}: expected a study that is open or paused, and it is {held.state}; the report of a closed one "
            "shows its result without the reported pairs beside"
        )
    item = Item.objects.select_for_update(of=("self",)).select_related("context").get(pk=slot.item_id)
    return held, item, because


def _take_away(slot: Slot, now: datetime) -> None:
    """From whoever holds it: what they began was never submitted, they are not asked again, and are paid."""
    assert slot.annotator_id is not None
    Judgment.objects.filter(slot=slot).delete()
    Draft.objects.filter(slot=slot).delete()
    # A second look was paid for as the first was, and is taken away all the same.
    LostLook.objects.update_or_create(
        annotator_id=slot.annotator_id,
        context_id=slot.context_id,
        defaults={"item_id": slot.item_id, "dropped_at": now},
    )
    Slot.objects.filter(pk=slot.pk).update(annotator=None, claimed_at=None, leased_until=None, locked_at=None)


def _plan_repeats(item: Item, repeated: list[int]) -> None:
    """The second looks that were planned when the pair was dropped, of those first looks that still stand answered."""
    last = Slot.objects.filter(item=item, look=2).aggregate(last=Max("number"))["last"]
    start = 0 if last is None else last + 1
    place = (Slot.objects.filter(study_id=item.study_id).aggregate(last=Max("position"))["last"] or 0) + 1
    firsts = Slot.objects.filter(pk__in=repeated, item=item, repeat=None).order_by("pk")
    Slot.objects.bulk_create(
        Slot(
            study_id=item.study_id,
            item=item,
            context_id=item.context_id,
            look=2,
            repeats=first,
            number=start + number,
            position=place + number,
            first_on_left=not first.first_on_left,
        )
        for number, first in enumerate(firsts)
    )


def _pair(item: Item) -> dict[str, Any]:
    """Which pair is meant, for a program: systems stand by no name, since results may be hidden."""
    return {"item": item.pk, "context": item.context.ident}


def _count_anew(study: Study) -> None:
    """Of how many looks a share is, is counted at the next claim."""
    Study.objects.filter(pk=study.pk).update(planned_looks=None, planned_looks_at=None)
    study.refresh_from_db()
