"""How well a study is being judged, while it runs: agreement, pace and sides so far, and nothing by system."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaluation.exporting import info_of, rows_of
from evaluation.models import Study
from evaluation.stats.agreement import agreement
from evaluation.stats.annotators import AnnotatorSummary, annotator_summaries
from evaluation.stats.bias import side_bias
from evaluation.stats.criteria import criteria_of
from evaluation.stats.estimate import Estimate
from evaluation.stats.judged import comparable
from evaluation.stats.selection import choose
from evaluation.stats.snapshot import in_order


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
    chosen = choose(in_order(rows_of(study)))
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
    )
