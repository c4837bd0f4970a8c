"""Which examples go into which batch: a pure function of seed and epoch, so that a resumed run sees the same ones."""

import random
from array import array
from collections.abc import Iterator, Sequence
from itertools import count, islice
from typing import Final

from training.data.rows import Encoded, sizes_of

# Sources that differ by less than this count as equally long. Measured: 9 % padding, where sorting by one and then the
# other leaves 17 %, since hardly two sources are exactly as long.
ALIKE: Final = 8
# A batch: places in the rows, four bytes each.
Places = Sequence[int]


def batches(rows: Sequence[Encoded], *, size: int, bucket: int, seed: int, epoch: int, budget: int = 0) -> list[Places]:
    """The batches of one epoch, as places in `rows`: every row once, those of like length together.

    Rows are shuffled, sorted by length within every `bucket` batches, cut into batches, and these shuffled: little
    padding, and still another order in each epoch. A batch has `size` rows, the last of a window fewer. With a `budget`
    a batch has as many rows, at most `size`, as fit into so many pieces, padding included.
    """
    sources, targets = sizes_of(rows)

    def length(place: int) -> tuple[int, int]:
        # Sources of about one length, by the lengths of their targets: both sides of a batch are padded.
        return sources[place] // ALIKE, targets[place]

    order = array("I", range(len(rows)))
    rng = random.Random(f"batches {seed} {epoch}")
    rng.shuffle(order)
    window = size * bucket
    cut: list[Places] = []
    for start in range(0, len(order), window):
        near = sorted(order[start : start + window], key=length)
        cut += _cut(near, sources, targets, size=size, budget=budget)
    rng.shuffle(cut)
    return cut


def _cut(
    near: Sequence[int], sources: Sequence[int], targets: Sequence[int], *, size: int, budget: int
) -> Iterator[Places]:
    held = array("I")
    source = target = 0
    for place in near:
        longest = max(source, sources[place]), max(target, targets[place])
        if held and (len(held) == size or (budget and (len(held) + 1) * sum(longest) > budget)):
            yield held
            held, longest = array("I"), (sources[place], targets[place])
        held.append(place)
        source, target = longest
    if held:
        yield held


def batch_of_step(
    rows: Sequence[Encoded], *, size: int, bucket: int, seed: int, from_step: int, budget: int = 0
) -> Iterator[Places]:
    """The batches from step `from_step` (counted from 0) on, epoch after epoch without end."""
    every = (
        batch
        for epoch in count()
        for batch in batches(rows, size=size, bucket=bucket, seed=seed, epoch=epoch, budget=budget)
    )
    return islice(every, from_step, None)


def by_length(lengths: Sequence[int], *, size: int) -> list[list[int]]:
    """Places of `lengths` in batches of like length, longest first, so that what does not fit shows at once."""
    order = sorted(range(len(lengths)), key=lambda place: -lengths[place])
    return [order[start : start + size] for start in range(0, len(order), size)]


def padding_of(rows: Sequence[Encoded], cut: Sequence[Sequence[int]]) -> float:
    """The share of the pieces of these batches that is padding, sources and targets together."""
    sources, targets = sizes_of(rows)
    real = sum(sources[place] + targets[place] for batch in cut for place in batch)
    padded = sum(
        len(batch) * (max(sources[place] for place in batch) + max(targets[place] for place in batch)) for batch in cut
    )
    return 1 - real / padded if padded else 0.0
