"""When two personas are the same."""

from generation.corpus.personas import evened_out, persona_keys, same_persona_key
from tests.builders import BAKER, SKIER, a_dialogue


def test_spelling_order_and_punctuation_make_no_other_persona():
    one = ("i'm a nurse.", "i do not like snow.")
    other = ("I don't like snow", "i am a nurse .")

    assert same_persona_key(one) == same_persona_key(other) == {"i am a nurse", "i do not like snow"}


def test_another_sentence_makes_another_persona():
    assert same_persona_key(SKIER) != same_persona_key(SKIER[:-1])


def test_a_sentence_is_evened_out():
    assert evened_out("I ' ve  two dogs , really !") == "i have two dogs really"


def test_an_untold_persona_has_an_empty_key():
    assert same_persona_key(()) == frozenset()


def test_keys_come_in_the_order_of_the_speakers():
    assert persona_keys(a_dialogue()) == (same_persona_key(BAKER), same_persona_key(SKIER))
