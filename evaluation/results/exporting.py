"""A study as statistics read it: its judgments in the long format, and what a table of them cannot carry."""

from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, replace
from typing import cast

from django.db.models import QuerySet

from evaluation.models import Annotator, Criterion, Item, Judgment, Response, Slot, Study
from evaluation.results.machine_judgments import machine_rows
from evaluation.results.measuring import measures_of
from evaluation.results.treating import conduct_of
from evaluation.stats.data.declared import StudyInfo, study_info_from_json
from evaluation.stats.data.rows import (
    ASKED_AGAIN,
    MADE_REPLY,
    NOT_A_SYSTEM,
    REFERENCE,
    RIGHT_REPLY,
    SHUFFLED_REFERENCE,
    AnnotatorKind,
    JudgmentRow,
)
from evaluation.studies.conduct import (
    amendments_of,
    changes_after_results,
    judgments_at_deposit,
    looks_taken,
    planned_clusters,
)
from evaluation.study_files.datasheet_file import answers_of_design
from evaluation.study_files.item_kinds import kind_of


def rows_of(study: Study) -> list[JudgmentRow]:
    """Every judgment of an answered slot, in the order of the slots: what was clicked, said by system.

    Those of annotators who withdrew are left out for good. Check pairs, second looks and what an exclusion rule struck
    out stand in it, marked as such; pairs with equal responses do not, since nobody was asked (`info_of` counts them).
    What language models said follows, by model, from the files that `judge` wrote.
    """
    return [row_of(judgment) for judgment in _judgments(study)] + _machine_rows(study)


def rows_of_items(study: Study, items: Collection[int]) -> list[JudgmentRow]:
    """What people said of some items alone, for what may rest on a sample of a large study."""
    return [row_of(judgment) for judgment in _judgments(study).filter(slot__item_id__in=items)]


class RowsOf:
    """The same rows, of which only the part that is asked for is read: `len()`, and a slice of them."""

    def __init__(self, study: Study) -> None:
        self._people, self._machines = _judgments(study), _machine_rows(study)
        self._said = self._people.count()

    def __len__(self) -> int:
        return self._said + len(self._machines)

    def __getitem__(self, part: slice) -> list[JudgmentRow]:
        start, stop, _ = part.indices(len(self))
        people = [row_of(each) for each in self._people[start:stop]] if start < self._said else []
        return people + self._machines[max(start - self._said, 0) : max(stop - self._said, 0)]


def _machine_rows(study: Study) -> list[JudgmentRow]:
    """What models said, that of dropped pairs marked as people's is: a file was written before a pair was dropped."""
    said = machine_rows(study)
    if not said:
        return []
    gone = {
        (context, frozenset((first, second))): because
        for context, first, second, because in Item.objects.filter(study=study, dropped_at__isnull=False).values_list(
            "context__ident", "first__system__name", "second__system__name", "dropped_because"
        )
    }
    return [replace(row, dropped=gone.get((row.context, frozenset((row.first, row.second))), "")) for row in said]


def _judgments(study: Study) -> QuerySet[Judgment]:
    return (
        Judgment.objects.filter(slot__study=study, slot__answered_at__isnull=False)
        .exclude(annotator__state=Annotator.State.WITHDRAWN)
        .select_related(
            "annotator",
            "criterion",
            "rated__system",
            "displayed_left__system",
            "slot__item__context",
            "slot__item__first__system",
            "slot__item__second__system",
        )
        .order_by("slot__position", "slot__pk", "criterion__position", "pk")
    )


def row_of(judgment: Judgment) -> JudgmentRow:
    """One judgment in the long format; it need not be saved."""
    slot, item, context = judgment.slot, judgment.slot.item, judgment.slot.item.context
    rated = judgment.rated is not None or item.kind == Item.Kind.PERSONA
    first, second = _name(item.first, item), _name(item.second, item)
    return JudgmentRow(
        context=context.ident,
        annotator=judgment.annotator.code,
        criterion=judgment.criterion.key,
        choice=_choice(judgment, slot),
        first="" if rated else first,
        second="" if rated else second,
        system=_name(judgment.rated, item) if rated else "",
        strength=judgment.strength,
        look=slot.look,
        annotator_kind=cast(AnnotatorKind, judgment.annotator.kind),  # the field's choices are these
        cluster=context.cluster,
        domain=context.domain,
        displayed_left=_name(judgment.displayed_left, item),
        layout=slot.layout,
        seconds=slot.seconds,
        submitted_at=judgment.submitted_at.isoformat(timespec="seconds"),
        is_check=item.is_check,
        expected=_expected(item, judgment.criterion.key),
        excluded_by=judgment.annotator.excluded_by,
        trait=judgment.trait,
        level=judgment.level,
        problem=slot.problem,
        control=item.control,
        reason=judgment.reason,
        wording=judgment.criterion_version,
        dropped=_dropped(item),
    )


def _dropped(item: Item) -> str:
    return item.dropped_because if item.dropped_at is not None else ""


def _choice(judgment: Judgment, slot: Slot) -> str:
    """The system whose reply was on the side clicked; what names no side, and ratings and labels, as they are."""
    if judgment.choice == Judgment.Choice.LEFT:
        return _name(slot.left(), slot.item)
    if judgment.choice == Judgment.Choice.RIGHT:
        return _name(slot.right(), slot.item)
    assert judgment.value or judgment.choice in NOT_A_SYSTEM
    return judgment.value or judgment.choice


def _name(response: Response | None, item: Item) -> str:
    if response is None:
        return ""
    if response.system:
        # Of an A/A pair, the second sample of one system is compared with the first as if it were another.
        return f"{response.system.name}{ASKED_AGAIN}" if response.sample else response.system.name
    if item.control:
        return REFERENCE if response.pk == item.first_id else SHUFFLED_REFERENCE
    # The right reply of a check pair is its first.
    return RIGHT_REPLY if response.pk == item.first_id else MADE_REPLY


def _expected(item: Item, criterion: str) -> str:
    side = item.expected.get(criterion)
    return _name(item.first if side == "first" else item.second, item) if side else ""


def info_of(study: Study, *, measured: bool = True) -> StudyInfo:
    """What `FILE.study.json` says of `study`; not `measured`, without what takes reading every response."""
    ties = Counter(
        Item.objects.filter(study=study, automatic_tie=True, is_check=False).values_list("context__domain", flat=True)
    )
    systems, criteria = list(study.systems.order_by("position")), list(study.criteria.order_by("position"))
    return study_info_from_json(
        {
            "name": study.name,
            "title": study.title,
            "systems": [system.name for system in systems],
            "criteria": [_criterion(each) for each in criteria],
            "plan": study.plan,
            "seed": study.seed,
            "simulated": study.simulated,
            "caveats": study.caveats,
            "amendments": amendments_of(study),
            "deposited_at": study.deposited_at,
            "deposited_after_judgments": judgments_at_deposit(study),
            "unblinded_early": study.unblinded_early(),
            "opened_at": study.opened_at.isoformat(timespec="seconds") if study.opened_at else "",
            "closed_at": study.closed_at.isoformat(timespec="seconds") if study.closed_at else "",
            "judgments_per_pair": study.judgments_per_pair,
            "display": study.display,
            "responses": {system.name: system.digest for system in systems},
            "automatic_ties": dict(sorted(ties.items())),
            "planned_clusters": planned_clusters(study, criteria),
            "looks": looks_taken(study),
            "changed_after_unblinding": changes_after_results(study),
            "measures": asdict(measures_of(study)) if measured else {},
            "datasheet": answers_of_design(study.design),
            "kind": "" if kind_of(study.design) == "pair" else kind_of(study.design),
            "labelled": study.design.get("labelled", {}),
            "conduct": asdict(conduct_of(study, measured=measured)),
        }
    )


def _criterion(criterion: Criterion) -> dict[str, object]:
    return {
        "key": criterion.key,
        "name": criterion.name,
        "question": criterion.question,
        "scale": criterion.scale,
        "options": criterion.options,
        "low": criterion.range.get("min"),
        "high": criterion.range.get("max"),
        "needs": criterion.needs,
    }
