"""Who judges what next. A claim is one conditional update of a planned slot, and the row count says who won.

The rules, held here and by the database's constraints: no item over its k slots, no context twice for one annotator, no
annotator over their share of the study, and what somebody left lying is free again when its lease runs out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from django.db import IntegrityError, transaction

from evaluation.judging.checking import check_due, checks_to_come, take_check
from evaluation.judging.reading import (
    OwnLook,
    claim,
    held_annotator,
    look_of,
    mark_state,
    next_open,
    open_contexts,
    open_looks,
    own_looks,
    page_slot,
    renew,
    study_now,
)
from evaluation.models import Annotator, Draft, Judgment, LostLook, Slot, Study
from evaluation.operation.counting import count
from evaluation.queue.webhooks import ANNOTATOR_FINISHED, announce
from generation.corpus.manifest import digest_of

# An annotator meets a pair again after this many others at the earliest.
REPEAT_AFTER: Final = 8
# How much more often an annotator sees one order of sides than the other, while the other is to be had.
MOST_LEAD: Final = 2
# How long a count of a study's slots is good for; it changes when a study is extended.
COUNTED_AGAIN: Final = timedelta(minutes=2)
MAY_JUDGE: Final = (Annotator.State.ARRIVED, Annotator.State.ACTIVE, Annotator.State.FINISHED)


class ConsentMissing(PermissionError):
    """A pair was asked for on behalf of somebody who has not agreed to take part."""


class NotYours(LookupError):
    """A slot that this annotator does not hold and never answered."""


class LeaseLost(NotYours):
    """A slot that went to somebody else after its lease ran out."""


@dataclass(frozen=True)
class PersonalProgress:
    """How far one annotator is. `left` is what they can still get at most: others may take some of it.

    `more` where there are more than `left` still: of very many, not all are counted.
    """

    done: int
    left: int
    median_seconds: float | None
    more: bool = False


@dataclass(frozen=True)
class Claimed:
    """A slot that was claimed, its annotator and study read with it, and what they held or answered before."""

    slot: Slot
    before: tuple[OwnLook, ...]

    def looks(self) -> tuple[OwnLook, ...]:
        """All that the annotator holds or answered."""
        mine = self.slot.pk
        kept = any(each.slot == mine for each in self.before)
        return self.before if kept else (look_of(self.slot), *self.before)


def claim_next(*, study: Study, annotator: Annotator, now: datetime) -> Slot | None:
    """The slot that `annotator` judges next, leased to them; None where nothing is left for them or the study rests.

    What they hold already comes first, with a fresh lease, on whatever device they ask.
    """
    claimed = claim_pair(study=study, annotator=annotator, now=now)
    return claimed.slot if claimed is not None else None


@transaction.atomic
def claim_pair(*, study: Study, annotator: Annotator, now: datetime) -> Claimed | None:
    """`claim_next`, with what a page says beside the slot."""
    # Held until the end, so that one annotator asking twice at once gets one slot; and read anew, with the study: the
    # objects at hand may be older than a pause or an amendment.
    held = held_annotator(annotator, study.pk)
    claimed = claim_held(held, now=now)
    annotator.state, annotator.last_seen_at = held.state, held.last_seen_at
    return claimed


def claim_held(held: Annotator, *, now: datetime) -> Claimed | None:
    """`claim_pair` for an annotator whom the caller holds, with their study as it stands now."""
    study = held.study
    if held.consented_at is None:
        raise ConsentMissing(f"{held.code} has not agreed to take part")
    if held.state not in MAY_JUDGE or not study.is_open():
        return None
    if held.consent_version and held.consent_version != digest_of(study.consent):
        raise ConsentMissing(f"{held.code} has not agreed to the consent text as it is now")
    looks = own_looks(held)
    slot_id = _hold_on(looks, annotator=held, study=study, now=now)
    if slot_id is None and not study.is_past_closing(now):
        slot_id = _take_due_check(looks, annotator=held, study=study, now=now) or _take_new(
            looks, annotator=held, study=study, now=now
        )
    state = Annotator.State.ACTIVE if slot_id else Annotator.State.FINISHED
    mark_state(held, state, now=now)
    before, held.state, held.last_seen_at = held.state, state, now
    if state == Annotator.State.FINISHED and before != state:
        announce(study=study, event=ANNOTATOR_FINISHED, subject=held.code, detail={"annotator": held.code}, now=now)
    return Claimed(_own_with_page(slot_id, annotator=held, study=study), tuple(looks)) if slot_id else None


def _hold_on(looks: Sequence[OwnLook], *, annotator: Annotator, study: Study, now: datetime) -> int | None:
    mine = min((each.slot for each in looks if not each.answered), default=None)
    if mine is None or not renew(mine, annotator, until=_lease_end(study, now)):
        return None
    return mine


def _take_due_check(looks: Sequence[OwnLook], *, annotator: Annotator, study: Study, now: datetime) -> int | None:
    """A check pair, where the schedule has one here and real pairs follow it: the last pair is a real one."""
    if not check_due(annotator=annotator, study=study) or not _real_left(annotator, looks)[0]:
        return None
    return take_check(annotator=annotator, study=study, now=now)


def _take_new(looks: Sequence[OwnLook], *, annotator: Annotator, study: Study, now: datetime) -> int | None:
    """A repeat that is due goes first, since whoever saw the pair may leave; one that is not due yet goes last."""
    due, other = _repeats_of(looks)
    return (
        _take_repeat(due, annotator=annotator, study=study, now=now)
        or _take_first_look(looks, annotator=annotator, study=study, now=now)
        or _take_repeat(other, annotator=annotator, study=study, now=now)
    )


def _take_repeat(repeats: Sequence[int], *, annotator: Annotator, study: Study, now: datetime) -> int | None:
    if not repeats:
        return None
    free = (
        Slot.objects.filter(pk__in=repeats, item__is_check=False, item__dropped_at=None)
        .unclaimed(now)
        .order_by("position")
    )
    return next((each.pk for each in free if _won(each, annotator=annotator, study=study, now=now)), None)


def _take_first_look(looks: Sequence[OwnLook], *, annotator: Annotator, study: Study, now: datetime) -> int | None:
    taken = sum(each.look == 1 and not each.check for each in looks)
    if study.max_share < 1 and taken >= _most_lately(study, now):
        return None
    side = _side_to_even(looks)
    slot = next_open(annotator, study, now, first_on_left=side)
    if slot is None and side is not None:
        slot = next_open(annotator, study, now)
    lost: set[int] = set()
    while True:
        if slot is None:
            # What another's claim held just now may be free after all.
            free = open_looks(annotator.pk, study.pk, taken=True).unclaimed(now)
            slot = free.exclude(pk__in=lost).first()
        if slot is None:
            return None
        if _won(slot, annotator=annotator, study=study, now=now):
            return slot.pk
        lost.add(slot.pk)
        slot = None


def _side_to_even(looks: Sequence[OwnLook]) -> bool | None:
    """The order of sides that evens what an annotator saw so far; None while neither order leads by `MOST_LEAD`.

    Up to there the plan's own draw stands: were each side followed by the other, somebody could follow a system.
    """
    sides = [each.first_on_left for each in looks if each.look == 1 and not each.check]
    lead = 2 * sum(sides) - len(sides)
    return None if abs(lead) < MOST_LEAD else lead < 0


def _repeats_of(looks: Sequence[OwnLook]) -> tuple[list[int], list[int]]:
    """Planned repeats of what this annotator answered: those due, `REPEAT_AFTER` others since, and those not yet."""
    answered = [each for each in looks if each.answered and each.look == 1]
    open_repeats = [
        (place, each.repeat) for place, each in enumerate(answered) if each.repeat is not None and not each.repeated
    ]
    due = [repeat for place, repeat in open_repeats if place >= REPEAT_AFTER]
    return due, [repeat for place, repeat in open_repeats if place < REPEAT_AFTER]


def _won(slot: Slot, *, annotator: Annotator, study: Study, now: datetime) -> bool:
    left_by = slot.annotator_id
    try:
        with transaction.atomic():
            won = claim(slot.pk, annotator, now=now, until=_lease_end(study, now))
    except IntegrityError:
        # The database's own rule, that nobody sees a context twice, has the last word.
        return False
    if won:
        count("claim")
    if won and left_by is not None:
        # What somebody began here and left was never submitted.
        Judgment.objects.filter(slot=slot).delete()
        Draft.objects.filter(slot=slot).delete()
        # They saw it, perhaps with the traits, and are not asked about this context again.
        LostLook.objects.get_or_create(annotator_id=left_by, context_id=slot.context_id)
    return won


def _lease_end(study: Study, now: datetime) -> datetime:
    return now + timedelta(minutes=study.lease_minutes)


def most_for_one(study: Study) -> int:
    """How many slots one annotator may have: `max_share` of the study's, at least one."""
    return _share_of(study, Slot.objects.filter(study=study, look=1).planned().count())


def _most_lately(study: Study, now: datetime | None) -> int:
    """`most_for_one` as it was at most `COUNTED_AGAIN` ago: counting takes as long as there are many slots."""
    counted = study.planned_looks_at
    if study.planned_looks is not None and counted is not None and (now is None or now - counted < COUNTED_AGAIN):
        return _share_of(study, study.planned_looks)
    planned = Slot.objects.filter(study=study, look=1).planned().count()
    if now is not None:
        study.planned_looks, study.planned_looks_at = planned, now
        # Once this is over, so that no claim waits for another's.
        known = Study.objects.filter(pk=study.pk)
        transaction.on_commit(lambda: known.update(planned_looks=planned, planned_looks_at=now) and None)
    return _share_of(study, planned)


def _share_of(study: Study, planned: int) -> int:
    # The share of a number such as 0.1 * 180 must not be lost to its last binary digit.
    return max(1, math.floor(study.max_share * planned + 1e-9))


def own_slot(*, annotator: Annotator, slot_id: int) -> Slot:
    """A slot that `annotator` holds or answered, with all that its page needs; else `NotYours` or `LeaseLost`."""
    return _own_with_page(slot_id, annotator=annotator, study=study_now(annotator.study_id))


def _own_with_page(slot_id: int, *, annotator: Annotator, study: Study) -> Slot:
    slot = check_own(page_slot(slot_id, study), annotator)
    slot.annotator = annotator
    return slot


def check_own(slot: Slot | None, annotator: Annotator) -> Slot:
    """`slot`, which `annotator` holds or answered; else `NotYours`, or `LeaseLost` where somebody else does."""
    if slot is None or slot.study_id != annotator.study_id:
        raise NotYours("there is no such pair for you")
    if slot.annotator_id != annotator.pk:
        raise LeaseLost("this pair went to somebody else after it lay for too long")
    return slot


def personal_progress(*, annotator: Annotator, looks: Sequence[OwnLook] | None = None) -> PersonalProgress:
    """What `annotator` did, and at most how much more there is for them; `looks` are theirs where they are known."""
    looks = own_looks(annotator) if looks is None else looks
    measured = [each.seconds for each in looks if each.answered and each.seconds is not None]
    real, more = _real_left(annotator, looks)
    return PersonalProgress(
        done=sum(each.answered for each in looks),
        left=real + checks_to_come(annotator=annotator, study=annotator.study, real=real),
        median_seconds=median(measured) if measured else None,
        more=more,
    )


def _real_left(annotator: Annotator, looks: Sequence[OwnLook]) -> tuple[int, bool]:
    """How many pairs there are for `annotator` at most, not counting checks, and whether there are more than that.

    Others may take some of them.
    """
    left, more = open_contexts(annotator)
    if annotator.study.max_share < 1:
        answered = sum(each.answered and each.look == 1 and not each.check for each in looks)
        most = max(0, _most_lately(annotator.study, annotator.last_seen_at) - answered)
        left, more = min(left, most), more and most > left
    repeats = sum(each.repeat is not None and not each.repeated for each in looks)
    return left + repeats, more
