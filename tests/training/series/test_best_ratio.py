"""The best mixing ratio, how certain it is, and where nothing differs."""

import numpy as np
import pytest

from training.scores.intervals import Sums
from training.series.best_ratio import best_ratio

CLUSTERS = [f"talk-{number}" for number in range(40)]


def scores(mean: float, *, noise: float = 0.0, seed: int = 0) -> Sums:
    """One value for each of forty dialogues, around `mean`."""
    drawn = np.random.default_rng(seed).normal(mean, noise, size=len(CLUSTERS))
    return Sums.mean([float(value) for value in drawn], CLUSTERS)


def test_a_ratio_that_is_best_in_every_dialogue_is_best_in_every_resample():
    found = best_ratio({0: scores(1.0), 50: scores(3.0), 100: scores(2.0)}, better="higher", seed=7)

    assert found is not None
    assert (found.ratio, found.low, found.high) == (50, 50.0, 50.0)
    assert (found.flat, found.flat_from, found.flat_to) == ((50,), 50, 50)


def test_lower_is_better_where_it_is_said_so():
    found = best_ratio({0: scores(1.0), 50: scores(3.0), 100: scores(2.0)}, better="lower", seed=7)

    assert found is not None
    assert found.ratio == 0


def test_ratios_that_cannot_be_told_apart_are_flat_and_the_interval_spans_them():
    noisy = {ratio: scores(2.0, noise=1.0, seed=ratio) for ratio in (25, 50, 75)}

    found = best_ratio({0: scores(0.0), **noisy, 100: scores(0.5)}, better="higher", seed=7)

    assert found is not None
    assert found.flat == (25, 50, 75)
    assert (found.flat_from, found.flat_to) == (25, 75)
    assert 25 <= found.low < found.high <= 75


def test_what_is_flat_beyond_a_worse_ratio_is_not_in_the_stretch():
    same = scores(2.0, noise=1.0)

    found = best_ratio({0: same, 50: scores(0.0), 100: same}, better="higher", seed=7)

    assert found is not None
    assert found.flat == (0, 100)
    assert (found.flat_from, found.flat_to) == (0, 0)


def test_differences_are_paired_and_corrected_over_the_other_ratios():
    # Noise that all ratios share is no reason to doubt a difference of 0.1 in every dialogue.
    base = scores(2.0, noise=1.0)
    higher = Sums.of_rows([(row[0] + 0.1, row[1]) for row in base.rows.tolist()], CLUSTERS)

    found = best_ratio({0: base, 50: base, 100: higher}, better="higher", seed=7)

    assert found is not None
    assert [each.difference.value for each in found.against] == pytest.approx([-0.1, -0.1])
    assert [each.p_holm for each in found.against] == pytest.approx([2 / 1001, 2 / 1001])


def test_one_dialogue_has_no_best_ratio():
    one = Sums.mean([1.0], ["talk"])

    assert best_ratio({0: one, 100: one}, better="higher", seed=7) is None
