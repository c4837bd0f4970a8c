"""A dry run: simulated annotators judge a copy of a study, so that its report can be seen before anyone is paid.

The copy is a study of its own, marked as simulated for good; the study itself is only read. The simulated annotators
go through the same verbs as people: they claim, lock what comes before the traits, and submit.
"""

import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

import numpy as np
from django.db import models, transaction

from evaluation.items.questions import Question, Sheet, sheets_of
from evaluation.items.reasons import needs_reason, reason_field
from evaluation.judging.assignment import claim_next
from evaluation.judging.submitting import lock, submit
from evaluation.models import Annotator, Context, Criterion, Item, Membership, Response, Slot, Study, System
from evaluation.studies.life import WrongState, close_study, open_study

SUFFIX: Final = "-dryrun"

# How simulated people differ, in logits of preferring one reply over the other.
CONTEXT_SPREAD: Final = 0.6  # one reply happens to be better here, whoever judges
LEANING_SPREAD: Final = 0.3  # one annotator's liking for one system
SIDE_SPREAD: Final = 0.15  # one annotator's pull to one side
TIE_WITHIN: Final = 0.6  # closer than this looks about equal
MUCH_BEYOND: Final = 2.0  # on five steps, "much" better
LABELLED_RIGHT: Final = 0.75  # how often what a labeller says of a persona's trait is what it is really like
SEEN_RIGHT: Final = 0.75  # how often a simulated person sees that; else they pick any label
CHECK_STRENGTH: Final = 4.0  # a reply of another context is taken for the better one about once in fifty checks
REASON: Final = "a simulated annotator gives none"
SELDOM: Final = 0.02  # how often an answer that names no side is given, where the study offers it
# Seconds on a pair: half of them take less than the median.
MEDIAN_SECONDS: Final = 28.0
SECONDS_SPREAD: Final = 0.5
# More than a pair takes on average (33 seconds with this spread).
LONG_SECONDS: Final = 60.0

Row = TypeVar("Row", bound=models.Model)


class NotADryRun(ValueError):
    """A study of people has the name that the dry run would take."""


class BadTruth(ValueError):
    """A truth about a system that the study does not have."""


@dataclass(frozen=True)
class DryRun:
    """The filled copy, and how many judged what in it."""

    study: Study
    annotators: int
    slots: int
    unfilled: int


@dataclass(frozen=True)
class _Person:
    """One simulated annotator: likings by system, and a pull to the left (positive) or right."""

    annotator: Annotator
    leanings: Mapping[str, float]
    side: float
    pace: float


def simulate(
    *,
    study: Study,
    annotators: int,
    truth: Mapping[str, float],
    seed: int,
    now: datetime,
    watch: Callable[[int, int], None] = lambda done, total: None,
) -> DryRun:
    """Fill `STUDY-dryrun`, a copy of `study` replaced on each run, and close it.

    `truth` is each system's strength in logits: of two systems that differ by 1, the stronger one's reply is better
    2.7 times as often as the other's, before ties. A system that is not in it has strength 0. `watch` is told of each
    slot. Every judgment is a transaction of its own, so that people go on judging other studies meanwhile; what an
    interrupted run leaves is replaced by the next.
    """
    if study.simulated:
        raise WrongState(f"{study.name} is a dry run itself")
    names = set(study.systems.values_list("name", flat=True))
    unknown = sorted(set(truth) - names)
    if unknown:
        raise BadTruth(f"no system {unknown[0]!r} in {study.name}; there: {', '.join(sorted(names))}")
    copy = copy_study(study, now=now)
    slots = Slot.objects.filter(study=copy).count()
    # Its people have judged by now, one after the other; nothing in it lies in the future.
    start = now - slots * timedelta(seconds=LONG_SECONDS)
    open_study(study=copy, now=start)
    rng = np.random.default_rng(seed)
    people = [_person(copy, number, sorted(names), rng, start) for number in range(1, annotators + 1)]
    # By context and system, whoever judges.
    merits: dict[tuple[int, int], float] = {}
    answered, moment, active = 0, start, list(people)
    while active:
        person = active[int(rng.integers(len(active)))]
        slot = claim_next(study=copy, annotator=person.annotator, now=moment)
        if slot is None:
            active.remove(person)
            continue
        moment = _judge(slot, person, truth=truth, merits=merits, rng=rng, now=moment)
        answered += not slot.item.is_check
        watch(answered, slots)
    close_study(study=copy, now=moment)
    unfilled = Slot.objects.filter(study=copy, answered_at=None).planned().count()
    return DryRun(copy, annotators, answered, unfilled)


@transaction.atomic
def copy_study(study: Study, *, now: datetime) -> Study:
    """A draft copy of `study` under its name and `-dryrun`, with its design, slots and members, and no judgments.

    An earlier dry run is replaced; a study of people with that name raises `NotADryRun`.
    """
    name = f"{study.name}{SUFFIX}"
    earlier = Study.objects.filter(name=name).first()
    if earlier is not None:
        if not earlier.simulated:
            raise NotADryRun(f"{name} is a study of people; rename it before {study.name} is tried out")
        earlier.delete()
    copy = Study.objects.get(pk=study.pk)
    copy.pk, copy.name, copy.title = None, name, f"{study.title} (dry run)"
    copy.public_id, copy.simulated, copy.state = secrets.token_urlsafe(9), True, Study.State.DRAFT
    copy.created_at, copy.design_digest = now, ""
    copy.opened_at = copy.closed_at = copy.unblinded_at = None
    # Who judges here keeps no hours.
    copy.closes_at = None
    copy.save(force_insert=True)
    systems = _copied(System.objects.filter(study=study), study=copy)
    _copied(Criterion.objects.filter(study=study), study=copy)
    contexts = _copied(Context.objects.filter(study=study), study=copy)
    responses = _copied(Response.objects.filter(context__study=study), context=contexts, system=systems)
    items = _copied(Item.objects.filter(study=study), study=copy, context=contexts, first=responses, second=responses)
    free = {"annotator": None, "claimed_at": None, "leased_until": None, "locked_at": None, "answered_at": None}
    blank = {"seconds": None, "layout": "", "comment": "", "problem": ""}
    # Looks at check pairs and what stands for the excluded come as it runs.
    slots = Slot.objects.filter(study=study, item__is_check=False, stands_for=None).exclude(
        repeats__stands_for__isnull=False
    )
    shared = {"study": copy, "item": items, "context": contexts, **free, **blank}
    looks = _copied(slots.filter(repeats=None), **shared)
    _copied(slots.exclude(repeats=None), repeats=looks, **shared)
    _copied(Membership.objects.filter(study=study), study=copy)
    return copy


def _copied(rows: "models.QuerySet[Row]", **changes: object) -> dict[int, Row]:
    """Copies of `rows`, by the old key, with fields changed: to a value, or through a mapping of copies by old key."""
    copies: dict[int, Row] = {}
    for row in rows.order_by("pk"):
        old = row.pk
        row.pk = None
        for field, value in changes.items():
            if isinstance(value, dict):
                before = getattr(row, f"{field}_id")
                setattr(row, field, value[before] if before is not None else None)
            else:
                setattr(row, field, value)
        copies[old] = row
    rows.model._default_manager.bulk_create(copies.values())
    return copies


def _person(study: Study, number: int, systems: list[str], rng: np.random.Generator, now: datetime) -> _Person:
    annotator = Annotator.objects.create(
        study=study,
        code=f"S-{number:02}",
        kind=Annotator.Kind.SIMULATED,
        consented_at=now,
        instructed_at=now,
        created_at=now,
    )
    return _Person(
        annotator=annotator,
        leanings={name: float(rng.normal(0, LEANING_SPREAD)) for name in systems},
        side=float(rng.normal(0, SIDE_SPREAD)),
        pace=float(np.exp(rng.normal(0, SECONDS_SPREAD / 2))),
    )


def _judge(
    slot: Slot,
    person: _Person,
    *,
    truth: Mapping[str, float],
    merits: dict[tuple[int, int], float],
    rng: np.random.Generator,
    now: datetime,
) -> datetime:
    """Answer all that `slot` asks; returns when that was."""
    sides = {
        side: _worth(response, slot, person, truth=truth, merits=merits, rng=rng)
        for side, response in (("left", slot.left()), ("right", slot.right()))
    }
    sides["left"] += person.side
    sheets = sheets_of(slot)
    truly = {
        question.criterion.key: _true_label(question, slot)
        for sheet in sheets
        for question in sheet
        if question.criterion.scale == Criterion.Scale.LABEL and slot.item.kind == Item.Kind.PERSONA
    }
    seconds = MEDIAN_SECONDS * person.pace * float(np.exp(rng.normal(0, SECONDS_SPREAD)))
    done = now + timedelta(seconds=seconds)
    if len(sheets) > 1:
        first = _answers(sheets[0], sides, truly, rng)
        lock(slot_id=slot.pk, annotator=person.annotator, answers=first, now=now + timedelta(seconds=seconds * 0.7))
    submit(
        slot_id=slot.pk,
        annotator=person.annotator,
        key=f"dry-run-{slot.study_id}-{slot.pk}",
        answers=_answers(sheets[-1], sides, truly, rng),
        seconds=seconds,
        layout="side-by-side",
        now=done,
    )
    return done


def _worth(
    response: Response | None,
    slot: Slot,
    person: _Person,
    *,
    truth: Mapping[str, float],
    merits: dict[tuple[int, int], float],
    rng: np.random.Generator,
) -> float:
    if response is None:
        return 0.0
    if response.system is None:
        # A pair with a known answer: the right reply is far better, and a slip is rare.
        return 0.0 if slot.item.first_id == response.pk else -CHECK_STRENGTH
    key, name = (response.context_id, response.system.pk), response.system.name
    if key not in merits:
        merits[key] = float(rng.normal(0, CONTEXT_SPREAD))
    return truth.get(name, 0.0) + merits[key] + person.leanings[name]


def _true_label(question: Question, slot: Slot) -> str:
    """What a persona is really like, whoever judges: mostly what the labeller said of it."""
    context, trait = slot.item.context.ident, question.criterion.key
    rng = random.Random(f"{slot.study.seed} {trait} of {context}")
    said = ((slot.study.design.get("labelled") or {}).get(context) or {}).get("levels", {}).get(trait)
    if said in question.values() and rng.random() < LABELLED_RIGHT:
        return str(said)
    return rng.choice(question.values())


def _answers(
    sheet: Sheet, sides: Mapping[str, float], truly: Mapping[str, str], rng: np.random.Generator
) -> dict[str, str]:
    """An answer to every question of a sheet, and the reasons that count with them."""
    given = {question.field: _answer(question, sides, truly, rng) for question in sheet}
    needed = [question.field for question in sheet if needs_reason(question, given[question.field])]
    return given | {reason_field(field): REASON for field in needed}


def _answer(question: Question, sides: Mapping[str, float], truly: Mapping[str, str], rng: np.random.Generator) -> str:
    scale, offered = question.criterion.scale, question.values()
    for seldom in ("both_bad", "cannot_judge"):
        if seldom in offered and rng.random() < SELDOM:
            return seldom
    if scale == Criterion.Scale.LABEL:
        true = truly.get(question.criterion.key)
        return true if true is not None and rng.random() < SEEN_RIGHT else str(rng.choice(offered))
    if scale == Criterion.Scale.RATING:
        low, high = question.criterion.range["min"], question.criterion.range["max"]
        felt = (low + high) / 2 + sides.get(question.side, 0.0) + rng.logistic(0, 0.6)
        return str(int(np.clip(round(felt), low, high)))
    # Two logistic draws, one for each reply, would make the odds steeper; one is the difference itself.
    felt = sides["left"] - sides["right"] + float(rng.logistic(0, 1))
    if abs(felt) < TIE_WITHIN and "tie" in offered:
        return "tie"
    side = "left" if felt > 0 else "right"
    if scale == Criterion.Scale.PREFERENCE5:
        return f"{side}:{2 if abs(felt) > MUCH_BEYOND else 1}"
    return side
