"""The geometry of a plot of values over an axis: where points, lines, ticks and a shaded stretch lie, in per cent.

A template draws it; it stretches with the page while text and marks keep their size. Each plot has its content in words
and the numbers behind it in a table, as `generation.describing.figures` has for strips.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

# Tracks are told apart by colour and by dash; further ones begin anew.
KINDS: Final = 4
# Room above and below the values, as a share of their range.
_ROOM: Final = 0.08
# Numbers on the horizontal axis that are nearer than this, in per cent of it, run into each other on a phone.
_NEAREST: Final = 16.0


@dataclass(frozen=True)
class Reading:
    """A value and its interval at a place on the horizontal axis."""

    at: float
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Mark:
    """A point, with where its interval ends, in per cent from the left and from the top."""

    x: float
    y: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Stroke:
    """A straight line between two points."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Track:
    """One line of the plot: whose it is, its points, and what joins them."""

    label: str
    kind: int
    marks: tuple[Mark, ...]
    strokes: tuple[Stroke, ...]


@dataclass(frozen=True)
class Tick:
    """A number on an axis."""

    at: float
    text: str


@dataclass(frozen=True)
class Plot:
    """Tracks over one axis. `band` is a shaded stretch: where it begins, how wide it is."""

    title: str
    alt: str
    caption: str
    tracks: tuple[Track, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    axis: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    band: tuple[float, float] | None = None


def tracks_of(
    series: Sequence[tuple[str, Sequence[Reading]]], *, logarithmic: bool = False
) -> tuple[tuple[Track, ...], Callable[[float], float], tuple[float, float]]:
    """The tracks of labelled series, what places a number on the horizontal axis, and the ends of the vertical one."""
    readings = [reading for _, each in series for reading in each]
    bounds = [bound for each in readings for bound in (each.value, each.low, each.high) if bound is not None]
    bottom, top = min(bounds), max(bounds)
    room = _ROOM * (top - bottom) or abs(top) * _ROOM or 1.0
    bottom, top = bottom - room, top + room
    scale: Callable[[float], float] = math.log10 if logarithmic else float
    places = [scale(each.at) for each in readings]
    left, width = min(places), (max(places) - min(places)) or 1.0

    def across(value: float) -> float:
        return round(100 * (scale(value) - left) / width, 2)

    def down(value: float) -> float:
        return round(100 * (top - value) / (top - bottom), 2)

    tracks = []
    for number, (label, each) in enumerate(series):
        marks = tuple(
            Mark(
                across(reading.at),
                down(reading.value),
                None if reading.low is None else down(reading.low),
                None if reading.high is None else down(reading.high),
            )
            for reading in sorted(each, key=lambda reading: reading.at)
        )
        strokes = tuple(Stroke(one.x, one.y, other.x, other.y) for one, other in pairwise(marks))
        tracks.append(Track(label, number % KINDS, marks, strokes))
    return tuple(tracks), across, (bottom, top)


def ticks_up(ends: tuple[float, float], written: Callable[[float], str]) -> tuple[Tick, ...]:
    """Three numbers on the vertical axis, from the bottom up; `ends` as `tracks_of` gives them."""
    bottom, top = ends
    return tuple(Tick(at, written(bottom + (top - bottom) * (100 - at) / 100)) for at in (92.0, 50.0, 8.0))


def spaced(ticks: Sequence[Tick]) -> tuple[Tick, ...]:
    """The ticks, from the left, without those that would run into the one before."""
    kept: list[Tick] = []
    for tick in ticks:
        if not kept or tick.at - kept[-1].at >= _NEAREST:
            kept.append(tick)
    return tuple(kept)
