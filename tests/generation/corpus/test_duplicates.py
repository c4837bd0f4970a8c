"""Near-duplicates over a corpus."""

import builtins

import pytest

from generation.corpus.dialogues import Dialogue
from generation.corpus.duplicates import NearDuplicates, NoDatasketch, shingles
from tests.builders import SMALL_TALK, a_dialogue


def jaccard(one: Dialogue, other: Dialogue) -> float:
    a, b = set(shingles(one)), set(shingles(other))
    return len(a & b) / len(a | b)


def test_shingles_are_the_runs_of_three_words_within_a_turn():
    assert list(shingles(a_dialogue(texts=("i'm at home", "so am i now")))) == [
        "i am at",
        "am at home",
        "so am i",
        "am i now",
    ]


def test_a_dialogue_with_one_turn_changed_is_found_with_about_its_true_similarity():
    known = NearDuplicates(0.5)
    first, changed = a_dialogue(1), a_dialogue(2, texts=(*SMALL_TALK[:-1], "i fly planes all over the world ."))
    known.add(first)

    alike = known.most_alike(changed)

    assert alike is not None
    assert alike.id == first.id
    # Three standard errors of 128 permutations.
    assert alike.similarity == pytest.approx(jaccard(first, changed), abs=3 * 0.5 / 128**0.5)


def test_of_several_the_most_alike_is_named():
    known = NearDuplicates(0.3)
    for number, texts in enumerate(
        [(*SMALL_TALK[:4], "i am at sea now .", "are you in a boat ?"), SMALL_TALK, SMALL_TALK[:4]]
    ):
        known.add(a_dialogue(number, texts=texts))

    assert known.most_alike(a_dialogue(9)).id == "personachat/train/00001"


def test_other_words_are_no_duplicate_and_no_words_are_like_nothing():
    known = NearDuplicates(0.5)
    known.add(a_dialogue(1))
    known.add(a_dialogue(2, texts=("hi", "hi")))

    assert known.most_alike(a_dialogue(3, texts=("we went to the sea last year", "was it far from here ?"))) is None
    assert known.most_alike(a_dialogue(4, texts=("hi", "hi"))) is None


def test_without_the_package_the_error_names_the_extra(monkeypatch):
    real = builtins.__import__

    def absent(name: str, *rest: object) -> object:
        if name == "datasketch":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)

    with pytest.raises(NoDatasketch, match=r"pip install 'parley\[dedup\]'"):
        NearDuplicates(0.5)
