"""Which dialogue has the personas of which, and whether it has."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from generation.corpus.dialogues import BadLine, Turn
from generation.personachat.parallel import NotParallel, Parallel, Twin, parallel_to, read_index
from generation.personachat.rows import Row
from tests.builders import a_dialogue
from tests.generation.personachat.builders import ADA, BO, a_file

HEADER = "spc_row\tpersonachat_dialogue\tuser1_is\n"


def a_row(number: int = 0, *, personas: tuple = (ADA, BO)) -> Row:
    return Row(Path("valid.csv"), 12, number, personas=personas, turns=(Turn(0, "Hi!"), Turn(1, "Hello.")))


def parallel(folder: Path, index: str = "0\t5\tfirst\n") -> Parallel:
    twin = a_dialogue(5, personas=(ADA, BO), split="validation")
    return parallel_to("human", [twin], Path(a_file(folder / "index.tsv", HEADER + index)))


def test_a_row_finds_its_twin(tmp_path):
    row, twin = parallel(tmp_path).twin_of(a_row())

    assert (row, twin.id) == (a_row(), "personachat/validation/00005")


def test_a_row_with_its_users_the_other_way_round_is_turned(tmp_path):
    row, _ = parallel(tmp_path, "0\t5\tsecond\n").twin_of(a_row(personas=(BO, ADA)))

    assert row.personas == (ADA, BO)
    assert row.turns == (Turn(1, "Hi!"), Turn(0, "Hello."))


def test_spelling_is_no_difference(tmp_path):
    spelt = (("I live by the sea", "I have two dogs."), BO)

    assert parallel(tmp_path).twin_of(a_row(personas=spelt))[1].id == "personachat/validation/00005"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (a_row(1), "valid.csv:12: row 1 is not in index.tsv"),
        (a_row(2), "valid.csv:12: row 2 has the personas of dialogue 7 (index.tsv:3), which is not in human"),
        (
            a_row(personas=(ADA, ("i bake bread.", "i am a baker."))),
            "valid.csv:12: row 0: the persona of speaker 1 differs from that of personachat/validation/00005 "
            "in 'i am a baker'",
        ),
    ],
)
def test_a_row_without_a_true_twin_is_refused(tmp_path, row, message):
    with pytest.raises(BadLine) as caught:
        parallel(tmp_path, "0\t5\tfirst\n2\t7\tfirst\n").twin_of(row)

    assert str(caught.value) == message


def test_an_index_is_read_with_or_without_its_header(tmp_path):
    expected = {0: Twin(line=2, number=3, in_order=True), 1: Twin(line=3, number=2, in_order=False)}
    rows = "0\t3\tfirst\n1\t2\tsecond\n"
    (tmp_path / "packed.tsv.gz").write_bytes(gzip.compress((HEADER + rows).encode()))

    assert read_index(tmp_path / "packed.tsv.gz") == expected
    assert read_index(Path(a_file(tmp_path / "bare.tsv", rows)))[0] == Twin(line=1, number=3, in_order=True)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("0\t3\n", "index.tsv:2: expected spc_row, personachat_dialogue, user1_is parted by TABs, got '0\\t3'"),
        ("a\t3\tfirst\n", "index.tsv:2: expected spc_row"),
        ("0\t3\tthird\n", "index.tsv:2: user1_is: expected first or second, got 'third'"),
        ("0\t3\tfirst\n0\t4\tfirst\n", "index.tsv:3: row 0 stands in the index twice"),
        ("", "index.tsv:1: expected spc_row, personachat_dialogue, user1_is parted by TABs, got no rows"),
    ],
)
def test_a_broken_index_is_refused(tmp_path, rows, message):
    with pytest.raises(BadLine) as caught:
        read_index(Path(a_file(tmp_path / "index.tsv", HEADER + rows)))

    assert str(caught.value).startswith(message)


def test_numbers_of_the_twins_must_be_unique(tmp_path):
    index = Path(a_file(tmp_path / "index.tsv", HEADER + "0\t5\tfirst\n"))

    with pytest.raises(NotParallel, match="have the same number, so the index names both"):
        parallel_to("human", [a_dialogue(5), a_dialogue(5, split="test")], index)
    with pytest.raises(NotParallel, match="expected ids that end with a number"):
        parallel_to("human", [replace(a_dialogue(5), id="odd")], index)
