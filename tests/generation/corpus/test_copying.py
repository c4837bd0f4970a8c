"""What is copied from a persona, and what a dialogue says again."""

import pytest

from generation.corpus.copying import copied_share, overlap_f1, repeated_share
from tests.builders import BAKER, SKIER, a_dialogue


@pytest.mark.parametrize(
    ("one", "other", "f1"),
    [
        # Three words in common, of four and of three: precision 3/3, recall 3/4, 2 * 3 / 7.
        ("i like to ski", "like to ski", 6 / 7),
        ("i like to ski", "ski to like i", 1.0),
        # "to" stands twice in the first and once in the second.
        ("to be or not to be", "to me", 2 / 8),
        ("i ski", "we bake", 0.0),
        ("", "", 0.0),
    ],
)
def test_overlap_is_the_f1_of_two_bags_of_words(one, other, f1):
    assert overlap_f1(one.split(), other.split()) == pytest.approx(f1)


def test_a_persona_sentence_said_nearly_as_it_stands_is_copied():
    texts = (
        "Hello! I bake bread every sunday. You?",
        "I've two dogs, and skiing is my great love.",
        "I do drive an old truck.",
        "My work is at a hospital.",
    )

    share = copied_share(a_dialogue(texts=texts))

    # Of eight sentences "i bake bread every sunday." is said as it is; "i drive an old truck." with one word more
    # (2 * 5 / 11 = 0.91). "I've two dogs, and skiing ..." goes on for so long that it is no copy (2 * 4 / 13).
    assert share == 2 / 8


def test_saying_the_partners_sentence_is_no_copying_but_another_fault():
    said = a_dialogue(texts=("I like to ski.", "I grew up on a farm."))

    assert copied_share(said) == 0.0


def test_nothing_can_be_copied_where_no_persona_is_told():
    assert copied_share(a_dialogue(personas=((), ()))) is None


def test_repetition_is_the_share_of_phrases_that_were_said_before():
    texts = ("I like to ski a lot", "you like to ski a lot")

    # i like to ski, like to ski a, to ski a lot; then you like to ski and the last two again: 2 of 6.
    assert repeated_share(a_dialogue(texts=texts)) == pytest.approx(2 / 6)


def test_a_dialogue_of_short_turns_has_no_phrase_to_repeat():
    assert repeated_share(a_dialogue(texts=("hi you", "hi you"))) is None


def test_what_is_measured_does_not_depend_on_who_speaks_first():
    one = a_dialogue(personas=(BAKER, SKIER), texts=("i grew up on a farm .", "i like to ski ."))
    other = a_dialogue(personas=(SKIER, BAKER), texts=("i like to ski .", "i grew up on a farm ."))

    assert copied_share(one) == copied_share(other) == 2 / 8
