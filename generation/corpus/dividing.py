"""Personas divided among splits so that few dialogues have a persona on either side.

Personas are linked by the dialogues they meet in. In PersonaChat nearly all hang together, so that links must be cut;
to find the fewest is hard, and what is done here finds few:

1. Groups of personas that hang together are dealt whole, the largest first, each to the split that lacks most.
2. A group for which no split has room is divided. From a seeded persona, each split but the largest grows by whoever
   has most of their dialogues in it already, until it has its share.
3. Then single personas move to another split, round after round, while that keeps more dialogues than it puts shares
   out by. Of several beginnings, the best end is taken.
"""

import heapq
import random
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, overload

# By this much of all dialogues a split may get too many, before a group is divided for it.
ROOM: Final = 0.02
# What grows takes a little less than its share, since moves bring in more than they take away.
GROWN: Final = 0.9
# Moves end by themselves after a handful of rounds.
MOST_ROUNDS: Final = 50
# On PersonaChat, cut in halves, 1 beginning loses 18.5 % of the dialogues, 5 lose 17.5 %, and 20 lose 17.2 %.
BEGINNINGS: Final = 5


@dataclass(frozen=True)
class Graph:
    """Personas, numbered from 0, and for each dialogue the two that meet in it."""

    personas: int
    links: Sequence[tuple[int, int]]

    def groups(self) -> "Groups":
        """The places in `links` of the dialogues that hang together, the largest group first."""
        above = array("q", range(self.personas))

        def top(persona: int) -> int:
            while above[persona] != persona:
                above[persona] = above[above[persona]]
                persona = above[persona]
            return persona

        for first, second in self.links:
            above[top(first)] = top(second)
        # Numbered in the order of their first dialogues.
        number_of = array("q", [-1]) * self.personas
        sizes = array("q")
        for first, _ in self.links:
            root = top(first)
            if number_of[root] < 0:
                number_of[root] = len(sizes)
                sizes.append(0)
            sizes[number_of[root]] += 1
        starts = array("q", accumulate(sizes, initial=0))
        places, ends = array("q", [0]) * len(self.links), starts[:]
        for place, (first, _) in enumerate(self.links):
            number = number_of[top(first)]
            places[ends[number]] = place
            ends[number] += 1
        order = array("q", sorted(range(len(sizes)), key=lambda number: -sizes[number]))
        return Groups(places, starts, order)


@dataclass(frozen=True)
class Links(Sequence[tuple[int, int]]):
    """The two personas of each dialogue, 16 bytes for each."""

    firsts: "array[int]"
    seconds: "array[int]"

    def __len__(self) -> int:
        return len(self.firsts)

    @overload
    def __getitem__(self, place: int) -> tuple[int, int]: ...

    @overload
    def __getitem__(self, place: slice) -> "Links": ...

    def __getitem__(self, place: int | slice) -> "tuple[int, int] | Links":
        if isinstance(place, slice):
            return Links(self.firsts[place], self.seconds[place])
        return self.firsts[place], self.seconds[place]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self.firsts, self.seconds, strict=True)


@dataclass(frozen=True)
class Groups(Sequence["array[int]"]):
    """Groups of places: all in one row, where each begins in it, and in which order they come.

    A million groups of one would take ten times as much as a list of lists.
    """

    places: "array[int]"
    starts: "array[int]"
    order: "array[int]"

    def __len__(self) -> int:
        return len(self.order)

    @overload
    def __getitem__(self, place: int) -> "array[int]": ...

    @overload
    def __getitem__(self, place: slice) -> "Groups": ...

    def __getitem__(self, place: int | slice) -> "array[int] | Groups":
        if isinstance(place, slice):
            return Groups(self.places, self.starts, self.order[place])
        number = self.order[place]
        return self.places[self.starts[number] : self.starts[number + 1]]

    def size(self, place: int) -> int:
        """How many dialogues the group at a place has."""
        number = self.order[place]
        return self.starts[number + 1] - self.starts[number]


def divide(graph: Graph, *, shares: Sequence[float], seed: int) -> "array[int]":
    """The split (a place in `shares`) of each persona."""
    rng = random.Random(f"split {seed}")
    total = len(graph.links)
    sides = array("b", [0]) * graph.personas
    kept = [0] * len(shares)
    groups = graph.groups()
    # Among groups of one size, which goes where is drawn.
    drawn = array("q", range(len(groups)))
    rng.shuffle(drawn)
    for number in sorted(drawn, key=groups.size, reverse=True):
        group = groups[number]
        lacking = [share * total - got for share, got in zip(shares, kept, strict=True)]
        side = max(range(len(shares)), key=lambda each: (lacking[each], shares[each]))
        links = [graph.links[place] for place in group]
        if len(group) <= lacking[side] + ROOM * total:
            for first, second in links:
                sides[first] = sides[second] = side
            kept[side] += len(group)
            continue
        wanted = [max(0.0, each) for each in lacking]
        divided = _divided(links, shares=[each / sum(wanted) for each in wanted], rng=rng)
        for persona, its_side in divided.items():
            sides[persona] = its_side
        for first, second in links:
            if sides[first] == sides[second]:
                kept[sides[first]] += 1
    return sides


def _divided(links: Sequence[tuple[int, int]], *, shares: Sequence[float], rng: random.Random) -> dict[int, int]:
    """The split of each persona of one group."""
    partners: dict[int, Counter[int]] = defaultdict(Counter)
    for first, second in links:
        partners[first][second] += 1
        if first != second:
            partners[second][first] += 1
    largest = max(range(len(shares)), key=lambda side: shares[side])
    best: dict[int, int] = {}
    most = float("-inf")
    for _ in range(BEGINNINGS):
        sides = dict.fromkeys(partners, largest)
        for side in sorted(range(len(shares)), key=lambda each: shares[each]):
            if side != largest:
                _grow(sides, partners, side=side, here=largest, size=GROWN * shares[side] * len(links), rng=rng)
        worth = _mend(sides, partners, links, shares=shares, rng=rng)
        if worth > most:
            best, most = sides, worth
    return best


def _grow(
    sides: dict[int, int],
    partners: dict[int, Counter[int]],
    *,
    side: int,
    here: int,
    size: float,
    rng: random.Random,
) -> None:
    """Move personas from the split `here` to `side` until `side` has `size` dialogues."""
    free = [persona for persona, its_side in sides.items() if its_side == here]
    rng.shuffle(free)
    degrees = {persona: partners[persona].total() for persona in free}
    inside: Counter[int] = Counter()
    # (minus the share of their dialogues that is inside, drawn order, persona); entries that are out of date stay.
    queue = [(0.0, order, persona) for order, persona in enumerate(free)]
    drawn = {persona: order for order, persona in enumerate(free)}
    kept = 0
    while kept < size and queue:
        nearness, _, persona = heapq.heappop(queue)
        if sides[persona] == side or -nearness * degrees[persona] < inside[persona] - 1e-9:
            continue
        sides[persona] = side
        kept += inside[persona] + partners[persona][persona]
        for partner, meetings in partners[persona].items():
            if sides[partner] == here:
                inside[partner] += meetings
                heapq.heappush(queue, (-inside[partner] / degrees[partner], drawn[partner], partner))


def _mend(
    sides: dict[int, int],
    partners: dict[int, Counter[int]],
    links: Sequence[tuple[int, int]],
    *,
    shares: Sequence[float],
    rng: random.Random,
) -> float:
    """Move single personas while the dialogues kept, less those by which shares are missed, become more; how many."""
    kept = [0] * len(shares)
    for first, second in links:
        if sides[first] == sides[second]:
            kept[sides[first]] += 1

    def worth(kept: Sequence[int]) -> float:
        total = sum(kept)
        return total - sum(abs(got - share * total) for got, share in zip(kept, shares, strict=True)) / 2

    personas = list(sides)
    for _ in range(MOST_ROUNDS):
        rng.shuffle(personas)
        moved = False
        for persona in personas:
            meetings = [0] * len(shares)
            for partner, count in partners[persona].items():
                if partner != persona:
                    meetings[sides[partner]] += count
            own, home = partners[persona][persona], sides[persona]
            best, best_kept = home, kept
            for side, share in enumerate(shares):
                if share and side != home and meetings[side] + own:
                    after = list(kept)
                    after[home] -= meetings[home] + own
                    after[side] += meetings[side] + own
                    if worth(after) > worth(best_kept) + 1e-9:
                        best, best_kept = side, after
            if best != home:
                sides[persona], kept, moved = best, best_kept, True
        if not moved:
            break
    return worth(kept)
