"""Content words and their stems."""

import pytest

from generation.corpus.content import content_words, stem


@pytest.mark.parametrize(
    "forms",
    [
        ("dog", "dogs"),
        ("bake", "bakes", "baked", "baking"),
        ("party", "parties", "partying"),
        ("cookie", "cookies"),
        ("study", "studies", "studied", "studying"),
        ("glass", "glasses"),
        ("run", "runs", "running"),
        ("painting", "paintings", "paint", "painted"),
    ],
)
def test_forms_of_one_word_have_one_stem(forms):
    assert len({stem(form) for form in forms}) == 1


def test_short_words_are_left_alone():
    short = ("red", "sing", "bus", "toe", "ski", "king")

    assert {word: stem(word) for word in short} == {word: word for word in short}


def test_different_words_stay_apart():
    assert len({stem(word) for word in ("toy", "toe", "family", "famous", "part", "party")}) == 6


def test_what_anybody_says_is_no_content():
    assert content_words(["Hi! I really think that it isn't good, you know.", "what do you like to do ?"]) == {}


def test_each_stem_comes_with_the_first_word_that_has_it():
    found = content_words(["i love my two dogs .", "the dog's 3 toys , and a cat"])

    assert found == {"dog": "dogs", "toi": "toys", "cat": "cat"}


def test_pretokenised_and_ordinary_spelling_have_the_same_content():
    assert content_words(["i don ' t have a nurse ' s cap ."]) == content_words(["I don't have a nurse's cap."])
