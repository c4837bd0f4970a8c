"""Templates are planted before they are searched for."""

from dataclasses import replace

from generation.corpus.repetition import Repeated, Repetition, RepetitionSample
from tests.builders import a_dialogue

HELLO = "hello there , how are you today ?"


def repetition_of(dialogues, *, size: int = 1_000, seed: int = 7) -> Repetition:
    sample = RepetitionSample(seed=seed, size=size)
    for dialogue in dialogues:
        sample.add(dialogue)
    return sample.repetition


def own_words(number: int) -> tuple[str, ...]:
    return f"my red dogs{number} bark{number} loudly{number} .", f"and{number} mine{number} sleep{number} on ."


def test_turns_that_stand_in_another_dialogue_are_repeated():
    dialogues = [a_dialogue(n, texts=(HELLO, *own_words(n))) for n in range(3)]
    dialogues.append(a_dialogue(3, texts=own_words(3)))

    found = repetition_of(dialogues)

    # Three of eleven turns.
    assert (found.turns.value, found.turns.n) == (3 / 11, 11)
    assert found.examples == (Repeated(HELLO, 3),)
    assert found.turns_of["personachat/train/00000"] == (1, 3)


def test_case_and_spacing_make_no_other_turn():
    found = repetition_of([a_dialogue(0, texts=(HELLO,)), a_dialogue(1, texts=("Hello there, how are you today?",))])

    assert found.turns.value == 1.0


def test_a_turn_said_twice_in_one_dialogue_alone_is_not_repeated():
    found = repetition_of([a_dialogue(0, texts=(HELLO, HELLO)), a_dialogue(1, texts=own_words(1))])

    assert (found.turns.value, found.examples) == (0.0, ())


def test_phrases_are_found_where_whole_turns_differ():
    one = a_dialogue(0, texts=("i really like to ski .",))
    other = a_dialogue(1, texts=("well , i really like to bake .",))

    found = repetition_of([one, other])

    # "i really like to" of 3 and of 5 runs of four tokens.
    assert (found.turns.value, found.phrases.value, found.phrases.n) == (0.0, 2 / 8, 8)


def test_parallel_corpora_are_sampled_on_the_same_sources():
    human = [a_dialogue(n) for n in range(50)]
    distilled = [replace(each, id=f"distilled/{n}", source=each.id) for n, each in enumerate(reversed(human))]

    first, second = repetition_of(human, size=10), repetition_of(distilled, size=10)

    assert len(first.turns_of) == 10
    assert first.turns_of.keys() == second.turns_of.keys()
    assert first.turns_of.keys() != repetition_of(human, size=10, seed=8).turns_of.keys()
