import pytest

from evaluation.stats.instrument.bias import side_bias
from tests.evaluation.stats.builders import a_judgment


def shown(left, choice, number, *, annotator=None):
    return a_judgment(
        choice, context=f"talk-{number}", annotator=annotator or f"annotator-{number % 3}", displayed_left=left
    )


def test_the_share_is_of_what_was_displayed_and_not_of_the_pairs_order():
    # Whoever is shown left is chosen in nine of twelve.
    rows = [shown(("pt", "p")[number % 2], ("pt", "p")[(number % 2) ^ (number > 8)], number) for number in range(12)]

    found = side_bias(rows, systems=("pt", "p"), seed=7)

    assert (found.share.value, found.first_on_left, found.note) == (pytest.approx(0.75), 0.5, "")
    # Twelve clusters of one judgment, nine to three: 2 x (1 + 12 + 66 + 220) / 2^12.
    assert found.test.p == pytest.approx(598 / 4096)


def test_ties_and_unknown_sides_say_nothing_about_sides():
    rows = [shown("pt", "tie", 1), a_judgment("pt", context="talk-2")]

    found = side_bias(rows, systems=("pt", "p"), seed=7)

    assert (found.share.value, found.test.p) == (None, None)
    assert "displayed left" in found.share.reason


def test_sides_that_were_not_balanced_are_called_out():
    rows = [shown("pt", "pt", number) for number in range(12)]

    assert side_bias(rows, systems=("pt", "p"), seed=7).note.startswith("Sides were not balanced")


def test_with_enough_annotators_the_interval_is_two_way():
    rows = [shown(("pt", "p")[number % 2], ("pt", "p", "p")[number % 3], number, annotator=f"annotator-{number % 7}")
            for number in range(42)]  # fmt: skip

    assert side_bias(rows, systems=("pt", "p"), seed=7).share.method.startswith("two-way")
