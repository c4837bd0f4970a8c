"""What a reply does with the personas."""

from dataclasses import replace

import pytest

from generation.corpus.dialogues import Turn
from tests.builders import BAKER, SKIER
from tests.training.builders import a_response
from training.data.responses import Response
from training.scores.persona_metrics import copied, leaks, own_words


def the_baker_says(text: str, *, after: tuple[str, ...] = ("hi !",)) -> Response:
    row = a_response(text)
    turns = tuple(Turn(place % 2, said) for place, said in enumerate(after))
    return replace(row, context=replace(row.context, persona=BAKER, partner_persona=SKIER, turns=turns))


def test_own_words_are_counted_by_their_stems():
    # bake bread sunday, drive old truck, grew farm, afraid heights: ten content words.
    assert own_words(the_baker_says("i was baking breads on my farm")) == (3.0, 10.0)


@pytest.mark.parametrize(
    ("text", "after", "leaked"),
    [
        ("do you like to ski ?", ("hi !",), 1.0),
        ("do you like to ski ?", ("hi ! i ski a lot .",), 0.0),
        ("i bake bread .", ("hi !",), 0.0),
        ("i bake , and how are your dogs ?", ("hi !",), 1.0),
    ],
)
def test_a_leak_is_a_word_of_the_partners_persona_that_nobody_said(text, after, leaked):
    assert leaks(the_baker_says(text, after=after)) == (leaked, 1.0)


def test_four_words_in_a_row_are_copied_and_three_are_not():
    # "i drive an old truck" stands in the persona; "well ," and "." do not.
    assert copied(the_baker_says("well , i drive an old truck !")) == (5.0, 8.0)
    assert copied(the_baker_says("i drive an elephant")) == (0.0, 4.0)


def test_without_a_persona_nothing_is_measured():
    row = the_baker_says("i ski")
    alone = replace(row, context=replace(row.context, persona=(), partner_persona=()))

    assert (own_words(alone), leaks(alone), copied(alone)) == (None, None, None)
    assert leaks(replace(row, context=replace(row.context, partner_persona=()))) is None
    assert copied(the_baker_says("")) is None
