"""The little English that the offline author needs."""

import pytest

from generation.offline.english import as_gerund, cased, contracted, gerund, interrupted, spelled_out, to_you


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("I've two dogs.", "i have two dogs"),
        ("i ve two dogs .", "i have two dogs"),
        ("i m a nurse.", "i am a nurse"),
        ("i don't eat meat", "i do not eat meat"),
        ("i don t eat meat", "i do not eat meat"),
        ("i can't swim .", "i cannot swim"),
        ("in allergic to peanuts.", "i am allergic to peanuts"),
        ("i'd like to fly.", "i would like to fly"),
        ("well , i won't !", "well, i will not"),
    ],
)
def test_sentences_are_spelled_out(written, spelled):
    assert spelled_out(written) == spelled


GERUNDS = {
    "ski": "skiing",
    "bake": "baking",
    "swim": "swimming",
    "lie": "lying",
    "see": "seeing",
    "play": "playing",
    "panic": "panicking",
    "visit": "visiting",
    "dye": "dyeing",
    "canoe": "canoeing",
}


def test_gerunds():
    assert {verb: gerund(verb) for verb in GERUNDS} == GERUNDS


@pytest.mark.parametrize(
    ("infinitive", "form"),
    [
        ("read books and write", "reading books and writing"),
        ("bake bread", "baking bread"),
        ("go fish and chips", None),
        ("not talk", None),
        ("", None),
        ("really swim", None),
    ],
)
def test_infinitives_become_gerunds_where_that_is_safe(infinitive, form):
    assert as_gerund(infinitive) == form


@pytest.mark.parametrize(
    ("clause", "turned"),
    [
        ("i am shy", "you are shy"),
        ("i also am a nurse", "you also are a nurse"),
        ("my dogs are mine", "your dogs are yours"),
        ("i was late, i was", "you were late, you were"),
        ("my mother was a nurse", "your mother was a nurse"),
        ("i like you", None),
    ],
)
def test_a_clause_is_turned_round(clause, turned):
    assert to_you(clause) == turned


def test_prose_has_its_capitals():
    text = "i live in new york. on monday i watch tv in paris! do i?"

    assert cased(text) == "I live in New York. On Monday I watch TV in Paris! Do I?"


def test_prose_has_its_short_forms_but_not_at_a_stressed_end():
    assert contracted("I am here. I do not know who I am") == "I'm here. I don't know who I am"
    assert contracted("That is it, it is cold, I cannot") == "That's it, it's cold, I can't"


def test_a_long_clause_is_interrupted_where_one_breathes():
    assert interrupted("i play the guitar in a band", "you know") == "i play the guitar, you know, in a band"
