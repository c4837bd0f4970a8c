"""How well a study is being judged, while it runs: agreement, pace and sides so far, and nothing by system."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from evaluation.models import Judgment, Slot, Study
from evaluation.results.exporting import info_of, rows_of, rows_of_items
from evaluation.stats.agreeing.agreement import agreement
from evaluation.stats.agreeing.judged import comparable
from evaluation.stats.data.criteria import criteria_of
from evaluation.stats.data.selection import choose
from evaluation.stats.data.snapshot import in_order
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.instrument.annotators import AnnotatorSummary, annotator_summaries
from evaluation.stats.instrument.bias import side_bias

# A page that is asked for every few seconds reads no more than this; the report reads everything.
MOST_JUDGMENTS: Final = 12_000


@dataclass(frozen=True)
class CriterionAgreement:
    """Krippendorff's alpha of one criterion, over all domains."""

    key: str
    name: str
    nominal: Estimate
    ordinal: Estimate


@dataclass(frozen=True)
class Quality:
    """What may be watched while a study runs."""

    agreement: tuple[CriterionAgreement, ...]
    annotators: Mapping[str, AnnotatorSummary]
    share_left: Estimate
    # Of how many pairs of a large study it is known; None where it is of all.
    sampled: int | None = None

    def as_analysis(self) -> dict[str, Any]:
        """The part of a report's JSON that the agreement plot reads."""
        return {
            "study": {"criteria": {each.key: each.name for each in self.agreement}},
            "criteria": {
                each.key: {
                    "agreement": {
                        "all": {"alpha_nominal": each.nominal.as_json(), "alpha_ordinal": each.ordinal.as_json()}
                    }
                }
                for each in self.agreement
            },
        }


def quality_of(study: Study) -> Quality:
    """The quality of the judgments that `study` has so far, by the same functions as its report."""
    info = info_of(study, measured=False)
    sample = _sample_of(study)
    rows = rows_of(study) if sample is None else rows_of_items(study, sample)
    chosen = choose(in_order(rows))
    criteria = criteria_of(chosen.counted, info.criteria)
    compared = {
        each.key: comparable([row for row in chosen.counted if row.criterion == each.key], each, systems=info.systems)
        for each in criteria
    }
    agreed = []
    for each in criteria:
        found = agreement(compared[each.key].judged, levels=compared[each.key].levels, seed=info.seed).coefficients
        agreed.append(CriterionAgreement(each.key, each.name, found["alpha_nominal"], found["alpha_ordinal"]))
    return Quality(
        agreement=tuple(agreed),
        annotators=annotator_summaries(chosen, list(compared.values())),
        share_left=side_bias(chosen.counted, systems=info.systems, seed=info.seed).share,
        sampled=None if sample is None else len(sample),
    )


def _sample_of(study: Study) -> list[int] | None:
    """So many of the judged items, drawn by the study's seed, that about `MOST_JUDGMENTS` are read; None: all are."""
    answered = Slot.objects.filter(study=study).answered()
    judgments = Judgment.objects.filter(slot__study=study, slot__answered_at__isnull=False).count()
    if judgments <= MOST_JUDGMENTS:
        return None
    items = sorted(set(answered.values_list("item_id", flat=True)))
    share = MOST_JUDGMENTS / judgments
    return sorted(Random(f"{study.seed} watched").sample(items, max(1, round(share * len(items)))))
