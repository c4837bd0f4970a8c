"""Synthetic-Persona-Chat's CSV and its dirty rows."""

import gzip
from pathlib import Path

import pytest

from generation.corpus.dialogues import BadLine, Turn
from generation.personachat.rows import Row, Tidied
from generation.personachat.synthetic import read_synthetic
from tests.generation.personachat.builders import ADA, BO, a_file, synthetic

LINES = ("User 1: Hi! I'm Ada.", "User 2: Hello, Ada.", "User 1: What do you do?", "User 2: I'm a nurse.")


def rows(folder: Path, *conversations: tuple[str, ...]) -> list[Row | BadLine]:
    content = synthetic(*((ADA, BO, lines) for lines in conversations))
    return list(read_synthetic(Path(a_file(folder / "valid.csv", content))))


def test_user_1_is_speaker_0(tmp_path):
    (row,) = rows(tmp_path, LINES)

    assert (row.personas, row.line, row.number) == ((ADA, BO), 2, 0)
    assert row.turns == (
        Turn(0, "Hi! I'm Ada."),
        Turn(1, "Hello, Ada."),
        Turn(0, "What do you do?"),
        Turn(1, "I'm a nurse."),
    )


def test_user_1_is_speaker_0_even_where_user_2_begins(tmp_path):
    (row,) = rows(tmp_path, LINES[1:])

    assert [turn.speaker for turn in row.turns] == [1, 0, 1]
    assert row.personas == (ADA, BO)


def test_lines_without_a_speaker_are_dropped_and_counted(tmp_path):
    (row,) = rows(tmp_path, ("[At the beach]", LINES[0], "* two eggs", LINES[1], "Waiter: The bill?"))

    assert row.texts == ("Hi! I'm Ada.", "Hello, Ada.")
    assert row.tidied == Tidied(stage_directions=3)


def test_two_turns_running_are_joined_and_counted(tmp_path):
    (row,) = rows(tmp_path, (LINES[0], "User 1: Anybody there?", LINES[1]))

    assert row.texts == ("Hi! I'm Ada. Anybody there?", "Hello, Ada.")
    assert row.tidied == Tidied(joined_turns=1)


def test_a_name_that_is_dressed_up_is_still_a_name(tmp_path):
    (row,) = rows(tmp_path, ("**User 1:** Hi!", "* User 2: Hello. *", "User 1 : So?", "User 2:Fine."))

    assert row.texts == ("Hi!", "Hello.", "So?", "Fine.")


def test_an_empty_utterance_is_no_turn(tmp_path):
    (row,) = rows(tmp_path, (LINES[0], "User 2:", "User 1: Hello?", LINES[1]))

    assert row.texts == ("Hi! I'm Ada. Hello?", "Hello, Ada.")


def test_an_empty_conversation_is_bad_and_keeps_its_number(tmp_path):
    bad, good = rows(tmp_path, ("",), LINES)

    assert str(bad) == "valid.csv:2: an empty conversation: no line begins with 'User 1:' or 'User 2:'"
    assert (good.number, good.line) == (1, 5)


def test_other_columns_are_refused(tmp_path):
    file = a_file(tmp_path / "valid.csv", "a,b\n1,2\n")

    with pytest.raises(BadLine, match=r"valid\.csv:1: expected the columns user 1 personas, .*; got a, b"):
        list(read_synthetic(Path(file)))


def test_a_record_with_another_number_of_fields_is_bad(tmp_path):
    file = a_file(tmp_path / "valid.csv", synthetic((ADA, BO, LINES)) + "only,two\r\n")

    good, bad = read_synthetic(Path(file))

    assert good.texts[0] == "Hi! I'm Ada."
    # The header is one line; the record's three fields run over 2, 2 and 4 lines, the ends of which are shared.
    assert str(bad) == "valid.csv:8: expected 3 fields, got 2"


def test_a_speaker_without_a_persona_is_bad(tmp_path):
    file = a_file(tmp_path / "valid.csv", synthetic((ADA, ("",), LINES)))

    (bad,) = read_synthetic(Path(file))

    assert str(bad) == "valid.csv:2: a speaker without a persona"


def test_a_quote_that_never_ends_is_named_by_its_record(tmp_path):
    file = a_file(tmp_path / "valid.csv", synthetic((ADA, BO, LINES)) + '"i ski.,"i bake."\r\n')

    with pytest.raises(BadLine, match=r"valid\.csv:8: not CSV"):
        list(read_synthetic(Path(file)))


def test_gzip_is_read(tmp_path):
    file = tmp_path / "valid.csv.gz"
    file.write_bytes(gzip.compress(synthetic((ADA, BO, LINES)).encode()))

    assert len(list(read_synthetic(file))) == 1
