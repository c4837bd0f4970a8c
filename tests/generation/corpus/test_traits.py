"""Traits, levels and their words."""

import pytest

from generation.corpus.traits import (
    ADJECTIVES,
    DESIRABLE,
    FIVE_LEVELS,
    LEVELS,
    TRAITS,
    UnknownTrait,
    adjectives,
    check_traits,
    in_words,
    levels_of,
    pole,
    stated,
)


def test_each_end_of_each_trait_has_three_words_of_its_own():
    words = [word for trait in TRAITS for level in ("high", "low") for word in ADJECTIVES[trait][level]]

    assert len(words) == len(set(words)) == 30


def test_a_trait_is_told_in_plain_words():
    assert in_words("extraversion", "high") == "outgoing, talkative and energetic"


def test_very_strengthens_medium_stands_between_and_unclear_says_nothing():
    assert adjectives("extraversion", "very low") == ("very reserved", "very quiet", "very private")
    assert in_words("extraversion", "medium") == "neither especially outgoing nor especially reserved"
    assert in_words("openness", "unclear") == ""


def test_a_scale_has_three_levels_or_five_and_unclear_in_either():
    assert levels_of(3) == LEVELS
    assert levels_of(5) == FIVE_LEVELS


def test_very_high_is_at_the_high_end_and_medium_at_neither():
    assert [pole(level) for level in FIVE_LEVELS] == ["low", "low", "medium", "high", "high", "unclear"]


def test_each_trait_has_an_end_that_people_like_to_be_seen_at():
    assert dict.fromkeys(TRAITS, "high") | {"neuroticism": "low"} == DESIRABLE


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
