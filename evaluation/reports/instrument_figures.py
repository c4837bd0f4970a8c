"""The plots of what the results rest on: each annotator, halo, length, and whether traits can be told from replies."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from evaluation.reports.figures import Plot, Row, Tick, whisker_of
from evaluation.reports.numbers import decimal, has_interval, percent, points, span, span_of_points
from evaluation.reports.places import criterion_names, spoken

# More annotators than this stand in the table alone.
MOST_ANNOTATORS: Final = 40
Statistic = Mapping[str, Any]

_OF_ANNOTATORS: Final = (
    "Over the judgments of each that others gave too, the mean share of these who say the same; least first. Agreement "
    "flags and never excludes."
)
_OF_HALO: Final = (
    "The share of looks with the same answer to both questions, and the correlation of the answers. Near 1 one "
    "impression answers both."
)
_OF_LENGTHS: Final = (
    "In points of a hundred for the first named: from a line through the outcomes over the ratio of the lengths, at "
    "equal length; and as it is."
)
_OF_TRAITS: Final = (
    "Right answers between a reply at the high and one at the low end of the trait; a tie is half right. One half is "
    "chance, and there the controls must stay."
)


def annotator_plot(analysis: Mapping[str, Any]) -> Plot | None:
    """How often each annotator says what the others say, and how many check pairs they had right."""
    annotators: Mapping[str, Mapping[str, Any]] = analysis.get("annotators") or {}
    known = {name: each for name, each in annotators.items() if (each.get("agreement") or {}).get("value") is not None}
    if len(known) < 2 or len(known) > MOST_ANNOTATORS:
        return None
    checked = any((each.get("checks") or {}).get("value") is not None for each in known.values())
    ordered = sorted(known.items(), key=lambda named: (named[1]["agreement"]["value"], named[0]))
    rows = tuple(
        Row(
            label=name,
            sublabel="",
            whisker=whisker_of(each["agreement"], 0.0, 1.0),
            other=whisker_of(each.get("checks"), 0.0, 1.0) if checked else None,
            text=percent(each["agreement"]["value"]),
            detail=_shares(each["agreement"]),
            reason="" if has_interval(each["agreement"]) else str(each["agreement"].get("reason", "")),
        )
        for name, each in ordered
    )
    return Plot(
        title="How often each says what the others say",
        alt=f"Agreement of {len(rows)} annotators with the others, from {rows[0].label} ({rows[0].text}) to "
        f"{rows[-1].label} ({rows[-1].text}). The table has all.",
        caption=_OF_ANNOTATORS,
        rows=rows,
        ticks=_share_ticks(None),
        key=("with the others, 95 % interval", "check pairs right") if checked else None,
    )


def halo_plot(analysis: Mapping[str, Any]) -> Plot | None:
    """For every two criteria of a look how often their answers are the same, and how they correlate."""
    entries: Sequence[Mapping[str, Any]] = (analysis.get("bias") or {}).get("halo") or ()
    if not entries:
        return None
    names = criterion_names(analysis)
    rows = tuple(
        Row(
            label=names.get(each["criteria"][0], spoken(each["criteria"][0])),
            sublabel=f"and {names.get(each['criteria'][1], spoken(each['criteria'][1])).lower()}",
            whisker=whisker_of(each["same"], -0.2, 1.0),
            other=whisker_of(each["correlation"], -0.2, 1.0),
            text=percent(each["same"]["value"]),
            detail=_shares(each["same"]),
        )
        for each in entries
    )
    said = " ".join(
        f"{row.label} {row.sublabel}: the same answer {row.text}, correlation {_value(each['correlation'])}."
        for row, each in zip(rows, entries, strict=True)
    )
    return Plot(
        title="One impression, or an answer to each question?",
        alt=said,
        caption=_OF_HALO,
        rows=rows,
        ticks=(
            Tick(round(100 * 0.2 / 1.2, 2), "0", strong=True),
            Tick(round(100 * 0.7 / 1.2, 2), ".5"),
            Tick(100.0, "1", "end"),
        ),
        key=("same answer, 95 % interval", "correlation"),
    )


def length_plot(analysis: Mapping[str, Any]) -> Plot | None:
    """Net preference as it is, and where both replies are as long, per criterion and comparison."""
    criteria: Mapping[str, Mapping[str, Any]] = (analysis.get("length_bias") or {}).get("criteria") or {}
    names = criterion_names(analysis)
    plain = _plain_net(analysis)
    rows = [
        Row(
            label=names.get(key, spoken(key)),
            sublabel=f"{each['first']} against {each['second']}",
            whisker=whisker_of(each["controlled"], -1.0, 1.0),
            other=whisker_of(plain.get((key, each["first"], each["second"])), -1.0, 1.0),
            text="" if each["controlled"]["value"] is None else points(each["controlled"]["value"]),
            detail=_points(each["controlled"]),
            reason="" if has_interval(each["controlled"]) else str(each["controlled"].get("reason", "")),
        )
        for key, there in criteria.items()
        for each in there.get("comparisons") or ()
    ]
    if not rows or len(rows) > MOST_ANNOTATORS or all(row.whisker is None for row in rows):
        return None
    return Plot(
        title="Net preference where both replies are as long",
        alt=" ".join(f"{row.label}, {row.sublabel}: {row.text or 'undefined'} points." for row in rows),
        caption=_OF_LENGTHS,
        rows=tuple(rows),
        ticks=(Tick(0.0, points(-1.0), "start"), Tick(50.0, "0", strong=True), Tick(100.0, points(1.0), "end")),
        key=("at equal length, 95 % interval", "as it is"),
    )


def identification_plot(analysis: Mapping[str, Any]) -> Plot | None:
    """How often the right one of a high and a low reply was named, trait by trait; then the controls."""
    found: Mapping[str, Any] = analysis.get("identification") or {}
    labelled = [(spoken(each["trait"]), each["system"], each) for each in found.get("traits") or ()]
    labelled += [
        (f"Control: {each['trait']}", f"{each['system']}, asked about {each['asked']}", each)
        for each in found.get("another_trait") or ()
    ]
    labelled += [
        (f"Control: {each['trait']}", f"{each['system']}, told no trait", each)
        for each in found.get("told_no_trait") or ()
    ]
    if not labelled:
        return None
    rows = tuple(
        Row(
            label=label,
            sublabel=sublabel,
            whisker=whisker_of(each["share"], 0.0, 1.0),
            text="" if each["share"]["value"] is None else percent(each["share"]["value"]),
            detail=_shares(each["share"]),
            reason="" if has_interval(each["share"]) else str(each["share"].get("reason", "")),
        )
        for label, sublabel, each in labelled
    )
    return Plot(
        title="Which reply sounds more like the trait?",
        alt="Right answers, where one half is chance. "
        + " ".join(f"{row.label}, {row.sublabel}: {row.text or 'undefined'} ({row.detail})." for row in rows),
        caption=_OF_TRAITS,
        rows=rows,
        ticks=_share_ticks("50 %, chance"),
    )


def _plain_net(analysis: Mapping[str, Any]) -> dict[tuple[str, str, str], Statistic]:
    """Net preference over all domains by criterion and comparison."""
    return {
        (key, each["first"], each["second"]): each["domains"]["all"]["net_preference"]
        for key, there in analysis["criteria"].items()
        for each in there.get("comparisons") or ()
        if "all" in each["domains"]
    }


def _share_ticks(middle: str | None) -> tuple[Tick, ...]:
    return (
        Tick(0.0, percent(0.0), "start"),
        Tick(50.0, middle or percent(0.5), strong=middle is not None),
        Tick(100.0, percent(1.0), "end"),
    )


def _shares(statistic: Statistic) -> str:
    return f"{percent(statistic['low'])} to {percent(statistic['high'])}" if has_interval(statistic) else ""


def _points(statistic: Statistic) -> str:
    return span_of_points(statistic["low"], statistic["high"]) if has_interval(statistic) else ""


def _value(statistic: Statistic) -> str:
    if statistic["value"] is None:
        return "undefined"
    bounds = f" ({span(statistic['low'], statistic['high'])})" if has_interval(statistic) else ""
    return f"{decimal(statistic['value'])}{bounds}"
