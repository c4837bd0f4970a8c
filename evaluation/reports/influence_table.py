"""The table of what the result hangs on: single annotators, clusters and judgments, what was left out or reported."""

from collections.abc import Mapping
from typing import Any

from evaluation.reports.places import criterion_names, domain_name, domains_to_show
from evaluation.reports.table import Column, Missing, Table, Value, interval_of, value_of, without_empty_columns
from evaluation.stats.data.outcomes import ALL


def influence_table(analysis: Mapping[str, Any]) -> Table | None:
    """One row for each criterion, comparison and domain."""
    names = criterion_names(analysis)
    entries = {key: each for key, each in (analysis.get("robustness") or {}).items() if isinstance(each, list)}
    domains = dict.fromkeys(str(each["domain"]) for found in entries.values() for each in found)
    shown = domains_to_show(domains)
    pairs = {(each["first"], each["second"]) for found in entries.values() for each in found}
    rows: list[tuple[Value, ...]] = []
    for criterion, found in entries.items():
        here = [each for each in found if each["domain"] in shown]
        for each in sorted(here, key=lambda each: shown.index(each["domain"])):
            most, annotators, clusters = (
                each.get(key) or {} for key in ("most_influential", "leave_one_annotator_out", "leave_one_cluster_out")
            )
            excluded, reported = each.get("including_excluded") or {}, each.get("without_reported") or {}
            rows.append(
                (
                    names.get(criterion, criterion),
                    domain_name(str(each["domain"]), domains) or ALL,
                    str(each["first"]),
                    str(each["second"]),
                    value_of({"value": each.get("net_preference"), "reason": "no judgments"}),
                    _count(annotators, "turning"),
                    interval_of(clusters),
                    _count(clusters, "turning"),
                    value_of(most, "net_preference"),
                    _count(most, "dropped"),
                    _count(most, "to_turn_the_sign"),
                    _count(most.get("significance") or most, "judgments"),
                    value_of(excluded),
                    interval_of(excluded),
                    value_of(excluded, "p"),
                    value_of(reported),
                    interval_of(reported),
                    value_of(reported, "p"),
                )
            )
    columns = (
        Column("criterion", "Criterion"),
        Column("domain", "Domain"),
        Column("first", "First", shown=len(pairs) != 1),
        Column("second", "Second", shown=len(pairs) != 1),
        Column("net", "Net", "net"),
        Column("annotators_turning", "Annotators turning it", "count"),
        Column("leave_one_cluster_out", "Any one cluster left out", "interval"),
        Column("clusters_turning", "Clusters turning it", "count"),
        Column("without_most_influential", "Without its best 1 %", "net"),
        Column("dropped", "Judgments dropped there", "count", shown=False),
        Column("to_turn_the_sign", "Judgments to turn the sign", "count"),
        Column("to_change_significance", "Judgments to change significance", "count"),
        Column("including_excluded", "With the excluded", "net"),
        Column("including_excluded_95", "95 %", "interval", shown=False),
        Column("including_excluded_p", "p", "p"),
        Column("without_reported", "Without reported pairs", "net"),
        Column("without_reported_95", "95 %", "interval", shown=False),
        Column("without_reported_p", "p", "p"),
    )
    note = (
        "How many annotators or clusters would turn the sign by being left out alone; net preference without the 1 % "
        "of judgments that favour it most; and how few of these, left out one by one, turn its sign or its "
        "significance: so few suffice. "
        "Significance is that of the primary test, uncorrected."
    )
    table = Table("influence", "What the result hangs on", columns, tuple(rows), note)
    empty = tuple(column.key for column in columns if column.key.startswith(("including", "without_reported")))
    return without_empty_columns(table, empty) if rows else None


def _count(said: Mapping[str, Any], key: str) -> Value:
    value = said.get(key)
    return Missing(str(said.get("reason") or "leaving out all of one side does not")) if value is None else int(value)
