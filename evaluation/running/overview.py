"""A researcher's studies at a glance: for each its state and how far it is, and nothing by system."""

from dataclasses import dataclass

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from evaluation.models import Annotator, Criterion, Membership, Researcher, Slot, System


@dataclass(frozen=True)
class StudyCard:
    """One study as the list shows it."""

    name: str
    title: str
    state: str
    state_label: str
    simulated: bool
    shows_results: bool
    role: str
    systems: int
    criteria: int
    annotators: int
    slots: int
    done: int


def cards_of(researcher: Researcher) -> list[StudyCard]:
    """The studies that `researcher` is a member of, the newest first; one query, however many they are."""
    memberships = (
        Membership.objects.filter(researcher=researcher)
        .select_related("study")
        .annotate(
            systems=_count(System.objects.all()),
            criteria=_count(Criterion.objects.all()),
            annotators=_count(Annotator.objects.all()),
            slots=_count(Slot.objects.planned()),
            done=_count(Slot.objects.planned().answered()),
        )
        .order_by("-study__created_at", "study__name")
    )
    return [
        StudyCard(
            name=each.study.name,
            title=each.study.title,
            state=each.study.state,
            state_label=each.study.get_state_display(),
            simulated=each.study.simulated,
            shows_results=each.study.shows_results(),
            role=each.get_role_display(),
            systems=each.systems,
            criteria=each.criteria,
            annotators=each.annotators,
            slots=each.slots,
            done=each.done,
        )
        for each in memberships
    ]


def _count(rows: "QuerySet[System] | QuerySet[Criterion] | QuerySet[Annotator] | QuerySet[Slot]") -> Coalesce:
    """How many of `rows` belong to the study of the membership at hand."""
    counted = rows.filter(study=OuterRef("study")).order_by().values("study").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
