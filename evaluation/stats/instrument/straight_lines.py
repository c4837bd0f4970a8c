"""Straight-lining: the longest run of the same side in an annotator's answers, and how likely chance alone makes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.instrument.bias import chose_left
from evaluation.stats.instrument.conditions import look_of, positions


@dataclass(frozen=True)
class Run:
    """The longest run of one side among `n` looks, and the chance of one as long at the annotator's own share.

    Without times the order is not known, and so no run: then `longest` is None.
    """

    longest: int | None
    n: int
    p: float | None
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """The entry `longest_run` of an annotator."""
        said = {"value": self.longest, "p": self.p, "n": self.n}
        return said | ({"reason": self.reason} if self.reason else {})


def longest_run(rows: Sequence[JudgmentRow]) -> Run:
    """Of one annotator's judgments, the first criterion of each look that chose a side."""
    places = positions(rows)
    sides: dict[tuple[object, ...], bool] = {}
    for row in rows:
        left = chose_left(row)
        if left is not None and look_of(row) in places:
            sides.setdefault(look_of(row), left)
    ordered = [sides[look] for look in sorted(sides, key=lambda look: places[look])]
    if not ordered:
        return Run(None, 0, None, "no sides with their times: in which order answers came is not known")
    longest = run = 1
    for before, after in pairwise(ordered):
        run = run + 1 if after == before else 1
        longest = max(longest, run)
    return Run(longest, len(ordered), chance_of_run(longest, len(ordered), sum(ordered) / len(ordered)))


def chance_of_run(length: int, n: int, share: float) -> float:
    """The chance that `n` independent answers, `share` of them left, hold a run of `length` or more of either side.

    By walking the answers, with the chance of each side and length of the run they end in.
    """
    if length <= 1:
        return 1.0
    if length > n:
        return 0.0
    chances = {True: [0.0] * length, False: [0.0] * length}
    sides = {True: share, False: 1.0 - share}
    for side in sides:
        chances[side][1] = sides[side]
    for _ in range(n - 1):
        totals = {side: sum(chances[side]) for side in sides}
        chances = {
            side: [0.0, sides[side] * totals[not side], *(sides[side] * each for each in chances[side][1:-1])]
            for side in sides
        }
    return min(1.0, max(0.0, 1.0 - sum(map(sum, chances.values()))))
