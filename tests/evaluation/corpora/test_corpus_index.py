"""Dialogues found in their file without reading all of it."""

import json
import os
from pathlib import Path

import pytest

from evaluation.corpora.corpus_index import index_of
from generation.corpus.dialogues import DIALOGUES_FILE, BadLine, CorpusMissing, Dialogue, write_dialogues
from tests.builders import a_dialogue

TOLD = ({"openness": "high"}, {"extraversion": "very low", "neuroticism": "medium"})


def three(folder: Path) -> list[Dialogue]:
    dialogues = [
        a_dialogue(0, traits=TOLD, texts=('he said "traits": {"openness": "low"} to me',)),
        a_dialogue(1, split="test", source="other/test/00009", traits=({"extraversion": "low"}, {})),
        a_dialogue(2, source="personachat/train/00000"),
    ]
    write_dialogues(folder, dialogues)
    return sorted(dialogues, key=lambda each: each.id)


def test_dialogues_are_read_in_the_order_asked_for(tmp_path):
    written = three(tmp_path)

    assert list(index_of(tmp_path).read([2, 0])) == [written[2], written[0]]


def test_an_id_is_found_and_one_that_is_not_there_is_not(tmp_path):
    written = three(tmp_path)

    assert [index_of(tmp_path).number_of(each.id) for each in written] == [0, 1, 2]
    assert index_of(tmp_path).number_of("nobody") is None


def test_dialogues_on_the_same_personas_are_found_by_their_origin(tmp_path):
    written = three(tmp_path)

    found = index_of(tmp_path).with_origin("personachat/train/00000")

    assert [written[number].id for number in found] == ["personachat/train/00000", "personachat/train/00002"]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({}, [0, 1, 2]),
        ({"trait": "extraversion"}, ["very low", "low"]),
        ({"trait": "extraversion", "level": "low"}, ["very low", "low"]),
        ({"trait": "openness", "level": "low"}, []),
        ({"trait": "openness", "level": "high"}, ["very low"]),
        ({"level": "medium"}, ["very low"]),
        ({"split": "test"}, ["low"]),
        ({"split": "validation"}, []),
        ({"ids": ["personachat/train/00002", "gone"]}, [2]),
    ],
)
def test_what_is_wanted_is_chosen_whichever_speaker_is_told_it(tmp_path, wanted, numbers):
    written = three(tmp_path)
    place = {"very low": written.index(next(each for each in written if each.speakers[1].traits))}
    place["low"] = next(number for number, each in enumerate(written) if each.split == "test")
    expected = sorted(place.get(each, each) for each in numbers)

    assert index_of(tmp_path).chosen(**wanted).tolist() == expected


def test_lines_in_another_order_of_keys_are_read_all_the_same(tmp_path):
    written = three(tmp_path)
    shuffled = [json.dumps(dict(reversed(each.as_json().items())), ensure_ascii=True) for each in written]
    (tmp_path / DIALOGUES_FILE).write_text("\n\n".join(shuffled), encoding="utf-8")

    index = index_of(tmp_path)

    assert list(index.read([0, 1, 2])) == written
    assert index.chosen(trait="neuroticism", level="medium").tolist() == [
        number for number, each in enumerate(written) if each.speakers[1].traits
    ]


def test_a_corpus_that_was_written_anew_is_indexed_anew(tmp_path):
    three(tmp_path)
    before = len(index_of(tmp_path))

    write_dialogues(tmp_path, [a_dialogue(7)])
    os.utime(tmp_path / DIALOGUES_FILE, ns=(1, 1))

    assert (before, len(index_of(tmp_path))) == (3, 1)


def test_a_line_that_is_no_dialogue_is_named(tmp_path):
    three(tmp_path)
    with (tmp_path / DIALOGUES_FILE).open("a", encoding="utf-8") as out:
        out.write('{"format": 1}\n')

    with pytest.raises(BadLine, match=r"dialogues.jsonl:4: 'id' is missing"):
        index_of(tmp_path)


def test_a_folder_without_dialogues_is_no_corpus(tmp_path):
    with pytest.raises(CorpusMissing):
        index_of(tmp_path / "nothing")
