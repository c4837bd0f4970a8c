"""What every judgment reads, each in one prepared query: who is here, what they had, one slot with all of its page.

How long they take depends on what one annotator did, never on how large the study is: each goes by an index to a few
rows, or stops after `COUNTED`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db.models import BooleanField, ExpressionWrapper, F, Model, Q

from evaluation.judging.prepared import Prepared, PreparedDelete, PreparedUpdate, insert_all
from evaluation.models import Annotator, Criterion, Draft, Item, Judgment, LostLook, Receipt, Slot, Study
from evaluation.models.items import SlotQuerySet

# As many open slots are counted for "how many are left"; of more, only that there are more is known.
COUNTED: Final = 400


class OwnLook(NamedTuple):
    """One slot that an annotator holds or answered; `repeat` is the planned second look at it, `repeated` its state."""

    slot: int
    look: int
    check: bool
    answered: bool
    seconds: float | None
    repeat: int | None
    repeated: bool
    first_on_left: bool


class OwnPair(NamedTuple):
    """A slot that an annotator holds or answered."""

    slot: int
    answered: bool


def _is_set(field: str) -> "ExpressionWrapper[Q]":
    return ExpressionWrapper(Q(**{f"{field}__isnull": False}), output_field=BooleanField())


# What is held comes first, then what was answered last.
_OWN: Final = Prepared(
    lambda annotator: (
        Slot.objects.filter(annotator_id=annotator)
        .order_by(F("answered_at").desc(nulls_first=True), "-pk")
        .values_list(
            "pk",
            "look",
            "item__is_check",
            _is_set("answered_at"),
            "seconds",
            "repeat",
            _is_set("repeat__answered_at"),
            "first_on_left",
        )
    ),
    annotator=int,
)
_PAIRS: Final = Prepared(
    lambda annotator: (
        Slot.objects.filter(annotator_id=annotator)
        .order_by(F("answered_at").desc(nulls_first=True), "-pk")
        .values_list("pk", _is_set("answered_at"))
    ),
    annotator=int,
)
_LATEST_PAIRS: Final = Prepared(
    lambda annotator: (
        Slot.objects.filter(annotator_id=annotator)
        .order_by(F("answered_at").desc(nulls_first=True), "-pk")
        .values_list("pk", _is_set("answered_at"))[:2]
    ),
    annotator=int,
)
_STUDY: Final = Prepared(lambda public_id: Study.objects.filter(public_id=public_id), public_id=str)
_STUDY_NOW: Final = Prepared(lambda number: Study.objects.filter(pk=number), number=int)
_ANNOTATOR: Final = Prepared(
    lambda number, public_id: Annotator.objects.select_related("study").filter(pk=number, study__public_id=public_id),
    number=int,
    public_id=str,
)
_HELD_ANNOTATOR: Final = Prepared(
    # No key: rows that merely name the annotator, such as a look that they lost to another, do not wait for it.
    lambda number, study: Annotator.objects.select_for_update(no_key=True).filter(pk=number, study_id=study),
    number=int,
    study=int,
)
_CRITERIA: Final = Prepared(
    lambda study: Criterion.objects.filter(study_id=study).order_by("position"),
    study=int,
)
_PAGE: Final = Prepared(
    lambda slot: Slot.objects.select_related("item__context", "item__first", "item__second", "draft").filter(pk=slot),
    slot=int,
)
_HELD_SLOT: Final = Prepared(
    lambda slot: (
        Slot.objects.select_for_update(of=("self",), no_key=True).select_related("item", "draft").filter(pk=slot)
    ),
    slot=int,
)
_REPEAT: Final = Prepared(lambda slot: Slot.objects.filter(repeats_id=slot).values_list("pk", flat=True), slot=int)
_JUDGMENTS: Final = Prepared(
    lambda slot: Judgment.objects.select_related("criterion").filter(slot_id=slot).order_by("pk"),
    slot=int,
)
_RECEIPT: Final = Prepared(lambda key: Receipt.objects.filter(key=key).values_list("slot_id", flat=True), key=str)


def open_looks(annotator: Any, study: Any, *, taken: bool) -> SlotQuerySet:
    """First looks of real pairs that are not answered and that `annotator` has not seen, in their order.

    What they hold counts as seen where `taken` is true. A look at a check pair is its annotator's alone.
    """
    seen = Slot.objects.filter(annotator_id=annotator, look=1)
    if not taken:
        seen = seen.filter(answered_at__isnull=False)
    lost = LostLook.objects.filter(annotator_id=annotator)
    items = Item.objects.filter(study_id=study)
    # Lists that depend on no row: they are made once, where a join is made anew for each of `COUNTED`.
    return (
        Slot.objects.filter(study_id=study, look=1, answered_at=None)
        .exclude(context__in=seen.values("context"))
        .exclude(context__in=lost.values("context"))
        .exclude(item__in=items.filter(is_check=True).values("pk"))
        .exclude(item__in=items.filter(dropped_at__isnull=False).values("pk"))
        .order_by("position")
    )


_OPEN: Final = Prepared(
    lambda annotator, study: open_looks(annotator, study, taken=False).values_list("context_id", flat=True)[:COUNTED],
    annotator=int,
    study=int,
)


def _next(**fields: bool) -> Prepared[Slot]:
    return Prepared(
        lambda annotator, study, now: (
            open_looks(annotator, study, taken=True)
            .unclaimed(now)
            .filter(**fields)
            # Another's claim under way is passed over, not waited for.
            .select_for_update(skip_locked=True, of=("self",), no_key=True)
            .only("annotator_id", "context_id")[:1]
        ),
        annotator=int,
        study=int,
        now=datetime,
    )


_NEXT: Final = {None: _next(), True: _next(first_on_left=True), False: _next(first_on_left=False)}
_CLAIM: Final = PreparedUpdate(
    lambda slot, annotator, now, until: (
        Slot.objects.filter(pk=slot).unclaimed(now),
        {"annotator_id": annotator, "claimed_at": now, "leased_until": until, "locked_at": None},
    ),
    slot=int,
    annotator=int,
    now=datetime,
    until=datetime,
)
_RENEW: Final = PreparedUpdate(
    lambda slot, annotator, until: (
        Slot.objects.filter(pk=slot, annotator_id=annotator, answered_at=None),
        {"leased_until": until},
    ),
    slot=int,
    annotator=int,
    until=datetime,
)
_SEEN: Final = PreparedUpdate(
    lambda annotator, now: (Annotator.objects.filter(pk=annotator), {"last_seen_at": now}),
    annotator=int,
    now=datetime,
)
_STATE: Final = PreparedUpdate(
    lambda annotator, state, now: (Annotator.objects.filter(pk=annotator), {"state": state, "last_seen_at": now}),
    annotator=int,
    state=str,
    now=datetime,
)
_ANSWERED: Final = PreparedUpdate(
    lambda slot, **said: (Slot.objects.filter(pk=slot), said),
    slot=int,
    answered_at=datetime,
    seconds=float,
    layout=str,
    comment=str,
    problem=str,
)
_ANSWERED_UNTIMED: Final = PreparedUpdate(
    lambda slot, **said: (Slot.objects.filter(pk=slot), said),
    slot=int,
    answered_at=datetime,
    layout=str,
    comment=str,
    problem=str,
)
_LOCKED: Final = PreparedUpdate(
    lambda slot, now: (Slot.objects.filter(pk=slot), {"locked_at": now}), slot=int, now=datetime
)
_FORGET_DRAFT: Final = PreparedDelete(lambda slot: Draft.objects.filter(slot_id=slot), slot=int)


def study_named(public_id: str) -> Study | None:
    """The study with this opaque id."""
    return _STUDY.first(public_id=public_id)


def annotator_of(public_id: str, number: int) -> Annotator | None:
    """The annotator with this key, of the study with this opaque id, which is read with them."""
    return _ANNOTATOR.first(number=number, public_id=public_id) if number < 2**63 else None


def held_annotator(annotator: Annotator, study_id: int) -> Annotator:
    """The annotator as they stand now, held until the transaction ends, and the study as it stands now."""
    found = _HELD_ANNOTATOR.first(number=annotator.pk, study=study_id)
    if found is None:
        raise Annotator.DoesNotExist(f"annotator {annotator.pk} is gone")
    # A query of its own, after the lock: read in one with it, the study could be older than the wait for the lock.
    found.study = study_now(study_id)
    return found


def study_now(number: int) -> Study:
    """The study with this key as it stands now."""
    found = _STUDY_NOW.first(number=number)
    if found is None:
        raise Study.DoesNotExist(f"study {number} is gone")
    return found


def own_looks(annotator: Annotator) -> list[OwnLook]:
    """All that `annotator` holds or answered: what is held first, then the last answered."""
    return [OwnLook._make(row) for row in _OWN.rows(annotator=annotator.pk)]


def own_pairs(annotator: Annotator) -> Iterator[OwnPair]:
    """Those slots, in that order; the first two apart, since one of them is nearly always the one that is meant."""
    yield from map(OwnPair._make, _LATEST_PAIRS.rows(annotator=annotator.pk))
    yield from map(OwnPair._make, _PAIRS.rows(annotator=annotator.pk))


def look_of(slot: Slot) -> OwnLook:
    """The look that the annotator of a slot has by holding it, its item read with it."""
    return OwnLook(
        slot=slot.pk,
        look=slot.look,
        check=slot.item.is_check,
        answered=False,
        seconds=None,
        repeat=_REPEAT.first(slot=slot.pk),
        repeated=False,
        first_on_left=slot.first_on_left,
    )


def open_contexts(annotator: Annotator) -> tuple[int, bool]:
    """How many contexts there are still for `annotator`, and whether there are more than were counted."""
    found = _OPEN.rows(annotator=annotator.pk, study=annotator.study_id)
    return len(set(found)), len(found) == COUNTED


def next_open(annotator: Annotator, study: Study, now: datetime, *, first_on_left: bool | None = None) -> Slot | None:
    """The slot that comes next for `annotator`, who left it lying; on PostgreSQL held until the transaction ends.

    Of those that show the pair's first on the left, or of those that do not, where that is said.
    """
    return _NEXT[first_on_left].first(annotator=annotator.pk, study=study.pk, now=now)


def claim(slot_id: int, annotator: Annotator, *, now: datetime, until: datetime) -> bool:
    """Make the slot `annotator`'s until `until`, if it is free still; whether it was."""
    return bool(_CLAIM.run(slot=slot_id, annotator=annotator.pk, now=now, until=until))


def renew(slot_id: int, annotator: Annotator, *, until: datetime) -> bool:
    """Give `annotator` a fresh lease of a slot that they hold; whether they held it."""
    return bool(_RENEW.run(slot=slot_id, annotator=annotator.pk, until=until))


def mark_seen(annotator: Annotator, *, now: datetime) -> None:
    """Keep that `annotator` was here."""
    _SEEN.run(annotator=annotator.pk, now=now)


def mark_state(annotator: Annotator, state: str, *, now: datetime) -> None:
    """Keep how `annotator` stands, and that they were here."""
    _STATE.run(annotator=annotator.pk, state=str(state), now=now)


def mark_answered(slot: Slot, *, now: datetime, seconds: float | None, layout: str, comment: str, problem: str) -> None:
    """Keep that a slot, which was open until now, is answered."""
    said = {"answered_at": now, "layout": layout, "comment": comment, "problem": problem}
    if seconds is None:
        _ANSWERED_UNTIMED.run(slot=slot.pk, **said)
    else:
        _ANSWERED.run(slot=slot.pk, seconds=float(seconds), **said)
    slot.answered_at, slot.seconds, slot.layout, slot.comment, slot.problem = now, seconds, layout, comment, problem


def mark_locked(slot: Slot, *, now: datetime) -> None:
    """Keep that a slot's first sheet is locked."""
    _LOCKED.run(slot=slot.pk, now=now)
    slot.locked_at = now


def keep_draft(slot: Slot, answers: dict[str, str], *, now: datetime) -> None:
    """Keep the draft of a slot that the caller holds, in place of the one before."""
    if _draft_of(slot) is not None:
        Draft.objects.filter(slot=slot).update(answers=answers, saved_at=now)
    else:
        insert_all([Draft(slot=slot, answers=answers, saved_at=now)])


def forget_draft(slot: Slot) -> None:
    """Delete the draft of a slot, where it had one when it was read."""
    if _draft_of(slot) is not None:
        _FORGET_DRAFT.run(slot=slot.pk)
        slot._state.fields_cache["draft"] = None


def _draft_of(slot: Slot) -> Draft | None:
    # Where there is none, Django's error is an AttributeError too.
    return getattr(slot, "draft", None)


def forget_judgments(slot: Slot) -> None:
    """Have the slot read its judgments anew when it is next asked for them."""
    kept: dict[str, Any] = getattr(slot, "_prefetched_objects_cache", {})
    kept.pop("judgments", None)


def receipt_slot(key: str) -> int | None:
    """The slot whose submit was counted under `key`."""
    return _RECEIPT.first(key=key)


def page_slot(slot_id: int, study: Study) -> Slot | None:
    """A slot of `study` with all that its page needs; None where the study has no such slot."""
    return _with_questions(_PAGE.first(slot=slot_id), study)


def held_slot(slot_id: int, study: Study) -> Slot | None:
    """A slot of `study` with its questions, held until the transaction ends; None where the study has no such slot."""
    return _with_questions(_HELD_SLOT.first(slot=slot_id), study)


def _with_questions(slot: Slot | None, study: Study) -> Slot | None:
    if slot is None or slot.study_id != study.pk:
        return None
    slot.study = study
    if "criteria" not in getattr(study, "_prefetched_objects_cache", {}):
        _remember(study, "criteria", Criterion, _CRITERIA.rows(study=study.pk))
    # Whatever is neither locked nor answered has no judgments: they are deleted when a slot changes hands.
    begun = slot.locked_at is not None or slot.answered_at is not None
    _remember(slot, "judgments", Judgment, _JUDGMENTS.rows(slot=slot.pk) if begun else [])
    return slot


def _remember(owner: Model, name: str, model: type[Model], rows: list[Any]) -> None:
    """Have `owner.name.all()` give `rows`, as `prefetch_related` would."""
    found = model._default_manager.all()
    found._result_cache, found._prefetch_done = rows, True  # type: ignore[attr-defined]
    kept: dict[str, Any] = owner.__dict__.setdefault("_prefetched_objects_cache", {})
    kept[name] = found
