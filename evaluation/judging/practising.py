"""Practice: a few pairs with known answers and feedback before the first real one; what is said there is no judgment.

Whoever finds enough of them goes on; else there is another try, at least one. Whoever does not pass at the last is
thanked and ended before anything was judged.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from django.db import transaction

from evaluation.annotators.excluding import end_after_practice
from evaluation.items.blinding import BlindedItem, blinded
from evaluation.items.shown_kinds import labels_of
from evaluation.judging.submitting import AnswersMissing, BadAnswer, StudyNotOpen
from evaluation.models import Annotator, Item, PracticeAnswer, Slot, Study

Outcome = Literal["on", "passed", "again", "ended"]


@dataclass(frozen=True)
class PracticePair:
    """A practice pair as its page shows it, and where it stands: the `number`-th of `pairs`, in this `attempt`."""

    item: BlindedItem
    key: int
    number: int
    pairs: int
    attempt: int
    tries: int


@dataclass(frozen=True)
class Lesson:
    """What feedback says of one question: the label picked, and the one that was expected."""

    name: str
    question: str
    picked: str
    expected: str
    right: bool


@dataclass(frozen=True)
class Feedback:
    """What is said after a practice pair. `outcome` is what follows: on to the next, passed, again, or ended."""

    pair: PracticePair
    right: bool
    lessons: tuple[Lesson, ...]
    why: str
    right_so_far: int
    needed: int
    outcome: Outcome


def has_practice(study: Study) -> bool:
    """Whether the study begins with practice."""
    return bool(study.design.get("practice"))


def must_practise(annotator: Annotator) -> bool:
    """Whether `annotator` has practice before them still."""
    return annotator.practised_at is None and not annotator.excluded_by and has_practice(annotator.study)


def next_practice(*, annotator: Annotator) -> PracticePair | None:
    """The practice pair that comes next, of this try or of a new one; None where practice is over."""
    if not must_practise(annotator):
        return None
    items = _items(annotator.study)
    answers = list(annotator.practice.order_by("attempt", "pk"))
    attempt = answers[-1].attempt if answers else 1
    answered = {each.item_id for each in answers if each.attempt == attempt}
    if len(answered) >= len(items):
        attempt, answered = attempt + 1, set()
    place, item = next((place, each) for place, each in enumerate(items, start=1) if each.pk not in answered)
    return _pair(item, annotator, place=place, attempt=attempt)


@transaction.atomic
def answer_practice(*, annotator: Annotator, key: int, answers: Mapping[str, str], now: datetime) -> None:
    """Keep the answers to the practice pair with this `key`; one that is not next, or was sent twice, changes nothing.

    The last of a try decides: passed, another try, or ended.
    """
    held = Annotator.objects.select_for_update(of=("self",)).select_related("study").get(pk=annotator.pk)
    if not held.study.is_open():
        raise StudyNotOpen(f"the study is {held.study.state}, and takes no practice now")
    pair = next_practice(annotator=held)
    if pair is None or pair.key != key:
        return
    given = _checked(pair, answers)
    item = Item.objects.get(pk=key)
    PracticeAnswer.objects.create(
        annotator=held,
        item=item,
        attempt=pair.attempt,
        answers=given,
        right=all(_side(given[field]) == side for field, side in _expected(item, held, pair.attempt).items()),
        answered_at=now,
    )
    if pair.number == pair.pairs:
        _decide(held, attempt=pair.attempt, now=now)
    annotator.practised_at, annotator.excluded_by, annotator.state = held.practised_at, held.excluded_by, held.state


def last_feedback(*, annotator: Annotator) -> Feedback | None:
    """What is said of the practice pair answered last; None before the first."""
    last = annotator.practice.select_related("item").order_by("-attempt", "-pk").first()
    if last is None:
        return None
    items, said = _items(annotator.study), _said(annotator.study)
    place = [each.pk for each in items].index(last.item_id) + 1
    pair = _pair(items[place - 1], annotator, place=place, attempt=last.attempt, draft=last.answers)
    expected = _expected(last.item, annotator, last.attempt)
    right = annotator.practice.filter(attempt=last.attempt, right=True).count()
    outcome: Outcome = "on"
    if annotator.excluded_by:
        outcome = "ended"
    elif annotator.practised_at is not None:
        outcome = "passed"
    elif place == len(items):
        outcome = "again"
    return Feedback(
        pair=pair,
        right=last.right,
        lessons=tuple(
            Lesson(
                name=question.name,
                question=question.text,
                picked=str(labels_of(last.item.kind)[last.answers[question.field]]),
                expected=str(labels_of(last.item.kind)[expected[question.field]]),
                right=_side(last.answers[question.field]) == expected[question.field],
            )
            for question in pair.item.questions
        ),
        why=last.item.why,
        right_so_far=right,
        needed=said["passing"],
        outcome=outcome,
    )


def _decide(annotator: Annotator, *, attempt: int, now: datetime) -> None:
    said = _said(annotator.study)
    if annotator.practice.filter(attempt=attempt, right=True).count() >= said["passing"]:
        annotator.practised_at = now
        annotator.save(update_fields=["practised_at"])
    elif attempt >= said["tries"]:
        end_after_practice(annotator=annotator, now=now)


def _said(study: Study) -> dict[str, Any]:
    said: dict[str, Any] = study.design["practice"]
    return said


def _items(study: Study) -> list[Item]:
    return list(study.items.filter(is_practice=True).select_related("context", "first", "second").order_by("pk"))


def _pair(
    item: Item, annotator: Annotator, *, place: int, attempt: int, draft: Mapping[str, str] | None = None
) -> PracticePair:
    """The pair with the questions whose answer is known, and no other: those that wait for traits are met later."""
    said = _said(annotator.study)
    shown = blinded(_look(item, annotator, attempt), draft=draft)
    known = tuple(
        # The page of practice has no script, so no keys of its own.
        replace(question, asks_reason="", options=tuple(replace(option, key="") for option in question.options))
        for question in shown.questions
        if question.criterion in item.expected
    )
    return PracticePair(
        item=replace(shown, questions=known, more_to_come=False, changing=False),
        key=item.pk,
        number=place,
        pairs=said["pairs"],
        attempt=attempt,
        tries=said["tries"],
    )


def _look(item: Item, annotator: Annotator, attempt: int) -> Slot:
    """A look that is in no plan and is never saved; sides are drawn anew in every try."""
    rng = random.Random(f"{annotator.study.seed} practice {item.context.ident} {annotator.code} {attempt}")
    # No slot has this key, so no judgment and no draft belongs to it.
    look = Slot(pk=0, study=annotator.study, item=item, context=item.context, number=0, position=0)
    look.first_on_left = rng.random() < 0.5
    return look


def _expected(item: Item, annotator: Annotator, attempt: int) -> dict[str, str]:
    """Criterion -> the side on which the right reply stood."""
    first_on_left = _look(item, annotator, attempt).first_on_left
    return {key: "left" if (side == "first") == first_on_left else "right" for key, side in item.expected.items()}


def _side(value: str) -> str:
    """The side of an answer; how much better it was said to be does not matter."""
    return value.partition(":")[0]


def _checked(pair: PracticePair, answers: Mapping[str, str]) -> dict[str, str]:
    given = {}
    for question in pair.item.questions:
        if question.field not in answers:
            continue
        offered = [option.value for option in question.options]
        if answers[question.field] not in offered:
            raise BadAnswer(f"{question.field}: expected one of {', '.join(offered)}, got {answers[question.field]!r}")
        given[question.field] = answers[question.field]
    missing = [question.field for question in pair.item.questions if question.field not in given]
    if missing:
        raise AnswersMissing(missing)
    return given
