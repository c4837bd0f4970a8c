"""How parallel corpora differ, and how sure that is."""

import numpy as np
import pytest

from generation.describing.differences import Difference, differences


def pairs_of(rng: np.random.Generator, count: int, *, shift: float = 0.0):
    """Persona pairs whose leaning both corpora share; in the second, leaks are more frequent by `shift`."""
    leanings = rng.uniform(0.1, 0.5, count)
    first, second = rng.binomial(10, leanings), rng.binomial(10, leanings + shift)
    return [({"leaks": (int(x), 10)}, {"leaks": (int(y), 10)}) for x, y in zip(first, second, strict=True)]


def test_the_difference_is_that_of_the_ratios_over_shared_pairs():
    pairs = [({"leaks": (1, 10)}, {"leaks": (2, 4)}), ({"leaks": (3, 10)}, {"leaks": (0, 4)})] * 10

    found = differences(pairs, ["leaks"])["leaks"]

    assert (found.first, found.second, found.value, found.n) == (0.2, 0.25, pytest.approx(0.05), 20)
    assert found.low < 0.05 < found.high


def test_exchanging_the_corpora_turns_everything_round():
    pairs = pairs_of(np.random.default_rng(1), 80, shift=0.1)

    there = differences(pairs, ["leaks"])["leaks"]
    back = differences([(second, first) for first, second in pairs], ["leaks"])["leaks"]

    assert (back.value, back.low, back.high) == pytest.approx((-there.value, -there.high, -there.low))


def test_pairing_takes_out_what_both_sides_share():
    # Both sides of a pair lean alike, and the longer one is the longer in both.
    rng = np.random.default_rng(2)
    lengths = rng.integers(5, 50, 200)
    paired = [({"words": (int(n), 1)}, {"words": (int(n) + 1, 1)}) for n in lengths]
    mixed = [(first, second) for (first, _), (_, second) in zip(paired, paired[1:] + paired[:1], strict=True)]

    one, other = (differences(pairs, ["words"])["words"] for pairs in (paired, mixed))

    assert one.value == pytest.approx(other.value) == pytest.approx(1)
    assert one.high - one.low == pytest.approx(0, abs=1e-9)
    assert other.high - other.low > 2


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(200):
        found = differences(pairs_of(rng, 60, shift=0.1), ["leaks"], resamples=400)["leaks"]
        held += found.low <= 0.1 <= found.high

    assert 0.90 <= held / 200 <= 0.99


def test_more_pairs_than_groups_are_dealt_into_groups_with_about_the_same_interval():
    pairs = pairs_of(np.random.default_rng(4), 6_000, shift=0.05)

    one_by_one = differences(pairs, ["leaks"], groups=10_000)["leaks"]
    dealt = differences(pairs, ["leaks"], groups=500)["leaks"]

    assert (dealt.value, dealt.n) == (one_by_one.value, 6_000)
    assert dealt.high - dealt.low == pytest.approx(one_by_one.high - one_by_one.low, rel=0.15)


def test_a_pair_without_a_case_on_one_side_is_left_out_of_that_measure():
    pairs = pairs_of(np.random.default_rng(5), 30)
    pairs += [({"leaks": (5, 5)}, {"leaks": (0, 0)}), ({"leaks": (5, 5)}, {})]

    assert differences(pairs, ["leaks"])["leaks"].n == 30


def test_few_pairs_have_a_difference_and_no_interval():
    found = differences(pairs_of(np.random.default_rng(6), 19), ["leaks", "other"])

    assert (found["leaks"].low, found["leaks"].reason) == (None, "an interval needs 20 persona pairs")
    assert found["leaks"].value is not None
    assert found["other"] == Difference(None, None, None, None, None, 0, "no persona pair has a case in both")
    assert differences([], ["leaks"])["leaks"].n == 0


def test_a_seed_gives_the_same_interval_to_the_last_bit():
    pairs = pairs_of(np.random.default_rng(7), 50)

    assert differences(pairs, ["leaks"]) == differences(iter(pairs), ["leaks"])
    assert differences(pairs, ["leaks"], seed=8) != differences(pairs, ["leaks"])
