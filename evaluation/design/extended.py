"""More slots for a study that has some: the same rules as `design`, held over what stands and what comes together.

Pure and seeded: the same input and seed give the same plan, on any machine.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.design.slots import PlannedItem, PlannedSlot, grouped, mixed, with_repeats


@dataclass(frozen=True)
class Standing:
    """An item of the extended study, and for each slot that it has whether its first stands on the left."""

    item: PlannedItem
    sides: tuple[bool, ...] = ()

    @property
    def lean(self) -> int:
        """How many more slots have the first on the left than on the right."""
        return 2 * sum(self.sides) - len(self.sides)


def plan_more_slots(standing: Sequence[Standing], *, k: int, repeat_share: float, seed: int) -> tuple[PlannedSlot, ...]:
    """The slots that bring every item that is not tied to `k`, in the order in which they are handed out.

    Sides: over what stands and what comes, each item has each order k // 2 times, as far as what stands allows; where k
    is odd, an item that leans already leans as it did, and what is left over goes in turn to the order that has fewer
    in its domain, then in its pair of systems.
    Order: whoever has fewest slots comes first, domains mixed; repeats of what is new, with sides swapped, come last.
    """
    rng = random.Random(f"{seed} more slots up to {k} of {len(standing)}")
    items = [each.item for each in standing]
    sides = _sides(standing, k, rng)
    order: list[PlannedSlot] = []
    for number in range(k):
        there = [place for place, each in enumerate(standing) if not each.item.tied and len(each.sides) <= number]
        for place in mixed(there, items, rng):
            drawn = sides[place][number - len(standing[place].sides)]
            order.append(PlannedSlot(item=place, number=number, first_on_left=drawn))
    return with_repeats(order, repeat_share, rng)


def _sides(standing: Sequence[Standing], k: int, rng: random.Random) -> dict[int, list[bool]]:
    """For each item's place, which of its new slots show the pair's first on the left."""
    shown = [place for place, each in enumerate(standing) if not each.item.tied]
    shown.sort(key=lambda place: standing[place].item.domain)
    sides: dict[int, list[bool]] = {}
    for pair in sorted(grouped(shown, lambda place: _pair(standing[place].item)).items()):
        # How far the pair leans to the left, over all its domains, with what will stand.
        kept = {place: _kept_lean(standing[place], k) for place in pair[1]}
        overall = sum(kept.values())
        for places in grouped(pair[1], lambda place: standing[place].item.domain).values():
            within = sum(kept[place] for place in places)
            rng.shuffle(places)
            for place in places:
                left = kept[place]
                if k % 2 and not left:
                    left = _to_the_fewer(within, overall, rng)
                    within += left
                    overall += left
                sides[place] = _drawn(standing[place], k, left, rng)
    return sides


def _pair(item: PlannedItem) -> tuple[int, int]:
    return item.first, item.second


def _kept_lean(standing: Standing, k: int) -> int:
    """Where an odd number of slots leans that leans already: 1 to the left, -1 to the right, 0 where it is free."""
    return 0 if k % 2 == 0 else (standing.lean > 0) - (standing.lean < 0)


def _to_the_fewer(within: int, overall: int, rng: random.Random) -> int:
    for lean in (within, overall):
        if lean:
            return -1 if lean > 0 else 1
    return rng.choice((1, -1))


def _drawn(standing: Standing, k: int, left: int, rng: random.Random) -> list[bool]:
    """The new sides of one item, so that of its `k` half have the first on the left, or one more as `left` says."""
    new = max(0, k - len(standing.sides))
    wanted = (k + left) // 2 - sum(standing.sides)
    on_left = min(max(wanted, 0), new)
    drawn = [True] * on_left + [False] * (new - on_left)
    rng.shuffle(drawn)
    return drawn
