"""The styles in which traits are told."""

import pytest

from generation.corpus.traits import FIVE_LEVELS, TRAITS, UNCLEAR
from generation.telling.traits import ADJECTIVES, DESCRIPTION, FACETS, NAMES, TRAIT_STYLES, table, told

STATED = [level for level in FIVE_LEVELS if level != UNCLEAR]


@pytest.mark.parametrize("style", TRAIT_STYLES)
def test_every_trait_at_every_level_has_words_of_its_own_on_one_line(style):
    lines = [told({trait: level}, style)[0] for trait in TRAITS for level in STATED]

    assert len(set(lines)) == 25
    assert all("\n" not in line for line in lines)
    assert [line.partition(":")[0] for line in lines] == [trait for trait in TRAITS for _ in STATED]


def test_by_name_and_level_alone():
    assert told({"extraversion": "very low", "openness": "high"}, NAMES) == ["openness: high", "extraversion: very low"]


def test_by_adjectives():
    assert told({"extraversion": "very low", "neuroticism": "medium"}, ADJECTIVES) == [
        "extraversion: very low (very reserved, very quiet and very private)",
        "neuroticism: medium (neither especially anxious nor especially calm)",
    ]


def test_by_description():
    assert told({"extraversion": "low"}, DESCRIPTION) == [
        "extraversion: low. They are quiet and reserved, answer briefly, and do not push themselves forward. An "
        "evening alone suits them better than a full room."
    ]


def test_by_facets_of_which_each_trait_has_six():
    (high,), (very_high,), (medium,) = (told({"openness": level}, FACETS) for level in ("high", "very high", "medium"))

    assert high.startswith("openness: high. imagination: daydreams and makes things up; sense of beauty: ")
    assert very_high == high.replace("high. ", "very high. All of this, and strongly: ", 1)
    assert 'imagination: between "daydreams and makes things up" and "keeps to what is real"; ' in medium
    assert {trait: len(table("trait_facets.toml")[trait]) for trait in TRAITS} == dict.fromkeys(TRAITS, 6)


@pytest.mark.parametrize("style", TRAIT_STYLES)
def test_what_is_unclear_is_not_told(style):
    assert told({"openness": "unclear"}, style) == []
