"""Which tables a report has, filled from the analysis: results first, then what they rest on."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from evaluation.reports.judges import judges_table
from evaluation.reports.numbers import decimal, has_interval
from evaluation.reports.people_tables import agreement_table, annotators_table, bias_table, excluded_table
from evaluation.reports.places import Place, criterion_names, domain_name, domains_to_show, pairs_of, spoken
from evaluation.reports.table import (
    Column,
    Missing,
    Table,
    Value,
    corrected_p,
    interval_of,
    signed,
    value_of,
    without,
    without_empty_columns,
)
from evaluation.stats.data.outcomes import ALL

TESTS: Final = {
    "permutation": "Sign-flip permutation",
    "two_way": "Two-way clustered t",
    "sign": "Exact sign test",
    "wilcoxon": "Wilcoxon signed-rank",
    "mixed": "Mixed model",
}


def tables_of(analysis: Mapping[str, Any], found: Sequence[Place]) -> tuple[Table, ...]:
    """Every table that the analysis fills, in the order of the page; without judgments, what was left out."""
    if not int((analysis.get("n") or {}).get("judgments") or 0):
        excluded = excluded_table(analysis)
        return (excluded,) if excluded else ()
    candidates: list[Table | None] = [
        _comparisons(analysis, found),
        _hypotheses(analysis),
        _tests(found),
        _effects(found),
        _ranking(analysis),
        _ratings(analysis),
        agreement_table(analysis),
        annotators_table(analysis),
        bias_table(analysis),
        _traits(analysis),
        _robustness(analysis),
        judges_table(analysis),
        excluded_table(analysis),
    ]
    return tuple(_without_a_single_domain(table) for table in candidates if table is not None and table.rows)


def _without_a_single_domain(table: Table) -> Table:
    """Where nothing is parted by domain, the page needs no column that says so."""
    places = [number for number, column in enumerate(table.columns) if column.key == "domain"]
    if not places or any(row[places[0]] != ALL for row in table.rows):
        return table
    return without(table, ["domain"])


def _comparisons(analysis: Mapping[str, Any], found: Sequence[Place]) -> Table:
    """Counts and net preference of every criterion, comparison and domain."""
    pairs = pairs_of(list(found))
    one = len(pairs) == 1
    first, second = pairs[0] if one else ("First", "Second")
    columns = (
        Column("criterion", "Criterion"),
        Column("domain", "Domain"),
        Column("first", "First", shown=not one),
        Column("second", "Second", shown=not one),
        Column("clusters", "Clusters", "count", shown=False),
        Column("contexts", "Contexts", "count", shown=False),
        Column("annotators", "Annotators", "count", shown=False),
        Column("judgments", "Judgments", "count", shown=False),
        Column("chose_first", first, "count"),
        Column("ties", "Equal", "count"),
        Column("both_bad", "Both bad", "count"),
        Column("chose_second", second, "count"),
        Column("cannot_judge", "Cannot judge", "count"),
        Column("automatic_ties", "Automatic ties", "count"),
        Column("net", "Net", "net"),
        Column("net_95", "95 %", "interval"),
        Column("net_two_way", "Two-way 95 %", "interval"),
        Column("p", "p", "p"),
        Column("p_holm", "p (Holm)", "p"),
        Column("alpha_nominal", "α", "coefficient", shown=one),
        Column("contexts_first", "Contexts first", "count", shown=False),
        Column("contexts_tie", "Contexts tied", "count", shown=False),
        Column("contexts_second", "Contexts second", "count", shown=False),
        Column("net_percentile", "Percentile 95 %", "interval", shown=False),
        Column("signature", "Signature", shown=False),
    )
    test = "two_way" if (analysis.get("plan") or {}).get("annotators") == "population" else "permutation"
    rows: list[tuple[Value, ...]] = []
    signatures: dict[str, str] = {}
    for place in found:
        contexts = place.numbers.get("contexts") or {}
        alpha = ((analysis["criteria"][place.criterion].get("agreement") or {}).get(place.domain) or {}).get(
            "alpha_nominal"
        )
        rows.append(
            (
                place.criterion_name,
                place.domain_name or ALL,
                place.first,
                place.second,
                *(place.n(what) for what in ("clusters", "contexts", "annotators", "judgments")),
                *(place.count(answer) for answer in ("first", "tie", "both_bad", "second", "cannot_judge")),
                place.n("automatic_ties"),
                value_of(place.net),
                interval_of(place.net),
                interval_of(place.net.get("two_way")),
                value_of(place.test(test), "p"),
                corrected_p(place.test(test)),
                value_of(alpha),
                *(int(contexts.get(side, 0)) for side in ("first", "tie", "second")),
                interval_of(place.net.get("percentile")),
                str(place.net.get("signature", "")),
            )
        )
        signatures |= signed(place.said(), {"net preference": place.net, "test": place.test(test), "α": alpha})
    two_way = any(has_interval(place.net.get("two_way") or {}) for place in found)
    note = (
        "Net is (wins − losses) / judgments, seen from "
        + (f"{first}." if one else "the first system.")
        + (" The two-way interval counts annotators as a sample, too." if two_way else "")
        + (" α is Krippendorff's, nominal." if one else "")
    )
    table = Table("comparisons", "Preference in numbers", columns, tuple(rows), note, signatures)
    return without_empty_columns(table, ("both_bad", "cannot_judge", "automatic_ties", "net_two_way"))


def _hypotheses(analysis: Mapping[str, Any]) -> Table | None:
    names = criterion_names(analysis)
    hypotheses = list(analysis.get("hypotheses") or ())
    one = len({frozenset((each["better"], each["than"])) for each in hypotheses}) == 1
    rows: list[tuple[Value, ...]] = []
    signatures: dict[str, str] = {}
    for each in hypotheses:
        effect = each.get("effect") or {}
        margin = each.get("margin")
        detectable = each.get("smallest_detectable")
        criterion = names.get(each["criterion"], str(each["criterion"]))
        claim = f"{each['better']} better" if one else f"{each['better']} better than {each['than']}"
        if margin is not None:
            claim = f"{each['better']} and {each['than']} within {decimal(float(margin))}"
        rows.append(
            (
                criterion,
                str(each["domain"]),
                claim,
                value_of(effect),
                interval_of(effect),
                value_of({"value": each.get("p"), "reason": each.get("reason", "")}),
                value_of({"value": each.get("p_holm"), "reason": each.get("reason", "")}),
                value_of({"value": each.get("p_bh"), "reason": each.get("reason", "")}),
                str(each["verdict"]),
                value_of(detectable) if detectable else Missing("needs clusters that differ"),
                "yes" if each.get("could_reject") else "no",
                "yes" if each.get("declared") else "no",
                str(each.get("scope", "")),
                str(each.get("note", "")),
                str(each.get("signature", "")),
            )
        )
        signatures |= signed(f"{criterion}, {each['domain']}, {claim}", {"": each})
    columns = (
        Column("criterion", "Criterion"),
        Column("domain", "Domain"),
        Column("claim", "Claim"),
        Column("effect", "Net", "net"),
        Column("effect_95", "95 %", "interval"),
        Column("p", "p", "p"),
        Column("p_holm", "p (Holm)", "p"),
        Column("p_bh", "p (BH)", "p", shown=False),
        Column("verdict", "Verdict"),
        Column("smallest_detectable", "Detectable", "coefficient"),
        Column("could_reject", "Could reject"),
        Column("declared", "Declared", shown=False),
        Column("scope", "Scope", shown=False),
        Column("note", "Note", shown=False),
        Column("signature", "Signature", shown=False),
    )
    note = (
        "Holm's correction runs over this family. Detectable: the net preference that a study with this variance finds "
        "with a power of .8 at Holm's first level. Could reject: whether the most extreme outcome would have passed."
    )
    return Table("hypotheses", "The family of claims", columns, tuple(rows), note, signatures) if rows else None


def _tests(found: Sequence[Place]) -> Table | None:
    """Every test of the same judgments side by side, one row for each place."""
    one = len(pairs_of(list(found))) == 1
    columns = [
        Column("criterion", "Criterion"),
        Column("domain", "Domain"),
        Column("first", "First", shown=not one),
        Column("second", "Second", shown=not one),
    ]
    for test, name in TESTS.items():
        columns += [
            Column(f"{test}_p", name, "p"),
            Column(f"{test}_p_holm", f"{name}, Holm", "p", shown=False),
            Column(f"{test}_p_bh", f"{name}, BH", "p", shown=False),
            Column(f"{test}_n", f"{name}, n", "count", shown=False),
        ]
    rows: list[tuple[Value, ...]] = []
    signatures: dict[str, str] = {}
    for place in found:
        row: list[Value] = [place.criterion_name, place.domain_name or ALL, place.first, place.second]
        for test, name in TESTS.items():
            said = place.test(test)
            row += [value_of(said, "p"), corrected_p(said), value_of(said, "p_bh"), int(said.get("n") or 0)]
            signatures |= signed(f"{place.said()}, {name}", {"": said})
        rows.append(tuple(row))
    note = "Uncorrected p, two-sided. The verdict rests on the primary test; the others show what hangs on that choice."
    table = Table("tests", "Tests", tuple(columns), tuple(rows), note, signatures)
    return without_empty_columns(table, ("mixed_p",)) if rows else None


def _effects(found: Sequence[Place]) -> Table | None:
    one = len(pairs_of(list(found))) == 1
    names = {
        "win_rate": "Win rate, ties half",
        "win_rate_without_ties": "Win rate without ties",
        "wilson": "Share of decided contexts",
    }
    columns = [
        Column("criterion", "Criterion"),
        Column("domain", "Domain"),
        Column("first", "First", shown=not one),
        Column("second", "Second", shown=not one),
    ]
    for key, name in names.items():
        columns += [Column(key, name, "coefficient"), Column(f"{key}_95", "95 %", "interval")]
    rows: list[tuple[Value, ...]] = []
    signatures: dict[str, str] = {}
    for place in found:
        row: list[Value] = [place.criterion_name, place.domain_name or ALL, place.first, place.second]
        for key, name in names.items():
            said = place.numbers.get(key) or {}
            row += [value_of(said), interval_of(said)]
            signatures |= signed(f"{place.said()}, {name}", {"": said})
        rows.append(tuple(row))
    note = "Of the first system. The last is Wilson's interval over contexts by plurality."
    return Table("effects", "Win rates", tuple(columns), tuple(rows), note, signatures) if rows else None


def _ranking(analysis: Mapping[str, Any]) -> Table | None:
    rows: list[tuple[Value, ...]] = []
    signatures: dict[str, str] = {}
    for criterion, name in criterion_names(analysis).items():
        ranking = analysis["criteria"][criterion].get("ranking") or {}
        strengths = _systems(ranking.get("bradley_terry"))
        if len(strengths) < 3:
            continue
        with_ties = _systems(ranking.get("davidson"))
        ordered = sorted(strengths, key=lambda system: (-(strengths[system].get("value") or 0.0), system))
        for place, system in enumerate(ordered, start=1):
            davidson = with_ties.get(system)
            rows.append(
                (
                    name,
                    place,
                    system,
                    value_of(strengths[system]),
                    _open_interval(strengths[system]),
                    value_of(davidson),
                    _open_interval(davidson),
                )
            )
            signatures |= signed(f"{name}, {system}", {"Bradley-Terry": strengths[system], "Davidson": davidson})
    columns = (
        Column("criterion", "Criterion"),
        Column("rank", "Rank", "count"),
        Column("system", "System"),
        Column("bradley_terry", "Bradley-Terry", "number"),
        Column("bradley_terry_95", "95 %", "bounds"),
        Column("davidson", "Davidson", "number"),
        Column("davidson_95", "95 %", "bounds"),
    )
    note = "Log strengths, centred on 0: a difference of 1.1 means that the stronger one wins three times in four."
    table = Table("ranking", "Ranking", columns, tuple(rows), note, signatures)
    return without_empty_columns(table, ("davidson", "davidson_95")) if rows else None


def _systems(strengths: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    return {system: each for system, each in (strengths or {}).items() if isinstance(each, dict) and "value" in each}


def _open_interval(statistic: Mapping[str, Any] | None) -> Value:
    """An interval; where only one bound is known, that bound in words."""
    if statistic and (statistic.get("low") is None) != (statistic.get("high") is None):
        low, high = statistic.get("low"), statistic.get("high")
        return f"at most {high:.2f}" if low is None else f"at least {low:.2f}"
    return interval_of(statistic)


def _ratings(analysis: Mapping[str, Any]) -> Table | None:
    rows: list[tuple[Value, ...]] = []
    signatures: dict[str, str] = {}
    for criterion, name in criterion_names(analysis).items():
        for system, each in (analysis["criteria"][criterion].get("systems") or {}).items():
            mean = each.get("mean") or {}
            spread = ", ".join(f"{answer}: {count}" for answer, count in (each.get("distribution") or {}).items())
            rows.append((name, system, int(each.get("n") or 0), value_of(mean), interval_of(mean), spread))
            signatures |= signed(f"{name}, {system}", {"": mean})
    columns = (
        Column("criterion", "Criterion"),
        Column("system", "System"),
        Column("judgments", "Judgments", "count"),
        Column("mean", "Mean", "number"),
        Column("mean_95", "95 %", "bounds"),
        Column("distribution", "Answers", "prose"),
    )
    return Table("ratings", "Ratings", columns, tuple(rows), "", signatures) if rows else None


def _robustness(analysis: Mapping[str, Any]) -> Table | None:
    """Net preference, had the analysis been done otherwise."""
    names = criterion_names(analysis)
    rows: list[tuple[Value, ...]] = []
    entries = {key: each for key, each in (analysis.get("robustness") or {}).items() if isinstance(each, list)}
    domains = dict.fromkeys(str(each["domain"]) for found in entries.values() for each in found)
    shown = domains_to_show(domains)
    pairs = {(each["first"], each["second"]) for found in entries.values() for each in found}
    for criterion, found in entries.items():
        here = [each for each in found if each["domain"] in shown]
        for each in sorted(here, key=lambda each: shown.index(each["domain"])):
            without = each.get("leave_one_annotator_out") or {}
            rows.append(
                (
                    names.get(criterion, criterion),
                    domain_name(str(each["domain"]), domains) or ALL,
                    str(each["first"]),
                    str(each["second"]),
                    value_of({"value": each.get("net_preference")}),
                    value_of({"value": each.get("mean_of_context_means")}),
                    value_of({"value": each.get("with_excluded")}),
                    interval_of(without),
                    value_of({"value": each.get("without_automatic_ties")}),
                )
            )
    columns = (
        Column("criterion", "Criterion"),
        Column("domain", "Domain"),
        Column("first", "First", shown=len(pairs) != 1),
        Column("second", "Second", shown=len(pairs) != 1),
        Column("net", "Net", "net"),
        Column("mean_of_context_means", "Contexts weigh equally", "net"),
        Column("with_excluded", "With the excluded", "net"),
        Column("leave_one_annotator_out", "Any one annotator left out", "interval"),
        Column("without_automatic_ties", "Without automatic ties", "net"),
    )
    note = "Net preference, had the analysis been done otherwise. No verdict rests on these."
    table = Table("robustness", "Robustness", columns, tuple(rows), note)
    return without_empty_columns(table, ("without_automatic_ties",)) if rows else None


def _traits(analysis: Mapping[str, Any]) -> Table | None:
    """Net preference by the trait that was asked about, and its level."""
    names = criterion_names(analysis)
    rows: list[tuple[Value, ...]] = []
    for criterion, found in (analysis.get("traits") or {}).items():
        for each in found if isinstance(found, list) else ():
            counts, net = each.get("counts") or {}, each.get("net_preference") or {}
            rows.append(
                (
                    names.get(criterion, criterion),
                    spoken(str(each["trait"])),
                    str(each["level"]),
                    str(each["first"]),
                    str(each["second"]),
                    int((each.get("n") or {}).get("contexts") or 0),
                    *(int(counts.get(answer) or 0) for answer in ("first", "tie", "second")),
                    value_of(net),
                    interval_of(net),
                )
            )
    pairs = {(row[3], row[4]) for row in rows}
    first, second = (str(name) for name in next(iter(pairs))) if len(pairs) == 1 else ("First", "Second")
    columns = (
        Column("criterion", "Criterion"),
        Column("trait", "Trait"),
        Column("level", "Level"),
        Column("first", "First", shown=len(pairs) != 1),
        Column("second", "Second", shown=len(pairs) != 1),
        Column("contexts", "Contexts", "count"),
        Column("chose_first", first, "count"),
        Column("ties", "Equal", "count"),
        Column("chose_second", second, "count"),
        Column("net", "Net", "net"),
        Column("net_95", "95 %", "interval"),
    )
    note = "Exploratory: small groups, not corrected, no test."
    return Table("traits", "By trait", columns, tuple(rows), note) if rows else None
