"""What `check_labels` shows: how right the labels are by trait, and what was taken for what."""

from collections.abc import Mapping
from typing import Any

from evaluation.reports.places import criterion_names
from evaluation.reports.table import Column, Missing, Table, Value, interval_of, value_of


def label_tables(found: Mapping[str, Any]) -> tuple[Table, Table]:
    """One line for each trait, and the weighted confusion tables one under the other."""
    return _accuracy(found), _confusion(found)


def report_label_tables(analysis: Mapping[str, Any]) -> tuple[Table, ...]:
    """What people called the personas of a study and, where a labeller's labels are known, how right these are."""
    found = analysis.get("labels")
    if not found:
        return ()
    names = criterion_names(analysis)
    against = label_tables(found) if found.get("traits") else ()
    models = _models(found.get("judges") or {}, names)
    return (_given(found["given"], names), *(table for table in (*against, models) if table.rows))


def _models(judges: Mapping[str, Any], names: Mapping[str, str]) -> Table:
    """Language models that labelled the same personas, each held against people."""
    rows: list[tuple[Value, ...]] = [
        (
            model,
            names.get(trait, trait),
            int(each["n"]["personas"]),
            value_of(each["accuracy"]),
            interval_of(each["accuracy"]),
            value_of(each["kappa"]),
            interval_of(each["kappa"]),
            value_of(each["leave_one_out"]["difference"]),
            interval_of(each["leave_one_out"]["difference"]),
        )
        for model, found in judges.items()
        for trait, each in found["traits"].items()
    ]
    columns = (
        Column("model", "Model"),
        Column("criterion", "Criterion"),
        Column("personas", "Personas", "count"),
        Column("accuracy", "As most people say", "share"),
        Column("accuracy_95", "95 %", "interval"),
        Column("kappa", "κ", "coefficient"),
        Column("kappa_95", "95 %", "interval"),
        Column("difference", "Less a person", "net"),
        Column("difference_95", "95 %", "interval"),
    )
    note = (
        "Less a person: its balanced accuracy against the majority of the others less that of the person who was left "
        "out, over all people in turn."
    )
    return Table("labels_of_models", "Models' labels against people's", columns, tuple(rows), note)


def _given(given: Mapping[str, Any], names: Mapping[str, str]) -> Table:
    rows: list[tuple[Value, ...]] = [
        (
            names.get(trait, trait),
            label,
            int(each["judgments"]),
            value_of({"value": each["share"], "reason": "nobody judged"}),
            Missing("not labelled") if each["labelled"] is None else int(each["labelled"]),
            value_of({"value": each["labelled_share"], "reason": "not labelled"}),
        )
        for trait, labels in given.items()
        for label, each in labels.items()
    ]
    known = any(not isinstance(row[4], Missing) for row in rows)
    columns = (
        Column("criterion", "Criterion"),
        Column("label", "Label"),
        Column("judgments", "People", "count"),
        Column("share", "Share", "share"),
        Column("labelled", "Labelled so", "count", shown=known),
        Column("labelled_share", "Of the labels", "share", shown=known),
    )
    note = "Of the personas that were shown, which were drawn so that rare labels come often: no shares of the corpus."
    return Table("labels_given", "What people called the personas", columns, tuple(rows), note if known else "")


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
                value_of(each["kappa"]),
                interval_of(each["kappa"]),
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
        Column("kappa", "κ", "coefficient"),
        Column("kappa_95", "95 %", "interval"),
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
    note = (
        "Of the whole that the sample was drawn from: personas are weighted by how many they stand for. κ is Cohen's, "
        "between the labels and what most people say of a persona."
    )
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
