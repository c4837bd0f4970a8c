"""Batches are a pure function of seed and epoch."""

from itertools import chain, islice

from training.data.batching import batch_of_step, batches, by_length, padding_of
from training.data.rows import Encoded

ROWS = [Encoded(source=(1,) * (5 + number * 7 % 40), target=(2,) * (1 + number % 9)) for number in range(103)]


def steps(count: int, *, from_step: int = 0, seed: int = 7) -> list[tuple[int, ...]]:
    return list(islice(batch_of_step(ROWS, size=8, bucket=4, seed=seed, from_step=from_step), count))


def test_an_epoch_has_every_row_once():
    cut = batches(ROWS, size=8, bucket=4, seed=7, epoch=0)

    assert sorted(chain.from_iterable(cut)) == list(range(103))
    # 103 = 12 x 8 + 7
    assert sorted(map(len, cut)) == [7] + [8] * 12


def test_the_same_seed_and_epoch_give_the_same_batches_and_others_do_not():
    again = [
        batches(ROWS, size=8, bucket=4, seed=seed, epoch=epoch) for seed, epoch in ((7, 0), (7, 0), (7, 1), (8, 0))
    ]

    assert again[0] == again[1]
    assert again[0] != again[2]
    assert again[0] != again[3]


def test_a_resumed_run_sees_what_it_would_have_seen():
    uninterrupted = steps(40)

    # 13 batches make an epoch: before, at and behind its end.
    for done in (0, 5, 12, 13, 14, 30):
        assert steps(40 - done, from_step=done) == uninterrupted[done:]


def test_rows_of_like_length_stand_together():
    bucketed = padding_of(ROWS, batches(ROWS, size=8, bucket=50, seed=7, epoch=0))
    not_bucketed = padding_of(ROWS, batches(ROWS, size=8, bucket=1, seed=7, epoch=0))

    assert bucketed < 0.6 * not_bucketed


def test_a_budget_bounds_the_pieces_of_a_batch_padding_included():
    cut = batches(ROWS, size=64, bucket=50, seed=7, epoch=0, budget=300)

    assert sorted(chain.from_iterable(cut)) == list(range(103))
    for batch in cut:
        longest = max(len(ROWS[place].source) for place in batch) + max(len(ROWS[place].target) for place in batch)
        assert len(batch) * longest <= 300
    # Short rows stand many together, long ones few.
    assert max(map(len, cut)) > 2 * min(map(len, cut))


def test_with_a_budget_a_resumed_run_sees_what_it_would_have_seen():
    def from_step(start: int) -> list[tuple[int, ...]]:
        every = batch_of_step(ROWS, size=64, bucket=50, seed=7, from_step=start, budget=300)
        return list(islice(every, 40 - start))

    for done in (0, 9, 10, 25):
        assert from_step(done) == from_step(0)[done:]


def test_padding_is_counted_over_sources_and_targets():
    rows = [Encoded(source=(1,) * 4, target=(2,) * 2), Encoded(source=(1,) * 2, target=(2,) * 4)]

    # 2 x (4 + 4) places for 6 + 6 pieces; alone nothing is padded.
    assert padding_of(rows, [(0, 1)]) == 0.25
    assert padding_of(rows, [(0,), (1,)]) == 0.0


def test_what_is_answered_or_measured_goes_longest_first():
    assert by_length([3, 9, 5, 9, 1], size=2) == [[1, 3], [2, 0], [4]]
    assert by_length([], size=2) == []
