"""What of an answer is accepted, and what is said of the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.corpus.dialogues import Speaker, Turn
from generation.parsing import Answer, Bounds, Unusable, parse_dialogue
from tests.builders import BAKER, SKIER

SPEAKERS = (Speaker(BAKER), Speaker(SKIER))
SHORT = Bounds(min_turns=2, max_turns=4, max_words=8)


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
    bounds = Bounds(min_turns=2, max_turns=4, max_words=60)

    with pytest.raises(Unusable, match="copied word for word"):
        parse_dialogue(Answer(f"Speaker 1: Well, {long[:-1]}, really.\nSpeaker 2: Oh."), speakers, bounds)

    assert len(parse_dialogue(Answer("Speaker 1: I have two dogs.\nSpeaker 2: Oh."), speakers, bounds)) == 2


@given(st.text())
def test_any_text_is_either_a_dialogue_or_unusable(text):
    turns, kind = (), "good"
    try:
        turns = dialogue(text)
    except Unusable as error:
        kind = error.kind

    assert kind in ("refused", "malformed") or 2 <= len(turns) <= 4
