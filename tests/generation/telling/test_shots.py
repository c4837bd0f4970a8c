"""The examples that stand before a task: they must be such answers as would be taken."""

import pytest

from generation.corpus.traits import LEVELS, stated
from generation.labels.label_parsing import parse_labels
from generation.telling.parsing import BOUNDS, Answer, parse_dialogue
from generation.telling.shots import MOST_SHOTS, dialogue_examples, label_examples


@pytest.mark.parametrize("levels", [3, 5])
def test_each_labelled_persona_is_an_answer_that_would_be_taken(levels):
    examples = label_examples(MOST_SHOTS, levels=levels)

    labels = [parse_labels(Answer(each.answer), each.persona, levels=levels) for each in examples]

    assert len(labels) == MOST_SHOTS
    assert all(len(stated(each.levels)) in (1, 2) for each in labels)


def test_on_three_levels_very_falls_away_and_medium_is_unclear():
    seen = {
        levels: [
            level
            for each in label_examples(MOST_SHOTS, levels=levels)
            for level in stated(parse_labels(Answer(each.answer), each.persona, levels=levels).levels).values()
        ]
        for levels in (3, 5)
    }

    assert set(seen[5]) == {"very high", "low", "medium", "high"}
    assert seen[3] == ["high", "low", "low", "high", "high"]


@pytest.mark.parametrize("levels", [3, 5])
def test_each_dialogue_is_an_answer_that_would_be_taken(levels):
    for example in dialogue_examples(MOST_SHOTS, levels=levels):
        text = "\n".join(f"Speaker {turn.speaker + 1}: {turn.text}" for turn in example.turns)

        assert parse_dialogue(Answer(text), example.speakers, BOUNDS) == example.turns


def test_dialogues_are_told_levels_of_the_scale():
    levels = [
        level
        for example in dialogue_examples(MOST_SHOTS, levels=3)
        for speaker in example.speakers
        for level in speaker.traits.values()
    ]

    assert set(levels) == set(LEVELS[:2])


def test_as_many_come_as_were_asked_for_and_always_the_first():
    assert label_examples(0, levels=3) == []
    assert label_examples(2, levels=3) == label_examples(3, levels=3)[:2]
    assert dialogue_examples(1, levels=5) == dialogue_examples(3, levels=5)[:1]
