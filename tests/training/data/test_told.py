"""What a model is told while it learns."""

from collections import Counter
from dataclasses import replace

import pytest

from generation.corpus.lexical import words
from tests.training.builders import toy_examples
from training.data.examples import Example
from training.data.told import BadTelling, Telling


def with_own_traits() -> list[Example]:
    """Toy examples in which every speaker has a trait level of their own number."""
    levels = ("high", "low")
    return [
        replace(each, traits={"openness": levels[hash_of(each) % 2], "extraversion": levels[hash_of(each) // 2 % 2]})
        for each in toy_examples()
    ]


def hash_of(example: Example) -> int:
    return int(example.context.id.rpartition("#")[0][-5:]) * 2 + example.context.speaker


def test_plainly_told_nothing_changes():
    examples = with_own_traits()

    assert Telling().applied(examples, seed=7) == examples
    assert Telling().as_json() == {}


def test_traits_are_dropped_at_the_rate_and_the_same_ones_every_time():
    examples = with_own_traits()

    found = Telling(drop_traits=0.3).applied(examples, seed=7)

    dropped = sum(not each.traits for each in found)
    # 120 examples at .3: 36 +- 5.
    assert 21 <= dropped <= 51
    assert Telling(drop_traits=0.3).applied(examples[::-1], seed=7) == found[::-1]
    assert all(not each.traits for each in Telling(drop_traits=1.0).applied(examples, seed=7))
    assert [each.context for each in found] == [each.context for each in examples]


def test_shuffled_traits_are_those_of_another_speaker_all_through_a_dialogue():
    examples = [
        replace(each, traits={"openness": "high" if hash_of(each) == 5 else "low"}) for each in with_own_traits()
    ]

    found = Telling(shuffle_traits=True).applied(examples, seed=7)

    told = {hash_of(each): set() for each in found}
    for each in found:
        told[hash_of(each)].add(each.traits["openness"])
    # Everything that was told is told still; only not to its own speaker.
    assert Counter(level for levels in told.values() for level in levels) == {"low": 47, "high": 1}
    assert told[5] == {"low"}


def test_examples_are_cut_to_words_by_whole_dialogues_and_nested():
    examples = with_own_traits()
    whole = sum(len(words(each.reply)) for each in examples)

    half = Telling(most_words=whole // 2).applied(examples, seed=7)
    most = Telling(most_words=whole).applied(examples, seed=7)

    assert whole * 0.4 < sum(len(words(each.reply)) for each in half) <= whole // 2
    assert Counter(each.context.cluster for each in half) == dict.fromkeys({each.context.cluster for each in half}, 5)
    assert most == examples


@pytest.mark.parametrize(
    ("telling", "problem"),
    [
        (Telling(drop_traits=1.5), "--drop-traits: expected a share from 0 to 1, got 1.5"),
        (Telling(most_words=0), "--most-words: expected at least 1, got 0"),
        (Telling(with_traits=False, shuffle_traits=True), "nothing to drop or to shuffle"),
    ],
)
def test_what_cannot_be_meant_is_refused(telling, problem):
    with pytest.raises(BadTelling, match=problem):
        telling.check()
