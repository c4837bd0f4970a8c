"""ParlAI's text."""

import gzip
from pathlib import Path

import pytest

from generation.corpus.dialogues import BadLine, Turn
from generation.personachat.fbdialog import read_fbdialog
from generation.personachat.rows import FileMissing, Row, Tidied
from tests.generation.personachat.builders import ADA, BO, TEXTS, a_file, fbdialog


def rows(path: Path, content: str) -> list[Row | BadLine]:
    return list(read_fbdialog(Path(a_file(path / "valid.txt", content))))


def problem(path: Path, content: str) -> str:
    (bad,) = [row for row in rows(path, content) if isinstance(row, BadLine)]
    return str(bad)


def test_whoever_speaks_first_is_speaker_0_and_your_side_replies(tmp_path):
    (row,) = rows(tmp_path, fbdialog())

    assert row == Row(
        path=tmp_path / "valid.txt",
        line=1,
        number=0,
        personas=(ADA, BO),
        turns=tuple(Turn(place % 2, text) for place, text in enumerate(TEXTS)),
        viewed_by=1,
    )


def test_a_dialogue_begins_where_the_number_goes_back_to_one(tmp_path):
    found = rows(tmp_path, fbdialog() * 3)

    assert [(row.number, row.line) for row in found] == [(0, 1), (1, 7), (2, 13)]


def test_after_silence_your_side_speaks_first(tmp_path):
    (row,) = rows(tmp_path, fbdialog(texts=("__SILENCE__", "hi !", "hello .", "how are you ?")))

    assert (row.personas, row.viewed_by) == ((BO, ADA), 0)
    assert row.turns == (Turn(0, "hi !"), Turn(1, "hello ."), Turn(0, "how are you ?"))


def test_a_persona_may_be_untold(tmp_path):
    (row,) = rows(tmp_path, fbdialog(partners=()))

    assert row.personas == ((), BO)


def test_rewards_and_candidates_are_not_read(tmp_path):
    (row,) = rows(tmp_path, "1 your persona: i ski.\n2 hi\thello\t0.5\tyes|no|hello\n")

    assert row.texts == ("hi", "hello")


def test_silence_in_the_middle_joins_turns(tmp_path):
    (row,) = rows(tmp_path, fbdialog(texts=("hi", "hello", "__SILENCE__", "anybody there ?")))

    assert row.texts == ("hi", "hello anybody there ?")
    assert row.tidied == Tidied(joined_turns=1)


def test_gzip_is_told_by_content_and_not_by_name(tmp_path):
    file = tmp_path / "valid.txt"
    file.write_bytes(gzip.compress(fbdialog().encode()))

    assert len(list(read_fbdialog(file))) == 1


def test_windows_line_ends_and_a_byte_order_mark_are_no_trouble(tmp_path):
    file = tmp_path / "valid.txt"
    file.write_bytes(("\ufeff" + fbdialog().replace("\n", "\r\n")).encode())

    assert [row.texts for row in read_fbdialog(file)] == [TEXTS]


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("1 your persona: i ski.\nhi\thello\n", "valid.txt:2: expected a number and a space, got 'hi\\thello'"),
        ("1 your persona: i ski.\n3 hi\thello\n", "valid.txt:2: expected line number 2 of the dialogue, got 3"),
        ("1 your persona: i ski.\n2 hi\n", "valid.txt:2: expected two utterances parted by a TAB, got 'hi'"),
        ("1 your persona: i ski.\n2 hi\t\n", "valid.txt:2: an empty utterance"),
        ("1 your persona: \n2 hi\thello\n", "valid.txt:1: an empty persona sentence"),
        ("1 your persona: i ski.\n", "valid.txt:1: a dialogue without a turn"),
        ("1 hi\thello\n2 your persona: i ski.\n", "valid.txt:2: a persona sentence behind the first turn"),
    ],
)
def test_a_broken_dialogue_is_named_by_its_line_and_the_others_are_read(tmp_path, broken, message):
    found = rows(tmp_path, broken + fbdialog())

    assert str(found[0]).startswith(message)
    assert [row.number for row in found[1:] if isinstance(row, Row)] == [1]


def test_only_the_first_problem_of_a_dialogue_is_told(tmp_path):
    assert problem(tmp_path, "1 hi\n2 hello\n3 oh\n").startswith("valid.txt:1:")


def test_a_line_in_another_encoding_spoils_its_dialogue_alone(tmp_path):
    file = tmp_path / "valid.txt"
    file.write_bytes(b"1 your persona: i ski.\n2 caf\xe9\thello\n" + fbdialog().encode())

    bad, good = read_fbdialog(file)

    assert str(bad).startswith("valid.txt:2: not UTF-8")
    assert good.texts == TEXTS


def test_a_gzip_file_cut_short_spoils_everything(tmp_path):
    file = tmp_path / "valid.txt.gz"
    file.write_bytes(gzip.compress((fbdialog() * 500).encode())[:-20])

    with pytest.raises(BadLine, match="not a whole gzip file"):
        list(read_fbdialog(file))


def test_no_file_is_said_so(tmp_path):
    with pytest.raises(FileMissing, match="no file at"):
        list(read_fbdialog(tmp_path / "nowhere.txt"))
