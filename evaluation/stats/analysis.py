"""The whole analysis of one study's judgments, as the JSON of `analyse --json` and `report --json`.

The body of `analyse` is the list of its steps; each step is a module of this package.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from evaluation.stats.agreeing.agreement import Agreement, agreement
from evaluation.stats.agreeing.consistency import repeats, self_consistency
from evaluation.stats.agreeing.dawid_skene import Fitted, accuracies, fitted
from evaluation.stats.agreeing.judged import Compared, comparable
from evaluation.stats.data.criteria import criteria_of
from evaluation.stats.data.declared import DeclaredCriterion, StudyInfo
from evaluation.stats.data.games import games_of
from evaluation.stats.data.orientation import Pair, by_comparison
from evaluation.stats.data.outcomes import ALL, UNSTATED, cluster_of, domain_of
from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.data.selection import Chosen, choose
from evaluation.stats.data.snapshot import digest_of_rows, in_order
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.inference.signature import Signature
from evaluation.stats.instrument.annotators import annotator_summaries, excluded_summaries
from evaluation.stats.instrument.bias import SideBias, side_bias
from evaluation.stats.instrument.identification import identifies
from evaluation.stats.instrument.steps import instrument
from evaluation.stats.labels.persona_labels import labels_json
from evaluation.stats.machines.judges import judges_json
from evaluation.stats.planning.detectable import power_json
from evaluation.stats.preferences.davidson import davidson
from evaluation.stats.preferences.differences import label_differences, label_shares, rating_differences
from evaluation.stats.preferences.family import OUTSIDE, Place, Result, corrected_tests, primary_test
from evaluation.stats.preferences.planned import planned, planned_json
from evaluation.stats.preferences.ranking import bradley_terry
from evaluation.stats.preferences.ratings import rated_systems
from evaluation.stats.preferences.results import results_of
from evaluation.stats.preferences.robustness import Beside, reported_pairs, robustness
from evaluation.stats.preferences.seeds import by_system, training_runs
from evaluation.stats.preferences.strength import strengths
from evaluation.stats.preferences.traits import by_trait
from evaluation.stats.signing import signed_within
from evaluation.stats.warnings import warnings_of
from generation.corpus.manifest import parley_version

Json = dict[str, Any]


def analyse(rows: Sequence[JudgmentRow], info: StudyInfo) -> Json:
    """All numbers of a study, from its judgments and from what was declared. Same rows and info: same result.

    The rows may come in any order. Raises `UnknownChoice` where a choice means nothing on its criterion's scale.
    """
    as_named = choose(in_order(rows))
    chosen, info = by_system(as_named, info)
    criteria = criteria_of(chosen.counted, info.criteria)
    signature = Signature(seed=info.seed, version=parley_version(), kind=chosen.kind)
    by_criterion = {each.key: [row for row in chosen.counted if row.criterion == each.key] for each in criteria}
    compared = {each.key: comparable(by_criterion[each.key], each, systems=_systems(chosen, info)) for each in criteria}
    # The two ends of a trait are no systems to be compared: which is more like it is a question of its own.
    preferred = {each.key: [] if identifies(each) else by_criterion[each.key] for each in criteria}
    results = results_of(criteria, preferred, info)
    family = planned(preferred, results, info)
    corrected = corrected_tests(family.claims, results, primary=primary_test(info.plan))
    biases = {each.key: side_bias(by_criterion[each.key], systems=info.systems, seed=info.seed) for each in criteria}
    overall = side_bias(chosen.counted, systems=info.systems, seed=info.seed)
    models = {key: fitted(there) for key, there in compared.items()}
    clusters = _sizes(chosen.counted)["clusters"]
    labels = labels_json(chosen.counted, criteria, info, in_order(rows))
    beside = instrument(chosen, criteria, by_criterion, compared, info, signature)
    return {
        "signature": signature.of("all", method="see each number", unit="cluster", n=clusters),
        "snapshot": digest_of_rows(as_named.counted),
        "seed": info.seed,
        "study": _study(info, chosen, criteria),
        "n": _sizes(chosen.counted),
        "plan": asdict(info.plan),
        **planned_json(family, results, info, signature),
        "amendments": [asdict(each) for each in info.amendments],
        "criteria": {
            each.key: {
                "scale": each.scale,
                "name": each.name,
                "question": each.question,
                "options": list(each.options),
                "low": each.low,
                "high": each.high,
                "wordings": _wordings(by_criterion[each.key]),
                "agreement": _agreement(compared[each.key], info, signature),
                "comparisons": _comparisons(each.key, results, corrected, signature),
                **signed_within(
                    {
                        "systems": _rated(by_criterion[each.key], each, info),
                        **_differences(by_criterion[each.key], each, info),
                        "ranking": _ranking(preferred[each.key], info),
                        "dawid_skene": _model_json(models[each.key]),
                    },
                    signature,
                    what=each.key,
                    n=_sizes(by_criterion[each.key])["clusters"],
                ),
            }
            for each in criteria
        },
        "annotators": signed_within(
            _annotators(chosen, compared, models, info), signature, what="annotators", n=clusters
        ),
        "excluded_annotators": signed_within(
            {
                name: {"kind": chosen.kind} | summary.as_json()
                for name, summary in excluded_summaries(chosen, rules=info.plan.exclusions).items()
            },
            signature,
            what="excluded annotators",
            n=clusters,
        ),
        **({"labels": signed_within(labels, signature, what="labels", n=clusters, unit="persona")} if labels else {}),
        "side_bias": _bias_json(overall, signature)
        | {"criteria": {key: _bias_json(bias, signature) for key, bias in biases.items()}},
        "length_bias": beside.length_bias,
        "bias": beside.bias,
        "controls": beside.controls,
        "self_consistency": _consistency(chosen, criteria, info),
        "traits": signed_within(_traits(criteria, preferred, info), signature, what="traits", n=clusters, ties="0"),
        "identification": beside.identification,
        "automatic": beside.automatic | {"judges": judges_json(in_order(rows), as_named.counted, criteria, info)},
        "power": signed_within(power_json(family.claims, results, info.plan), signature, what="power", n=clusters),
        "training_runs": training_runs(as_named.counted, info),
        "robustness": _robustness(chosen, results, info),
        "excluded": [left_out.as_json() for left_out in chosen.left_out],
        "warnings": warnings_of(chosen, info, results=results, bias=overall),
    }


def _annotators(
    chosen: Chosen, compared: Mapping[str, Compared], models: Mapping[str, Fitted | str], info: StudyInfo
) -> Json:
    accuracy = accuracies([model for model in models.values() if isinstance(model, Fitted)])
    summaries = annotator_summaries(chosen, list(compared.values()), rules=info.plan.exclusions, accuracy=accuracy)
    return {name: {"kind": chosen.kind} | summary.as_json() for name, summary in summaries.items()}


def _model_json(model: Fitted | str) -> Json:
    return _not_yet(model) if isinstance(model, str) else model.as_json()


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
        **({"kind": info.kind} if info.kind else {}),
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
        "deposited_at": info.deposited_at,
        "deposited_after_judgments": info.deposited_after_judgments,
        "datasheet": dict(sorted(info.datasheet.items())),
        "conduct": asdict(info.conduct),
        "opened_at": info.opened_at,
        "closed_at": info.closed_at,
        "unblinded_early": info.unblinded_early,
    }


def _wordings(rows: Sequence[JudgmentRow]) -> dict[str, int]:
    """How many judgments answered which version of the question."""
    counts = Counter(row.wording for row in rows)
    return {str(version): counts[version] for version in sorted(counts)}


def _sizes(rows: Sequence[JudgmentRow]) -> Json:
    return {
        "clusters": len({cluster_of(row) for row in rows}),
        "contexts": len({(domain_of(row), row.context) for row in rows}),
        "annotators": len({row.annotator for row in rows}),
        "judgments": len(rows),
    }


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

    raters = {str(number): units for number, units in there.raters.items()}
    said: Json = {"units": there.units, "judgments": there.judgments, "raters": raters}
    # Without another column for it the scale has no tie to speak of.
    said |= signed(there.coefficients, "a category of their own" if there.without_ties else "")
    return said | {"without_ties": signed(there.without_ties, "left out")}


def _rated(rows: Sequence[JudgmentRow], criterion: DeclaredCriterion, info: StudyInfo) -> Json:
    systems = rated_systems(rows, criterion, systems=info.systems, seed=info.seed)
    return {system: rated.as_json() for system, rated in systems.items()}


def _differences(rows: Sequence[JudgmentRow], criterion: DeclaredCriterion, info: StudyInfo) -> Json:
    """Rated or labelled systems two by two; on five steps how much better, beside net preference."""
    if criterion.scale == "rating":
        return {"differences": rating_differences(rows, criterion, systems=info.systems, seed=info.seed)}
    if criterion.scale == "label":
        return {
            "differences": label_differences(rows, criterion, systems=info.systems, seed=info.seed),
            "shares": label_shares(rows, criterion, systems=info.systems, seed=info.seed),
        }
    if criterion.scale == "preference5":
        return {"strengths": strengths(rows, systems=info.systems, seed=info.seed)}
    return {}


def _ranking(rows: Sequence[JudgmentRow], info: StudyInfo) -> Json:
    """Bradley-Terry, and Davidson with ties, where more than two systems were compared."""
    pairs = by_comparison(rows, systems=info.systems)
    systems = list(dict.fromkeys(system for pair in pairs for system in pair))
    if len(systems) < 3:
        nothing = {system: _not_yet("two systems need no ranking: their comparison says it") for system in systems}
        return {"bradley_terry": nothing, "davidson": nothing}
    games = games_of(rows, systems=systems)
    strengths = bradley_terry(games, systems=systems, seed=info.seed)
    with_ties, nu = davidson(games, systems=systems, seed=info.seed)
    return {
        "bradley_terry": {system: estimate.as_json() for system, estimate in strengths.items()},
        "davidson": {system: estimate.as_json() for system, estimate in with_ties.items()},
        "davidson_nu": nu.as_json(),
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
    ruled_out = _by_place((*chosen.ruled_out, *chosen.dropped), info)
    reported = reported_pairs(chosen.counted)
    counted = _by_place(chosen.counted, info) if ruled_out or reported else {}
    said: Json = {}
    for (criterion, pair, domain), result in results.items():
        there = [
            [row for row in rows.get((criterion, pair), ()) if domain in (ALL, domain_of(row))]
            for rows in (counted, ruled_out)
        ]
        entry = robustness(
            result.outcomes,
            Beside(rows=there[0], ruled_out=there[1], reported=reported),
            primary=primary_test(info.plan),
            alpha=info.plan.alpha,
            seed=info.seed,
        )
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
