"""Comparisons, all rows of one turned the same way round: by the study's order of systems, else by name."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from evaluation.stats.data.rows import JudgmentRow

Pair = tuple[str, str]


def oriented(one: str, other: str, *, systems: Sequence[str]) -> Pair:
    """The two systems as first and second. Systems that the study does not list come after those it does."""
    place = {system: number for number, system in enumerate(systems)}
    ordered = sorted((one, other), key=lambda system: (place.get(system, len(place)), system))
    return ordered[0], ordered[1]


def by_comparison(rows: Iterable[JudgmentRow], *, systems: Sequence[str]) -> dict[Pair, list[JudgmentRow]]:
    """The preferences of each two systems judged together, in the order of `systems`; rows without a pair are not."""
    place = {system: number for number, system in enumerate(systems)}
    groups: dict[Pair, list[JudgmentRow]] = defaultdict(list)
    turned: dict[Pair, Pair] = {}
    for row in rows:
        if not row.first:
            continue
        as_written = (row.first, row.second)
        if as_written not in turned:
            turned[as_written] = oriented(*as_written, systems=systems)
        groups[turned[as_written]].append(row)

    def order(pair: Pair) -> tuple[tuple[int, str], ...]:
        return tuple((place.get(system, len(place)), system) for system in pair)

    return {pair: groups[pair] for pair in sorted(groups, key=order)}
