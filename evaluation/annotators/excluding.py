"""Whose judgments count: the declared rules, which act at once, and exclusion by hand, which is logged.

Whoever is excluded is ended kindly. What they judged stays, with `excluded_by`; the pair they held is given back, and
for each that they judged another look is planned. Rules rest on checks, practice and time, never on what depends on the
outcome: agreement with others, sides and runs flag in the tables and strike nobody out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Final

from django.db import transaction
from django.db.models import Max

from evaluation.models import Annotator, AuditEntry, Draft, Item, Judgment, Researcher, Slot, Study
from evaluation.stats.data.rules import fires
from evaluation.studies.holding import hold_with_others

# What the audit calls an exclusion by rule, and what `conduct` reads as done by hand.
BY_RULE: Final = "ended by a rule"
EXCLUDED: Final = "excluded"
INCLUDED: Final = "included"
BY_HAND: Final = "by hand"
PRACTICE: Final = "practice not passed"
# Never on one slip, whatever a rule on shares says of few checks.
FEWEST_WRONG: Final = 2
# A median of fewer pairs says nothing of somebody's pace.
ENOUGH_FOR_A_PACE: Final = 8
LONGEST_RULE: Final = 100


class NoSuchAnnotator(ValueError):
    """A code that nobody in the study has."""


class CannotExclude(ValueError):
    """Somebody who is excluded already, is not, or has withdrawn."""


@dataclass(frozen=True)
class Checked:
    """How somebody did on the check pairs; those who could not judge one gave no answer to it."""

    right: int
    wrong: int


def check_results(study: Study) -> dict[int, Checked]:
    """Annotator -> how the check pairs went, in one query; who saw none is not in it."""
    rows = (
        Judgment.objects.filter(slot__study=study, slot__item__is_check=True, slot__answered_at__isnull=False)
        .select_related("criterion", "slot__item")
        .order_by("pk")
    )
    found: dict[int, Checked] = {}
    for annotator, right in ((each.annotator_id, check_answer(each)) for each in rows):
        before = found.get(annotator, Checked(0, 0))
        if right is not None:
            found[annotator] = Checked(before.right + right, before.wrong + (not right))
    return found


def check_answer(judgment: Judgment) -> bool | None:
    """Whether the known answer was given; None where none is known, or the annotator could not judge."""
    side = judgment.slot.item.expected.get(judgment.criterion.key)
    if not side or judgment.choice == Judgment.Choice.CANNOT_JUDGE:
        return None
    expected = "left" if (side == "first") == judgment.slot.first_on_left else "right"
    return judgment.choice == expected


def rules_of(study: Study) -> tuple[str, ...]:
    """The exclusion rules that the study declared, in the words of `stats.rules`."""
    return tuple(str(rule) for rule in study.plan.get("exclusions") or ())


def apply_rules(*, annotator: Annotator, now: datetime) -> str:
    """End `annotator` where a declared rule fires for them now; the rule, or an empty text. Part of a transaction.

    A rule never acts on one slip, nor on a pace of fewer than `ENOUGH_FOR_A_PACE` pairs, nor against a researcher who
    took the annotator back by hand.
    """
    study = annotator.study
    rules = rules_of(study)
    if not rules or annotator.excluded_by:
        return ""
    measured = _measured(annotator, rules)
    fired = next((rule for rule in rules if fires(rule, measured).fires), "")
    if not fired or _taken_back(annotator):
        return ""
    held = _held(annotator)
    if held.excluded_by:
        return ""
    _exclude(held, reason=fired, now=now)
    _log(held, BY_RULE, {"rule": fired}, now=now)
    annotator.excluded_by, annotator.state = held.excluded_by, held.state
    return fired


def _measured(annotator: Annotator, rules: Sequence[str]) -> dict[str, float | None]:
    """What rules may rest on, in the words of `stats.rules`; None where too little is known for any to act."""
    measured: dict[str, float | None] = {}
    if any("checks" in rule for rule in rules):
        judged = Judgment.objects.filter(
            annotator=annotator, slot__item__is_check=True, slot__answered_at__isnull=False
        ).select_related("criterion", "slot__item")
        answers = [right for each in judged if (right := check_answer(each)) is not None]
        wrong_pairs = len({each.slot_id for each in judged if check_answer(each) is False})
        enough = wrong_pairs >= FEWEST_WRONG
        measured["checks_wrong"] = float(len(answers) - sum(answers)) if enough else None
        measured["checks_right"] = sum(answers) / len(answers) if enough else None
    if any("seconds" in rule for rule in rules):
        answered = Slot.objects.for_annotator(annotator).answered().filter(seconds__isnull=False, look=1)
        # As the table of annotators measures it: check pairs say nothing of the pace on real ones.
        real = answered.filter(item__is_check=False).values_list("seconds", flat=True)
        seconds = [each for each in real if each is not None]
        measured["median_seconds"] = median(seconds) if len(seconds) >= ENOUGH_FOR_A_PACE else None
    return measured


def _taken_back(annotator: Annotator) -> bool:
    return annotator.study.audit.filter(action=INCLUDED, detail__annotator=annotator.code).exists()


def annotator_named(study: Study, code: str) -> Annotator:
    """The annotator of `study` with this code; the error lists those that there are."""
    found = study.annotators.filter(code=code).first()
    if found is None:
        there = ", ".join(study.annotators.order_by("code").values_list("code", flat=True)[:20])
        raise NoSuchAnnotator(f"no annotator {code!r} in {study.name}; there: {there or 'nobody yet'}")
    return found


@transaction.atomic
def exclude(*, annotator: Annotator, because: str, now: datetime, by: Researcher | None = None) -> None:
    """Leave `annotator` out by hand: logged with its reason, and exploratory where results have been seen."""
    # Not while the study is extended: looks in their place must get other numbers than its new ones.
    hold_with_others(annotator.study_id)
    held = _held(annotator)
    if held.excluded_by:
        raise CannotExclude(f"{held.code} is left out already: {held.excluded_by}")
    if held.state == Annotator.State.WITHDRAWN:
        raise CannotExclude(f"{held.code} has withdrawn, and enters nothing anyway")
    because = because.replace("\0", "").strip()
    if not because:
        raise CannotExclude("expected a reason: the report states it")
    _exclude(held, reason=f"{BY_HAND}: {because}"[:LONGEST_RULE], now=now)
    _log(held, EXCLUDED, {"because": because}, now=now, by=by)


@transaction.atomic
def include(*, annotator: Annotator, because: str, now: datetime, by: Researcher | None = None) -> None:
    """Take `annotator` back by hand: their judgments count again, they may go on, and no rule ends them any more.

    Looks that were planned in their place and that nobody has begun are taken away again.
    """
    hold_with_others(annotator.study_id)
    held = _held(annotator)
    if not held.excluded_by:
        raise CannotExclude(f"{held.code} is not left out")
    rule, passed = held.excluded_by, held.excluded_by != PRACTICE
    held.excluded_by = ""
    if held.state == Annotator.State.ENDED:
        held.state = Annotator.State.ACTIVE
    held.practised_at = held.practised_at if passed else now
    held.save(update_fields=["excluded_by", "state", "practised_at"])
    Slot.objects.filter(stands_for__annotator=held, annotator=None, answered_at=None).delete()
    _log(held, INCLUDED, {"because": because.strip(), "was": rule}, now=now, by=by)


def end_after_practice(*, annotator: Annotator, now: datetime) -> None:
    """End somebody, held by the caller, who did not pass the practice: thanked, and screened out."""
    _exclude(annotator, reason=PRACTICE, now=now)
    _log(annotator, BY_RULE, {"rule": PRACTICE}, now=now)


def _held(annotator: Annotator) -> Annotator:
    """The annotator as they stand now, held until the transaction ends."""
    return Annotator.objects.select_for_update(of=("self",)).select_related("study").get(pk=annotator.pk)


def _exclude(annotator: Annotator, *, reason: str, now: datetime) -> None:
    annotator.excluded_by, annotator.state = reason, Annotator.State.ENDED
    annotator.last_seen_at = annotator.last_seen_at or now
    annotator.save(update_fields=["excluded_by", "state", "last_seen_at"])
    give_back(annotator)
    if not annotator.study.is_closed():
        _plan_stand_ins(annotator)


def give_back(annotator: Annotator) -> None:
    """What they held and had not answered is free for others; what they began of it was never submitted."""
    held = Slot.objects.for_annotator(annotator).filter(answered_at=None)
    held.filter(item__is_check=True).delete()
    Judgment.objects.filter(slot__in=held).delete()
    Draft.objects.filter(slot__in=held).delete()
    held.update(annotator=None, claimed_at=None, leased_until=None, locked_at=None)


def _plan_stand_ins(annotator: Annotator) -> None:
    """For each real pair they judged another look with the same sides, and its repeat where there was one.

    It takes the place of theirs in the order, so it is handed out next.
    """
    judged = (
        Slot.objects.for_annotator(annotator)
        .answered()
        .filter(look=1, item__is_check=False, stand_ins=None)
        .select_related("repeat")
        .order_by("position", "pk")
    )
    slots = list(judged)
    # Two who are ended at once may have judged the same pairs: the items are held, so that their looks get different
    # numbers, and all in one order.
    list(Item.objects.select_for_update().filter(pk__in=[slot.item_id for slot in slots]).order_by("pk"))
    for slot in slots:
        stand_in = _another(slot, look=1, stands_for=slot)
        repeat = getattr(slot, "repeat", None)
        if repeat is not None:
            _another(repeat, look=2, repeats=stand_in)


def _another(slot: Slot, *, look: int, stands_for: Slot | None = None, repeats: Slot | None = None) -> Slot:
    last = Slot.objects.filter(item_id=slot.item_id, look=look).aggregate(number=Max("number"))
    return Slot.objects.create(
        study_id=slot.study_id,
        item_id=slot.item_id,
        context_id=slot.context_id,
        look=look,
        repeats=repeats,
        stands_for=stands_for,
        number=last["number"] + 1,
        position=slot.position,
        first_on_left=slot.first_on_left,
    )


def _log(
    annotator: Annotator, action: str, detail: dict[str, str], *, now: datetime, by: Researcher | None = None
) -> None:
    AuditEntry.objects.create(
        study=annotator.study, action=action, detail={"annotator": annotator.code, **detail}, made_by=by, made_at=now
    )
