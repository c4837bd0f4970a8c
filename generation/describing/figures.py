"""The geometry of a description's plots: where everything lies, in per cent of a strip's width. A template draws it.

Strips stretch with the page while their text and marks keep their size. Each figure has its content in words for those
who do not see it, and the numbers it was drawn from in a table.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from generation.corpus.distinctive import Distinctive, telling
from generation.corpus.measures import STYLE
from generation.corpus.rates import Rate
from generation.describing.gathering import Compared, Described, Description
from generation.describing.rows import GROUPS, PAIRED, ROWS, read, read_difference, read_interval


@dataclass(frozen=True)
class Bar:
    """From where to where something reaches, and its interval, if it has one."""

    start: float
    width: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Line:
    """One strip: whose it is, what is drawn, and the number beside it. `kind` tells corpora, or sides, apart."""

    label: str
    bar: Bar | None
    text: str
    detail: str = ""
    kind: str = "first"


@dataclass(frozen=True)
class Panel:
    """Lines over one axis, which begins at 0 on the left or in the middle and ends at `end`."""

    title: str
    lines: tuple[Line, ...]
    end: str
    centred: bool = False


@dataclass(frozen=True)
class Figure:
    """Panels under one title, what they show in words, and the table behind them."""

    title: str
    alt: str
    caption: str
    panels: tuple[Panel, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def figures_of(description: Description) -> list[Figure]:
    """All figures, in the order in which they are read."""
    found = [_group(title, names, description.corpora) for title, names in GROUPS]
    found += [_differences(compared) for compared in description.comparisons if compared.in_common]
    for corpus in description.corpora:
        if corpus.summary.styles:
            found += [_styles(corpus), *_ngrams(corpus)]
    return found


def _group(title: str, names: Sequence[str], corpora: Sequence[Described]) -> Figure:
    panels = []
    for name in names:
        rates = [corpus.summary.rates[name] for corpus in corpora]
        panels.append(_panel(ROWS[name].heading.strip(), name, [corpus.name for corpus in corpora], rates))
    rows = tuple(
        (
            ROWS[name].heading.strip(),
            corpus.name,
            read(name, corpus.summary.rates[name].value),
            read_interval(name, corpus.summary.rates[name]),
            f"{corpus.summary.rates[name].n:,}",
        )
        for name in names
        for corpus in corpora
    )
    return Figure(
        title=title,
        alt=f"{title}. " + "; ".join(f"{row[0]}, {row[1]}: {row[2]}" for row in rows) + ".",
        caption=" ".join(
            f"{ROWS[name].heading.strip()[:1].upper()}{ROWS[name].heading.strip()[1:]}: {ROWS[name].definition}."
            for name in names
        ),
        panels=tuple(panels),
        columns=("measure", "corpus", "value", "95 % interval", "n"),
        rows=rows,
    )


def _panel(title: str, name: str, labels: Sequence[str], rates: Sequence[Rate]) -> Panel:
    """A measure of several corpora, or of several groups of speakers, on one axis from 0."""
    least = min((rate.low if rate.low is not None else rate.value or 0.0 for rate in rates), default=0.0)
    centred = least < 0 and any((rate.value or 0) < 0 for rate in rates)
    reaches = (abs(each) for rate in rates for each in (rate.value, rate.high, rate.low) if each)
    end = _round_up(max(reaches, default=1.0))
    if ROWS[name].form.endswith("%") and end > 0.5:
        end = 1.0
    lines = tuple(
        Line(label, _bar(rate, end, centred), read(name, rate.value), read_interval(name, rate), _kind(number, labels))
        for number, (label, rate) in enumerate(zip(labels, rates, strict=True))
    )
    return Panel(title, lines, read(name, end), centred)


def _kind(number: int, labels: Sequence[str]) -> str:
    """Two corpora have a colour each; more would need a legend, and have their names instead."""
    return ("first", "second")[number] if len(labels) == 2 else "first"


def _bar(rate: Rate, end: float, centred: bool) -> Bar | None:
    if rate.value is None:
        return None
    low, high = rate.low, rate.high

    def at(value: float) -> float:
        share = min(max(value / end, -1.0), 1.0)
        return round(50 + 50 * share if centred else 100 * max(share, 0.0), 2)

    zero, here = at(0.0), at(rate.value)
    return Bar(
        start=min(zero, here),
        width=round(abs(here - zero), 2),
        low=None if low is None else at(low),
        high=None if high is None else at(high),
    )


def _round_up(value: float) -> float:
    """The next of 1, 2, 2.5, 5 or 10 times a power of ten: where an axis may end."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= value * (1 - 1e-9))


def _differences(compared: Compared) -> Figure:
    shown = [name for name in PAIRED if compared.differences[name].value is not None]
    lines = []
    for name in shown:
        difference = compared.differences[name]
        rate = Rate(difference.value, difference.n, difference.low, difference.high)
        reach = max((abs(each) for each in (rate.value, rate.low, rate.high) if each), default=1.0)
        text, _, detail = read_difference(name, difference).partition(" (")
        bar = _bar(rate, reach, True)
        lines.append(Line(ROWS[name].heading.strip(), bar, text, detail.rstrip(")"), "mark"))
    return Figure(
        title=f"{compared.second} less {compared.first}",
        alt=f"Differences over {compared.in_common:,} shared persona pairs. "
        + "; ".join(
            f"{ROWS[name].heading.strip()}: {read_difference(name, compared.differences[name])}" for name in shown
        )
        + ".",
        caption=(
            f"Over the {compared.in_common:,} persona pairs that both have, with paired bootstrap intervals (95 %). To "
            f"the right of the line {compared.second} has more. Each row has a scale of its own: compare its bar with "
            "its interval, not with other rows."
        ),
        panels=(Panel("", tuple(lines), "", centred=True),),
        columns=("measure", compared.first, compared.second, "difference, 95 % interval", "persona pairs"),
        rows=tuple(
            (
                ROWS[name].heading.strip(),
                read(name, compared.differences[name].first),
                read(name, compared.differences[name].second),
                read_difference(name, compared.differences[name]),
                f"{compared.differences[name].n:,}",
            )
            for name in shown
        ),
    )


def _styles(corpus: Described) -> Figure:
    styles = corpus.summary.styles
    told = [(trait, level) for trait, levels in styles.items() for level in levels]
    names = [name for name in STYLE if any(styles[trait][level][name].value for trait, level in told)]
    panels = []
    for name in names:
        rates = [styles[trait][level][name] for trait, level in told]
        panel = _panel(ROWS[name].heading, name, [f"{trait}, {level}" for trait, level in told], rates)
        panels.append(panel)
    rows = tuple(
        (
            ROWS[name].heading,
            trait,
            level,
            read(name, styles[trait][level][name].value),
            read_interval(name, styles[trait][level][name]),
        )
        for name in names
        for trait, level in told
    )
    return Figure(
        title=f"How speakers told a trait level talk: {corpus.name}",
        alt="; ".join(f"{row[0]}, {row[1]} {row[2]}: {row[3]}" for row in rows) + ".",
        caption="Turns of the speakers who were told this level. Intervals are 95 %, speakers as clusters.",
        panels=tuple(panels),
        columns=("measure", "trait", "level", "value", "95 % interval"),
        rows=rows,
    )


def _ngrams(corpus: Described) -> list[Figure]:
    found = corpus.summary.distinctive.found
    traits = list(dict.fromkeys(trait for trait, _ in found))
    return [
        _ngrams_of(corpus, trait, {level: each for (name, level), each in found.items() if name == trait})
        for trait in traits
    ]


def _ngrams_of(corpus: Described, trait: str, found: dict[str, tuple[Distinctive, ...]]) -> Figure:
    shown = {level: telling(each) for level, each in found.items()}
    end = _round_up(max((each.z for each in (each for some in shown.values() for each in some)), default=1.0))
    panels = tuple(
        Panel(
            title=level,
            lines=tuple(
                Line(
                    each.ngram,
                    Bar(0.0, round(100 * each.z / end, 2)),
                    f"z {each.z:.1f}",
                    f"{each.speakers / each.of:.0%} against {each.other_speakers / each.of_others:.0%}",
                    ("first", "second")[number % 2],
                )
                for each in some
            ),
            end=f"z {end:g}",
        )
        for number, (level, some) in enumerate(shown.items())
    )
    in_words = "; ".join(
        f"{level}: {', '.join(each.ngram for each in some) or 'none'}" for level, some in shown.items()
    )
    return Figure(
        title=f"{trait.capitalize()} in words: {corpus.name}",
        alt=f"Distinctive n-grams. {in_words}.",
        caption=(
            f"What speakers told this level say more often than those told another: log-odds over its standard error, "
            f"after Benjamini and Hochberg's correction over {corpus.summary.distinctive.tests:,} tests. "
            + ", ".join(f"{len(each):,} n-grams for {level}" for level, each in found.items())
            + ". The shares are of speakers who say it."
        ),
        panels=panels,
        columns=("level", "n-gram", "speakers", "others", "log-odds", "z", "p, corrected"),
        rows=tuple(
            (
                level,
                each.ngram,
                f"{each.speakers:,} of {each.of:,}",
                f"{each.other_speakers:,} of {each.of_others:,}",
                f"{each.log_odds:.2f}",
                f"{each.z:.2f}",
                f"{each.p_bh:.2g}",
            )
            for level, some in shown.items()
            for each in some
        ),
    )
