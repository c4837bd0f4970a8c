"""How a study was run, as its analysis must know: what was planned, which looks were taken, what came after results."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from evaluation.models import Criterion, Judgment, Slot, Study
from evaluation.stats.data.outcomes import ALL

LOOKED: Final = "looked"
DEPOSITED: Final = "deposited"
# What somebody may do by hand to whose judgments count, and how the report says it.
BY_HAND: Final = {
    "excluded": "An annotator was excluded by hand",
    "included": "An excluded annotator was taken back by hand",
    "extended": "The study was extended by hand",
}


def planned_clusters(study: Study, criteria: Iterable[Criterion]) -> dict[str, dict[str, int]]:
    """How many clusters each of `criteria` is to be judged in: key -> domain (and "all") -> number."""
    slots = Slot.objects.filter(study=study, look=1, item__is_check=False, item__control="", item__dropped_at=None)
    there = set(slots.values_list("context__domain", "context__cluster", "item__trait"))
    planned: dict[str, dict[str, int]] = {}
    for criterion in criteria:
        clusters: dict[str, set[str]] = defaultdict(set)
        for domain, cluster, trait in there:
            if trait or not criterion.needs:
                clusters[domain].add(cluster)
                clusters[ALL].add(cluster)
        planned[criterion.key] = {domain: len(found) for domain, found in sorted(clusters.items())}
    return planned


def looks_taken(study: Study) -> list[dict[str, Any]]:
    """The planned looks, in their order, as `StudyInfo.looks` reads them."""
    return [entry.detail for entry in study.audit.filter(action=LOOKED).order_by("made_at", "pk")]


def amendments_of(study: Study) -> list[dict[str, Any]]:
    """The amendments in their order, as `StudyInfo.amendments` reads them."""
    return [
        {
            "text": each.text,
            "at": each.made_at.isoformat(timespec="seconds"),
            "judgments": each.change.get("judgments"),
            "results_seen": bool(each.change.get("results_seen", False)),
            "changes": each.change.get("changes") or [],
        }
        for each in study.amendments.order_by("made_at", "pk")
    ]


def judgments_at_deposit(study: Study) -> int:
    """How many judgments were in when the preregistration was deposited where it is now; 0 where it was not."""
    if not study.deposited_at:
        return 0
    entry = study.audit.filter(action=DEPOSITED).order_by("-made_at", "-pk").first()
    return int(entry.detail.get("judgments") or 0) if entry is not None else 0


def judgments_in(study: Study) -> int:
    """How many judgments of the study are in: of answered pairs, without check pairs."""
    return Judgment.objects.filter(
        slot__study=study, slot__answered_at__isnull=False, slot__item__is_check=False
    ).count()


def results_seen(study: Study) -> bool:
    """Whether results by system could be seen by now."""
    return _seen_at(study) is not None


def changes_after_results(study: Study) -> list[str]:
    """What was changed by hand once results could be seen, as sentences. A planned look shows no results."""
    seen_at = _seen_at(study)
    if seen_at is None:
        return []
    said = []
    later = Slot.objects.filter(study=study, answered_at__gt=seen_at).count()
    if later:
        said.append(f"{later:,} pairs were judged after results had been seen")
    for action in study.audit.filter(action__in=BY_HAND, made_at__gt=seen_at).order_by("made_at", "pk"):
        said.append(f"{BY_HAND[action.action]} after results could be seen")
    # That it was extended stands in the audit too, and is said once.
    amended = study.amendments.filter(made_at__gt=seen_at).exclude(change__has_key="extended")
    for amendment in amended.order_by("made_at", "pk"):
        said.append(f"Amended after results could be seen ({amendment.text.rstrip('.')})")
    return said


def _seen_at(study: Study) -> datetime | None:
    """From when on results by system could be seen."""
    moments = [moment for moment in (study.unblinded_at, study.closed_at) if moment is not None]
    return min(moments, default=None)
