"""How lively a turn is."""

import pytest

from generation.corpus.expressiveness import asks, closed_up, count_emoticons, count_intensifiers, exclaims
from generation.corpus.lexical import words


def test_exclamations_and_questions_go_by_their_marks():
    assert (exclaims("wow !"), exclaims("wow .")) == (True, False)
    assert (asks("you ? really"), asks("who knows")) == (True, False)


def test_intensifiers_are_counted():
    assert count_intensifiers(words("So very, VERY good; and the sofa is totally new.")) == 4


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("nice :) and ;-) and :D", 3),
        ("nice : ) , thanks ; )", 2),
        ("i <3 dogs \U0001f436 ☀", 3),
        ("at 10:30 (see below): dogs", 0),
        ("my list: d and p", 0),
        ("ok : dogs", 0),
    ],
)
def test_emoticons_are_told_from_punctuation(text, count):
    assert count_emoticons(text) == count


def test_parted_emoticons_are_closed_up():
    assert closed_up("nice : ) , i said : dogs") == "nice :) , i said : dogs"
