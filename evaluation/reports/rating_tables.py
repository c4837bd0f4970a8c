"""The tables of what is no plain preference: ratings set against each other, labels, strengths, ties in a ranking."""

from collections.abc import Mapping
from typing import Any

from evaluation.reports.places import criterion_names, domain_name, domains_to_show
from evaluation.reports.table import Column, Table, Value, corrected_p, interval_of, signed, value_of
from evaluation.stats.data.outcomes import ALL


def rating_differences_table(analysis: Mapping[str, Any]) -> Table | None:
    """Mean ratings of two systems set against each other, and for labels their shares."""
    rows: list[tuple[Value, ...]] = []
    signatures: dict[str, str] = {}
    for criterion, name in criterion_names(analysis).items():
        for entry in analysis["criteria"][criterion].get("differences") or ():
            domains = entry["domains"]
            for domain in domains_to_show(domains):
                found = domains[domain]
                by_label = found["labels"].items() if "labels" in found else [("", found)]
                for label, said in by_label:
                    place = (
                        name,
                        domain_name(domain, domains) or ALL,
                        str(entry["first"]),
                        str(entry["second"]),
                        label,
                    )
                    rows.append((*place, *_difference(said)))
                    what = ", ".join(str(part) for part in place if part)
                    signatures |= signed(what, {"difference": said["difference"], **said["tests"]})
    pairs = list(dict.fromkeys(row[2:4] for row in rows))
    one = len(pairs) == 1
    columns = (
        Column("criterion", "Criterion"),
        Column("domain", "Domain"),
        Column("first", "First", shown=not one),
        Column("second", "Second", shown=not one),
        Column("label", "Label", shown=any(row[4] for row in rows)),
        Column("contexts", "Contexts", "count"),
        Column("difference", f"{pairs[0][0]} less {pairs[0][1]}" if one else "Difference", "number"),
        Column("difference_95", "95 %", "bounds"),
        Column("difference_two_way", "Two-way 95 %", "bounds"),
        Column("p", "p", "p"),
        Column("p_holm", "p (Holm)", "p"),
        Column("two_way_p", "Two-way p", "p"),
    )
    note = (
        "The first system's mean (or share of a label) less the second's, over contexts that both were judged on; p by "
        "sign flips of clusters. Nobody declared these: Holm runs over the rows of a criterion."
    )
    return Table("differences", "Differences between systems", columns, tuple(rows), note, signatures) if rows else None


def _difference(said: Mapping[str, Any]) -> tuple[Value, ...]:
    difference, tests = said["difference"], said["tests"]
    return (
        int(said["n"]["contexts"]),
        value_of(difference),
        interval_of(difference),
        interval_of(difference.get("two_way")),
        value_of(tests["permutation"], "p"),
        corrected_p(tests["permutation"]),
        value_of(tests["two_way"], "p"),
    )


def shares_table(analysis: Mapping[str, Any]) -> Table | None:
    """How often each system was given each label."""
    rows: list[tuple[Value, ...]] = [
        (name, system, label, value_of(share), interval_of(share))
        for criterion, name in criterion_names(analysis).items()
        for system, labels in (analysis["criteria"][criterion].get("shares") or {}).items()
        for label, share in labels.items()
    ]
    columns = (
        Column("criterion", "Criterion"),
        Column("system", "System"),
        Column("label", "Label"),
        Column("share", "Share", "share"),
        Column("share_95", "95 %", "interval"),
    )
    return Table("shares", "Shares of labels", columns, tuple(rows)) if rows else None


def strengths_table(analysis: Mapping[str, Any]) -> Table | None:
    """On five steps, how much better: the mean of the signed steps."""
    rows: list[tuple[Value, ...]] = []
    for criterion, name in criterion_names(analysis).items():
        for entry in analysis["criteria"][criterion].get("strengths") or ():
            domains = entry["domains"]
            for domain in domains_to_show(domains):
                said = domains[domain]
                steps = said["steps"]
                rows.append(
                    (
                        name,
                        domain_name(domain, domains) or ALL,
                        str(entry["first"]),
                        str(entry["second"]),
                        *(int(steps[step]) for step in ("+2", "+1", "0", "-1", "-2")),
                        value_of(said["mean"]),
                        interval_of(said["mean"]),
                        interval_of(said["mean"].get("two_way")),
                        *(value_of(said["tests"][test], "p") for test in ("permutation", "two_way", "mixed")),
                    )
                )
    pairs = list(dict.fromkeys(row[2:4] for row in rows))
    first, second = pairs[0] if len(pairs) == 1 else ("First", "Second")
    columns = (
        Column("criterion", "Criterion"),
        Column("domain", "Domain"),
        Column("first", "First", shown=len(pairs) != 1),
        Column("second", "Second", shown=len(pairs) != 1),
        Column("much_first", f"{first}, much", "count"),
        Column("slightly_first", f"{first}, slightly", "count"),
        Column("equal", "Equal", "count"),
        Column("slightly_second", f"{second}, slightly", "count"),
        Column("much_second", f"{second}, much", "count"),
        Column("mean", "Mean step", "number"),
        Column("mean_95", "95 %", "bounds"),
        Column("mean_two_way", "Two-way 95 %", "bounds", shown=False),
        Column("p", "p", "p"),
        Column("two_way_p", "Two-way p", "p"),
        Column("mixed_p", "Mixed model p", "p"),
    )
    note = "Much counts 2, slightly 1. Net preference, on which the verdict rests, keeps the direction alone."
    return Table("strengths", "How much better", columns, tuple(rows), note) if rows else None


def ties_table(analysis: Mapping[str, Any]) -> Table | None:
    """Davidson's nu: how readily systems tie."""
    rows: list[tuple[Value, ...]] = []
    for criterion, name in criterion_names(analysis).items():
        nu = (analysis["criteria"][criterion].get("ranking") or {}).get("davidson_nu")
        if nu is not None:
            rows.append((name, value_of(nu), interval_of(nu)))
    columns = (Column("criterion", "Criterion"), Column("nu", "ν", "number"), Column("nu_95", "95 %", "bounds"))
    note = "Davidson's ν: of two systems of equal strength, ν / (2 + ν) of the answers are ties."
    return Table("ties", "Ties in the ranking", columns, tuple(rows), note) if rows else None
