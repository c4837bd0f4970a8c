"""The offline author as one of two agents."""

import re

from generation.corpus.dialogues import Speaker, Turn
from generation.corpus.leakage import first_mentions
from generation.offline import alone
from generation.telling.parsing import BOUNDS, Answer, parse_message
from tests.builders import BAKER, SKIER, a_dialogue
from tests.generation.builders import a_pair

SPEAKERS = (Speaker(BAKER, {"neuroticism": "high"}), Speaker(SKIER, {"agreeableness": "high"}))


def lines(turns: tuple[Turn, ...]) -> list[str]:
    return [turn.text for turn in turns]


def test_the_same_arguments_give_the_same_dialogue_and_another_sample_another():
    first = alone.write(SPEAKERS, seed=7)

    assert alone.write(SPEAKERS, seed=7) == first
    assert lines(alone.write(SPEAKERS, seed=7, sample=1)) != lines(first)
    assert lines(alone.write(SPEAKERS, seed=8)) != lines(first)


def test_it_takes_turns_within_the_bounds_from_an_opening_on():
    opening = (Turn(0, "Good evening! Who are you?"),)

    for sample in range(20):
        turns = alone.write(SPEAKERS, seed=7, sample=sample, opening=opening)

        assert turns[0] == opening[0]
        assert [turn.speaker for turn in turns] == [place % 2 for place in range(len(turns))]
        assert 8 <= len(turns) <= 14


def test_what_one_says_does_not_depend_on_who_the_other_is():
    heard = a_dialogue().turns[:3]

    # All that a message is made of is one's own persona and what was said.
    said = alone.message(SPEAKERS[1], 1, heard, left=6, seed=7)

    assert said == alone.message(SPEAKERS[1], 1, heard, left=6, seed=7)
    openings = {alone.write((SPEAKERS[0], partner), seed=7)[0].text for partner in (SPEAKERS[1], Speaker(BAKER))}
    assert len(openings) == 1


def test_neither_leaks_what_only_the_other_knows():
    dialogues = [a_pair(number) for number in range(100)]
    mentions = [
        mention
        for each in dialogues
        for mention in first_mentions(
            a_dialogue(
                personas=(each.speakers[0].persona, each.speakers[1].persona),
                texts=tuple(lines(alone.write(each.speakers, seed=7))),
            )
        )
    ]

    # What is left are words of questions that anybody asks ("a dog or a cat"): about one in fifty.
    leaked = [mention.word for mention in mentions if mention.leaked]
    assert len(mentions) > 250
    assert len(leaked) / len(mentions) < 0.03, leaked


def test_own_facts_come_up_and_the_others_are_come_back_to():
    said = " ".join(lines(alone.write(SPEAKERS, seed=7)))

    assert re.search("bak|truck|farm|height", said)
    assert re.search("ski|dog|nurse|sister", said)
    replies = {
        alone.message(SPEAKERS[0], 0, (Turn(0, "Hi!"), Turn(1, "I have two parrots.")), left=6, seed=seed)
        for seed in range(40)
    }
    assert any("your two parrots" in reply for reply in replies)


def test_nothing_is_told_twice():
    for seed in range(20):
        turns = alone.write(SPEAKERS, seed=seed)

        for speaker, fact in ((0, "an old truck"), (1, "two dogs")):
            told = [turn for turn in turns if turn.speaker == speaker and fact in turn.text.lower()]
            assert len(told) <= 1


def test_every_message_is_one_that_would_be_taken_from_a_model():
    for number in range(30):
        speakers = a_pair(number).speakers
        turns = alone.write(speakers, seed=number)

        for place, turn in enumerate(turns):
            me = speakers[turn.speaker]
            assert parse_message(Answer(turn.text), turns[:place], me, BOUNDS) == turn.text
