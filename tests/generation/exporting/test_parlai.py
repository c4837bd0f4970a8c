"""ParlAI's text, written and read back."""

from dataclasses import replace

import pytest

from generation.corpus.dialogues import Dialogue, Turn
from generation.exporting.parlai import SPACED, TRAITS_LOST, TURNED, WAITING, write_parlai
from generation.personachat.importing import import_personachat
from tests.builders import BAKER, SKIER, a_dialogue
from tests.generation.builders import a_pair


def back(folder, *, split: str = "train") -> list[Dialogue]:
    imported = import_personachat(files=[str(folder / f"{split}.txt")], name="personachat", split=split)
    return list(imported.dialogues)


def test_the_form_is_that_of_parlai(tmp_path):
    dialogue = a_dialogue(personas=(("i ski.",), ("i bake.", "i sing.")), texts=("hi !", "hello .", "bye ."))

    exported = write_parlai(tmp_path, [dialogue])

    assert (tmp_path / "train.txt").read_text().splitlines() == [
        "1 your persona: i bake.",
        "2 your persona: i sing.",
        "3 partner's persona: i ski.",
        "4 hi !\thello .",
        "5 bye .\t__SILENCE__",
    ]
    assert (exported.files, exported.dialogues, exported.changes) == ({"train": "train.txt"}, {"train": 1}, {})


def test_dialogues_read_back_are_equal(tmp_path):
    dialogues = [a_dialogue(n, texts=tuple(f"turn {n} {place}" for place in range(3 + n))) for n in range(6)]

    write_parlai(tmp_path, dialogues)

    assert back(tmp_path) == dialogues


def test_each_split_is_a_file(tmp_path):
    dialogues = [a_dialogue(0), a_dialogue(0, split="test"), a_dialogue(0, split="validation")]

    exported = write_parlai(tmp_path, dialogues)

    assert list(exported.files) == ["train", "validation", "test"]
    assert back(tmp_path, split="test") == [dialogues[1]]


def test_whoever_speaks_first_comes_back_as_the_first(tmp_path):
    turns = (Turn(1, "hi"), Turn(0, "hello"))
    dialogue = replace(a_dialogue(personas=(BAKER, SKIER)), turns=turns)

    exported = write_parlai(tmp_path, [dialogue])

    (read,) = back(tmp_path)
    assert [speaker.persona for speaker in read.speakers] == [SKIER, BAKER]
    assert [turn.speaker for turn in read.turns] == [0, 1]
    assert exported.changes == {TURNED: 1}


def test_two_turns_of_one_speaker_keep_their_speaker(tmp_path):
    turns = (Turn(0, "hi"), Turn(0, "again"), Turn(1, "hello"), Turn(1, "well"), Turn(0, "bye"))

    write_parlai(tmp_path, [replace(a_dialogue(), turns=turns)])

    (read,) = back(tmp_path)
    assert [(turn.speaker, turn.text) for turn in read.turns] == [(0, "hi again"), (1, "hello well"), (0, "bye")]


@pytest.mark.parametrize("text", ["your persona: i lie.", "partner's persona: he lies", "1 2 3"])
def test_a_turn_that_looks_like_another_line_stays_a_turn(tmp_path, text):
    dialogue = a_dialogue(texts=(text, "oh ."))

    write_parlai(tmp_path, [dialogue])

    assert back(tmp_path) == [dialogue]


def test_what_the_form_cannot_say_is_counted(tmp_path):
    dialogues = [
        a_dialogue(0, texts=("one\nline\tmore", "oh"), traits=({"openness": "high"}, {})),
        a_pair(1),
    ]

    exported = write_parlai(tmp_path, dialogues)

    assert exported.changes == {SPACED: 1, WAITING: 1, TRAITS_LOST: 1}
    assert back(tmp_path)[0].turns[0].text == "one line more"
