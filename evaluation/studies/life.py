"""The life of a study: draft, open, paused, closed; unblinding; and its progress, which says nothing by system."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from evaluation.models import AuditEntry, Criterion, Item, Judgment, Researcher, Slot, Study
from evaluation.queue.webhooks import STUDY_CLOSED, announce
from evaluation.stats.preferences.seeds import system_of
from evaluation.studies.holding import hold_alone
from generation.corpus.manifest import digest_of

State = Study.State


class NoSuchStudy(ValueError):
    """A name that no study has."""


class WrongState(ValueError):
    """A transition that the study's state does not allow."""


class NotReady(WrongState):
    """A draft that cannot be opened as it stands."""


def study_named(name: str) -> Study:
    """The study called `name`; the error lists those that there are."""
    study = Study.objects.filter(name=name).first()
    if study is None:
        there = list(Study.objects.order_by("name").values_list("name", flat=True))
        raise NoSuchStudy(f"no study {name!r}; there: {', '.join(there) or 'none yet'}")
    return study


def open_study(*, study: Study, now: datetime, by: Researcher | None = None) -> None:
    """Let annotators in. The first time, the design and the plan are frozen under their digest."""
    if study.state == State.DRAFT:
        problems = problems_of(study)
        if problems:
            raise NotReady(f"{study.name} cannot be opened: {'; '.join(problems)}")
        if study.is_past_closing(now):
            raise NotReady(
                f"{study.name} cannot be opened: nobody would be given a pair since {study.closes_at:%Y-%m-%d}"
            )
    _move(
        study,
        to=State.OPEN,
        allowed=(State.DRAFT, State.PAUSED),
        action="opened",
        now=now,
        by=by,
        opened_at=study.opened_at or now,
        design_digest=study.design_digest or digest_of(frozen_design(study)),
    )


def pause_study(*, study: Study, now: datetime, by: Researcher | None = None) -> None:
    """Take no judgments until it is opened again."""
    _move(study, to=State.PAUSED, allowed=(State.OPEN,), action="paused", now=now, by=by)


@transaction.atomic
def close_study(*, study: Study, now: datetime, by: Researcher | None = None) -> None:
    """End the study for good: its results may be seen from now on."""
    _move(study, to=State.CLOSED, allowed=(State.OPEN, State.PAUSED), action="closed", now=now, by=by, closed_at=now)
    announce(study=study, event=STUDY_CLOSED, now=now)


@transaction.atomic
def unblind(*, study: Study, now: datetime, by: Researcher | None = None) -> None:
    """Show results by system from now on, though the study is not closed. Kept for good, and said in the report."""
    if study.state == State.DRAFT:
        raise WrongState(f"{study.name}: expected a study that was opened; a draft has no results to see")
    if study.state == State.CLOSED:
        return
    if Study.objects.filter(pk=study.pk, unblinded_at=None).update(unblinded_at=now):
        AuditEntry.objects.create(study=study, action="unblinded", made_by=by, made_at=now)
    study.refresh_from_db(fields=["unblinded_at"])


@transaction.atomic
def _move(
    study: Study,
    *,
    to: State,
    allowed: tuple[State, ...],
    action: str,
    now: datetime,
    by: Researcher | None,
    **changes: object,
) -> None:
    # Answers under way are counted; those that come after see the new state.
    hold_alone(study.pk)
    moved = Study.objects.filter(pk=study.pk, state__in=allowed).update(state=to, **changes)
    study.refresh_from_db()
    if not moved:
        raise WrongState(f"{study.name}: expected a study that is {' or '.join(allowed)}, and it is {study.state}")
    AuditEntry.objects.create(study=study, action=action, made_by=by, made_at=now)


def problems_of(study: Study) -> tuple[str, ...]:
    """What keeps a draft from being opened, as sentences."""
    systems = {system_of(name) for name in study.systems.values_list("name", flat=True)}
    criteria = set(study.criteria.values_list("key", flat=True))
    domains = set(study.contexts.values_list("domain", flat=True)) | {"all"}
    problems = []
    if not criteria:
        problems.append("it asks no question")
    if not Slot.objects.filter(study=study).exists():
        problems.append("it has no pair to judge")
    if not study.consent.strip():
        problems.append("it has no consent text")
    if not study.ethics and not study.simulated:
        problems.append(
            'it states no ethics approval: its file says ethics = "..." (the board and its reference), or "none"'
        )
    for number, each in enumerate(study.plan.get("hypotheses") or (), start=1):
        for key, known in (("criterion", criteria), ("domain", domains), ("better", systems), ("than", systems)):
            value = each.get(key)
            if value and value not in known:
                problems.append(
                    f"hypothesis {number} names the {key} {value!r}, and there is only {', '.join(sorted(known))}"
                )
    return tuple(problems)


def frozen_design(study: Study) -> dict[str, object]:
    """All that opening freezes, as one JSON value: wording, plan, systems, and every planned slot in its order."""
    return {
        "design": study.design,
        "plan": study.plan,
        "seed": study.seed,
        "display": study.display,
        "language": study.language,
        "texts": [study.consent, study.instructions, study.end_text],
        "systems": list(study.systems.order_by("position").values_list("name", "digest")),
        "criteria": list(
            study.criteria.order_by("position").values(
                "key", "name", "question", "help", "scale", "options", "range", "needs", "after", "version"
            )
        ),
        **_told(study),
        "slots": list(
            study.slots.order_by("position").values_list(
                "context__ident",
                "item__first__system__name",
                "item__second__system__name",
                "item__trait",
                "item__is_check",
                "look",
                "number",
                "first_on_left",
            )
        ),
        **({"known": known} if (known := _known_pairs(study)) else {}),
    }


def _told(study: Study) -> dict[str, object]:
    """What is told and asked beside the questions, as far as the study has it."""
    said = {
        "content_warning": study.content_warning,
        "may_skip": study.may_skip,
        "ethics": study.ethics,
        "layout": study.layout if study.layout != "one-page" else "",
        "reasons": dict(study.criteria.exclude(reason="").order_by("position").values_list("key", "reason")),
        "controls": list(
            study.items.exclude(control="")
            .order_by("pk")
            .values_list("control", "context__ident", "first__text", "second__text")
        ),
    }
    return {key: value for key, value in said.items() if value}


def _known_pairs(study: Study) -> list[tuple[object, ...]]:
    known = study.items.filter(Q(is_check=True) | Q(is_practice=True)).order_by("pk")
    return list(known.values_list("context__ident", "first__text", "second__text", "expected", "trait", "is_check"))


@dataclass(frozen=True)
class AnnotatorProgress:
    """One annotator's work so far. `share_left_clicked` is of the answers that named a side."""

    code: str
    kind: str
    state: str
    done: int
    median_seconds: float | None
    share_left_clicked: float | None
    share_tied: float | None
    last_seen_at: datetime | None


@dataclass(frozen=True)
class StudyProgress:
    """How far a study is. Nothing in it is by system."""

    slots_done: int
    slots_out: int
    slots_free: int
    slots: int
    items: int
    annotators: int
    judgments: int
    per_annotator: tuple[AnnotatorProgress, ...]
    by_day: tuple[tuple[date, int], ...]


def progress_of_study(study: Study, *, now: datetime) -> StudyProgress:
    """Slots, annotators and judgments of `study` at `now`, in a fixed number of queries."""
    slots = Slot.objects.filter(study=study).planned()
    counts = slots.aggregate(
        all=Count("pk"), done=Count("pk", filter=Q(answered_at__isnull=False)), out=Count("pk", filter=_held(now))
    )
    counted = Judgment.objects.filter(slot__study=study, slot__answered_at__isnull=False, slot__item__is_check=False)
    by_day = Counter(
        timezone.localtime(moment, timezone.get_current_timezone()).date()
        for moment in counted.values_list("submitted_at", flat=True)
    )
    annotators = _per_annotator(study)
    return StudyProgress(
        slots_done=counts["done"],
        slots_out=counts["out"],
        slots_free=counts["all"] - counts["done"] - counts["out"],
        slots=counts["all"],
        items=Item.objects.filter(
            study=study, automatic_tie=False, is_check=False, is_practice=False, dropped_at=None
        ).count(),
        annotators=len(annotators),
        judgments=sum(by_day.values()),
        per_annotator=annotators,
        by_day=tuple(sorted(by_day.items())),
    )


def _held(now: datetime) -> Q:
    return Q(answered_at=None, annotator__isnull=False, leased_until__gt=now)


def _per_annotator(study: Study) -> tuple[AnnotatorProgress, ...]:
    seconds: dict[int, list[float]] = defaultdict(list)
    done: Counter[int] = Counter()
    answered = Slot.objects.filter(study=study).answered().filter(annotator__isnull=False)
    for annotator, measured in answered.values_list("annotator_id", "seconds"):
        assert annotator is not None
        done[annotator] += 1
        if measured is not None:
            seconds[annotator].append(measured)
    clicks: dict[int, Counter[str]] = defaultdict(Counter)
    preferences = Judgment.objects.filter(
        slot__study=study,
        slot__answered_at__isnull=False,
        criterion__scale__in=(Criterion.Scale.PREFERENCE, Criterion.Scale.PREFERENCE5),
    )
    for row in preferences.values("annotator_id", "choice").annotate(n=Count("pk")):
        clicks[row["annotator_id"]][row["choice"]] += row["n"]
    return tuple(
        AnnotatorProgress(
            code=each.code,
            kind=each.kind,
            state=each.state,
            done=done[each.pk],
            median_seconds=median(seconds[each.pk]) if seconds[each.pk] else None,
            share_left_clicked=_share(clicks[each.pk], ("left",), of=("left", "right")),
            share_tied=_share(clicks[each.pk], ("tie",), of=tuple(Judgment.Choice.values)),
            last_seen_at=each.last_seen_at,
        )
        for each in study.annotators.order_by(F("created_at"), "pk")
    )


def _share(counts: Counter[str], wanted: tuple[str, ...], *, of: tuple[str, ...]) -> float | None:
    total = sum(counts[each] for each in of)
    return sum(counts[each] for each in wanted) / total if total else None
