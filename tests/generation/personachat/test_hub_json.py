"""The JSON that goes round on the hub."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from generation.corpus.dialogues import BadLine, Turn
from generation.personachat.hub_json import read_hub_json
from generation.personachat.rows import Row, Tidied
from tests.generation.personachat.builders import ADA, BO, TEXTS, a_file, hub_row


def rows(folder: Path, content: Any) -> list[Row | BadLine]:
    return list(read_hub_json(Path(a_file(folder / "hub.json", content))))


def test_the_side_that_replies_has_the_personality(tmp_path):
    (row,) = rows(tmp_path, {"train": [hub_row()]})

    assert row == Row(
        path=tmp_path / "hub.json",
        line=3,
        number=0,
        personas=((), BO),
        turns=tuple(Turn(place % 2, text) for place, text in enumerate(TEXTS)),
        split="train",
        viewed_by=1,
    )


def test_a_side_that_replies_to_silence_speaks_first(tmp_path):
    (row,) = rows(tmp_path, {"valid": [hub_row(personality=ADA, texts=("__ SILENCE __", *TEXTS[:3]))]})

    assert (row.personas, row.viewed_by, row.split) == ((ADA, ()), 0, "validation")
    assert row.texts == TEXTS[:3]


def test_rows_are_numbered_in_each_split(tmp_path):
    found = rows(tmp_path, {"train": [hub_row(), hub_row()], "valid": [hub_row()], "odd": []})

    assert [(row.split, row.number) for row in found] == [("train", 0), ("train", 1), ("validation", 0)]


def test_lines_are_those_on_which_rows_begin(tmp_path):
    file = tmp_path / "hub.json"
    file.write_text('{"train": [\n{"personality": [],\n"utterances": []},\n\n{"personality": 3}]}')

    assert [bad.line for bad in read_hub_json(file)] == [2, 5]


def test_silence_in_the_middle_joins_turns(tmp_path):
    (row,) = rows(tmp_path, {"train": [hub_row(texts=("hi", "hello", "__SILENCE__", "there ?"))]})

    assert row.texts == ("hi", "hello there ?")
    assert row.tidied == Tidied(joined_turns=1)


def a_row(**changes: Any) -> dict[str, Any]:
    return hub_row() | changes


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (3, "expected an object with 'personality' and 'utterances', got int"),
        (a_row(personality=[]), "personality: expected a list of non-empty sentences"),
        (a_row(utterances=[]), "utterances: expected a list with at least one, so this is an empty conversation"),
        (a_row(utterances=[3]), "utterances[0]: expected an object, got int"),
        (
            a_row(utterances=[{"history": "hi", "candidates": ["a"]}]),
            "utterances[0].history: expected a list",
        ),
        (a_row(utterances=[{"history": ["hi"], "candidates": [1]}]), "utterances[0].candidates: expected a list"),
        (
            a_row(utterances=[{"history": ["hi"], "candidates": []}]),
            "expected the true reply as the last one",
        ),
        (a_row(utterances=[{"history": ["hi"], "candidates": [" "]}]), "an empty utterance"),
        (
            a_row(utterances=[{"history": ["__SILENCE__"], "candidates": ["__SILENCE__"]}]),
            "an empty conversation: nobody says anything",
        ),
        (
            a_row(utterances=[*hub_row()["utterances"], {"history": ["what ?"], "candidates": ["?"]}]),
            "utterances[2]: its history does not go on from the one before",
        ),
    ],
)
def test_a_broken_row_is_named_and_the_others_are_read(tmp_path, row, message):
    bad, good = rows(tmp_path, {"train": [row, hub_row()]})

    assert isinstance(bad, BadLine)
    assert str(bad).startswith("hub.json:3: train row 0: ")
    assert message in str(bad)
    assert good.number == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "hub.json:1: not JSON: expected one of '{'"),
        ('{"train": {}}', "expected one of '['"),
        ('{"train": [{"personality": ["i ski."]}', "the end of the file"),
        ('{"train": [oops]}', "not JSON: Expecting value"),
        ("{3: []}", "expected one of '\"'"),
    ],
)
def test_what_is_no_json_of_this_form_is_refused(tmp_path, content, message):
    with pytest.raises(BadLine) as caught:
        rows(tmp_path, content)

    assert message in str(caught.value)


def test_gzip_is_read(tmp_path):
    file = tmp_path / "hub.json.gz"
    file.write_bytes(gzip.compress(b'{"train": [' + str(hub_row()).replace("'", '"').encode() + b"]}"))

    assert [row.texts for row in read_hub_json(file)] == [TEXTS]
