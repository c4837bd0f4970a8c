"""Traits, levels and their words."""

import pytest

from generation.corpus.traits import (
    ADJECTIVES,
    FIVE_LEVELS,
    LEVELS,
    TRAITS,
    UnknownTrait,
    adjectives,
    check_traits,
    in_words,
    stated,
)


def test_each_end_of_each_trait_has_three_words_of_its_own():
    words = [word for trait in TRAITS for level in ("high", "low") for word in ADJECTIVES[trait][level]]

    assert len(words) == len(set(words)) == 30


def test_a_trait_is_told_in_plain_words():
    assert in_words("extraversion", "high") == "outgoing, talkative and energetic"


def test_very_strengthens_and_medium_says_nothing():
    assert adjectives("extraversion", "very low") == ("very reserved", "very quiet", "very private")
    assert in_words("extraversion", "medium") == in_words("openness", "unclear") == ""


def test_only_what_says_something_is_stated_and_in_the_usual_order():
    traits = {"neuroticism": "low", "openness": "unclear", "extraversion": "high"}

    assert list(stated(traits).items()) == [("extraversion", "high"), ("neuroticism", "low")]


def test_every_level_is_known():
    check_traits({trait: level for trait in TRAITS for level in (*LEVELS, *FIVE_LEVELS)})


@pytest.mark.parametrize(
    ("traits", "message"),
    [
        ({"honesty": "high"}, "unknown trait 'honesty'; expected one of openness"),
        ({"openness": "enormous"}, "unknown level 'enormous' of openness; expected one of high, low, unclear"),
    ],
)
def test_anything_else_is_refused(traits, message):
    with pytest.raises(UnknownTrait, match=message):
        check_traits(traits)
