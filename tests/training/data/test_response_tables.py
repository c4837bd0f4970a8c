"""Responses in a CSV: the columns, the lines, what separates them, and every refusal with its line."""

import gzip
from pathlib import Path

import pytest

from generation.corpus.dialogues import BadLine, Turn
from training.data.response_tables import read_table
from training.data.responses import Response, read_responses

TABLE = 'context,response\n"hi !\nhello , how are you ?",fine .\ndo you ski ?,every winter .\n'


def a_table(folder: Path, text: str = TABLE, *, name: str = "theirs.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read(path: Path) -> list[Response]:
    return list(read_responses(path, default_system="theirs"))


def test_two_columns_are_enough(tmp_path):
    first, second = read(a_table(tmp_path))

    assert (first.system, first.text) == ("theirs", "fine .")
    assert first.context.turns == (Turn(0, "hi !"), Turn(1, "hello , how are you ?"))
    assert first.context.speaker == 0
    assert second.context.turns == (Turn(0, "do you ski ?"),)


def test_one_context_has_one_id_in_every_table(tmp_path):
    ours = read(a_table(tmp_path))
    theirs = read(a_table(tmp_path, TABLE.replace("hi !", " hi  ! ").replace("fine .", "great !"), name="other.csv"))

    assert [each.context.id for each in ours] == [each.context.id for each in theirs]
    assert ours[0].context.id != ours[1].context.id


def test_what_else_may_be_said_has_its_column(tmp_path):
    header = "id;system;context;response;persona;extraversion;domain;cluster;reference;speaker;mood"
    row = 'c1;ours;"hi !";hey .;"i ski.\ni bake.";low;chat;d1;hello .;1;good'

    (response,) = read(a_table(tmp_path, f"{header}\n{row}\n"))

    assert response.as_json() == {
        "format": 1,
        "system": "ours",
        "context": {
            "id": "c1",
            "cluster": "d1",
            "domain": "chat",
            "speaker": 1,
            "persona": ["i ski.", "i bake."],
            "traits": {"extraversion": "low"},
            "partner_persona": [],
            "turns": [{"speaker": 0, "text": "hi !"}],
        },
        "given": {"persona": True, "traits": {}},
        "response": "hey .",
        "reference": "hello .",
    }


def test_tabs_capitals_and_a_byte_order_mark(tmp_path):
    (response,) = read(a_table(tmp_path, "\ufeffContext\tResponse\nhi !\they .\n"))

    assert (response.context.turns, response.text) == ((Turn(0, "hi !"),), "hey .")


def test_a_packed_table(tmp_path):
    path = tmp_path / "theirs.csv.gz"
    path.write_bytes(gzip.compress(TABLE.encode()))

    assert len(read(path)) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "theirs.csv:1: expected a first line with the columns context and response, got ''"),
        ("question,answer\na,b\n", "theirs.csv:1: expected a first line with the columns context and response"),
        ("context,response,response\na,b,c\n", "theirs.csv:1: expected each column once, got 'response' twice"),
        (TABLE + "one cell\n", "theirs.csv:5: expected 2 cells, as in the first line, got 1"),
        (TABLE + ",empty\n", "theirs.csv:5: context.id: expected a non-empty string, got ''"),
        (TABLE + "do you ski ?,no .\n", "answered"),
        (TABLE + '"hi,x\n', "theirs.csv:5: not a row of a table"),
        ("context,response,speaker\na,b,2\n", "theirs.csv:2: context.speaker: expected 0 or 1, got '2'"),
        ("context,response,openness\na,b,huge\n", "theirs.csv:2: context.traits: "),
    ],
)
def test_what_is_no_such_table_is_refused_with_its_line(tmp_path, text, said):
    with pytest.raises(BadLine) as raised:
        read(a_table(tmp_path, text))

    assert said in str(raised.value)


def test_a_table_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_bytes("context,response\nhi,grüß dich\n".encode("latin-1"))

    with pytest.raises(BadLine, match=r"theirs\.csv:\d: not UTF-8"):
        read(path)


def test_a_row_is_known_by_its_first_line(tmp_path):
    assert [number for number, _ in read_table(a_table(tmp_path))] == [2, 4]
