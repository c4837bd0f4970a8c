"""The form of a file is told by what stands in it."""

import gzip
from pathlib import Path

import pytest

from generation.corpus.dialogues import BadLine
from generation.personachat.forms import UnknownForm, form_of, read_rows
from generation.personachat.rows import FileMissing
from tests.generation.personachat.builders import ADA, BO, a_file, fbdialog, hub_row, synthetic

PAIR = {"id": "train-0", "second": list(BO), "first": list(ADA)}


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (fbdialog(), "fbdialog"),
        (fbdialog(your=()), "fbdialog"),
        ("1 hi\thello\n", "fbdialog"),
        ("\ufeff" + fbdialog(), "fbdialog"),
        (synthetic((ADA, BO, ("User 1: Hi!",))), "synthetic"),
        ({"train": [hub_row()]}, "hub"),
        ({"valid": []}, "hub"),
        ([PAIR], "pairs"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_each_form_is_recognised_gzip_or_not_and_whatever_its_name(tmp_path, content, form, packed):
    path = Path(a_file(tmp_path / "file.dat", content))
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))

    assert form_of(path) == form


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "it is empty"), ("Dear diary,\n", "it begins with 'Dear diary,'"), ("[1, 2]", "it begins with")],
)
def test_anything_else_is_refused_with_what_it_begins_with(tmp_path, content, message):
    with pytest.raises(UnknownForm) as caught:
        form_of(Path(a_file(tmp_path / "file.txt", content)))

    assert str(caught.value).startswith("file.txt:1: expected fbdialog text, Synthetic-Persona-Chat's CSV, ")
    assert message in str(caught.value)


def test_a_broken_gzip_file_is_refused(tmp_path):
    (tmp_path / "file.gz").write_bytes(b"\x1f\x8bnonsense")

    with pytest.raises(BadLine, match="not a whole gzip file"):
        form_of(tmp_path / "file.gz")


def test_the_form_can_be_said_instead(tmp_path):
    (row,) = read_rows(a_file(tmp_path / "file.txt", "1 hi\thello\n"), "fbdialog")

    assert row.texts == ("hi", "hello")


def test_no_file_is_said_so(tmp_path):
    with pytest.raises(FileMissing, match="no file at"):
        list(read_rows(str(tmp_path / "nowhere")))
