"""The geometry of a report's plots: where everything lies, in per cent of a strip's width. Templates draw it.

Strips stretch with the page while their text and marks keep their size, so one drawing serves a phone, a wide screen
and paper. Each plot has words for those who do not see it, and a table beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evaluation.reports.numbers import SPACE, decimal, has_interval, percent, plain, points, span, span_of_points
from evaluation.reports.places import Place, criterion_names, domain_name, domains_to_show, pairs_of
from evaluation.stats.data.outcomes import ALL

# A segment narrower than this many per cent has no room for its number.
ROOM_FOR_A_NUMBER: Final = 9.0
# Half widths that an axis of net preference may have.
HALF_WIDTHS: Final = (0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Segment:
    """A part of a stacked bar."""

    kind: str
    start: float
    width: float
    label: str

    @property
    def middle(self) -> float:
        """Where its number stands."""
        return round(self.start + self.width / 2, 2)


@dataclass(frozen=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str
    # Where its label hangs: "start" and "end" keep it inside at the edges.
    anchor: str = "middle"
    # The line that means nothing: no preference, chance, one half.
    strong: bool = False


@dataclass(frozen=True)
class Whisker:
    """A value with its interval. `open_low` and `open_high`: the bound lies beyond the axis, or is not known."""

    at: float
    low: float | None = None
    high: float | None = None
    open_low: bool = False
    open_high: bool = False


@dataclass(frozen=True)
class Row:
    """One line of a plot: what it is about, its strips, and the numbers beside them."""

    label: str
    sublabel: str
    whisker: Whisker | None
    text: str
    detail: str
    segments: tuple[Segment, ...] = ()
    other: Whisker | None = None
    reason: str = ""
    # Begins a new group: the label is shown.
    leads: bool = True


@dataclass(frozen=True)
class Plot:
    """A plot: rows over one axis, its title, and its content in words."""

    title: str
    alt: str
    caption: str
    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    first: str = ""
    second: str = ""
    with_both_bad: bool = False
    # What the filled and the open mark are, where there are both.
    key: tuple[str, str] | None = None

    @property
    def reasons(self) -> list[str]:
        """Why numbers or intervals are missing, each with the rows that it is about."""
        about: dict[str, list[str]] = {}
        for row in self.rows:
            if row.reason:
                about.setdefault(row.reason, []).append(" ".join(part for part in (row.label, row.sublabel) if part))
        return [
            f"{reason[:1].upper()}{reason[1:]}" + ("." if len(rows) == len(self.rows) else f" ({', '.join(rows)}).")
            for reason, rows in about.items()
        ]


@dataclass(frozen=True)
class HeatMap:
    """Net preference of every system (row) against every other (column): cells by strength, as path data."""

    title: str
    alt: str
    caption: str
    size: int
    paths: tuple[tuple[str, str], ...]
    # The cells behind, drawn once more as stripes, so that a grey print keeps the two directions apart.
    hatched: str
    key: tuple[tuple[str, str], ...]


def preference_plots(found: Sequence[Place]) -> list[Plot]:
    """Wins, ties and losses, and net preference beside them.

    Two systems have one plot, with a row for each criterion and domain; more have one for each criterion, with a row
    for each comparison over all domains.
    """
    if not found:
        return []
    if len(pairs_of(list(found))) == 1:
        first, second = found[0].first, found[0].second
        return [
            _preference_plot(
                [(place.criterion_name, place.domain_name, place) for place in found],
                title=f"{first} against {second}",
                first=first,
                second=second,
            )
        ]
    plots = []
    for criterion in dict.fromkeys(place.criterion for place in found):
        here = overall(found, criterion)
        plots.append(
            _preference_plot(
                [(place.first, f"against {place.second}", place) for place in here],
                title=here[0].criterion_name,
                first="the first named",
                second="the second",
            )
        )
    return plots


def _preference_plot(labelled: Sequence[tuple[str, str, Place]], *, title: str, first: str, second: str) -> Plot:
    here = [place for _, _, place in labelled]
    half = _half_width(here)
    rows = []
    for number, (label, sublabel, place) in enumerate(labelled):
        net = place.net
        value = net.get("value")
        rows.append(
            Row(
                label=label,
                sublabel=sublabel,
                leads=number == 0 or labelled[number - 1][0] != label,
                segments=_segments(place),
                whisker=whisker_of(net, -half, half),
                text="" if value is None else points(value),
                detail=span_of_points(net["low"], net["high"]) if value is not None and has_interval(net) else "",
                reason=str(net.get("reason", "")) if value is None or not has_interval(net) else "",
            )
        )
    return Plot(
        title=title,
        alt=f"{title}. " + " ".join(_preference_in_words(place) for place in here),
        caption=f"Net preference in points of a hundred; to the right of 0 {first} is preferred.",
        rows=tuple(rows),
        ticks=(
            Tick(0.0, points(-half), "start"),
            Tick(50.0, "0", strong=True),
            Tick(100.0, points(half), "end"),
        ),
        first=first,
        second=second,
        with_both_bad=any(place.count("both_bad") for place in here),
    )


def _segments(place: Place) -> tuple[Segment, ...]:
    # The first system stands on the right, where the axis beside the bar says that it is preferred.
    parts = [(kind, place.count(kind)) for kind in ("second", "tie", "both_bad", "first")]
    total = sum(count for _, count in parts)
    segments, start = [], 0.0
    for kind, count in parts:
        if count:
            width = 100 * count / total
            label = f"{round(width)}{SPACE}%" if width >= ROOM_FOR_A_NUMBER else ""
            segments.append(Segment(kind, round(start, 2), round(width, 2), label))
            start += width
    return tuple(segments)


def _preference_in_words(place: Place) -> str:
    where = place.said()
    ties = place.count("tie") + place.count("both_bad")
    said = f"{where}: {place.count('first')} for {place.first}, {ties} ties, {place.count('second')} for {place.second}"
    value = place.net.get("value")
    if value is None:
        return f"{said}."
    bounds = span_of_points(place.net["low"], place.net["high"]) if has_interval(place.net) else "without an interval"
    return f"{said}; net preference {points(value)} ({bounds})."


def _half_width(here: Sequence[Place]) -> float:
    seen = [
        abs(bound)
        for place in here
        for bound in (place.net.get("value"), place.net.get("low"), place.net.get("high"))
        if bound
    ]
    return next((half for half in HALF_WIDTHS if half >= max(seen, default=0.0)), 1.0)


def whisker_of(statistic: Mapping[str, Any] | None, low: float, high: float) -> Whisker | None:
    """A statistic on an axis from `low` to `high`."""
    if not statistic or statistic.get("value") is None:
        return None
    value, least, most = statistic["value"], statistic.get("low"), statistic.get("high")

    def at(number: float) -> float:
        return round(100 * (min(max(number, low), high) - low) / (high - low), 2)

    bounded = least is not None or most is not None
    return Whisker(
        at=at(value),
        low=at(least) if least is not None else (0.0 if bounded else None),
        high=at(most) if most is not None else (100.0 if bounded else None),
        open_low=bounded and (least is None or least < low),
        open_high=bounded and (most is None or most > high),
    )


def agreement_plot(analysis: Mapping[str, Any], *, caption: str = "") -> Plot | None:
    """Krippendorff's alpha of every criterion and domain: nominal, and ordinal below it."""
    rows = []
    for criterion, name in criterion_names(analysis).items():
        domains = analysis["criteria"][criterion].get("agreement") or {}
        for number, domain in enumerate(domains_to_show(domains)):
            nominal, ordinal = (domains[domain].get(f"alpha_{level}") or {} for level in ("nominal", "ordinal"))
            value = nominal.get("value")
            rows.append(
                Row(
                    label=name,
                    sublabel=domain_name(domain, domains),
                    leads=number == 0,
                    whisker=whisker_of(nominal, -0.2, 1.0),
                    other=whisker_of(ordinal, -0.2, 1.0),
                    text="" if value is None else decimal(value),
                    detail=span(nominal["low"], nominal["high"]) if value is not None and has_interval(nominal) else "",
                    reason=str(nominal.get("reason", "")) if value is None else "",
                )
            )
    if all(row.whisker is None and row.other is None for row in rows):
        return None
    return Plot(
        title="Agreement",
        alt="Krippendorff's alpha, nominal. "
        + " ".join(
            f"{', '.join(part for part in (row.label, row.sublabel) if part)}: {row.text or row.reason or 'undefined'}"
            + (f" ({row.detail})." if row.detail else ".")
            for row in rows
        ),
        caption=caption,
        key=("α nominal, 95 % interval", "α ordinal"),
        rows=tuple(rows),
        ticks=(
            Tick(round(100 * 0.2 / 1.2, 2), "0, chance", strong=True),
            Tick(round(100 * 0.7 / 1.2, 2), ".5"),
            Tick(100.0, "1", "end"),
        ),
    )


def ranking_plot(strengths: Mapping[str, Any], *, title: str, caption: str = "") -> Plot | None:
    """Systems by strength, the strongest first. A bound that resampling could not find is drawn open."""
    known = {system: each for system, each in strengths.items() if each.get("value") is not None}
    if not known:
        return None
    bounds = [
        bound
        for each in known.values()
        for bound in (each["value"], each.get("low"), each.get("high"))
        if bound is not None
    ]
    half = max(max(abs(bound) for bound in bounds), 0.5)
    half = min(half, 3 * max(max(abs(each["value"]) for each in known.values()), 0.5))
    ordered = sorted(known.items(), key=lambda named: (-named[1]["value"], named[0]))
    rows = tuple(
        Row(
            label=system,
            sublabel="",
            whisker=whisker_of(each, -half, half),
            text=plain(each["value"], sign=True),
            detail=f"{_bound(each.get('low'))} to {_bound(each.get('high'))}"
            if each.get("low") is not None or each.get("high") is not None
            else "",
        )
        for system, each in ordered
    )
    best = rows[0]
    return Plot(
        title=title,
        alt=f"{title} of {len(rows)} systems, from {best.label} ({best.text}) to {rows[-1].label} ({rows[-1].text}).",
        caption=caption,
        rows=rows,
        ticks=(
            Tick(0.0, plain(-half, places=1), "start"),
            Tick(50.0, "0, average", strong=True),
            Tick(100.0, plain(half, places=1, sign=True), "end"),
        ),
    )


def _bound(value: float | None) -> str:
    return "open" if value is None else plain(value, sign=True)


def side_plot(analysis: Mapping[str, Any], *, most: int = 40) -> Plot | None:
    """How often Reply 1 was chosen: by all, and by each annotator where they are not more than `most`."""
    overall_share = analysis.get("side_bias") or {}
    if overall_share.get("value") is None:
        return None
    annotators: Mapping[str, Mapping[str, Any]] = analysis.get("annotators") or {}
    shares = {"All": overall_share}
    if len(annotators) <= most:
        shares |= {name: each.get("share_left") or {} for name, each in annotators.items()}
    rows = tuple(
        Row(
            label=name,
            sublabel="",
            whisker=whisker_of(share, 0.0, 1.0),
            text="" if share.get("value") is None else percent(share["value"]),
            detail=f"{percent(share['low'])} to {percent(share['high'])}" if has_interval(share) else "",
            reason=str(share.get("reason", "")) if share.get("value") is None else "",
        )
        for name, share in shares.items()
    )
    return Plot(
        title="How often Reply 1 was chosen",
        alt=f"Reply 1 was chosen {rows[0].text} of the time ({rows[0].detail or 'no interval'}). The table has all.",
        caption=(
            "Of the answers that chose a reply, whichever system stood there; one half is no bias. "
            "Annotators' intervals are over the dialogues they judged."
        ),
        rows=rows,
        ticks=(
            Tick(0.0, percent(0.0), "start"),
            Tick(50.0, percent(0.5), strong=True),
            Tick(100.0, percent(1.0), "end"),
        ),
    )


# Net preference of the row's system over the column's: below which limit a cell has which class, and its words.
STRENGTHS: Final = (
    (-0.6, "lost", "behind by 60 points or more"),
    (-0.2, "behind", "by 20 to 60"),
    (0.2, "even", "within 20"),
    (0.6, "ahead", "by 20 to 60"),
    (1.01, "won", "ahead by 60 points or more"),
)


def heat_map(found: Sequence[Place], order: Sequence[str], *, title: str, caption: str = "") -> HeatMap | None:
    """Every pair of systems judged together, strongest systems first; what was never compared stays empty."""
    rank = {system: number for number, system in enumerate(order)}
    cells: dict[str, list[str]] = {name: [] for _, name, _ in STRENGTHS}
    for place in found:
        value = place.net.get("value")
        if value is None or place.first not in rank or place.second not in rank:
            continue
        for row, column, net in (
            (rank[place.first], rank[place.second], value),
            (rank[place.second], rank[place.first], -value),
        ):
            name = next(name for limit, name, _ in STRENGTHS if net < limit or limit > 1)
            cells[name].append(f"M{column} {row}h1v1h-1z")
    if not any(cells.values()):
        return None
    return HeatMap(
        title=title,
        alt=f"Net preference of each of {len(order)} systems over each other one; the numbers are in comparisons.csv.",
        caption=caption,
        size=len(order),
        paths=tuple((name, "".join(parts)) for name, parts in cells.items() if parts),
        hatched="".join(cells["lost"] + cells["behind"]),
        key=tuple((name, words) for _, name, words in reversed(STRENGTHS)),
    )


def overall(found: Sequence[Place], criterion: str) -> list[Place]:
    """The places of one criterion over all domains (or in the single one there is)."""
    here = [place for place in found if place.criterion == criterion]
    whole = [place for place in here if place.domain == ALL]
    return whole or here
