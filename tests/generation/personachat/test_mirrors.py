"""One dialogue told from either side as two rows."""

from dataclasses import replace
from pathlib import Path

from generation.corpus.dialogues import Turn
from generation.personachat.mirrors import merged as merged_one_by_one
from generation.personachat.rows import Row
from tests.generation.personachat.builders import ADA, BO, TEXTS

FIVE = (*TEXTS, "nice , i like nurses .")


def merged(rows: list[Row]) -> tuple[list[Row], int]:
    whole, count = merged_one_by_one(rows)
    return list(whole), count


def view(texts: tuple[str, ...], *, by: int, number: int, first: tuple = (), second: tuple = ()) -> Row:
    turns = tuple(Turn(place % 2, text) for place, text in enumerate(texts))
    return Row(Path("f"), number + 1, number, personas=(first, second), turns=turns, split="train", viewed_by=by)


def test_two_views_become_one_dialogue_with_both_personas():
    ada = view(FIVE, by=0, number=0, first=ADA)
    bo = view(TEXTS, by=1, number=1, second=BO)

    rows, count = merged([ada, bo])

    assert (rows, count) == ([replace(ada, personas=(ADA, BO), viewed_by=None)], 1)


def test_the_merged_dialogue_takes_the_place_and_number_of_the_first_view():
    other = view(("a", "b", "c", "d"), by=1, number=1)
    rows, count = merged([view(TEXTS, by=1, number=0, second=BO), other, view(FIVE, by=0, number=2, first=ADA)])

    assert [(row.number, row.texts) for row in rows] == [(0, FIVE), (1, other.texts)]
    assert count == 1


def test_a_view_that_lacks_the_first_and_the_last_turn_is_turned_round():
    # Without a mark of silence, the view of whoever spoke first begins with the partner's answer.
    bo = view((*FIVE, "thank you ."), by=1, number=0, second=BO)
    ada = view(FIVE[1:], by=1, number=1, second=ADA)

    rows, count = merged([bo, ada])

    assert count == 1
    assert (rows[0].personas, rows[0].texts) == ((ADA, BO), bo.texts)


def test_views_from_the_same_side_are_two_dialogues():
    rows, count = merged([view(FIVE, by=0, number=0), view(TEXTS, by=0, number=1)])

    assert (len(rows), count) == (2, 0)


def test_views_whose_told_personas_differ_are_two_dialogues():
    rows, count = merged(
        [view(FIVE, by=0, number=0, first=ADA, second=BO), view(TEXTS, by=1, number=1, first=ADA, second=ADA)]
    )

    assert (len(rows), count) == (2, 0)


def test_a_few_words_in_common_are_chance():
    rows, count = merged([view(("hi", "hello", "bye"), by=0, number=0), view(("hi", "hello"), by=1, number=1)])

    assert (len(rows), count) == (2, 0)


def test_views_in_two_splits_are_not_merged():
    rows, count = merged([view(FIVE, by=0, number=0), replace(view(TEXTS, by=1, number=0), split="test")])

    assert (len(rows), count) == (2, 0)


def test_three_equal_views_make_one_pair():
    rows, count = merged([view(FIVE, by=0, number=0), view(TEXTS, by=1, number=1), view(TEXTS, by=1, number=2)])

    assert (len(rows), count) == (2, 1)


def test_rows_that_are_told_from_no_side_stay_as_they_are():
    rows = [replace(view(texts, by=0, number=n), viewed_by=None) for n, texts in enumerate((FIVE, TEXTS))]

    assert merged(rows) == (rows, 0)
