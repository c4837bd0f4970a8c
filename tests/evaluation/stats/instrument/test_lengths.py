import numpy as np
import pytest

from evaluation.stats.instrument.lengths import UNKNOWN, by_length, length_bias
from tests.evaluation.stats.builders import a_judgment

# talk-0 ... talk-11: pt's reply is twice as long in the first eight, half as long in the others.
LENGTHS = {
    "pt": {f"talk-{number}": 16 if number < 8 else 8 for number in range(12)},
    "p": {f"talk-{number}": 8 if number < 8 else 16 for number in range(12)},
}


def chosen(*choices):
    return [a_judgment(choice, context=f"talk-{number}") for number, choice in enumerate(choices)]


def test_the_longer_reply_always_chosen_is_a_length_bias():
    rows = chosen(*["pt"] * 8, *["p"] * 4)

    found = length_bias(rows, LENGTHS, seed=7)

    # Twelve of twelve for the longer: 2 x 2^-12.
    assert (found["value"], found["n"], found["p"]) == (1.0, 12, pytest.approx(2 / 4096))


def test_swapping_the_systems_leaves_the_length_bias_as_it_is():
    rows = chosen(*["pt", "p", "tie"] * 4)
    swapped = [a_judgment(row.choice, context=row.context, first="p", second="pt") for row in rows]

    assert length_bias(rows, LENGTHS, seed=7) == length_bias(swapped, LENGTHS, seed=7)


def test_net_preference_is_given_by_which_reply_is_longer():
    rows = chosen(*["pt"] * 6, "p", "tie", "p", "p", "pt", "tie")

    (found,) = by_length(rows, LENGTHS, systems=("pt", "p"))

    assert (found["first_longer"]["value"], found["first_shorter"]["value"]) == (
        pytest.approx(5 / 8),
        pytest.approx(-1 / 4),
    )
    assert found["as_long"]["reason"] == "no such pair was judged"
    # One doubling apart either way: the middle of both means, and half of what lies between them.
    assert found["controlled"]["value"] == pytest.approx((5 / 8 - 1 / 4) / 2)
    assert found["per_doubling"]["value"] == pytest.approx((5 / 8 + 1 / 4) / 2)


def test_a_preference_that_is_length_alone_is_gone_at_equal_length():
    rng = np.random.default_rng(4)
    lengths = {"pt": {}, "p": {}}
    rows = []
    for number in range(300):
        context = f"talk-{number}"
        lengths["pt"][context], lengths["p"][context] = int(rng.integers(10, 40)), int(rng.integers(5, 25))
        ratio = np.log2(lengths["pt"][context] / lengths["p"][context])
        first = rng.random() < 0.5 + np.clip(0.2 * ratio, -0.5, 0.5)
        rows.append(a_judgment("pt" if first else "p", context=context))

    (found,) = by_length(rows, lengths, systems=("pt", "p"))

    assert np.mean([1 if row.choice == "pt" else -1 for row in rows]) > 0.2
    assert found["controlled"]["low"] < 0 < found["controlled"]["high"]
    assert found["per_doubling"]["p"] < 0.001


def test_unknown_lengths_say_where_they_would_stand():
    assert length_bias(chosen("pt"), {}, seed=7)["reason"] == UNKNOWN
    assert by_length(chosen("pt"), {}, systems=("pt", "p")) == []


def test_replies_that_are_all_as_long_have_no_slope():
    lengths = {system: dict.fromkeys(LENGTHS["pt"], 9) for system in ("pt", "p")}
    rows = chosen(*["pt", "p"] * 6)

    (found,) = by_length(rows, lengths, systems=("pt", "p"))

    assert found["controlled"]["reason"] == "the ratio of the lengths never varies"
    assert length_bias(rows, lengths, seed=7)["reason"] == "no judged pair has replies of different length"
