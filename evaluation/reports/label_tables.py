"""What `check_labels` shows: how right the labels are by trait, and what was taken for what."""

from collections.abc import Mapping
from typing import Any

from evaluation.reports.table import Column, Missing, Table, Value, interval_of, value_of


def label_tables(found: Mapping[str, Any]) -> tuple[Table, Table]:
    """One line for each trait, and the weighted confusion tables one under the other."""
    return _accuracy(found), _confusion(found)


def _accuracy(found: Mapping[str, Any]) -> Table:
    rows: list[tuple[Value, ...]] = []
    for trait, each in found["traits"].items():
        out, agreement = each["leave_one_out"], each["agreement"]
        rows.append(
            (
                trait,
                int(each["n"]["personas"]),
                value_of(each["balanced_accuracy"]),
                interval_of(each["balanced_accuracy"]),
                Missing("") if each["chance"] is None else float(each["chance"]),
                value_of(each["accuracy"]),
                interval_of(each["accuracy"]),
                value_of(out["labeller"]),
                value_of(out["people"]),
                value_of(out["difference"]),
                interval_of(out["difference"]),
                value_of(agreement["alpha_nominal"]),
                interval_of(agreement["alpha_nominal"]),
                value_of(agreement["percent"]),
                int(each["n"]["no_majority"]),
                int(each["n"]["unjudged"]),
            )
        )
    columns = (
        Column("trait", "Trait"),
        Column("personas", "Personas", "count"),
        Column("balanced_accuracy", "Balanced accuracy", "coefficient"),
        Column("balanced_accuracy_95", "95 %", "interval"),
        Column("chance", "Chance", "coefficient"),
        Column("accuracy", "Accuracy", "coefficient", shown=False),
        Column("accuracy_95", "95 %", "interval", shown=False),
        Column("labeller_left_out", "Labels, one out", "coefficient"),
        Column("people_left_out", "A person, one out", "coefficient"),
        Column("difference", "Difference", "net"),
        Column("difference_95", "95 %", "interval"),
        Column("alpha_nominal", "People's α", "coefficient"),
        Column("alpha_nominal_95", "95 %", "interval"),
        Column("percent", "Same answer", "share", shown=False),
        Column("no_majority", "No majority", "count"),
        Column("unjudged", "Not judged", "count"),
    )
    note = "Of the whole that the sample was drawn from: personas are weighted by how many they stand for."
    return Table("labels", "The labels against people", columns, tuple(rows), note)


def _confusion(found: Mapping[str, Any]) -> Table:
    rows: list[tuple[Value, ...]] = []
    for trait, each in found["traits"].items():
        if each["confusion"] is None:
            continue
        for level, cells in zip(each["levels"], each["confusion"], strict=True):
            total = sum(cells)
            rows += [
                (trait, level, label, float(cell), cell / total if total else Missing("nobody named this level"))
                for label, cell in zip(each["levels"], cells, strict=True)
            ]
    columns = (
        Column("trait", "Trait"),
        Column("people", "People say"),
        Column("labelled", "Labelled"),
        Column("weight", "Personas, weighted", "number"),
        Column("share", "Share of the level", "share"),
    )
    return Table("confusion", "What was taken for what", columns, tuple(rows))
