"""The whole analysis of one study's judgments, as the JSON of `analyse --json` and `report --json`.

The body of `analyse` is the list of its steps; each step is a module of this package.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from evaluation.stats.agreement import Agreement, agreement
from evaluation.stats.annotators import annotator_summaries
from evaluation.stats.bias import SideBias, side_bias
from evaluation.stats.consistency import repeats, self_consistency
from evaluation.stats.criteria import criteria_of
from evaluation.stats.declared import DeclaredCriterion, StudyInfo
from evaluation.stats.estimate import Estimate
from evaluation.stats.family import OUTSIDE, Place, Result, claims_of, corrected_tests, primary_test
from evaluation.stats.judged import Compared, comparable
from evaluation.stats.orientation import Pair, by_comparison
from evaluation.stats.outcomes import ALL, UNSTATED, Outcomes, cluster_of, domain_of, outcomes_of
from evaluation.stats.preference import answered, preference
from evaluation.stats.ranking import bradley_terry
from evaluation.stats.ratings import rated_systems
from evaluation.stats.robustness import robustness
from evaluation.stats.rows import JudgmentRow
from evaluation.stats.selection import Chosen, choose
from evaluation.stats.signature import Signature
from evaluation.stats.snapshot import digest_of_rows, in_order
from evaluation.stats.traits import by_trait
from evaluation.stats.verdict import hypothesis_json
from evaluation.stats.warnings import warnings_of
from generation.corpus.manifest import parley_version

Json = dict[str, Any]


def analyse(rows: Sequence[JudgmentRow], info: StudyInfo) -> Json:
    """All numbers of a study, from its judgments and from what was declared. Same rows and info: same result.

    The rows may come in any order. Raises `UnknownChoice` where a choice means nothing on its criterion's scale.
    """
    chosen = choose(in_order(rows))
    criteria = criteria_of(chosen.counted, info.criteria)
    signature = Signature(seed=info.seed, version=parley_version(), kind=chosen.kind)
    by_criterion = {each.key: [row for row in chosen.counted if row.criterion == each.key] for each in criteria}
    compared = {each.key: comparable(by_criterion[each.key], each, systems=_systems(chosen, info)) for each in criteria}
    results = _results(criteria, by_criterion, info)
    claims = claims_of(info.plan, results, systems=info.systems, seed=info.seed)
    corrected = corrected_tests(claims, results, primary=primary_test(info.plan))
    biases = {each.key: side_bias(by_criterion[each.key], systems=info.systems, seed=info.seed) for each in criteria}
    overall = side_bias(chosen.counted, systems=info.systems, seed=info.seed)
    hypotheses = [hypothesis_json(claim, results, plan=info.plan, signature=signature) for claim in claims]
    return {
        "signature": signature.of(
            "all", method="see each number", unit="cluster", n=len({cluster_of(row) for row in chosen.counted})
        ),
        "snapshot": digest_of_rows(chosen.counted),
        "seed": info.seed,
        "study": _study(info, chosen, criteria),
        "n": _sizes(chosen.counted),
        "plan": asdict(info.plan),
        "hypotheses": hypotheses,
        "amendments": list(info.amendments),
        "criteria": {
            each.key: {
                "scale": each.scale,
                "name": each.name,
                "question": each.question,
                "agreement": _agreement(compared[each.key], info, signature),
                "comparisons": _comparisons(each.key, results, corrected, signature),
                "systems": _rated(by_criterion[each.key], each, info),
                "ranking": _ranking(by_criterion[each.key], info),
            }
            for each in criteria
        },
        "annotators": {
            name: {"kind": chosen.kind} | summary.as_json()
            for name, summary in annotator_summaries(chosen, list(compared.values())).items()
        },
        "side_bias": _bias_json(overall, signature)
        | {"criteria": {key: _bias_json(bias, signature) for key, bias in biases.items()}},
        "length_bias": _not_yet("the lengths of the responses are not looked at yet"),
        "self_consistency": _consistency(chosen, criteria, info),
        "traits": _traits(criteria, by_criterion, info),
        "automatic": _not_yet("scores of automatic metrics are not compared with judgments yet"),
        "power": _not_yet("power is not simulated yet; each hypothesis states the smallest effect it could detect"),
        "robustness": _robustness(chosen, results, info),
        "excluded": [left_out.as_json() for left_out in chosen.left_out],
        "warnings": warnings_of(chosen, info, results=results, bias=overall),
    }


def _not_yet(reason: str) -> Json:
    return {"value": None, "reason": reason}


def _systems(chosen: Chosen, info: StudyInfo) -> tuple[str, ...]:
    """The study's systems in its order, then any others that were judged, by name."""
    seen = {name for row in chosen.counted for name in (row.first, row.second, row.system) if name}
    return (*info.systems, *sorted(seen - set(info.systems)))


def _study(info: StudyInfo, chosen: Chosen, criteria: Sequence[DeclaredCriterion]) -> Json:
    return {
        "name": info.name,
        "title": info.title,
        "simulated": info.simulated or chosen.kind == "simulated",
        "annotator_kind": chosen.kind,
        "caveats": list(info.caveats),
        "declared": info.plan.declared,
        "systems": list(_systems(chosen, info)),
        "criteria": {each.key: each.name for each in criteria},
        "automatic_ties": dict(sorted(info.automatic_ties.items())),
        "responses": dict(sorted(info.responses.items())),
        "judgments_per_pair": info.judgments_per_pair,
        "display": info.display,
        "opened_at": info.opened_at,
        "closed_at": info.closed_at,
        "unblinded_early": info.unblinded_early,
    }


def _sizes(rows: Sequence[JudgmentRow]) -> Json:
    return {
        "clusters": len({cluster_of(row) for row in rows}),
        "contexts": len({(domain_of(row), row.context) for row in rows}),
        "annotators": len({row.annotator for row in rows}),
        "judgments": len(rows),
    }


def _results(
    criteria: Sequence[DeclaredCriterion], by_criterion: Mapping[str, Sequence[JudgmentRow]], info: StudyInfo
) -> dict[Place, Result]:
    """Every comparison under every criterion, over all domains and in each; in the order they are reported."""
    results: dict[Place, Result] = {}
    for criterion in criteria:
        comparisons = by_comparison(by_criterion[criterion.key], systems=info.systems)
        # Equal responses are known per domain; to whom they belong only where two systems are compared, and whether
        # a criterion was asked of them only where it needs no trait.
        counts_ties = len(comparisons) == 1 and not criterion.needs
        for pair, rows in comparisons.items():
            outcomes = outcomes_of(
                rows,
                first=pair[0],
                second=pair[1],
                automatic=info.automatic_ties if counts_ties else {},
                votes=info.judgments_per_pair,
            )
            pooled = _result(outcomes, info)
            results[criterion.key, pair, ALL] = pooled
            if outcomes.domains != (UNSTATED,):
                for domain in outcomes.domains:
                    alone = pooled if len(outcomes.domains) == 1 else _result(outcomes.within(domain), info)
                    results[criterion.key, pair, domain] = alone
    return results


def _result(outcomes: Outcomes, info: StudyInfo) -> Result:
    return Result(answered(outcomes), preference(outcomes, seed=info.seed))


def _comparisons(
    criterion: str, results: Mapping[Place, Result], corrected: Mapping[tuple[Place, str], Json], signature: Signature
) -> list[Json]:
    """The entries of `comparisons`, every test with its corrected p."""
    entries: dict[Pair, Json] = {}
    for place, result in results.items():
        key, pair, domain = place
        if key != criterion:
            continue
        entry = entries.setdefault(pair, {"first": pair[0], "second": pair[1], "domains": {}})
        said = result.preference.as_json(signature)
        for name, test in said["tests"].items():
            if (place, name) in corrected:
                test |= corrected[place, name]
            elif test["p"] is not None:
                test["reason"] = OUTSIDE
        entry["domains"][domain] = said
    return list(entries.values())


def _agreement(compared: Compared, info: StudyInfo, signature: Signature) -> Json:
    """The coefficients over all domains and in each."""
    domains = sorted({domain_of(row) for row in compared.rows})
    pooled = agreement(compared.judged, levels=compared.levels, seed=info.seed)
    places = {ALL: pooled}
    if domains != [UNSTATED]:
        for domain in domains:
            places[domain] = pooled if len(domains) == 1 else _agreement_within(compared, domain, info)
    return {domain: _agreement_json(there, signature) for domain, there in places.items()}


def _agreement_within(compared: Compared, domain: str, info: StudyInfo) -> Agreement:
    here = np.array([domain_of(row) == domain for row in compared.rows], dtype=bool)
    return agreement(compared.judged.chosen_by(here), levels=compared.levels, seed=info.seed)


def _agreement_json(there: Agreement, signature: Signature) -> Json:
    def signed(estimates: Mapping[str, Estimate], ties: str) -> Json:
        return {
            name: estimate.as_json()
            | {"signature": signature.of(name, method=estimate.method, unit="unit", n=there.units, ties=ties)}
            for name, estimate in estimates.items()
        }

    said: Json = {"units": there.units, "judgments": there.judgments}
    said |= signed(there.coefficients, "a category of their own")
    return said | {"without_ties": signed(there.without_ties, "left out")}


def _rated(rows: Sequence[JudgmentRow], criterion: DeclaredCriterion, info: StudyInfo) -> Json:
    systems = rated_systems(rows, criterion, systems=info.systems, seed=info.seed)
    return {system: rated.as_json() for system, rated in systems.items()}


def _ranking(rows: Sequence[JudgmentRow], info: StudyInfo) -> Json:
    """Bradley-Terry where more than two systems were compared."""
    pairs = by_comparison(rows, systems=info.systems)
    systems = list(dict.fromkeys(system for pair in pairs for system in pair))
    if len(systems) < 3:
        nothing = {system: _not_yet("two systems need no ranking: their comparison says it") for system in systems}
        return {"bradley_terry": nothing, "davidson": nothing}
    ranked = bradley_terry(rows, systems=systems, seed=info.seed)
    return {
        "bradley_terry": {system: estimate.as_json() for system, estimate in ranked.items()},
        "davidson": {system: _not_yet("Davidson's model with ties is not fitted yet") for system in systems},
    }


def _bias_json(bias: SideBias, signature: Signature) -> Json:
    said = bias.share.as_json() | {"p": bias.test.p, "n": bias.test.n, "first_on_left": bias.first_on_left}
    if bias.note:
        said["note"] = bias.note
    method = bias.test.method or bias.share.method
    return said | {
        "signature": signature.of("share of Reply 1", method=method, unit="cluster", n=bias.test.n, ties="left out")
    }


def _consistency(chosen: Chosen, criteria: Sequence[DeclaredCriterion], info: StudyInfo) -> Json:
    repeated = repeats(chosen.counted, chosen.second_looks)
    said = self_consistency(repeated, seed=info.seed).as_json()
    by_criterion = {
        each.key: self_consistency([pair for pair in repeated if pair[0].criterion == each.key], seed=info.seed)
        for each in criteria
    }
    return said | {"criteria": {key: estimate.as_json() for key, estimate in by_criterion.items()}}


def _traits(
    criteria: Sequence[DeclaredCriterion], by_criterion: Mapping[str, Sequence[JudgmentRow]], info: StudyInfo
) -> Json:
    entries = {
        each.key: [
            entry
            for pair, rows in by_comparison(by_criterion[each.key], systems=info.systems).items()
            for entry in by_trait(rows, pair, seed=info.seed)
        ]
        for each in criteria
    }
    there = {key: found for key, found in entries.items() if found}
    return there or _not_yet("no judgment names a trait")


def _robustness(chosen: Chosen, results: Mapping[Place, Result], info: StudyInfo) -> Json:
    """Per criterion, for each comparison and domain, net preference under other choices."""
    ruled_out = _by_place(chosen.ruled_out, info)
    counted = _by_place(chosen.counted, info) if ruled_out else {}
    said: Json = {}
    for (criterion, pair, domain), result in results.items():
        there = [
            [row for row in rows.get((criterion, pair), ()) if domain in (ALL, domain_of(row))]
            for rows in (counted, ruled_out)
        ]
        entry = robustness(result.outcomes, rows=there[0], ruled_out=there[1])
        said.setdefault(criterion, []).append({"first": pair[0], "second": pair[1], "domain": domain} | entry)
    return said


def _by_place(rows: Sequence[JudgmentRow], info: StudyInfo) -> dict[tuple[str, Pair], list[JudgmentRow]]:
    return {
        (criterion, pair): there
        for criterion in {row.criterion for row in rows}
        for pair, there in by_comparison(
            [row for row in rows if row.criterion == criterion], systems=info.systems
        ).items()
    }
