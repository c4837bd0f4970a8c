"""JSON lines and Parquet, as `datasets` loads them."""

import sys

import pytest

from generation.corpus.dialogues import SPLITS
from generation.corpus.traits import TRAITS
from generation.exporting.files import BadSplit
from generation.exporting.tables import FormatUnavailable, row_of, write_json_lines, write_parquet
from tests.builders import a_dialogue


def test_a_row_has_all_traits_null_where_not_told():
    row = row_of(a_dialogue(traits=({"openness": "high"}, {})))

    assert [speaker["traits"] for speaker in row["speakers"]] == [
        dict.fromkeys(TRAITS) | {"openness": "high"},
        dict.fromkeys(TRAITS),
    ]


def test_parquet_holds_the_rows(tmp_path):
    pytest.importorskip("pyarrow")
    from pyarrow.parquet import read_table

    # More than are written at a time.
    dialogues = [a_dialogue(n, split=SPLITS[n % 2]) for n in range(2_100)]

    exported = write_parquet(tmp_path, dialogues)

    assert exported.dialogues == {"train": 1_050, "validation": 1_050}
    assert read_table(tmp_path / "train.parquet").to_pylist() == [row_of(each) for each in dialogues[::2]]


@pytest.mark.parametrize("write", [write_json_lines, write_parquet])
def test_after_a_fault_no_half_file_is_there(tmp_path, write):
    pytest.importorskip("pyarrow")

    def breaks_off():
        yield a_dialogue()
        raise RuntimeError("the corpus ends here")

    with pytest.raises(RuntimeError):
        write(tmp_path, breaks_off())

    assert list(tmp_path.iterdir()) == []


def test_a_split_that_cannot_be_a_file_is_refused(tmp_path):
    with pytest.raises(BadSplit, match=r"the split '\.\./train' cannot be a file"):
        write_json_lines(tmp_path / "export", [a_dialogue(split="../train")])

    assert list(tmp_path.rglob("*.jsonl")) == []


def test_without_pyarrow_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)

    with pytest.raises(FormatUnavailable, match=r"pip install 'parley\[hub\]'"):
        write_parquet(tmp_path, [a_dialogue()])
