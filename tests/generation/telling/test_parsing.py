"""What of an answer is accepted, and what is said of the rest."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.corpus.dialogues import Speaker, Turn
from generation.telling.parsing import Answer, Bounds, Unusable, parse_dialogue, parse_message
from tests.builders import BAKER, SKIER

SPEAKERS = (Speaker(BAKER), Speaker(SKIER))
SHORT = Bounds(min_turns=2, max_turns=4, max_words=8, min_coverage=0)


def dialogue(text: str, bounds: Bounds = SHORT, **kwargs: str) -> tuple[Turn, ...]:
    return parse_dialogue(Answer(text, **kwargs), SPEAKERS, bounds)


def test_a_dialogue_is_lines_that_alternate():
    turns = dialogue("Speaker 1: Hi!\n\nSpeaker 2: Hello,  how are you? \nSpeaker 1: Fine.\n")

    assert turns == (Turn(0, "Hi!"), Turn(1, "Hello, how are you?"), Turn(0, "Fine."))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Speaker 1: Hi!", "expected from 2 to 4 turns, got 1"),
        ("\n".join(f"Speaker {1 + n % 2}: Hi!" for n in range(5)), "expected from 2 to 4 turns, got 5"),
        ("Speaker 2: Hi!\nSpeaker 1: Hello!", "turn 1 should be Speaker 1's"),
        ("Speaker 1: Hi!\nSpeaker 1: Hello!", "turn 2 should be Speaker 2's"),
        ("Speaker 1: Hi!\nSpeaker 2:", "turn 2 is empty"),
        ("Speaker 1: Hi!\nSpeaker 2: " + "ha " * 9, "turn 2 has 9 words; at most 8"),
        ("Sure!\nSpeaker 1: Hi!\nSpeaker 2: Hello!", "the line 'Sure!' does not begin with"),
        ("Speaker 1: Hi!\nSpeaker 2: Hello!\n(They laugh.)", "the line '(They laugh.)' does not begin with"),
        ("**Speaker 1:** Hi!\n**Speaker 2:** Hello!", "does not begin with"),
        ("", "expected from 2 to 4 turns, got 0"),
    ],
)
def test_a_dialogue_out_of_form_says_why(text, reason):
    with pytest.raises(Unusable) as caught:
        dialogue(text)

    assert caught.value.kind == "malformed"
    assert reason in caught.value.reason


def test_a_dialogue_that_was_cut_off_is_truncated_though_its_lines_look_whole():
    with pytest.raises(Unusable) as caught:
        dialogue("Speaker 1: Hi!\nSpeaker 2: Hello!", finish_reason="length")

    assert caught.value.kind == "truncated"


def test_a_speaker_who_is_a_language_model_is_a_refusal():
    with pytest.raises(Unusable, match="turn 2 speaks of being a language model") as caught:
        dialogue("Speaker 1: Hi!\nSpeaker 2: As an AI I have no dogs.")

    assert caught.value.kind == "refused"


def test_a_long_persona_sentence_said_word_for_word_is_copied_and_a_short_one_is_not():
    long = "i spent a decade working in the human services field."
    speakers = (Speaker((long, "i have two dogs.")), Speaker(SKIER))
    bounds = replace(SHORT, max_words=60)

    with pytest.raises(Unusable, match="copied word for word"):
        parse_dialogue(Answer(f"Speaker 1: Well, {long[:-1]}, really.\nSpeaker 2: Oh."), speakers, bounds)

    assert len(parse_dialogue(Answer("Speaker 1: I have two dogs.\nSpeaker 2: Oh."), speakers, bounds)) == 2


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("Speaker 1: Hi!\nSpeaker 2: Well, I am a nurse and", "truncated", "cut off after 'a nurse and'"),
        ("Speaker 1: Hi!\nSpeaker 2: I have two dogs,", "truncated", "cut off"),
        ("Speaker 1: Hi!\nSpeaker 2: (smiles) Hello!", "malformed", "turn 2 begins with what is not said"),
        ("Speaker 1: *waves*\nSpeaker 2: Hello!", "malformed", "turn 1 begins with what is not said"),
        ("Speaker 1: Hi!\nSpeaker 2: 1. ski 2. sleep", "malformed", "turn 2 begins with what is not said"),
    ],
)
def test_what_is_acted_listed_or_cut_off_is_no_turn(text, kind, reason):
    with pytest.raises(Unusable, match=re.escape(reason)) as caught:
        dialogue(text)

    assert caught.value.kind == kind


def test_an_end_that_people_write_is_an_end():
    for end in ("bye", "me too :)", "oh no :(", "so am i", "that is what it is", "see you ...", "who are you with"):
        assert len(dialogue(f"Speaker 1: Hi!\nSpeaker 2: {end}")) == 2


def test_a_speaker_who_says_nothing_of_their_own_persona_has_not_used_it():
    bounds = replace(SHORT, min_coverage=0.1)

    with pytest.raises(Unusable, match="Speaker 2 says only 0% of their own persona's words") as caught:
        dialogue("Speaker 1: I bake bread.\nSpeaker 2: You bake bread?", bounds)

    assert caught.value.kind == "off_persona"
    assert len(dialogue("Speaker 1: I bake bread.\nSpeaker 2: My dogs like that.", bounds)) == 2


def test_an_opening_must_come_first_word_for_word():
    opening = (Turn(0, "Good evening!"),)

    def parsed(text: str) -> tuple[Turn, ...]:
        return parse_dialogue(Answer(text), SPEAKERS, SHORT, opening)

    assert parsed("Speaker 1: Good  evening!\nSpeaker 2: Hi.")[:1] == opening
    with pytest.raises(Unusable, match="turn 1 should be, word for word, 'Good evening!'"):
        parsed("Speaker 1: Good evening\nSpeaker 2: Hi.")


def message(text: str, turns: tuple[Turn, ...] = (), **kwargs: str) -> str:
    return parse_message(Answer(text, **kwargs), turns, SPEAKERS[1], SHORT)


def test_a_message_is_one_line_as_it_would_be_sent():
    assert message(" I'm  sorry to hear that.\n") == "I'm sorry to hear that."
    assert message('"Home" is a big word.') == '"Home" is a big word.'


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("Hi!\nHow are you?", "malformed", "expected one message on one line, got 2 lines"),
        ("", "malformed", "got 0 lines"),
        ("Speaker 2: Hi!", "malformed", "begins with a name"),
        ("Me: hi", "malformed", "begins with a name"),
        ('"Hi there!"', "malformed", "stands in quotation marks"),
        ("*smiles* Hi!", "malformed", "begins with what is not said"),
        ("ha " * 9, "malformed", "the message has 9 words; at most 8"),
        ("As an AI I have no dogs.", "refused", "speaks of being a language model"),
        ("I'm sorry, but I can't continue with this.", "refused", "it is a refusal"),
        ("I was at home because", "truncated", "cut off after 'at home because'"),
    ],
)
def test_a_message_that_will_not_do_says_why(text, kind, reason):
    with pytest.raises(Unusable, match=re.escape(reason)) as caught:
        message(text)

    assert caught.value.kind == kind


def test_a_message_is_not_sent_twice_unless_it_is_short():
    turns = (Turn(0, "I went there last year."), Turn(1, "Me too!"))

    with pytest.raises(Unusable, match="sent before, word for word"):
        message("i went there last year", turns)
    assert message("me too", turns) == "me too"


def test_an_agent_is_told_of_its_own_persona_alone_that_it_was_copied():
    long = "i spent a decade working in the human services field."
    bounds = replace(SHORT, max_words=60)
    answer = Answer(f"Well, {long[:-1]}, really.")

    with pytest.raises(Unusable, match="copied word for word"):
        parse_message(answer, (), Speaker((long,)), bounds)
    assert parse_message(answer, (), SPEAKERS[1], bounds) == answer.text


@given(st.text())
def test_any_text_is_either_a_dialogue_or_unusable(text):
    turns, kind = (), "good"
    try:
        turns = dialogue(text)
    except Unusable as error:
        kind = error.kind

    assert kind in ("refused", "malformed") or 2 <= len(turns) <= 4
