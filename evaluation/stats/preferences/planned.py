"""What the plan asks: its claims and contrasts as one family, the looks that were taken, and whether it was kept to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.stats.data.criteria import criteria_of
from evaluation.stats.data.declared import Look, StudyInfo
from evaluation.stats.data.orientation import Pair, by_comparison
from evaluation.stats.data.outcomes import ALL
from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.data.selection import choose
from evaluation.stats.data.snapshot import in_order
from evaluation.stats.inference.signature import Signature
from evaluation.stats.preferences.confirming import why_exploratory
from evaluation.stats.preferences.contrasts import Contrasted, contrast_json, contrasted, default_contrasts, side_said
from evaluation.stats.preferences.family import Claim, Place, Result, claims_of, corrected_together, primary_test
from evaluation.stats.preferences.looks import Sequential, complete, look, standings
from evaluation.stats.preferences.results import results_of
from evaluation.stats.preferences.verdict import SCOPES, hypothesis_json

ByCriterion = Mapping[str, Sequence[JudgmentRow]]


@dataclass(frozen=True)
class Planned:
    """The family, corrected together, and how each claim stands after the looks that were taken."""

    claims: tuple[Claim, ...]
    contrasts: tuple[Contrasted, ...]
    standings: tuple[Sequential | None, ...]


def planned(by_criterion: ByCriterion, results: Mapping[Place, Result], info: StudyInfo) -> Planned:
    """The family that the plan declares, or the default one; contrasts nobody declared stand beside it, uncorrected."""
    claims = claims_of(info.plan, results, systems=info.systems, seed=info.seed)
    contrasts = tuple(_contrasts(by_criterion, results, info))
    if info.plan.hypotheses:
        claims, contrasts = _in_time_and_late(claims, contrasts)
    else:
        # Claims that nobody declared do not count against contrasts that somebody did.
        claims, contrasts = corrected_together(claims, ())[0], corrected_together((), contrasts)[1]
    rows = [row for there in by_criterion.values() for row in there] if info.looks else []
    return Planned(claims, contrasts, tuple(standings(claims, rows, info)))


def _in_time_and_late(
    claims: tuple[Claim, ...], contrasts: tuple[Contrasted, ...]
) -> tuple[tuple[Claim, ...], tuple[Contrasted, ...]]:
    """Claims that were declared before the first judgment are corrected among themselves, whatever was added since.

    Those that an amendment added are corrected with all there are, which is no lighter: they are exploratory.
    """
    in_time = [claim for claim in claims if not claim.hypothesis.after_judgments]
    corrected, corrected_contrasts = corrected_together(in_time, contrasts)
    if len(in_time) == len(claims):
        return corrected, corrected_contrasts
    everything, among_all = corrected_together(claims, contrasts)
    kept = iter(corrected)
    return (
        tuple(each if each.hypothesis.after_judgments else next(kept) for each in everything),
        corrected_contrasts if in_time else among_all,
    )


def planned_json(
    family: Planned, results: Mapping[Place, Result], info: StudyInfo, signature: Signature
) -> dict[str, Any]:
    """The entries `hypotheses`, `contrasts`, `looks` and `exploratory`."""
    reasons = why_exploratory(info)
    return {
        "hypotheses": [
            hypothesis_json(
                claim, results, plan=info.plan, signature=signature, standing=standing, confirms=not reasons
            )
            for claim, standing in zip(family.claims, family.standings, strict=True)
        ],
        "contrasts": [_contrast_json(found, info, signature) for found in family.contrasts],
        "looks": [{"at": each.at, "claims": list(each.claims)} for each in info.looks],
        "exploratory": list(reasons),
    }


def take_look(rows: Sequence[JudgmentRow], info: StudyInfo, *, at: str) -> Look:
    """The next look that the plan declares, at the contexts that have all their judgments. Raises `LookNotDue`."""
    chosen = choose(in_order(rows))
    # Whoever a rule left out has judged all the same: their contexts wait for nobody.
    everybody = complete([*chosen.counted, *chosen.ruled_out], votes=info.judgments_per_pair or 1)
    left_out = {id(row) for row in chosen.ruled_out}
    there = [row for row in everybody if id(row) not in left_out]
    criteria = criteria_of(there, info.criteria)
    by_criterion = {each.key: [row for row in there if row.criterion == each.key] for each in criteria}
    results = results_of(criteria, by_criterion, info)
    claims = claims_of(info.plan, results, systems=info.systems, seed=info.seed) if info.plan.hypotheses else ()
    return look(claims, results, there, info, at=at)


def _contrasts(by_criterion: ByCriterion, results: Mapping[Place, Result], info: StudyInfo) -> list[Contrasted]:
    declared = list(info.plan.contrasts)
    wanted = declared or _default(results)
    compared: dict[str, Mapping[Pair, Sequence[JudgmentRow]]] = {}
    found = []
    for contrast in wanted:
        key = contrast.criterion
        if key not in compared:
            compared[key] = by_comparison(by_criterion.get(key, ()), systems=info.systems)
        alone = len(compared[key]) == 1
        needs = next((each.needs for each in info.criteria if each.key == key), "")
        found.append(
            contrasted(
                contrast,
                compared[key],
                plan=info.plan,
                systems=info.systems,
                automatic=info.automatic_ties if alone and not needs else {},
                votes=info.judgments_per_pair,
                seed=info.seed,
                declared=bool(declared) and not contrast.after_judgments,
            )
        )
    return found


def _default(results: Mapping[Place, Result]) -> list[Any]:
    """Each two domains of each criterion, where two systems are compared."""
    pairs = {pair for _, pair, _ in results}
    if len(pairs) != 1:
        return []
    domains: dict[tuple[str, Pair], list[str]] = {}
    for criterion, pair, domain in results:
        if domain != ALL:
            domains.setdefault((criterion, pair), []).append(domain)
    return [each for (criterion, pair), there in domains.items() for each in default_contrasts(criterion, pair, there)]


def _contrast_json(found: Contrasted, info: StudyInfo, signature: Signature) -> dict[str, Any]:
    said = contrast_json(found, plan=info.plan)
    return said | {
        "said": f"{side_said(found.contrast.side)}, less {side_said(found.contrast.minus)}",
        "scope": SCOPES[info.plan.annotators],
        "test": primary_test(info.plan) if info.plan.annotators == "population" else "contrast",
        "signature": signature.of(
            "difference of net preference",
            method=found.difference.method or found.test.method,
            unit="cluster and annotator" if info.plan.annotators == "population" else "cluster",
            n=found.clusters,
            ties="0",
        ),
    }
