"""The tables of those who judged: how far they agree, what each did, which side they lean to, what was left out."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from evaluation.reports.places import criterion_names, domain_name, domains_to_show, spoken
from evaluation.reports.table import Column, Missing, Table, Value, interval_of, signed, value_of, without_empty_columns
from evaluation.stats.data.outcomes import ALL

COEFFICIENTS: Final = {
    "percent": "Same answer",
    "alpha_nominal": "α nominal",
    "alpha_ordinal": "α ordinal",
    "alpha_interval": "α interval",
    "alpha_ratio": "α ratio",
    "fleiss_kappa": "Fleiss κ",
    "cohen_kappa_mean": "Cohen κ, mean",
    "gwet_ac1": "AC1",
    "gwet_ac2": "AC2",
}
# Reply 1 chosen this much more or less often than half is worth a look.
SIDE_FLAG: Final = 0.25
# Nobody reads a context and two replies in less.
FAST_SECONDS: Final = 4.0


def agreement_table(analysis: Mapping[str, Any]) -> Table | None:
    rows: list[tuple[Value, ...]] = []
    signatures: dict[str, str] = {}
    for criterion, name in criterion_names(analysis).items():
        domains = analysis["criteria"][criterion].get("agreement") or {}
        for domain in domains_to_show(domains):
            said = domains[domain]
            row: list[Value] = [name, domain_name(domain, domains) or ALL, int(said.get("units") or 0)]
            for key, label in COEFFICIENTS.items():
                row += [value_of(said.get(key)), interval_of(said.get(key))]
                signatures |= signed(f"{name}, {domain_name(domain, domains) or ALL}, {label}", {"": said.get(key)})
            rows.append(tuple(row))
    columns = [Column("criterion", "Criterion"), Column("domain", "Domain"), Column("units", "Units", "count")]
    with_interval = ("alpha_nominal", "alpha_ordinal")
    for key, label in COEFFICIENTS.items():
        columns += [
            Column(key, label, "share" if key == "percent" else "coefficient"),
            Column(f"{key}_95", "95 %", "interval", shown=key in with_interval),
        ]
    note = "A unit is a context with two judgments or more. 1 is perfect agreement; on α, κ and AC 0 is chance."
    table = Table("agreement", "Agreement, every coefficient", tuple(columns), tuple(rows), note, signatures)
    return without_empty_columns(table, tuple(column.key for column in columns[3:])) if rows else None


def annotators_table(analysis: Mapping[str, Any]) -> Table | None:
    counted: Mapping[str, Mapping[str, Any]] = analysis.get("annotators") or {}
    left_out: Mapping[str, Mapping[str, Any]] = analysis.get("excluded_annotators") or {}
    rows: list[tuple[Value, ...]] = []
    flags: set[tuple[int, str]] = set()
    for number, (name, each) in enumerate([*counted.items(), *left_out.items()]):
        left, seconds = each.get("share_left") or {}, each.get("median_seconds")
        rows.append(
            (
                name,
                int(each.get("judgments") or 0),
                int(each.get("contexts") or 0),
                float(seconds) if seconds is not None else Missing("no times were kept"),
                value_of(left),
                interval_of(left),
                value_of(each.get("side_bias"), "p"),
                value_of(each.get("share_tied")),
                value_of(each.get("agreement")),
                interval_of(each.get("agreement")),
                value_of(each.get("dawid_skene")),
                value_of(each.get("self_consistency")),
                value_of(each.get("checks")),
                interval_of(each.get("checks")),
                int(each.get("cannot_judge") or 0),
                value_of(each.get("longest_run")),
                value_of(each.get("longest_run"), "p"),
                _minutes(each.get("active_seconds")),
                _fired(each),
                str(each.get("excluded_by") or ""),
            )
        )
        if left.get("value") is not None and abs(left["value"] - 0.5) >= SIDE_FLAG:
            flags.add((number, "share_left"))
        if seconds is not None and seconds < FAST_SECONDS:
            flags.add((number, "median_seconds"))
    columns = (
        Column("annotator", "Annotator"),
        Column("judgments", "Judgments", "count"),
        Column("contexts", "Contexts", "count"),
        Column("median_seconds", "Median s", "seconds"),
        Column("share_left", "Reply 1 chosen", "share"),
        Column("share_left_95", "95 %", "interval", shown=False),
        Column("side_p", "Side p", "p", shown=False),
        Column("share_tied", "Ties", "share"),
        Column("agreement", "With the others", "share"),
        Column("agreement_95", "95 %", "interval", shown=False),
        Column("dawid_skene", "True answer (D-S)", "share"),
        Column("self_consistency", "Same when repeated", "share"),
        Column("checks", "Checks right", "share"),
        Column("checks_95", "95 %", "interval", shown=False),
        Column("cannot_judge", "Cannot judge", "count"),
        Column("longest_run", "Longest run of a side", "count", shown=False),
        Column("longest_run_p", "Run p", "p", shown=False),
        Column("active_minutes", "Active min", "seconds", shown=False),
        Column("rules", "Rules that fire", "prose"),
        Column("excluded_by", "Left out by", "prose", shown=False),
    )
    note = (
        "Agreement, sides, runs and pace flag an annotator and never exclude one: most depend on the outcome. "
        "D-S: the chance of the true answer in Dawid and Skene's model."
    )
    table = Table("annotators", "Every annotator", columns, tuple(rows), note, flags=frozenset(flags))
    return without_empty_columns(
        table,
        (
            "median_seconds",
            "share_left",
            "share_tied",
            "dawid_skene",
            "self_consistency",
            "checks",
            "cannot_judge",
            "rules",
        ),
    )


def _minutes(seconds: float | None) -> Value:
    return Missing("no times were kept") if seconds is None else float(seconds) / 60


def _fired(each: Mapping[str, Any]) -> str:
    """The rule that left somebody out, else the declared ones that fire; with a question mark what cannot be told."""
    if each.get("excluded_by"):
        return f"left out: {each['excluded_by']}"
    return ", ".join(
        rule if said["fires"] else f"{rule}?"
        for rule, said in (each.get("rules") or {}).items()
        if said["fires"] is not False
    )


def bias_table(analysis: Mapping[str, Any]) -> Table | None:
    """Side, length and self-consistency: every statistic that these parts of the analysis hold, by its name."""
    rows: list[tuple[Value, ...]] = []
    signatures: dict[str, str] = {}
    parts = {"side_bias": "Side bias", "length_bias": "Length bias", "self_consistency": "Self-consistency"}
    for key, label in parts.items():
        for where, said in _statistics(analysis.get(key) or {}):
            what = ", ".join([label, *(_part(word, analysis) for word in where if word != "criteria")])
            rows.append((what, value_of(said), interval_of(said), value_of(said, "p"), str(said.get("note", ""))))
            signatures |= signed(what, {"": said})
    columns = (
        Column("what", "What"),
        Column("value", "Value", "coefficient"),
        Column("value_95", "95 %", "interval"),
        Column("p", "p", "p"),
        Column("note", "Note", "prose"),
    )
    note = "The side is that of Reply 1, whatever stood there; a share of one half is no bias."
    table = Table("bias", "Bias", columns, tuple(rows), note, signatures)
    return without_empty_columns(table, ("p", "note")) if rows else None


def _part(word: str, analysis: Mapping[str, Any]) -> str:
    """A key within a part of the analysis, as a word: criteria by their names."""
    names = criterion_names(analysis)
    return names[word] if word in names else spoken(word).lower()


def _statistics(part: object, where: tuple[str, ...] = ()) -> Iterable[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Every statistic within a part of the analysis, with the keys that lead there."""
    if not isinstance(part, Mapping):
        return
    # Undefined for the whole, it is undefined for each part, and once is enough.
    if "value" in part and (part["value"] is not None or not where):
        yield where, part
    for key, each in part.items():
        yield from _statistics(each, (*where, str(key)))


def excluded_table(analysis: Mapping[str, Any]) -> Table | None:
    rows = tuple(
        (str(each.get("rule", "")), int(each.get("judgments") or 0), int(each.get("annotators") or 0))
        for each in analysis.get("excluded") or ()
    )
    columns = (
        Column("rule", "Left out by", "prose"),
        Column("judgments", "Judgments", "count"),
        Column("annotators", "Annotators", "count"),
    )
    return Table("excluded", "Left out", columns, rows) if rows else None
