"""The tables of what the plan asks beside its claims: contrasts, the looks that were taken, and training runs."""

from collections.abc import Mapping
from typing import Any

from evaluation.reports.numbers import decimal
from evaluation.reports.places import criterion_names
from evaluation.reports.table import (
    Column,
    Missing,
    Table,
    Value,
    interval_of,
    signed,
    value_of,
    without,
    without_empty_columns,
)


def contrasts_table(analysis: Mapping[str, Any]) -> Table | None:
    """Every contrast: both effects, their difference, and its test."""
    names = criterion_names(analysis)
    rows: list[tuple[Value, ...]] = []
    signatures: dict[str, str] = {}
    for each in analysis.get("contrasts") or ():
        difference = each.get("difference") or {}
        what = names.get(str(each["criterion"]), str(each["criterion"]))
        rows.append(
            (
                what,
                str(each["said"]),
                value_of({"value": each["side"].get("net_preference")}),
                value_of({"value": each["minus"].get("net_preference")}),
                value_of(difference),
                interval_of(difference),
                value_of({"value": each.get("p"), "reason": each.get("reason", "")}),
                value_of({"value": each.get("p_holm"), "reason": each.get("reason") or "not declared: uncorrected"}),
                int(each.get("clusters") or 0),
                int(each.get("paired_clusters") or 0),
                str(each["verdict"]),
                "yes" if each.get("declared") else "no",
                str(each.get("method", "")),
                str(each.get("signature", "")),
            )
        )
        signatures |= signed(f"{what}, {each['said']}", {"": each})
    columns = (
        Column("criterion", "Criterion"),
        Column("contrast", "Contrast", "prose"),
        Column("side", "Net", "net"),
        Column("minus", "Net, minus", "net"),
        Column("difference", "Difference", "net"),
        Column("difference_95", "95 %", "interval"),
        Column("p", "p", "p"),
        Column("p_holm", "p (Holm)", "p"),
        Column("clusters", "Clusters", "count", shown=False),
        Column("paired_clusters", "On both sides", "count", shown=False),
        Column("verdict", "Verdict"),
        Column("declared", "Declared", shown=False),
        Column("method", "Method", shown=False),
        Column("signature", "Signature", shown=False),
    )
    note = (
        "How much larger one net preference is than another. That one is significant and the other is not says nothing "
        "about it."
    )
    table = Table("contrasts", "Contrasts", columns, tuple(rows), note, signatures)
    return without_empty_columns(table, ("p_holm",)) if rows else None


def looks_table(analysis: Mapping[str, Any]) -> Table | None:
    """Every planned look that was taken, claim by claim."""
    names = criterion_names(analysis)
    rows: list[tuple[Value, ...]] = []
    for number, each in enumerate(analysis.get("looks") or (), start=1):
        for claim in each.get("claims") or ():
            p = claim.get("p")
            rows.append(
                (
                    f"{number}, {str(each['at'])[:10]}",
                    names.get(str(claim["criterion"]), str(claim["criterion"])),
                    str(claim["domain"]),
                    _claimed(claim),
                    float(claim["share"]),
                    value_of({"value": claim.get("net_preference"), "reason": "nothing was judged"}),
                    Missing("nothing could be tested") if p is None else float(p),
                    float(claim["level"]),
                    str(claim.get("decision") or "go on"),
                )
            )
    columns = (
        Column("look", "Look"),
        Column("criterion", "Criterion"),
        Column("domain", "Domain"),
        Column("claim", "Claim"),
        Column("share", "Clusters", "share"),
        Column("net", "Net", "net"),
        Column("p", "p", "p"),
        Column("level", "Level", "p"),
        Column("decision", "Decision"),
    )
    note = (
        "Planned looks before the end, on contexts with all their judgments. The level is that of Lan and DeMets with "
        "O'Brien and Fleming's shape, alpha shared out equally between the claims."
    )
    return Table("looks", "Planned looks", columns, tuple(rows), note) if rows else None


def _claimed(claim: Mapping[str, Any]) -> str:
    if claim.get("margin") is not None:
        return f"{claim['better']} and {claim['than']} within {decimal(float(claim['margin']))}"
    return f"{claim['better']} better than {claim['than']}"


def amendments_table(analysis: Mapping[str, Any]) -> Table | None:
    """Every change to the study after it was opened: when, what, and what was known by then."""
    rows: list[tuple[Value, ...]] = []
    for each in analysis.get("amendments") or ():
        judgments = each.get("judgments")
        rows.append(
            (
                str(each.get("at") or "")[:16].replace("T", " "),
                str(each["text"]),
                ", ".join(str(change.get("key", "")) for change in each.get("changes") or ()),
                Missing("not kept") if judgments is None else int(judgments),
                "yes" if each.get("results_seen") else "no",
            )
        )
    columns = (
        Column("at", "When"),
        Column("text", "What, and why", "prose"),
        Column("changed", "Changed", "prose", shown=False),
        Column("judgments", "Judgments by then", "count"),
        Column("results_seen", "Results seen"),
    )
    note = "Changes to the design, the texts or the plan after the study was opened. Times are in UTC."
    return Table("amendments", "Amendments", columns, tuple(rows), note) if rows else None


def runs_table(analysis: Mapping[str, Any]) -> Table | None:
    """Net preference of each training run, where systems were trained more than once."""
    names = criterion_names(analysis)
    rows: list[tuple[Value, ...]] = []
    for criterion, found in ((analysis.get("training_runs") or {}).get("criteria") or {}).items():
        for each in found:
            for system, said in each["systems"].items():
                deviation = said["spread"]["standard_deviation"]
                for run, effect in said["runs"].items():
                    rows.append(
                        (
                            names.get(criterion, criterion),
                            str(each["first"]),
                            str(each["second"]),
                            system,
                            run or "unnamed",
                            int(effect.get("n") or 0),
                            value_of(effect),
                            interval_of(effect),
                            Missing("a single run") if deviation is None else float(deviation),
                        )
                    )
    columns = (
        Column("criterion", "Criterion"),
        Column("first", "First"),
        Column("second", "Second"),
        Column("system", "Run of"),
        Column("run", "Seed"),
        Column("judgments", "Judgments", "count"),
        Column("net", "Net", "net"),
        Column("net_95", "95 %", "interval"),
        Column("spread", "SD of runs", "coefficient"),
    )
    note = "Net preference of the first over the second on the contexts that were dealt to each run."
    table = Table("training_runs", "Training runs", columns, tuple(rows), note)
    pairs = {(row[1], row[2]) for row in rows}
    return (without(table, ["first", "second"]) if len(pairs) == 1 else table) if rows else None
