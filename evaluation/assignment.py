"""Who judges what next. A claim is one conditional update of a planned slot, and the row count says who won.

The rules, held here and by the database's constraints: no item over its k slots, no context twice for one annotator, no
annotator over their share of the study, and what somebody left lying is free again when its lease runs out.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Case, Exists, OuterRef, Q, When

from evaluation.checking import check_due, checks_to_come, take_check
from evaluation.models import Annotator, Draft, Judgment, LostLook, Slot, Study

# Fetched at once, so that a lost race costs an update and not another search.
CANDIDATES: Final = 8
# An annotator meets a pair again after this many others at the earliest.
REPEAT_AFTER: Final = 8
MAY_JUDGE: Final = (Annotator.State.ARRIVED, Annotator.State.ACTIVE, Annotator.State.FINISHED)


class ConsentMissing(PermissionError):
    """A pair was asked for on behalf of somebody who has not agreed to take part."""


class NotYours(LookupError):
    """A slot that this annotator does not hold and never answered."""


class LeaseLost(NotYours):
    """A slot that went to somebody else after its lease ran out."""


@dataclass(frozen=True)
class PersonalProgress:
    """How far one annotator is. `left` is what they can still get at most: others may take some of it."""

    done: int
    left: int
    median_seconds: float | None


@transaction.atomic
def claim_next(*, study: Study, annotator: Annotator, now: datetime) -> Slot | None:
    """The slot that `annotator` judges next, leased to them; None where nothing is left for them or the study rests.

    What they hold already comes first, with a fresh lease, on whatever device they ask.
    """
    # Held until the end, so that one annotator asking twice at once gets one slot.
    held = Annotator.objects.select_for_update().get(pk=annotator.pk, study=study)
    if held.consented_at is None:
        raise ConsentMissing(f"{held.code} has not agreed to take part")
    # As it stands now: the object at hand may be older than a pause.
    if held.state not in MAY_JUDGE or not Study.objects.filter(pk=study.pk, state=Study.State.OPEN).exists():
        return None
    slot_id = (
        _hold_on(annotator=held, study=study, now=now)
        or _take_due_check(annotator=held, study=study, now=now)
        or _take_new(annotator=held, study=study, now=now)
    )
    state = Annotator.State.ACTIVE if slot_id else Annotator.State.FINISHED
    Annotator.objects.filter(pk=held.pk).update(state=state, last_seen_at=now)
    annotator.state, annotator.last_seen_at = state, now
    return own_slot(annotator=held, slot_id=slot_id) if slot_id else None


def _hold_on(*, annotator: Annotator, study: Study, now: datetime) -> int | None:
    mine = Slot.objects.for_annotator(annotator).filter(answered_at=None).order_by("position").first()
    if mine is None:
        return None
    renewed = Slot.objects.filter(pk=mine.pk, annotator=annotator, answered_at=None).update(
        leased_until=_lease_end(study, now)
    )
    return mine.pk if renewed else None


def _take_due_check(*, annotator: Annotator, study: Study, now: datetime) -> int | None:
    """A check pair, where the schedule has one here and real pairs follow it: the last pair is a real one."""
    if not check_due(annotator=annotator, study=study) or not _real_left(annotator):
        return None
    return take_check(annotator=annotator, study=study, now=now)


def _take_new(*, annotator: Annotator, study: Study, now: datetime) -> int | None:
    taken = Slot.objects.for_annotator(annotator).filter(look=1, item__is_check=False).count()
    due, other = _repeats_of(annotator)
    seen = Slot.objects.for_annotator(annotator).filter(look=1, context=OuterRef("context"))
    left = LostLook.objects.filter(annotator=annotator, context=OuterRef("context"))
    new = Q(look=1) & ~Exists(seen) & ~Exists(left) if taken < most_for_one(study) else Q(pk__in=())
    lost: set[int] = set()
    while True:
        # A repeat that is due goes first, since whoever saw the pair may leave; one that is not due yet goes last.
        candidates = (
            # A look at a check pair is its annotator's alone.
            Slot.objects.filter(Q(pk__in=due + other) | new, study=study, item__is_check=False)
            .unclaimed(now)
            .exclude(pk__in=lost)
            .annotate(turn=Case(When(pk__in=due, then=0), When(look=1, then=1), default=2))
            .order_by("turn", "position")
            .values_list("pk", "annotator_id", "context_id")[:CANDIDATES]
        )
        tried = list(candidates)
        for slot_id, left_by, context_id in tried:
            if _won(slot_id, annotator=annotator, study=study, now=now):
                if left_by is not None:
                    # They saw it, perhaps with the traits, and are not asked about this context again.
                    LostLook.objects.get_or_create(annotator_id=left_by, context_id=context_id)
                return slot_id
        if not tried:
            return None
        lost.update(slot_id for slot_id, _, _ in tried)


def _repeats_of(annotator: Annotator) -> tuple[list[int], list[int]]:
    """Planned repeats of what this annotator answered: those due, `REPEAT_AFTER` others since, and those not yet."""
    answered = (
        Slot.objects.for_annotator(annotator)
        .answered()
        .filter(look=1)
        .order_by("-answered_at", "-pk")
        .values_list("repeat", "repeat__answered_at")
    )
    open_repeats = [
        (place, repeat) for place, (repeat, done) in enumerate(answered) if repeat is not None and done is None
    ]
    due = [repeat for place, repeat in open_repeats if place >= REPEAT_AFTER]
    return due, [repeat for place, repeat in open_repeats if place < REPEAT_AFTER]


def _won(slot_id: int, *, annotator: Annotator, study: Study, now: datetime) -> bool:
    try:
        with transaction.atomic():
            won = (
                Slot.objects.filter(pk=slot_id)
                .unclaimed(now)
                .update(annotator=annotator, claimed_at=now, leased_until=_lease_end(study, now), locked_at=None)
            )
    except IntegrityError:
        # The database's own rule, that nobody sees a context twice, has the last word.
        return False
    if won:
        # What somebody began here and left was never submitted.
        Judgment.objects.filter(slot_id=slot_id).delete()
        Draft.objects.filter(slot_id=slot_id).delete()
    return bool(won)


def _lease_end(study: Study, now: datetime) -> datetime:
    return now + timedelta(minutes=study.lease_minutes)


def most_for_one(study: Study) -> int:
    """How many slots one annotator may have: `max_share` of the study's, at least one."""
    planned = Slot.objects.filter(study=study, look=1).planned().count()
    # The share of a number such as 0.1 * 180 must not be lost to its last binary digit.
    return max(1, math.floor(study.max_share * planned + 1e-9))


def own_slot(*, annotator: Annotator, slot_id: int) -> Slot:
    """A slot that `annotator` holds or answered, with all that its page needs; else `NotYours` or `LeaseLost`."""
    slot = (
        Slot.objects.select_related("study", "annotator", "item__context", "item__first", "item__second", "draft")
        .prefetch_related("study__criteria", "judgments__criterion")
        .filter(pk=slot_id, study_id=annotator.study_id)
        .first()
    )
    check_own(slot, annotator)
    assert slot is not None
    return slot


def check_own(slot: Slot | None, annotator: Annotator) -> None:
    """Raise `NotYours` unless `annotator` holds or answered `slot`; `LeaseLost` where somebody else does."""
    if slot is None or slot.study_id != annotator.study_id:
        raise NotYours("there is no such pair for you")
    if slot.annotator_id != annotator.pk:
        raise LeaseLost("this pair went to somebody else after it lay for too long")


def personal_progress(*, annotator: Annotator) -> PersonalProgress:
    """What `annotator` did, and at most how much more there is for them."""
    answered = Slot.objects.for_annotator(annotator).answered()
    measured = [each for each in answered.values_list("seconds", flat=True) if each is not None]
    real = _real_left(annotator)
    return PersonalProgress(
        done=answered.count(),
        left=real + checks_to_come(annotator=annotator, study=annotator.study, real=real),
        median_seconds=median(measured) if measured else None,
    )


def _real_left(annotator: Annotator) -> int:
    """How many pairs there are for `annotator` at most, not counting checks: others may take some of them."""
    answered = Slot.objects.for_annotator(annotator).answered().filter(look=1, item__is_check=False)
    seen = answered.filter(context=OuterRef("context"))
    left = LostLook.objects.filter(annotator=annotator, context=OuterRef("context"))
    open_contexts = (
        Slot.objects.filter(study_id=annotator.study_id, look=1, answered_at=None, item__is_check=False)
        .filter(~Exists(seen), ~Exists(left))
        .values("context")
        .distinct()
        .count()
    )
    repeats = Slot.objects.filter(repeats__annotator=annotator, answered_at=None).count()
    return max(0, min(most_for_one(annotator.study) - answered.count(), open_contexts)) + repeats
