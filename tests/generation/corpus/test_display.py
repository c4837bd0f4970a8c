"""How texts are shown: nothing in the spacing may tell where a reply comes from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.corpus.display import detokenise


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("hi , how are you ?", "Hi, how are you?"),
        ("i ' m fine , i don ' t ski .", "I'm fine, I don't ski."),
        ("i do n't", "I don't"),
        ("it is cold . i like it !", "It is cold. I like it!"),
        ("my dog ' s name is bob", "My dog's name is bob"),
        ("so ... i went home", "So... I went home"),
        ("nice : ) you too", "Nice :) you too"),
        ("i have three things : cats , dogs ( two )", "I have three things: cats, dogs (two)"),
        ("i work 9 - 5", "I work 9 - 5"),
        ("hi\nthere", "Hi there"),
        ("über alles", "Über alles"),
        ("", ""),
    ],
)
def test_a_tokenisers_spelling_becomes_a_persons(stored, shown):
    assert detokenise(stored) == shown


@pytest.mark.parametrize("text", ["Hi, I'm Ada. How are you?", "I don't know... maybe!", "It's 5:30 (really)."])
def test_what_is_written_as_one_writes_comes_back_unchanged(text):
    assert detokenise(text) == text


def test_both_spellings_of_one_reply_look_the_same():
    assert detokenise("well , i ' ve two dogs . you ?") == detokenise("Well, I've two dogs. You?")


@given(st.text(alphabet="abi ,.!?':;()\n’ßn't"))
def test_showing_what_is_shown_changes_nothing(text):
    assert detokenise(detokenise(text)) == detokenise(text)


@given(st.text(alphabet="abcI ,.!?"))
def test_no_letter_is_lost_or_added(text):
    def letters(shown: str) -> str:
        return "".join(shown.lower().split())

    assert letters(detokenise(text)) == letters(text)
