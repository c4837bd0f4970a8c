"""`hub:OWNER/NAME`, through `datasets`, from a local folder of the same form."""

import sys
from pathlib import Path

import pytest

from generation.corpus.dialogues import BadLine
from generation.personachat.hub import HubUnreachable, read_hub
from generation.personachat.importing import import_personachat
from tests.generation.personachat.builders import ADA, BO, TEXTS, a_file, hub_row

pytest.importorskip("datasets")


@pytest.fixture(autouse=True)
def no_network(monkeypatch, tmp_path):
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)


def a_data_set(folder: Path, **splits: list) -> str:
    folder.mkdir(exist_ok=True)
    for split, rows in splits.items():
        a_file(folder / f"{split}.jsonl", rows)
    return f"hub:{folder}"


def test_the_rows_of_each_split_are_read(tmp_path):
    ada = hub_row(personality=ADA, texts=("__SILENCE__", *TEXTS[:3]))
    name = a_data_set(tmp_path / "personachat", train=[hub_row(), ada], validation=[hub_row()])

    imported = import_personachat(files=[name], name="hub")

    assert [dialogue.id for dialogue in imported.dialogues] == ["hub/train/00000", "hub/validation/00000"]
    assert [speaker.persona for speaker in imported.dialogues[0].speakers] == [ADA, BO]
    assert [turn.text for turn in imported.dialogues[0].turns] == list(TEXTS)
    assert imported.mirrored == 1


def test_parquet_is_read(tmp_path):
    import datasets

    (tmp_path / "personachat").mkdir()
    datasets.Dataset.from_list([hub_row()]).to_parquet(tmp_path / "personachat" / "test.parquet")

    (row,) = read_hub(f"hub:{tmp_path / 'personachat'}")

    assert (row.split, row.texts, row.personas) == ("test", TEXTS, ((), BO))


def test_a_bad_row_is_named_by_split_and_place(tmp_path):
    name = a_data_set(tmp_path / "personachat", train=[hub_row(), {"personality": [], "utterances": []}])

    good, bad = read_hub(name)

    assert isinstance(bad, BadLine)
    assert good.texts == TEXTS
    assert str(bad).endswith("personachat-train:2: personality: expected a list of non-empty sentences, got []")


def test_other_columns_are_refused(tmp_path):
    name = a_data_set(tmp_path / "other", train=[{"question": "why?"}])

    with pytest.raises(HubUnreachable, match="expected the columns personality and utterances; train has question"):
        list(read_hub(name))


def test_a_data_set_that_cannot_be_had_is_one_line(tmp_path):
    with pytest.raises(HubUnreachable, match="hub:nobody/nothing could not be read: ") as caught:
        list(read_hub("hub:nobody/nothing"))

    assert "\n" not in str(caught.value)


def test_without_the_package_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)

    with pytest.raises(HubUnreachable, match=r"pip install 'parley\[hub\]'"):
        list(read_hub("hub:owner/name"))
