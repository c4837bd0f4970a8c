"""Judgments to compare with one another: who named which category of which unit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from evaluation.stats.agreeing.coefficients import Level
from evaluation.stats.data.declared import PREFERENCES, DeclaredCriterion
from evaluation.stats.data.orientation import oriented
from evaluation.stats.data.outcomes import UnknownChoice, cluster_of, domain_of
from evaluation.stats.data.rows import BOTH_BAD, CANNOT_JUDGE, TIE, JudgmentRow
from evaluation.stats.inference.arrays import Floats, Integers, Truths, numbered


@dataclass(frozen=True)
class Judged:
    """Judgments to compare: for each its unit and its annotator, and the category it names.

    `categories` are the places on the nominal scale; `steps` those on the ordered one, -1 where a judgment has none.
    `cluster` is per unit. `mirror` is where each category goes when the pair is turned round; None keeps one
    orientation.
    """

    unit: Integers
    annotator: Integers
    categories: Integers
    names: tuple[str, ...]
    steps: Integers
    values: tuple[float, ...]
    cluster: Integers
    mirror: tuple[int, ...] | None = None
    ties: tuple[int, ...] = ()

    def without_ties(self) -> "Judged":
        """Only those that chose a side, on the scale without a tie, which cannot be named by chance either."""
        if not self.ties:
            return self
        decided = self.chosen_by(~np.isin(self.categories, self.ties))
        kept = [place for place in range(len(self.names)) if place not in self.ties]
        steps = [place for place, value in enumerate(self.values) if value]
        mirror = None if self.mirror is None else tuple(kept.index(self.mirror[place]) for place in kept)
        return replace(
            decided,
            categories=np.searchsorted(kept, decided.categories).astype(np.int64),
            names=tuple(self.names[place] for place in kept),
            steps=np.searchsorted(steps, decided.steps).astype(np.int64),
            values=tuple(self.values[place] for place in steps),
            mirror=mirror,
            ties=(),
        )

    def chosen_by(self, kept: Truths) -> "Judged":
        """Those where `kept` is true; units stay as they are, some of them empty."""
        return replace(
            self,
            unit=self.unit[kept],
            annotator=self.annotator[kept],
            categories=self.categories[kept],
            steps=self.steps[kept],
        )

    def counts(self, *, ordered: bool = False) -> Integers:
        """Units x categories (or steps): how many judgments fall into each."""
        codes, size = (self.steps, len(self.values)) if ordered else (self.categories, len(self.names))
        there = codes >= 0
        place = self.unit[there] * size + codes[there]
        return np.bincount(place, minlength=self.cluster.size * size).reshape(self.cluster.size, size)


@dataclass(frozen=True)
class Compared:
    """The judgments of one criterion that can be compared, what their scale allows, and the row each came from."""

    judged: Judged
    levels: tuple[Level, ...]
    rows: tuple[JudgmentRow, ...]


def comparable(rows: Sequence[JudgmentRow], criterion: DeclaredCriterion, *, systems: Sequence[str]) -> Compared:
    """Units and categories of the rows of one criterion; those who could not judge are missing."""
    kept = tuple(row for row in rows if row.choice != CANNOT_JUDGE)
    if criterion.scale in PREFERENCES:
        return _preferences(kept, criterion, systems)
    return _ratings(kept, criterion)


def _preferences(rows: tuple[JudgmentRow, ...], criterion: DeclaredCriterion, systems: Sequence[str]) -> Compared:
    """Nominal: first, tie, second, both bad. Ordinal: from second to first, with the strength on five steps."""
    offered = {*criterion.options, *(row.choice for row in rows)}
    tie, both_bad = TIE in offered, BOTH_BAD in offered
    names = ("first", *(("tie",) if tie else ()), "second", *(("both_bad",) if both_bad else ()))
    turned = {written: oriented(*written, systems=systems) for written in {(row.first, row.second) for row in rows}}
    meaning = [
        row.choice
        if row.choice in (TIE, BOTH_BAD)
        else ("second", "first")[row.choice == turned[row.first, row.second][0]]
        for row in rows
    ]
    most = 2 if criterion.scale == "preference5" else 1
    values = tuple(float(step) for step in range(-most, most + 1) if tie or step)
    step_of = {value: place for place, value in enumerate(values)}
    direction = {"first": 1, "second": -1, TIE: 0}
    steps = [
        -1 if said == BOTH_BAD else step_of[direction[said] * (min(row.strength or 1, most) if said != TIE else 1)]
        for said, row in zip(meaning, rows, strict=True)
    ]
    places = {name: place for place, name in enumerate(names)}
    swapped = {"first": "second", "second": "first"}
    units = [(domain_of(row), row.context, turned[row.first, row.second]) for row in rows]
    judged = Judged(
        unit=numbered(units),
        annotator=numbered(row.annotator for row in rows),
        categories=np.array([places[said] for said in meaning], dtype=np.int64),
        names=names,
        steps=np.array(steps, dtype=np.int64),
        values=values,
        cluster=_cluster_of_units(units, rows),
        mirror=tuple(places[swapped.get(name, name)] for name in names) if len(set(turned.values())) > 1 else None,
        ties=tuple(places[name] for name in ("tie", "both_bad") if name in places),
    )
    return Compared(judged, ("nominal", "ordinal"), rows)


def _ratings(rows: tuple[JudgmentRow, ...], criterion: DeclaredCriterion) -> Compared:
    """Ratings are numbers; labels have an order only where the study declares one."""
    levels: tuple[Level, ...]
    if criterion.scale == "rating":
        numbers = {rating_of(row) for row in rows}
        if criterion.low is not None and criterion.high is not None:
            numbers |= {float(step) for step in range(criterion.low, criterion.high + 1)}
        values = tuple(sorted(numbers))
        names = tuple(f"{value:g}" for value in values)
        codes = [values.index(rating_of(row)) for row in rows]
        levels = ("nominal", "ordinal", "interval", "ratio") if min(values, default=0) >= 0 else _NO_RATIO
    else:
        labels = dict.fromkeys(option for option in criterion.options if option != CANNOT_JUDGE)
        names = tuple(labels | dict.fromkeys(sorted({row.choice for row in rows} - set(labels))))
        values = tuple(float(place) for place in range(len(names)))
        codes = [names.index(row.choice) for row in rows]
        levels = ("nominal", "ordinal") if len(names) == len(labels) else ("nominal",)
    units = [(domain_of(row), row.context, row.system) for row in rows]
    judged = Judged(
        unit=numbered(units),
        annotator=numbered(row.annotator for row in rows),
        categories=np.array(codes, dtype=np.int64),
        names=names,
        steps=np.array(codes, dtype=np.int64),
        values=values,
        cluster=_cluster_of_units(units, rows),
    )
    return Compared(judged, levels, rows)


def share_of_others(compared: Compared) -> Floats:
    """For each row the share of the others at its unit who say the same; NaN where there are none."""
    judged = compared.judged
    if not compared.rows:
        return np.zeros(0)
    counts = judged.counts()
    others = counts.sum(axis=1)[judged.unit] - 1
    equal = counts[judged.unit, judged.categories] - 1
    return np.asarray(np.where(others > 0, equal / np.maximum(1, others), np.nan), dtype=np.float64)


# Beyond it sums of squares lose their last digits, and then their first.
LARGEST_RATING: Final = 1e9
_NO_RATIO: Final[tuple[Level, ...]] = ("nominal", "ordinal", "interval")


def rating_of(row: JudgmentRow) -> float:
    """The number that was given; `UnknownChoice` where it is none."""
    try:
        number = float(row.choice)
    except ValueError:
        number = float("nan")
    # Said so that it holds for nan, too.
    if not abs(number) <= LARGEST_RATING:
        raise UnknownChoice(
            f"expected a number or {CANNOT_JUDGE!r} as a rating, got {row.choice!r} "
            f"(context {row.context!r}, annotator {row.annotator!r})"
        )
    return number


def _cluster_of_units(units: Sequence[object], rows: Sequence[JudgmentRow]) -> Integers:
    """The cluster of each unit, in the order units are numbered in."""
    clusters = dict(zip(reversed(units), (cluster_of(row) for row in reversed(rows)), strict=True))
    return numbered(clusters[unit] for unit in dict.fromkeys(units))
