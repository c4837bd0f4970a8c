"""A corpus is written whole, and never over another."""

import pytest

from generation.corpus.dialogues import read_dialogues
from generation.corpus.folders import CorpusTaken, provenance, write_corpus
from tests.builders import a_dialogue


def test_it_is_sorted_by_id(tmp_path):
    count = write_corpus(tmp_path, [a_dialogue(2), a_dialogue(1)])

    assert count == 2
    assert list(read_dialogues(tmp_path)) == [a_dialogue(1), a_dialogue(2)]


def test_the_same_again_is_no_trouble(tmp_path):
    write_corpus(tmp_path, [a_dialogue(1)])

    assert write_corpus(tmp_path, [a_dialogue(1)]) == 1


def test_another_corpus_is_not_written_over(tmp_path):
    write_corpus(tmp_path, [a_dialogue(1)])

    with pytest.raises(CorpusTaken, match="holds other dialogues already; remove it or name another"):
        write_corpus(tmp_path, [a_dialogue(1), a_dialogue(2)])

    assert list(read_dialogues(tmp_path)) == [a_dialogue(1)]


def test_neither_is_a_broken_one(tmp_path):
    (tmp_path / "dialogues.jsonl").write_text("my notes\n")

    with pytest.raises(CorpusTaken):
        write_corpus(tmp_path, [a_dialogue(1)])

    assert (tmp_path / "dialogues.jsonl").read_text() == "my notes\n"


def test_an_id_that_comes_twice_is_refused(tmp_path):
    with pytest.raises(ValueError, match="two dialogues have the id 'personachat/train/00001'"):
        write_corpus(tmp_path, [a_dialogue(1), a_dialogue(1)])

    assert not (tmp_path / "dialogues.jsonl").exists()


def test_provenance_is_empty_where_nothing_is_known(tmp_path):
    assert provenance(tmp_path) == {}
