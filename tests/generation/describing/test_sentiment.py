"""How positive or negative a turn is."""

import pytest

from generation.describing.sentiment import sentiment_signature, valence


def test_it_is_the_score_of_the_published_tool():
    # From the README of VADER: "VADER is smart, handsome, and funny." has the compound score 0.8316.
    assert valence("VADER is smart, handsome, and funny.") == 0.8316


@pytest.mark.parametrize(
    ("parted", "written"),
    [
        ("i don ' t like this .", "I don't like this."),
        ("that is great : )", "That is great :)"),
        ("not good at all", "NOT GOOD at all"),
    ],
)
def test_both_spellings_of_a_turn_have_the_same_score(parted, written):
    assert valence(parted) == valence(written)


def test_a_negation_that_a_tokeniser_parted_turns_the_score_round():
    assert valence("i don ' t like this .") < 0 < valence("i like this .")


def test_the_signature_names_the_lexicon_and_its_version():
    assert sentiment_signature().startswith("VADER 3.")
