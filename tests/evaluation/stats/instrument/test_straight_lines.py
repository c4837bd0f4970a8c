from itertools import product

import pytest

from evaluation.stats.instrument.straight_lines import chance_of_run, longest_run
from tests.evaluation.stats.builders import a_judgment


def answers(sides, *, times=True):
    """Ada's answers in their order: l and r for the side that was chosen, t for a tie."""
    return [
        a_judgment(
            {"l": "pt", "r": "p", "t": "tie"}[side],
            context=f"talk-{number}",
            displayed_left="pt",
            submitted_at=f"2026-03-02T10:{number:02}:00+01:00" if times else "",
        )
        for number, side in enumerate(sides)
    ]


def test_the_longest_run_is_of_the_order_in_which_answers_came():
    rows = answers("rlllrtllr")

    found = longest_run(list(reversed(rows)))

    # The tie chose no side, so it neither ends a run nor lengthens one.
    assert (found.longest, found.n) == (3, 8)


def test_the_chance_of_a_run_is_that_of_all_sequences():
    for length, share in product((2, 3, 5), (0.5, 0.7)):
        total = 0.0
        for sides in product("lr", repeat=8):
            text = "".join(sides)
            if "l" * length in text or "r" * length in text:
                total += share ** text.count("l") * (1 - share) ** text.count("r")
        assert chance_of_run(length, 8, share) == pytest.approx(total)


def test_fifteen_of_fifteen_on_one_side_is_no_surprise_to_who_has_that_share_alone():
    assert longest_run(answers("l" * 15)).p == 1.0
    # Half on each side, but in two blocks: 2 x 2^-15 x 8 and a little for other places of the run.
    assert longest_run(answers("l" * 8 + "r" * 8)).p < 0.05


def test_without_times_there_is_no_order():
    found = longest_run(answers("lllr", times=False))

    assert (found.longest, found.p) == (None, None)
    assert "in which order" in found.reason
