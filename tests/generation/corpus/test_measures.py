"""What one dialogue brings to each measure."""

from generation.corpus.leakage import leak_share
from generation.corpus.lexical import Factors
from generation.corpus.measures import MEASURES, STYLE, measure
from generation.corpus.rates import Rate
from tests.builders import a_dialogue

NURSE, BAKER = ("i am a nurse.", "i sing."), ("i bake bread.", "i like you.")


def length(text: str) -> float:
    return len(text)


def test_every_measure_has_its_part():
    measured = measure(a_dialogue(), sentiment=length)

    assert measured.parts.keys() == MEASURES.keys()
    assert [speaker.keys() for speaker in measured.speakers] == [STYLE.keys()] * 2


def test_the_parts_are_counts_over_their_cases():
    dialogue = a_dialogue(personas=(NURSE, BAKER), texts=("so , do you bake ?", "yes , i bake ! :)", "i sing ."))

    parts = measure(dialogue, sentiment=length).parts

    # so do you bake | yes i bake | i sing
    assert (parts["turns_per_dialogue"], parts["words_per_turn"]) == ((3, 1), (9, 3))
    assert (parts["question_rate"], parts["exclamation_rate"]) == ((1, 3), (1, 3))
    assert (parts["intensifier_rate"], parts["emoticon_rate"]) == ((1, 9), (1, 3))
    assert parts["sentiment"] == (18 + 17 + 8, 3)
    # The baker bakes first in the nurse's mouth; the nurse sings.
    assert parts["leak_rate"] == (1, 2)
    # Of nurse and sing one is said, of bake and bread one. "i like you" has no content word.
    assert parts["own_coverage"] == (0.5 + 0.5, 2)
    # "i sing" and "i bake bread" are used, "i am a nurse" is not.
    assert parts["sentences_used"] == (2, 3)


def test_speakers_add_up_to_the_dialogue():
    measured = measure(a_dialogue(), sentiment=length)

    first, second = measured.speakers
    for name in STYLE:
        assert measured.parts[name] == (first[name][0] + second[name][0], first[name][1] + second[name][1])


def test_variety_is_measured_within_the_dialogue():
    texts = tuple("the dog and the cat and the bird sat on the mat all day" for _ in range(6))

    parts = measure(a_dialogue(texts=texts), sentiment=length).parts

    tokens = " ".join(texts).split()
    one_way, other_way = Factors(), Factors()
    for token in tokens:
        one_way.add(token)
    for token in reversed(tokens):
        other_way.add(token)
    assert parts["mtld_in_dialogues"] == (len(tokens), (one_way.factors + other_way.factors) / 2)
    # 10 words in all, and each window of 50 holds them all; 6 * 14 tokens have 35 such windows.
    assert parts["mattr"] == (35 * 10 / 50, 35)


def test_the_share_of_leaks_knows_its_cases():
    dialogue = a_dialogue(personas=(NURSE, BAKER), texts=("do you bake ?", "yes .", "i sing ."))

    assert leak_share(dialogue) == Rate(0.5, 2)
    assert leak_share(a_dialogue(texts=("hello",))) == Rate(None, 0)
