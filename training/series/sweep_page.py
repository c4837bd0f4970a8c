"""The page and the table of `sweep`: each metric over the mixing ratio, the best, and what is as good."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from training.pages import write_html
from training.plots import Plot, Reading, Tick, ticks_up, tracks_of
from training.scores.intervals import Score
from training.scores.score_page import Table, score_of
from training.scores.score_table import SHOWN, cell

PAGE: Final = "sweep.html"

Result = Mapping[str, Any]


def write_sweep_page(folder: Path, result: Result) -> Path:
    """Write `sweep.html` into `folder`."""
    return write_html(folder / PAGE, "training/sweep.html", sweep_context(result))


def sweep_context(result: Result) -> dict[str, Any]:
    """What the page, or a part of another page, shows of a result of `sweep`."""
    return {
        "title": f"{result['first']} and {result['second']}, mixed",
        "sweep": result,
        "tables": tables_of(result),
        "plots": plots_of(result),
        "sentences": sentences_of(result),
        "warnings": [f"{each['model']}, {warning}" for each in result["models"] for warning in each["warnings"]],
        "caveats": result["caveats"],
        "signature": result["signature"],
    }


def in_words(series: Mapping[str, Any]) -> str:
    """The best ratio with its interval, and between which ratios nothing differs; or why there is none."""
    best = series["best"]
    if best is None:
        return f"no best: {series['reason']}"
    said = f"best {best['ratio']} % [{best['low']:.0f}, {best['high']:.0f}]"
    apart = [ratio for ratio in best["flat"] if not best["flat_from"] <= ratio <= best["flat_to"]]
    also = f", and {', '.join(map(str, apart))} % no different" if apart else ""
    if best["flat_from"] == best["flat_to"]:
        return f"{said}, {'better than its neighbours' if apart else 'better than every other'}{also}"
    return f"{said}, flat between {best['flat_from']} and {best['flat_to']} %{also}"


def sentences_of(result: Result) -> list[str]:
    """A sentence for each metric and domain that has a best ratio."""
    return [
        f"{_titled(SHOWN[each['metric']][0].strip())} in {each['domain']}: {in_words(each)}."
        for each in result["series"]
        if each["best"] is not None
    ]


def tables_of(result: Result) -> list[Table]:
    """A table for each domain: metrics down, ratios across, and which is best. Intervals stand under the plots."""
    heads = (*(f"{ratio} %" for ratio in result["ratios"]), "best share")
    tables = []
    for domain in dict.fromkeys(each["domain"] for each in result["series"]):
        rows = []
        for each in (each for each in result["series"] if each["domain"] == domain):
            heading, form = SHOWN[each["metric"]]
            cells = tuple(cell(Score(score_of(point).value), form) for point in each["points"])
            rows.append((heading.strip(), (*cells, in_words(each))))
        tables.append(Table(f"{domain}, by the share of {result['second']}", heads, tuple(rows)))
    return tables


def series_as_table(result: Result) -> str:
    """The table for a terminal: values in a line, and the best in the next."""
    lines = []
    for table in tables_of(result):
        lines += ["", table.title, "  " + " " * 26 + "".join(f"{head:>10}" for head in table.heads[:-1])]
        for heading, cells in table.rows:
            values = "".join(f"{value:>10}" for value in cells[:-1])
            lines += [f"  {heading:26}{values}", f"    {cells[-1]}"]
    return "\n".join(lines).lstrip("\n")


def plots_of(result: Result) -> list[Plot]:
    """A plot for each metric and domain; the shaded stretch cannot be told from the best."""
    plots = (_plot(each, result) for each in result["series"])
    return [plot for plot in plots if plot is not None]


def _plot(series: Mapping[str, Any], result: Result) -> Plot | None:
    heading, form = SHOWN[series["metric"]]
    scores = [(point["ratio"], score_of(point)) for point in series["points"]]
    readings = [
        Reading(ratio, score.value, score.low, score.high) for ratio, score in scores if score.value is not None
    ]
    if len(readings) < 2:
        return None
    label = f"{heading.strip()} in {series['domain']}"
    tracks, across, ends = tracks_of([(label, readings)])
    best = series["best"]
    return Plot(
        title=label,
        alt=f"{label} by the share of {result['second']}. "
        + "; ".join(f"{ratio} %: {cell(score, form)}" for ratio, score in scores)
        + f". {in_words(series)}.",
        caption=_caption(series),
        tracks=tracks,
        across=tuple(Tick(across(reading.at), f"{reading.at:g}") for reading in readings),
        up=ticks_up(ends, lambda value: format(value, form)),
        axis=f"% {result['second']}",
        columns=(f"% {result['second']}", heading.strip(), "less the best", "p (Holm)"),
        rows=_rows(scores, series, form),
        band=_band(best["flat_from"], best["flat_to"], across) if best else None,
    )


def _caption(series: Mapping[str, Any]) -> str:
    better = f" {series['better'].capitalize()} is better." if series["best"] is not None else ""
    return f"{_titled(in_words(series))}.{better}"


def _titled(text: str) -> str:
    """With a capital at its beginning; a first word that has one within, as chrF, is a name and stays."""
    return text if text.partition(" ")[0][1:].lower() != text.partition(" ")[0][1:] else text[:1].upper() + text[1:]


def _band(start: int, end: int, across: Callable[[float], float]) -> tuple[float, float] | None:
    return (across(start), round(across(end) - across(start), 2)) if end > start else None


def _rows(scores: Sequence[tuple[int, Score]], series: Mapping[str, Any], form: str) -> tuple[tuple[str, ...], ...]:
    against = {each["ratio"]: each for each in (series["best"] or {}).get("against", [])}
    rows = []
    for ratio, score in scores:
        other = against.get(ratio)
        p = "" if other is None or other["p_holm"] is None else f"{other['p_holm']:.3f}"
        rows.append((str(ratio), cell(score, form), "" if other is None else cell(score_of(other), form), p))
    return tuple(rows)
