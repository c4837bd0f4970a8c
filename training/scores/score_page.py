"""The page of `score`: the numbers side by side, strips with intervals, differences, and curves over model size.

Everything is drawn from the result as it stands in `scores.json`, so that a page can be made of a file that is there.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from generation.describing.figures import Bar, Figure, Line, Panel
from training.pages import write_html
from training.plots import Plot, Reading, Tick, spaced, ticks_up, tracks_of
from training.scores.intervals import Score
from training.scores.score_table import HOME, SHOWN, cell

PAGE: Final = "scores.html"
ALL: Final = "all"
# Over sizes, what the paper's curves are about: prediction, overlap, variety.
CURVES: Final = ("perplexity_per_word", "f1", "chrf", "distinct_2", "distinct_replies", "own_persona")
FEWEST_SIZES: Final = 2
# Models of one recipe differ a little too, by the pieces that their corpora gave their tokenizers.
LEAST_RATIO: Final = 1.5

Result = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """A heading, the heads of its columns, and rows of a heading and cells."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def write_score_page(folder: Path, result: Result) -> Path:
    """Write `scores.html` into `folder`."""
    return write_html(folder / PAGE, "training/scores.html", score_context(result))


def score_context(result: Result) -> dict[str, Any]:
    """What the page, or a part of another page, shows of a result of `score`."""
    scored = result["scores"]
    return {
        "title": " and ".join(each["system"] for each in scored) if len(scored) < 3 else f"{len(scored)} systems",
        "tables": tables_of(result),
        "unmeasured": unmeasured_in(result),
        "differences": differences_of(result),
        "figures": figures_of(result),
        "plots": size_curves(result),
        "warnings": [f"{each['system']}, {warning}" for each in scored for warning in each["warnings"]],
        "caveats": sorted({caveat for each in scored for caveat in each["caveats"]}),
        "signature": scored[0]["signature"],
    }


def score_of(data: Mapping[str, Any] | None) -> Score:
    """A score as it stands in a file."""
    if data is None:
        return Score(None)
    return Score(data.get("value"), data.get("low"), data.get("high"), data.get("reason", ""))


def domains_in(result: Result) -> list[str]:
    """The domains that any system answered in, without the one that has all."""
    return list(dict.fromkeys(name for each in result["scores"] for name in each["domains"] if name != ALL))


def tables_of(result: Result) -> list[Table]:
    """A table for each domain, metrics down and systems across, and one of home against away."""
    tables = []
    for domain in domains_in(result):
        having = [each for each in result["scores"] if domain in each["domains"]]
        heads = tuple(
            f"{each['system']} (n\N{NO-BREAK SPACE}{each['domains'][domain]['n']['responses']:,})" for each in having
        )
        tables.append(Table(domain, heads, _rows([each["domains"][domain] for each in having], SHOWN)))
    homes = [each["home"] for each in result["scores"]]
    if any(score_of(home.get(metric)).value is not None for home in homes for metric in HOME):
        heads = tuple(each["system"] for each in result["scores"])
        tables.append(Table("home against away", heads, _rows(homes, HOME)))
    return tables


def _rows(
    found: Sequence[Mapping[str, Any]], shown: Mapping[str, tuple[str, str]]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What any of them has a value of; a control or a part stands in from the row that it belongs to."""
    return tuple(
        (heading.replace("  ", "\N{EM SPACE}", 1), tuple(cell(score_of(each.get(metric)), form) for each in found))
        for metric, (heading, form) in shown.items()
        if any(score_of(each.get(metric)).value is not None for each in found)
    )


def unmeasured_in(result: Result) -> list[str]:
    """What no system has a value of in any domain, with the reasons: no row shows it."""
    said = []
    for metric, (heading, _) in SHOWN.items():
        scores = [
            score_of(found.get(metric))
            for each in result["scores"]
            for domain, found in each["domains"].items()
            if domain != ALL
        ]
        if scores and all(score.value is None for score in scores) and not heading.startswith("  "):
            reasons = ", ".join(dict.fromkeys(score.reason for score in scores if score.reason))
            said.append(f"{heading}: {reasons or 'nothing to measure'}.")
    return said


def differences_of(result: Result) -> Table | None:
    """Every comparison in a row, with its interval, p and p after Holm's correction; None where none was made."""
    rows = []
    for each in result["differences"]:
        heading, form = SHOWN[each["metric"]]
        p_values = ["-" if each[key] is None else f"{each[key]:.3f}" for key in ("p", "p_holm")]
        certain = each["p_holm"] is not None and each["p_holm"] <= 0.05
        cells = (each["domain"], heading.strip(), cell(score_of(each), form), *p_values, "differs" if certain else "")
        rows.append((f"{each['first']} − {each['second']}", cells))
    heads = ("domain", "metric", "difference", "p", "p (Holm)", "at 5 %")
    return Table("Differences", heads, tuple(rows)) if rows else None


def figures_of(result: Result) -> list[Figure]:
    """For each domain the strips of all metrics that have an interval, systems below each other."""
    return [_figure(domain, result) for domain in domains_in(result)]


def _figure(domain: str, result: Result) -> Figure:
    having = [each for each in result["scores"] if domain in each["domains"]]
    panels, rows = [], []
    for metric, (heading, form) in SHOWN.items():
        scores = [score_of(each["domains"][domain].get(metric)) for each in having]
        if not any(score.low is not None for score in scores):
            continue
        end = _axis_end(scores)
        lines = []
        for number, (each, score) in enumerate(zip(having, scores, strict=True)):
            value = cell(Score(score.value), form)
            interval = cell(score, form).partition(" ")[2].strip("[]").replace(", ", " to ")
            kind = ("first", "second")[number] if len(having) == 2 else "first"
            lines.append(Line(each["system"], _bar(score, end), value, interval, kind))
            rows.append((heading.strip(), each["system"], value, interval))
        panels.append(Panel(heading.strip(), tuple(lines), format(end, form)))
    return Figure(
        title=f"In {domain}",
        alt=f"Scores in {domain}. " + "; ".join(f"{row[0]}, {row[1]}: {row[2]}" for row in rows) + ".",
        caption="Whiskers are 95 % intervals over dialogues. Variety has none, and stands in the table above alone.",
        panels=tuple(panels),
        columns=("metric", "system", "value", "95 % interval"),
        rows=tuple(rows),
    )


def _axis_end(scores: Sequence[Score]) -> float:
    """Where the axis ends: a little beyond all intervals."""
    return 1.05 * max((bound for each in scores for bound in (each.value, each.high) if bound), default=1.0)


def _bar(score: Score, end: float) -> Bar | None:
    if score.value is None:
        return None

    def at(value: float) -> float:
        return round(100 * min(max(value / end, 0.0), 1.0), 2)

    low = None if score.low is None else at(score.low)
    high = None if score.high is None else at(score.high)
    return Bar(0.0, at(score.value), low, high)


def size_curves(result: Result) -> list[Plot]:
    """Metrics over the number of parameters, a line for each thing learned from; none without two sizes of one."""
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for each in result["scores"]:
        if each.get("parameters") and each.get("trained_on"):
            groups[each["trained_on"]].append(each)
    lines = {label: there for label, there in groups.items() if _differ_in_size(there)}
    if not lines:
        return []
    plots = (_curve(domain, metric, lines) for domain in domains_in(result) for metric in CURVES)
    return [plot for plot in plots if plot is not None]


def _differ_in_size(systems: Sequence[Mapping[str, Any]]) -> bool:
    sizes = [int(each["parameters"]) for each in systems]
    return max(sizes) >= LEAST_RATIO * min(sizes)


def _curve(domain: str, metric: str, lines: Mapping[str, Sequence[Mapping[str, Any]]]) -> Plot | None:
    heading, form = SHOWN[metric]
    series, rows = [], []
    for label, there in lines.items():
        readings = []
        for each in sorted(there, key=lambda each: int(each["parameters"])):
            score = score_of(each["domains"].get(domain, {}).get(metric))
            if score.value is not None:
                readings.append(Reading(each["parameters"], score.value, score.low, score.high))
                rows.append((label, each["system"], f"{each['parameters']:,}", cell(score, form)))
        if len(readings) >= FEWEST_SIZES:
            series.append((label, readings))
    if not series:
        return None
    tracks, across, ends = tracks_of(series, logarithmic=True)
    sizes = sorted({reading.at for _, readings in series for reading in readings})
    return Plot(
        title=f"{heading.strip()} in {domain}",
        alt=f"{heading.strip()} in {domain} against parameters. " + "; ".join(": ".join(row[1:]) for row in rows) + ".",
        caption="Against parameters, on a logarithmic axis. Lines are named by what their models were trained on.",
        tracks=tracks,
        across=spaced([Tick(across(size), _short(size)) for size in sizes]),
        up=ticks_up(ends, lambda value: format(value, form)),
        axis="parameters",
        columns=("trained on", "system", "parameters", heading.strip()),
        rows=tuple(rows),
    )


def _short(size: float) -> str:
    """A number of parameters as people say it: 1.4 M."""
    for unit, word in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if size >= unit:
            return f"{size / unit:.3g} {word}"
    return f"{size:g}"
