"""Which examples go into which batch: a pure function of seed and epoch, so that a resumed run sees the same ones."""

import random
from collections.abc import Iterator, Sequence

from training.encoding import Encoded


def batches(rows: Sequence[Encoded], *, size: int, bucket: int, seed: int, epoch: int) -> list[tuple[int, ...]]:
    """The batches of one epoch, as places in `rows`: every row once, those of like length together.

    Rows are shuffled, sorted by length within every `bucket` batches, cut into batches, and these shuffled: little
    padding, and still another order in each epoch. The last batch may be smaller.
    """
    order = list(range(len(rows)))
    rng = random.Random(f"batches {seed} {epoch}")
    rng.shuffle(order)
    window = size * bucket
    cut: list[tuple[int, ...]] = []
    for start in range(0, len(order), window):
        near = sorted(order[start : start + window], key=lambda place: _length(rows[place]))
        cut += [tuple(near[begin : begin + size]) for begin in range(0, len(near), size)]
    rng.shuffle(cut)
    return cut


def batch_of_step(
    rows: Sequence[Encoded], *, size: int, bucket: int, seed: int, from_step: int
) -> Iterator[tuple[int, ...]]:
    """The batches from step `from_step` (counted from 0) on, epoch after epoch without end."""
    per_epoch = -(-len(rows) // size)
    epoch, place = divmod(from_step, per_epoch)
    while True:
        yield from batches(rows, size=size, bucket=bucket, seed=seed, epoch=epoch)[place:]
        epoch, place = epoch + 1, 0


def by_length(lengths: Sequence[int], *, size: int) -> list[list[int]]:
    """Places of `lengths` in batches of like length, longest first, so that what does not fit shows at once."""
    order = sorted(range(len(lengths)), key=lambda place: -lengths[place])
    return [order[start : start + size] for start in range(0, len(order), size)]


def _length(row: Encoded) -> tuple[int, int]:
    return len(row.source), len(row.target)
