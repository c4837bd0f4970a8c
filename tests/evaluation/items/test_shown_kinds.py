"""What each kind of item is called on the page, and a trait in plain words."""

import pytest
from django.utils.translation import override

from evaluation.items.shown_kinds import (
    TRAIT_ENDS,
    TRAIT_LEVELS,
    TRAIT_NAMES,
    labels_of,
    level_label,
    question_name,
    side_names,
)
from evaluation.models import Criterion
from generation.corpus.traits import FIVE_LEVELS, LEVELS, TRAITS


def asked(key="extraversion", options=LEVELS, name="Extraversion"):
    return Criterion(key=key, name=name, scale="label", options=list(options))


def test_sides_of_whole_dialogues_are_conversations_and_of_pairs_replies():
    assert [str(name) for name in side_names("dialogues").values()] == ["Conversation 1", "Conversation 2"]
    assert [str(name) for name in side_names("pair").values()] == ["Reply 1", "Reply 2"]
    assert labels_of("dialogues").keys() == labels_of("pair").keys()
    assert str(labels_of("dialogues")["right:2"]) == "Conversation 2, much"


def test_levels_are_read_in_plain_words_on_either_scale():
    assert [level_label("persona", asked(), level) for level in LEVELS] == ["Outgoing", "Reserved", "Cannot tell"]
    assert [level_label("persona", asked(options=FIVE_LEVELS), level) for level in FIVE_LEVELS] == [
        "Very reserved",
        "Rather reserved",
        "In between",
        "Rather outgoing",
        "Very outgoing",
        "Cannot tell",
    ]


def test_every_trait_has_its_words_and_none_of_them_is_its_name():
    for words in (TRAIT_NAMES, TRAIT_ENDS, TRAIT_LEVELS):
        assert set(words) == set(TRAITS)
    for trait in TRAITS:
        assert trait not in question_name("persona", asked(trait)).lower()


def test_labels_of_anything_else_stand_as_the_study_writes_them():
    assert level_label("pair", asked(), "high") == "high"
    assert level_label("persona", asked("mood", ("good", "bad")), "good") == "good"
    assert question_name("pair", asked()) == "Extraversion"
    assert question_name("persona", asked("mood", name="Mood")) == "Mood"


@pytest.mark.parametrize(
    ("kind", "value", "words"), [("dialogues", "left", "Gespräch 1"), ("persona", "low", "Zurückhaltend")]
)
def test_words_are_those_of_the_studys_language(kind, value, words):
    with override("de"):
        said = str(labels_of(kind)[value]) if kind == "dialogues" else level_label(kind, asked(), value)

    assert said == words
