"""The offline author's traits can be told from its text: else it would be no test of whatever looks for traits."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from generation.corpus.dialogues import Dialogue, Speaker
from generation.corpus.distinctive import DistinctiveNgrams, NgramTable
from generation.corpus.lexical import normalise
from generation.corpus.traits import TRAITS
from generation.offline.manners import MANNERS
from generation.offline.writing import write
from tests.generation.builders import a_persona

LEVELS = ("high", "low")


def dialogues(count: int = 400) -> Iterator[Dialogue]:
    """Dialogues whose speakers are told two traits each, drawn apart from their personas."""
    rng = random.Random(7)
    for number in range(count):
        first, second = (
            Speaker(a_persona(rng.randrange(200)), {trait: rng.choice(LEVELS) for trait in rng.sample(TRAITS, 2)})
            for _ in range(2)
        )
        turns = write((first, second), seed=7, sample=number)
        yield Dialogue(id=f"{number:05}", split="train", speakers=(first, second), turns=turns)


def distinctive(corpus: list[Dialogue]) -> DistinctiveNgrams:
    table = NgramTable()
    for dialogue in corpus:
        for number, speaker in enumerate(dialogue.speakers):
            table.add(speaker.traits, [turn.text for turn in dialogue.turns if turn.speaker == number])
    return table.distinctive()


def shuffled(corpus: list[Dialogue], seed: int) -> list[Dialogue]:
    """The same dialogues, with what speakers were told dealt out anew."""
    told = [speaker.traits for dialogue in corpus for speaker in dialogue.speakers]
    random.Random(seed).shuffle(told)
    return [
        replace(
            dialogue,
            speakers=(
                replace(dialogue.speakers[0], traits=told[2 * number]),
                replace(dialogue.speakers[1], traits=told[2 * number + 1]),
            ),
        )
        for number, dialogue in enumerate(corpus)
    ]


@pytest.fixture(scope="module")
def corpus() -> list[Dialogue]:
    return list(dialogues())


def words_of(trait: str, level: str) -> set[str]:
    """All words of that manner, and of no other."""
    by_manner = {
        manner: {word for texts in places.values() for text in texts for word in normalise(text) if word.isalpha()}
        for manner, places in MANNERS.items()
    }
    others = set().union(*(words for manner, words in by_manner.items() if manner != (trait, level)))
    return by_manner[trait, level] - others


def test_each_level_of_each_trait_is_told_by_the_words_of_its_manner(corpus):
    found = distinctive(corpus).found

    assert found.keys() == MANNERS.keys()
    for (trait, level), ngrams in found.items():
        distinct = {each.ngram for each in ngrams}
        own = words_of(trait, level)
        assert len(distinct & own) >= len(own) / 2, (trait, level)


def test_no_level_is_told_by_the_words_of_its_opposite(corpus):
    found = distinctive(corpus).found

    for (trait, level), ngrams in found.items():
        opposite = words_of(trait, LEVELS[level == "high"])
        assert not {each.ngram for each in ngrams} & opposite, (trait, level)


def test_with_shuffled_labels_nearly_nothing_is_found(corpus):
    # True labels give thousands. At 5 % false discoveries, most shuffles find nothing at all.
    finds = [sum(map(len, distinctive(shuffled(corpus, seed)).found.values())) for seed in range(5)]

    assert sum(map(len, distinctive(corpus).found.values())) > 1_000
    assert (sum(find > 0 for find in finds) <= 1, max(finds) < 20) == (True, True)
