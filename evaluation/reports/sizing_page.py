"""The size of a study as people read it: sentences, the curves of power over pay, and their tables."""

from dataclasses import dataclass
from typing import Final

from evaluation.reports.figures import Tick
from evaluation.reports.numbers import SPACE, counted, decimal, listed, percent
from evaluation.reports.table import Column, Missing, Table, Value
from evaluation.stats.planning.sizing import TARGETS, Cost, Curve, Pay, Sized, Wish

ANNOTATORS: Final = {"these": "these annotators", "population": "annotators in general"}
# Steps that an axis of judgments may have.
_STEPS: Final = (1, 2, 5)


@dataclass(frozen=True)
class Line:
    """A curve as it is drawn: points of a polyline in per cent, from the upper left."""

    kind: str
    label: str
    points: str
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class PowerPlot:
    """Power over judgments, a line for each number of votes; where lines cross a height, they cost the same there."""

    title: str
    alt: str
    caption: str
    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    # Where the design itself stands.
    own: tuple[float, float]


@dataclass(frozen=True)
class SizingPage:
    """All that a page and a terminal show."""

    title: str
    paragraphs: tuple[str, ...]
    plot: PowerPlot | None
    tables: tuple[Table, ...]


def page_of(sized: Sized, *, title: str, learned: str = "") -> SizingPage:
    """The page; `learned` says what the assumptions were learned from."""
    plot = _plot(sized) if sized.curves else None
    tables = [_needed(sized), _equal_pay(sized), _points(sized)] if sized.curves else [_equal_pay(sized)]
    said = [_on_the_design(sized), _on_targets(sized), _on_equal_pay(sized), assumptions(sized.wish, learned=learned)]
    return SizingPage(title, tuple(each for each in said if each), plot, tuple(tables))


def cost_said(cost: Cost, pay: Pay) -> str:
    """What judgments cost, in words: "840 judgments, 7.0 hours, 84 EUR"."""
    said = [counted(cost.judgments, "judgment"), f"{cost.hours:,.1f}{SPACE}hours"]
    if cost.pay is not None:
        said.append(f"{cost.pay:,.0f}{SPACE}{pay.currency}".strip())
    return ", ".join(said)


def _on_the_design(sized: Sized) -> str:
    wish, design, found = sized.wish, sized.wish.design, sized.power
    where = f" in each of {wish.places} places" if wish.places > 1 else ""
    size = (
        f"{counted(design.contexts, 'context')} with {counted(design.votes, 'judgment')} each{where}, "
        f"from {counted(design.annotators, 'annotator')}"
    )
    level = f"at {decimal(wish.level, places=4).rstrip('0')}" + (
        f" ({decimal(wish.alpha)} over a family of {wish.family})" if wish.family > 1 else ""
    )
    if found.reason:
        return f"{size}: {found.reason}."
    rate = f"{percent(found.value or 0.0)} of studies ({percent(found.low or 0.0)} to {percent(found.high or 0.0)})"
    what = f"a net preference of {decimal(wish.assumed.net)}" if wish.assumed.net else "a difference that is not there"
    cost = cost_said(sized.cost(design.contexts, design.votes), wish.pay)
    return f"{size}, find {what} in {rate}, tested for {ANNOTATORS[wish.annotators]} {level}. They cost {cost}."


def _on_targets(sized: Sized) -> str:
    """What would do with the votes that the design has."""
    mine = next((curve for curve in sized.curves if curve.votes == sized.wish.design.votes), None)
    if mine is None:
        return ""
    said = []
    if all(contexts is None for contexts in mine.needed.values()):
        most, best = mine.points[-1][0], max(each.value or 0.0 for _, each in mine.points)
        annotators = counted(sized.wish.design.annotators, "annotator")
        return (
            f"With {counted(mine.votes, 'judgment')} to a context and {annotators} no number of contexts reaches "
            f"{percent(min(TARGETS))}; {most:,} find {percent(best)}. More annotators would."
        )
    for target, contexts in mine.needed.items():
        if contexts is None:
            best = max(each.value or 0.0 for _, each in mine.points)
            said.append(
                f"{percent(target)} is not reached with {counted(sized.wish.design.annotators, 'annotator')}, however "
                f"many contexts (at {mine.points[-1][0]:,}: {percent(best)})"
            )
        else:
            cost = cost_said(sized.cost(contexts, mine.votes), sized.wish.pay)
            said.append(f"{percent(target)} takes {counted(contexts, 'context')} ({cost})")
    votes = counted(mine.votes, "judgment")
    return f"With {votes} to a context, {listed(said)}."


def _on_equal_pay(sized: Sized) -> str:
    if len(sized.equal_pay) < 2 or not sized.wish.assumed.net:
        return ""
    parts = [
        f"{counted(contexts, 'context')} with {votes}: {percent(found.value or 0.0)}"
        for votes, contexts, found in sized.equal_pay
    ]
    said = f"The same pay, spent otherwise: {'; '.join(parts)}."
    best = max(sized.equal_pay, key=lambda each: each[2].value or 0.0)
    if best[0] > 1:
        return said
    return (
        f"{said} Many contexts with one judgment each find most, but then nothing can be said of agreement; two or "
        "three are the usual compromise."
    )


def assumptions(wish: Wish, *, learned: str = "") -> str:
    """What was taken for granted, and from where."""
    assumed, design = wish.assumed, wish.design
    parts = [
        f"{percent(assumed.ties)} ties",
        f"judgments of one context correlating by {decimal(assumed.variances.context)}",
    ]
    if design.contexts_per_cluster > 1 or assumed.variances.cluster:
        parts.append(f"{design.contexts_per_cluster} contexts to a cluster, by {decimal(assumed.variances.cluster)}")
    if assumed.variances.annotator:
        parts.append(f"judgments of one annotator by {decimal(assumed.variances.annotator)}")
    if design.excluded:
        parts.append(f"{percent(design.excluded)} of the annotators left out")
    if design.missing:
        parts.append(f"{percent(design.missing)} of the judgments never given")
    source = f"Learned from {learned}" if learned else "Not learned from any pilot"
    return f"Taken for granted: {listed(parts)}. {source}; {wish.studies:,} studies were simulated for each number."


def _plot(sized: Sized) -> PowerPlot:
    places = sized.wish.places
    widest = max(contexts * curve.votes * places for curve in sized.curves for contexts, _ in curve.points)
    own = sized.wish.design.judgments * places
    step = _step(max(widest, own))
    most = step * -(-max(widest, own) // step)

    def at(judgments: int, power: float) -> tuple[float, float]:
        return round(100 * judgments / most, 2), round(100 * (1 - power), 2)

    lines = []
    for number, curve in enumerate(sized.curves):
        dots = tuple(at(contexts * curve.votes * places, each.value or 0.0) for contexts, each in curve.points)
        points = " ".join(f"{x},{y}" for x, y in dots)
        lines.append(Line(f"line-{number}", f"{counted(curve.votes, 'judgment')} to a context", points, dots))
    return PowerPlot(
        title="Power over pay",
        alt="Power by the number of judgments. " + " ".join(_in_words(curve) for curve in sized.curves),
        caption=(
            "Lines at one place cost the same. The ring is the design itself; the lines across are 80 % and 90 %."
        ),
        lines=tuple(lines),
        across=tuple(
            Tick(round(100 * judgments / most, 2), f"{judgments:,}", "end" if judgments == most else "middle")
            for judgments in range(0, most + 1, step)
        ),
        up=tuple(
            Tick(round(100 * (1 - height), 2), percent(height), strong=height in TARGETS)
            for height in (0.0, 0.2, 0.5, 0.8, 0.9, 1.0)
        ),
        own=at(own, sized.power.value or 0.0),
    )


def _in_words(curve: Curve) -> str:
    reached = [
        f"{percent(target)} at {contexts:,} contexts" if contexts else f"{percent(target)} not reached"
        for target, contexts in curve.needed.items()
    ]
    return f"{counted(curve.votes, 'judgment')} to a context: {listed(reached)}."


def _step(widest: int) -> int:
    """A round step that parts the axis into three to six."""
    size = 1
    while True:
        for each in _STEPS:
            if widest / (each * size) <= 6:
                return each * size
        size *= 10


def _needed(sized: Sized) -> Table:
    pay = sized.wish.pay
    columns = (
        Column("votes", "Judgments to a context"),
        Column("power", "Power", "share"),
        Column("contexts", "Contexts", "count"),
        Column("judgments", "Judgments", "count"),
        Column("hours", "Hours", "seconds"),
        Column("pay", f"Pay {pay.currency}".strip(), "number", shown=pay.hourly is not None),
    )
    rows: list[tuple[Value, ...]] = []
    for curve in sized.curves:
        for target, contexts in curve.needed.items():
            if contexts is None:
                nothing = Missing(f"not with {sized.wish.design.annotators} annotators")
                rows.append((str(curve.votes), target, nothing, nothing, nothing, nothing))
                continue
            cost = sized.cost(contexts, curve.votes)
            paid = Missing("no pay was given") if cost.pay is None else cost.pay
            rows.append((str(curve.votes), target, contexts, cost.judgments, cost.hours, paid))
    return Table("needed", "What a power takes", columns, tuple(rows))


def _equal_pay(sized: Sized) -> Table:
    columns = (
        Column("votes", "Judgments to a context"),
        Column("contexts", "Contexts", "count"),
        Column("power", "Power", "share"),
        Column("power_95", "95 %", "interval"),
    )
    rows: list[tuple[Value, ...]] = [
        (
            str(votes),
            contexts,
            found.value or 0.0,
            Missing(found.reason) if found.low is None or found.high is None else (found.low, found.high),
        )
        for votes, contexts, found in sized.equal_pay
    ]
    design = sized.wish.design
    note = f"All of them cost {cost_said(sized.cost(design.contexts, design.votes), sized.wish.pay)}."
    return Table("equal_pay", "The same pay, spent otherwise", columns, tuple(rows), note=note)


def _points(sized: Sized) -> Table:
    columns = (
        Column("votes", "Judgments to a context"),
        Column("contexts", "Contexts", "count"),
        Column("judgments", "Judgments", "count"),
        Column("power", "Power", "share"),
    )
    rows = tuple(
        (str(curve.votes), contexts, sized.cost(contexts, curve.votes).judgments, found.value or 0.0)
        for curve in sized.curves
        for contexts, found in curve.points
    )
    return Table("curves", "The points of the curves", columns, rows)
