"""Answering: drafts, the first sheet locked, a submit that counts once however often it is sent, and changing it.

Every verb takes the annotator and then the slot for itself, in that order, as claiming does: two requests of one
annotator come one after the other, and none of them can wait for the other in a circle.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from evaluation.annotators.excluding import apply_rules
from evaluation.items.questions import Question, Sheet, answer_in, fill_in, sheets_of
from evaluation.items.reasons import LONGEST_REASON, SUFFIX, needs_reason, parted, reason_field, takes_reason
from evaluation.judging.assignment import (
    Claimed,
    ConsentMissing,
    LeaseLost,
    NotYours,
    check_own,
    claim_held,
    own_slot,
)
from evaluation.judging.prepared import insert_all
from evaluation.judging.reading import (
    forget_draft,
    forget_judgments,
    held_annotator,
    held_slot,
    keep_draft,
    mark_answered,
    mark_locked,
    mark_seen,
    receipt_slot,
)
from evaluation.models import Annotator, Criterion, Judgment, JudgmentRevision, Receipt, Slot
from evaluation.operation.counting import count
from evaluation.studies.holding import hold_with_others

__all__ = [
    "Answers",
    "AnswersMissing",
    "BadAnswer",
    "LeaseLost",
    "NotYours",
    "StudyNotOpen",
    "last_answered",
    "lock",
    "save_draft",
    "submit",
    "submit_and_claim",
]

# Field -> value: "left", "right:2", "tie", "4"; see `questions`. A reason stands under FIELD.reason; see `reasons`.
Answers = Mapping[str, str]
# Criterion -> the version of its wording that was on the page.
Wording = Mapping[str, int]

GONE: Final = (Annotator.State.ENDED, Annotator.State.WITHDRAWN)
# How many of the last answered slots may still be changed.
CHANGEABLE: Final = 1
LAYOUTS: Final = ("", "side-by-side", "stacked")
PROBLEMS: Final = ("", "unsafe", "broken", "nonsense")
LONGEST_COMMENT: Final = 4000
# Where a draft keeps what is no answer; no criterion's key begins like this.
DRAFT_COMMENT: Final = ".comment"
DRAFT_PROBLEM: Final = ".problem"
LONGEST_KEY: Final = 64


class BadAnswer(ValueError):
    """An answer that was not offered."""


class AnswersMissing(ValueError):
    """Questions that were asked and not answered."""

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__(f"still to be answered: {', '.join(keys)}")
        self.keys = tuple(keys)


class StudyNotOpen(ValueError):
    """A judgment for a study that takes none now."""


@dataclass(frozen=True)
class Sent:
    """What a submit says of a pair; see `submit`."""

    key: str
    answers: Answers
    seconds: float | None
    layout: str
    comment: str = ""
    problem: str = ""
    wording: Wording | None = None


@dataclass(frozen=True)
class _Given:
    """An answer that was checked against what its question offers."""

    question: Question
    value: str
    reason: str = ""


@transaction.atomic
def save_draft(
    *, slot_id: int, annotator: Annotator, answers: Answers, comment: str = "", problem: str = "", now: datetime
) -> None:
    """Keep what is picked so far, in place of what was kept before. Nothing is counted by it."""
    slot = _slot(slot_id, _hold(annotator))
    _check_open(slot)
    given = _checked(answers, [question for sheet in sheets_of(slot) for question in sheet])
    kept = {each.question.field: each.value for each in given}
    # A reason may stand there before its answer does.
    kept |= {reason_field(field): reason for field, reason in parted(answers)[1].items()}
    beside = {DRAFT_COMMENT: comment[:LONGEST_COMMENT], DRAFT_PROBLEM: problem if problem in PROBLEMS else ""}
    kept |= {name: text for name, text in beside.items() if text}
    keep_draft(slot, kept, now=now)


@transaction.atomic
def lock(
    *, slot_id: int, annotator: Annotator, answers: Answers, wording: Wording | None = None, now: datetime
) -> Slot:
    """Freeze the first sheet, so that what is asked after it cannot colour it; a second time nothing changes."""
    slot = _slot(slot_id, _hold(annotator))
    if slot.locked_at is not None or slot.answered_at is not None:
        return slot
    _check_open(slot)
    sheets = sheets_of(slot)
    if len(sheets) < 2:
        raise BadAnswer("expected a pair with a second sheet; on this one nothing follows the first")
    given = _checked(answers, sheets[0])
    _check_all_answered(given, sheets[0])
    _write(given, slot, annotator, wording, now)
    mark_locked(slot, now=now)
    forget_draft(slot)
    return slot


def submit(
    *,
    slot_id: int,
    annotator: Annotator,
    key: str,
    answers: Answers,
    seconds: float | None,
    layout: str,
    comment: str = "",
    problem: str = "",
    wording: Wording | None = None,
    now: datetime,
) -> Slot:
    """Count the answers to a slot, all of them or none. Sent again under the same `key`, it changes nothing.

    On a slot that is answered already it changes the answers and keeps what they were, while it is among the
    annotator's last `CHANGEABLE`. Locked answers stay as they are, whatever is sent for them. `wording` is the versions
    that were on the page, where an amendment may have come since; without it they are today's.
    """
    sent = Sent(key, answers, seconds, layout, comment, problem, wording)
    with transaction.atomic():
        held = _hold(annotator)
        slot = _count(slot_id, sent, held, now)
        mark_seen(held, now=now)
    annotator.excluded_by, annotator.state = held.excluded_by, held.state
    count("judgment")
    return slot


def submit_and_claim(*, slot_id: int, annotator: Annotator, sent: Sent, now: datetime) -> Claimed | None:
    """`submit` and `claim_pair` in one transaction, so in one write to the disk.

    Where the claim raises `ConsentMissing`, the answers count all the same.
    """
    refused: ConsentMissing | None = None
    claimed = None
    with transaction.atomic():
        held = _hold(annotator)
        _count(slot_id, sent, held, now)
        try:
            claimed = claim_held(held, now=now)
        except ConsentMissing as missing:
            refused = missing
        if claimed is None:
            mark_seen(held, now=now)
    annotator.excluded_by, annotator.state, annotator.last_seen_at = held.excluded_by, held.state, now
    count("judgment")
    if refused is not None:
        raise refused
    return claimed


def _count(slot_id: int, sent: Sent, held: Annotator, now: datetime) -> Slot:
    slot = _slot(slot_id, held)
    _check_sent(sent)
    counted = receipt_slot(sent.key)
    if counted is not None:
        if counted != slot.pk:
            raise BadAnswer("key: it was used for another pair")
        return slot
    _check_open(slot)
    sheets = sheets_of(slot)
    if len(sheets) > 1 and slot.locked_at is None:
        # Nothing that was not locked before the traits were shown may be counted.
        raise AnswersMissing([question.field for question in sheets[0]])
    asked = sheets[-1]
    given = _checked({field: value for field, value in sent.answers.items() if not _locked(field, sheets)}, asked)
    _check_all_answered(given, asked)
    if slot.answered_at is None:
        _write(given, slot, held, sent.wording, now)
        mark_answered(
            slot,
            now=now,
            seconds=_believable(sent.seconds, slot, now),
            layout=sent.layout,
            comment=sent.comment,
            problem=sent.problem,
        )
    else:
        _check_changeable(slot, held)
        _change(given, slot, sent.wording, now)
        Slot.objects.filter(pk=slot.pk).update(comment=sent.comment, problem=sent.problem)
    insert_all([Receipt(key=sent.key, slot=slot, received_at=now)])
    forget_draft(slot)
    apply_rules(annotator=held, now=now)
    return slot


def _check_sent(sent: Sent) -> None:
    if not 0 < len(sent.key) <= LONGEST_KEY or not sent.key.isprintable():
        raise BadAnswer(f"key: expected 1 to {LONGEST_KEY} printable characters, got {sent.key!r}")
    if sent.layout not in LAYOUTS:
        raise BadAnswer(f"layout: expected one of {', '.join(filter(None, LAYOUTS))}, got {sent.layout!r}")
    if sent.problem not in PROBLEMS:
        raise BadAnswer(f"problem: expected one of {', '.join(filter(None, PROBLEMS))}, got {sent.problem!r}")
    if len(sent.comment) > LONGEST_COMMENT:
        raise BadAnswer(f"comment: expected at most {LONGEST_COMMENT} characters, got {len(sent.comment)}")


def last_answered(*, annotator: Annotator) -> Slot | None:
    """The slot that "Back" leads to: the last one answered, while the study is open; None where there is none.

    Those who were ended or withdrew go back to nothing.
    """
    if not annotator.study.is_open() or annotator.state in GONE:
        return None
    last = _answered_last(annotator)
    return own_slot(annotator=annotator, slot_id=last[0]) if last else None


def _answered_last(annotator: Annotator) -> list[int]:
    answered = Slot.objects.for_annotator(annotator).answered().order_by("-answered_at", "-pk")
    return list(answered.values_list("pk", flat=True)[:CHANGEABLE])


def _hold(annotator: Annotator) -> Annotator:
    """The annotator as they stand now, locked until the transaction ends, and their study as it is until then."""
    hold_with_others(annotator.study_id)
    return held_annotator(annotator, annotator.study_id)


def _slot(slot_id: int, held: Annotator) -> Slot:
    """The slot of an annotator who is held, locked too until the transaction ends."""
    return check_own(held_slot(slot_id, held.study), held)


def _check_open(slot: Slot) -> None:
    if not slot.study.is_open():
        raise StudyNotOpen(f"the study is {slot.study.state}, and takes judgments only while it is open")


def _check_changeable(slot: Slot, annotator: Annotator) -> None:
    if slot.pk not in _answered_last(annotator):
        raise BadAnswer(f"expected one of your last {CHANGEABLE} answered pairs; this one can no longer be changed")


def _checked(answers: Answers, asked: Sequence[Question]) -> list[_Given]:
    questions = {question.field: question for question in asked}
    said, reasons = parted(answers)
    for field, reason in reasons.items():
        if field not in questions:
            raise BadAnswer(f"{reason_field(field)!r}: expected the reason of one of {', '.join(questions)}")
        if len(reason) > LONGEST_REASON:
            raise BadAnswer(f"{reason_field(field)}: expected at most {LONGEST_REASON} characters, got {len(reason)}")
    for field, value in said.items():
        if field not in questions:
            raise BadAnswer(f"{field!r}: expected one of {', '.join(questions)}")
        offered = questions[field].values()
        if value not in offered:
            raise BadAnswer(f"{field}: expected one of {', '.join(offered)}, got {value!r}")
    return [
        _Given(question, said[field], reasons.get(field, "") if takes_reason(question, said[field]) else "")
        for field, question in questions.items()
        if field in said
    ]


def _check_all_answered(given: Sequence[_Given], asked: Sequence[Question]) -> None:
    answered = {each.question.field for each in given}
    missing = [question.field for question in asked if question.field not in answered]
    missing += [
        reason_field(each.question.field)
        for each in given
        if needs_reason(each.question, each.value) and not each.reason
    ]
    if missing:
        raise AnswersMissing(missing)


def _locked(field: str, sheets: Sequence[Sheet]) -> bool:
    return len(sheets) > 1 and field.removesuffix(SUFFIX) in {question.field for question in sheets[0]}


def _write(given: Sequence[_Given], slot: Slot, annotator: Annotator, wording: Wording | None, now: datetime) -> None:
    insert_all([_judgment(each, slot, annotator, wording, now) for each in given])
    forget_judgments(slot)


def _judgment(given: _Given, slot: Slot, annotator: Annotator, wording: Wording | None, now: datetime) -> Judgment:
    criterion = given.question.criterion
    about_trait = criterion.needs == "traits"
    judgment = Judgment(
        slot=slot,
        criterion=criterion,
        annotator=annotator,
        displayed_left_id=slot.left_id(),
        criterion_version=_version(criterion, wording),
        trait=slot.item.trait if about_trait else "",
        level=slot.item.level if about_trait else "",
        reason=given.reason,
        submitted_at=now,
    )
    return fill_in(judgment, given.question, given.value, slot)


def _version(criterion: Criterion, wording: Wording | None) -> int:
    """The version that was answered: the one on the page, where it can be true, else today's."""
    shown = (wording or {}).get(criterion.key, criterion.version)
    return shown if 1 <= shown <= criterion.version else criterion.version


def _change(given: Sequence[_Given], slot: Slot, wording: Wording | None, now: datetime) -> None:
    before = {answer_in(each, slot)[0]: each for each in slot.judgments.select_related("criterion")}
    for each in given:
        judgment = before[each.question.field]
        if answer_in(judgment, slot)[1] == each.value and judgment.reason == each.reason:
            continue
        JudgmentRevision.objects.create(
            judgment=judgment,
            choice=judgment.choice,
            strength=judgment.strength,
            value=judgment.value,
            reason=judgment.reason,
            replaced_at=now,
        )
        fill_in(judgment, each.question, each.value, slot)
        judgment.reason, judgment.submitted_at = each.reason, now
        judgment.criterion_version = _version(judgment.criterion, wording)
        judgment.save(update_fields=["choice", "strength", "value", "reason", "submitted_at", "criterion_version"])


def _believable(seconds: float | None, slot: Slot, now: datetime) -> float | None:
    """What the page measured, where it can be true: not negative, and no longer than the slot was held."""
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        return None
    held = (now - slot.claimed_at).total_seconds() if slot.claimed_at else seconds
    return min(seconds, max(held, 0.0))
