"""The tables of what the results rest on: controls, traits told from replies, halo, lengths, conditions, metrics."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from evaluation.reports.places import criterion_names, spoken
from evaluation.reports.table import Column, Missing, Table, Value, interval_of, value_of, without_empty_columns

CONDITIONS: Final = {"order": "Later half", "layout": "Stacked", "pace": "In haste"}


def instrument_tables(analysis: Mapping[str, Any]) -> tuple[Table, ...]:
    """Every one that the analysis fills."""
    names = _Names(analysis)
    candidates = (
        _controls(analysis, names),
        _identification(analysis),
        _halo(analysis, names),
        _lengths(analysis, names),
        _conditions(analysis, names),
        _answers(analysis, names),
        _metrics(analysis, names),
    )
    return tuple(table for table in candidates if table.rows)


class _Names:
    """Criteria as people read them."""

    def __init__(self, analysis: Mapping[str, Any]) -> None:
        self.known = criterion_names(analysis)

    def __call__(self, key: str) -> str:
        return self.known.get(key, spoken(key))


def _controls(analysis: Mapping[str, Any], names: _Names) -> Table:
    found = analysis.get("controls") or {}
    kinds = {"aa": "Two samples", "ceiling": "Reference"}
    passed = {True: "yes", False: "no", None: "not known"}
    rows: list[tuple[Value, ...]] = [
        (
            label,
            names(each["criterion"]),
            each["first"],
            each["second"],
            int(each["n"]["clusters"]),
            int(each["n"]["judgments"]),
            value_of(each["net_preference"]),
            interval_of(each["net_preference"]),
            value_of(each["test"], "p"),
            passed[each["passed"]],
        )
        for kind, label in kinds.items()
        for each in found.get(kind) or ()
    ]
    columns = (
        Column("control", "Control"),
        Column("criterion", "Criterion"),
        Column("first", "First"),
        Column("second", "Second"),
        Column("clusters", "Clusters", "count"),
        Column("judgments", "Judgments", "count", shown=False),
        Column("net", "Net", "net"),
        Column("net_95", "95 %", "interval"),
        Column("p", "p", "p"),
        Column("passed", "Passed"),
    )
    note = (
        "Samples of one system pass where nothing is found after Holm; a reference where it is preferred significantly."
    )
    return Table("controls", "Controls of the instrument", columns, tuple(rows), note)


def _identification(analysis: Mapping[str, Any]) -> Table:
    found = analysis.get("identification") or {}
    kinds = {"traits": "", "another_trait": "another trait", "told_no_trait": "told no trait"}
    rows: list[tuple[Value, ...]] = [
        (
            spoken(each["trait"]),
            each["system"],
            each["asked"],
            note,
            int(each["n"]["clusters"]),
            int(each["n"]["judgments"]),
            int(each["n"].get("automatic_ties", 0)),
            value_of(each["share"]),
            interval_of(each["share"]),
            value_of(each["test"], "p"),
            value_of(each["test"], "p_holm") if not note else Missing("a control is not corrected"),
        )
        for kind, note in kinds.items()
        for each in found.get(kind) or ()
    ]
    columns = (
        Column("trait", "Trait of the replies"),
        Column("system", "System"),
        Column("asked", "Asked about"),
        Column("kind", "Control"),
        Column("clusters", "Clusters", "count"),
        Column("judgments", "Judgments", "count"),
        Column("equal", "Equal replies", "count"),
        Column("share", "Right", "share"),
        Column("share_95", "95 %", "interval"),
        Column("p", "p", "p"),
        Column("p_holm", "p (Holm)", "p"),
    )
    note = "One half is chance. A tie and two equal replies are half right. Holm over the traits of each system."
    table = Table("identification", "Traits told from replies", columns, tuple(rows), note)
    return without_empty_columns(table, ("kind", "equal"))


def _halo(analysis: Mapping[str, Any], names: _Names) -> Table:
    rows: list[tuple[Value, ...]] = []
    for each in (analysis.get("bias") or {}).get("halo") or ():
        one, other = each["criteria"]
        rows += [
            (f"{names(one)} and {names(other).lower()}", what, *_numbers(each[key]))
            for key, what in (("same", "Same answer"), ("correlation", "Correlation"))
        ]
        rows += [
            (
                f"{names(one)} and {names(other).lower()}",
                f"{names(entry['criterion'])} where {names(entry['tied']).lower()} was tied, net preference for "
                f"{entry['first']} over {entry['second']}",
                *_numbers(entry["net_preference"]),
            )
            for entry in each["where_tied"]
        ]
    columns = (
        Column("criteria", "Criteria", "prose"),
        Column("what", "What", "prose"),
        Column("n", "n", "count"),
        Column("value", "Value", "coefficient"),
        Column("value_95", "95 %", "interval"),
    )
    note = "Over looks that answered both. Net preference where the first was tied shows what a second question adds."
    return Table("halo", "Halo", columns, tuple(rows), note)


def _lengths(analysis: Mapping[str, Any], names: _Names) -> Table:
    criteria = (analysis.get("length_bias") or {}).get("criteria") or {}
    kinds = ("first_longer", "as_long", "first_shorter", "controlled", "per_doubling")
    rows: list[tuple[Value, ...]] = []
    for key, there in criteria.items():
        for each in there.get("comparisons") or ():
            numbers = [part for kind in kinds for part in (value_of(each[kind]), interval_of(each[kind]))]
            words = (float(each["words"]["first"]), float(each["words"]["second"]))
            rows.append((names(key), each["first"], each["second"], int(each["n"]), *words, *numbers))
    columns = [
        Column("criterion", "Criterion"),
        Column("first", "First"),
        Column("second", "Second"),
        Column("n", "Judgments", "count", shown=False),
        Column("words_first", "Words, first", "seconds"),
        Column("words_second", "Words, second", "seconds"),
    ]
    labels = ("First longer", "As long", "First shorter", "At equal length", "Per doubling")
    for kind, label in zip(kinds, labels, strict=True):
        columns += [
            Column(kind, label, "net"),
            Column(f"{kind}_95", "95 %", "interval", shown=kind in ("controlled", "per_doubling")),
        ]
    note = "Net preference for the first by which reply is longer; and the line over log2 of the ratio of their words."
    return Table("lengths", "Preference and length", tuple(columns), tuple(rows), note)


def _conditions(analysis: Mapping[str, Any], names: _Names) -> Table:
    rows = list(_changes(analysis.get("bias") or {}, names))
    one_pair = len({row[2:4] for row in rows}) == 1
    columns = [
        Column("condition", "Condition"),
        Column("criterion", "Criterion"),
        Column("first", "First", shown=not one_pair),
        Column("second", "Second", shown=not one_pair),
        Column("under", "Judgments under it", "count", shown=False),
        Column("without", "Without", "count", shown=False),
    ]
    labels = {"share_left": "Reply 1", "tied": "Ties", "agreement": "Agreement", "net": "Net"}
    for key, label in labels.items():
        columns += [Column(key, label, "net"), Column(f"{key}_95", "95 %", "interval")]
    note = (
        "Later half less first half of each annotator's looks; stacked less side by side; quicker than one's own "
        "median less slower. Differences of shares and of net preference."
    )
    return Table("conditions", "What answers hang on", tuple(columns), tuple(rows), note)


def _changes(bias: Mapping[str, Any], names: _Names) -> Iterator[tuple[Value, ...]]:
    """A line for each condition, criterion and comparison; of more systems than one can compare singly, one without."""
    for condition, label in CONDITIONS.items():
        for key, each in ((bias.get(condition) or {}).get("criteria") or {}).items():
            shares = [part for outcome in ("share_left", "tied", "agreement") for part in _pair(each[outcome])]
            nothing: tuple[Mapping[str, Any], ...] = ({},)
            for entry in each["comparisons"] or nothing:
                yield (
                    label,
                    names(key),
                    str(entry.get("first", "")),
                    str(entry.get("second", "")),
                    int(each["n"]["under"]),
                    int(each["n"]["without"]),
                    *shares,
                    *_pair(entry.get("net_preference")),
                )


def _answers(analysis: Mapping[str, Any], names: _Names) -> Table:
    rows: list[tuple[Value, ...]] = [
        (
            names(key),
            each["first"],
            each["second"],
            value_of(each["cannot_judge"]),
            interval_of(each["cannot_judge"]),
            value_of(each["both_bad"]),
            interval_of(each["both_bad"]),
        )
        for key, there in ((analysis.get("bias") or {}).get("answers") or {}).items()
        for each in there
    ]
    columns = (
        Column("criterion", "Criterion"),
        Column("first", "First"),
        Column("second", "Second"),
        Column("cannot_judge", "Could not judge", "share"),
        Column("cannot_judge_95", "95 %", "interval"),
        Column("both_bad", "Both bad", "share"),
        Column("both_bad_95", "95 %", "interval"),
    )
    note = (
        "Both bad is of those who could judge. Where one could judge depends on the system, what is left is no sample."
    )
    return Table("answers", "No preference to be had", columns, tuple(rows), note)


def _metrics(analysis: Mapping[str, Any], names: _Names) -> Table:
    found = analysis.get("automatic") or {}
    rows: list[tuple[Value, ...]] = [
        (metric, names(key), over, int(each["n"]), *(part for kind in kinds for part in _pair(each.get(kind))))
        for over, entries, kinds in (
            ("pairs of replies", found.get("contexts") or {}, ("kendall", "pearson", "same_side")),
            (
                "systems",
                {
                    metric: {key: {"n": each["kendall"]["n"], **each} for key, each in there.items()}
                    for metric, there in (found.get("systems") or {}).items()
                },
                ("kendall", "pearson", "same_side"),
            ),
        )
        for metric, there in entries.items()
        for key, each in there.items()
        if over != "systems" or each["kendall"]["value"] is not None
    ]
    columns = (
        Column("metric", "Metric"),
        Column("criterion", "Criterion"),
        Column("over", "Over"),
        Column("n", "n", "count"),
        Column("kendall", "Kendall's τ", "coefficient"),
        Column("kendall_95", "95 %", "interval"),
        Column("pearson", "Pearson's r", "coefficient"),
        Column("pearson_95", "95 %", "interval"),
        Column("same_side", "Same side", "share"),
        Column("same_side_95", "95 %", "interval"),
    )
    note = (
        "The metric's difference between two replies against people's mean verdict. Of same sides one half is chance."
    )
    return Table("metrics", "Metrics against people", columns, tuple(rows), note)


def _pair(statistic: Mapping[str, Any] | None) -> tuple[Value, Value]:
    return value_of(statistic), interval_of(statistic)


def _numbers(statistic: Mapping[str, Any]) -> tuple[Value, Value, Value]:
    """How many stand behind it, the value and its interval."""
    return int(statistic.get("n") or 0), value_of(statistic), interval_of(statistic)
