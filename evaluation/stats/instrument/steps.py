"""What is known of the instrument itself: how people worked with it, what their answers hang on, what its controls say.

Everything here stands beside the results and changes none of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.stats.agreeing.judged import Compared
from evaluation.stats.data.declared import DeclaredCriterion, StudyInfo
from evaluation.stats.data.outcomes import cluster_of
from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.data.selection import Chosen
from evaluation.stats.inference.signature import Signature
from evaluation.stats.instrument.answers import answer_rates, time_on_task
from evaluation.stats.instrument.automatic import against_metrics
from evaluation.stats.instrument.conditions import conditions
from evaluation.stats.instrument.controls import controls
from evaluation.stats.instrument.halo import halo
from evaluation.stats.instrument.identification import NOTHING, identification, identifies
from evaluation.stats.instrument.lengths import by_length, length_bias

Json = dict[str, Any]


@dataclass(frozen=True)
class Instrument:
    """The parts of the analysis that are about the instrument, each as it stands in `report.json`."""

    bias: Json
    length_bias: Json
    controls: Json
    identification: Json
    automatic: Json


def instrument(
    chosen: Chosen,
    criteria: Sequence[DeclaredCriterion],
    by_criterion: Mapping[str, Sequence[JudgmentRow]],
    compared: Mapping[str, Compared],
    info: StudyInfo,
    signature: Signature,
) -> Instrument:
    """All of it, from the judgments that count (and for the controls, those of control pairs)."""
    # Which of a high and a low reply is the more outgoing has nothing to do with which is longer or more natural.
    judged = [each for each in criteria if not identifies(each)]
    counted = [row for each in judged for row in by_criterion[each.key]]
    return Instrument(
        bias=_bias(counted, judged, by_criterion, compared, info) | {"signature": _signed("bias", signature, counted)},
        length_bias=_lengths(counted, judged, by_criterion, info)
        | {"signature": _signed("net preference for the longer", signature, counted)},
        controls=controls(
            chosen.controls,
            [each.key for each in criteria],
            systems=info.systems,
            alpha=info.plan.alpha,
            seed=info.seed,
        )
        | {"signature": _signed("controls", signature, chosen.controls)},
        identification=_identified(criteria, by_criterion, info)
        | {"signature": _signed("share identified", signature, chosen.counted)},
        automatic=against_metrics(by_criterion, judged, info.measures, systems=info.systems, seed=info.seed)
        | {"signature": _signed("correlation with metrics", signature, counted)},
    )


def _signed(what: str, signature: Signature, rows: Sequence[JudgmentRow]) -> str:
    return signature.of(what, method="see each number", unit="cluster", n=len({cluster_of(row) for row in rows}))


def _bias(
    counted: Sequence[JudgmentRow],
    criteria: Sequence[DeclaredCriterion],
    by_criterion: Mapping[str, Sequence[JudgmentRow]],
    compared: Mapping[str, Compared],
    info: StudyInfo,
) -> Json:
    rates = {each.key: answer_rates(by_criterion[each.key], systems=info.systems) for each in criteria}
    return {
        **conditions(counted, criteria, compared, systems=info.systems),
        "time": time_on_task(counted),
        "halo": [each.as_json() for each in halo(by_criterion, criteria, systems=info.systems, seed=info.seed)],
        "answers": {key: of for key, of in rates.items() if of},
    }


def _lengths(
    counted: Sequence[JudgmentRow],
    criteria: Sequence[DeclaredCriterion],
    by_criterion: Mapping[str, Sequence[JudgmentRow]],
    info: StudyInfo,
) -> Json:
    lengths, seed = info.measures.lengths, info.seed
    return length_bias(counted, lengths, seed=seed) | {
        "criteria": {
            each.key: length_bias(by_criterion[each.key], lengths, seed=seed)
            | {"comparisons": by_length(by_criterion[each.key], lengths, systems=info.systems)}
            for each in criteria
        }
    }


def _identified(
    criteria: Sequence[DeclaredCriterion], by_criterion: Mapping[str, Sequence[JudgmentRow]], info: StudyInfo
) -> Json:
    asked = [each for each in criteria if identifies(each)]
    if not asked:
        return {"value": None, "reason": NOTHING}
    rows = [row for each in asked for row in by_criterion[each.key]]
    return identification(rows, info.measures, votes=info.judgments_per_pair, seed=info.seed)
