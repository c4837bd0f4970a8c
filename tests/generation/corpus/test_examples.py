"""Leaks to look at."""

from generation.corpus.examples import LeakExample, LeakExamples
from generation.corpus.leakage import first_mentions
from tests.builders import a_dialogue

NURSE, BAKER = ("i am a nurse.", "i sing."), ("i bake bread.", "i sail.")


def examples_of(dialogues, **options) -> tuple[LeakExample, ...]:
    leaks = LeakExamples(seed=7, **options)
    for dialogue in dialogues:
        leaks.add(dialogue, list(first_mentions(dialogue)))
    return leaks.examples


def test_an_example_says_who_said_which_word_of_whose_persona_where():
    (example,) = examples_of([a_dialogue(personas=(NURSE, BAKER), texts=("hello .", "are you a nurse ?"))])

    assert example == LeakExample(
        dialogue="personachat/train/00000",
        turn=1,
        speaker=1,
        word="nurse",
        text="are you a nurse ?",
        sentence="i am a nurse.",
    )
    assert example.as_json()["persona_of"] == 0


def test_a_few_are_kept_whatever_the_order_of_the_dialogues():
    dialogues = [a_dialogue(n, personas=(NURSE, BAKER), texts=("do you bake or sail ?", "yes")) for n in range(40)]

    examples = examples_of(dialogues, count=5)

    assert len({example.dialogue for example in examples}) == 5
    assert examples_of(reversed(dialogues), count=5) == examples


def test_where_nothing_leaks_there_is_none():
    assert examples_of([a_dialogue(personas=(NURSE, BAKER), texts=("i am a nurse .", "i bake ."))]) == ()
