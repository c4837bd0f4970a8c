"""A dialogue against itself with its turns in another order."""

import random

import pytest

from evaluation.design.slots import Candidate
from evaluation.material.dialogue_items import gather_dialogues
from evaluation.material.gathering import WrongFiles
from evaluation.material.shuffled_dialogues import shuffled, shuffled_dialogues
from generation.corpus.dialogues import Turn
from tests.evaluation.made_corpora import parallel_corpora

TURNS = tuple(Turn(place % 2, f"turn {place}") for place in range(8))


def made(home, *, sources=4, turns=8):
    parallel_corpora(home, sources=sources, turns=turns)
    gathered = gather_dialogues(["human", "machine"], folder=home, seed=7)
    candidates = [Candidate(each.id, each.cluster, each.domain, 0, 0) for each in gathered.contexts.values()]
    return shuffled_dialogues(candidates, gathered, seed=7)


def test_each_speaker_keeps_their_own_turns_in_another_order():
    wrong = shuffled(TURNS, random.Random(7))

    assert [turn.speaker for turn in wrong] == [turn.speaker for turn in TURNS]
    assert sorted(turn.text for turn in wrong) == sorted(turn.text for turn in TURNS)
    assert {(turn.speaker, turn.text) for turn in wrong} == {(turn.speaker, turn.text) for turn in TURNS}
    assert sum(one != two for one, two in zip(TURNS, wrong, strict=True)) >= 6


def test_systems_take_turns_so_that_no_manner_tells_the_right_one(parley_home):
    pairs = made(parley_home)

    assert [pair.right.partition(" ")[0] for pair in pairs] == ["human", "machine", "human", "machine"]
    assert [sorted(pair.right.splitlines()) for pair in pairs] == [sorted(pair.wrong.splitlines()) for pair in pairs]
    assert all(pair.right_turns != pair.wrong_turns for pair in pairs)


def test_dialogues_of_a_few_turns_are_refused(parley_home):
    with pytest.raises(WrongFiles, match=r"human/test/00000: no dialogue of it .* at least 6 different turns"):
        made(parley_home, turns=4)
