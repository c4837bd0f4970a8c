"""Counting what is distinct."""

import pytest

from generation.corpus.sketches import DistinctCount, hash_of, hash_of_words


def counted(words, *, size: int) -> DistinctCount:
    count = DistinctCount(size=size)
    for word in words:
        count.add(hash_of_words((word,)))
    return count


def test_hashes_are_the_same_in_every_run():
    # BLAKE2b with 8 bytes of output, of "dog", as another tool gives it: b2sum -l 64.
    assert f"{hash_of('dog'):016x}" == "3984c7c1d25e9c9f"


def test_order_and_borders_of_words_matter():
    runs = [("a", "b"), ("b", "a"), ("ab",), ("a", "b", "b"), ("a", "a"), ("b", "b"), ()]

    assert len({hash_of_words(run) for run in runs}) == len(runs)


def test_few_are_counted_exactly():
    count = counted([f"word{number % 150}" for number in range(1_000)], size=100)

    assert (count.count, count.is_exact) == (150, True)


def test_many_are_estimated_within_their_error():
    # A standard error of 1 / sqrt(1,000), 3.2 %.
    count = counted([f"word{number % 50_000}" for number in range(120_000)], size=1_000)

    assert count.count == pytest.approx(50_000, rel=0.08)
    assert not count.is_exact


def test_the_order_of_the_stream_makes_no_difference():
    words = [f"word{number}" for number in range(5_000)]

    assert counted(words, size=300).count == counted(reversed(words), size=300).count
