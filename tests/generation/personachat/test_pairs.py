"""Persona pairs without a dialogue."""

import json
from pathlib import Path

import pytest

from generation.corpus.dialogues import BadLine
from generation.personachat.pairs import read_pairs
from generation.personachat.rows import Row
from tests.generation.personachat.builders import ADA, BO, a_file

PAIR = {"id": "train-0", "second": list(BO), "first": list(ADA)}


def test_a_pair_is_a_row_without_turns(tmp_path):
    (row,) = read_pairs(Path(a_file(tmp_path / "pairs.jsonl", [PAIR])))

    assert row == Row(tmp_path / "pairs.jsonl", line=1, number=0, personas=(ADA, BO), turns=())


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("oh", "not JSON: Expecting value at column 1"),
        ("3", "expected an object with 'first' and 'second', got int"),
        (json.dumps(PAIR | {"first": []}), "first: expected a list of non-empty sentences, got []"),
        (json.dumps(PAIR | {"second": ["i ski.", ""]}), "second: expected a list of non-empty sentences"),
        ('{"first": ["i ski."]}', "second: expected a list of non-empty sentences, got None"),
    ],
)
def test_a_broken_line_is_named_and_the_others_are_read(tmp_path, line, problem):
    bad, good = read_pairs(Path(a_file(tmp_path / "pairs.jsonl", f"{line}\n\n{json.dumps(PAIR)}\n")))

    assert isinstance(bad, BadLine)
    assert str(bad).startswith(f"pairs.jsonl:1: {problem}")
    assert (good.number, good.line) == (1, 3)
