"""Controls of the instrument among the pairs that are judged: how many there are, and where their slots stand.

Pure and seeded: the same input and seed give the same plan, on any machine.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from evaluation.design.slots import PlannedItem, PlannedSlot, plan_slots


def controls_wanted(share: float, pairs: int) -> int:
    """How many control pairs a share of the judged `pairs` is: one at least, where any is asked for."""
    return math.ceil(share * pairs - 1e-9) if share else 0


def with_controls(
    slots: Sequence[PlannedSlot], controls: Sequence[PlannedItem], *, items: int, k: int, seed: int
) -> tuple[PlannedSlot, ...]:
    """`slots` with `k` slots for each of `controls` spread evenly among the first looks; none of them is repeated.

    A control's `first` and `second` are places of its own kind, so that each kind has each order of sides equally
    often. In what comes back the controls are the items that follow the `items` that there were.
    """
    planned = plan_slots(controls, k=k, repeat_share=0, seed=seed)
    looks = [place for place, each in enumerate(slots) if each.look == 1]
    ranked: list[tuple[float, int, int, PlannedSlot]] = [
        ((rank + 0.5) / len(looks), 0, place, slots[place]) for rank, place in enumerate(looks)
    ]
    ranked += [
        ((rank + 0.5) / len(planned), 1, rank, replace(each, item=each.item + items))
        for rank, each in enumerate(planned)
    ]
    ranked.sort(key=lambda each: each[:3])
    now_at = {place: at for at, (_rank, control, place, _slot) in enumerate(ranked) if not control}
    repeats = [
        replace(each, repeats=now_at[each.repeats]) for each in slots if each.look != 1 and each.repeats is not None
    ]
    return (*(slot for _rank, _control, _place, slot in ranked), *repeats)
