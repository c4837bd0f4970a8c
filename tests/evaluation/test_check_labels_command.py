import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.evaluation.label_files import a_judgments_file, a_key, a_label

LABELS = [("high", "high")] * 5 + [("low", "low")] * 3


@pytest.fixture
def files(tmp_path):
    predicted = ["high"] * 4 + ["low"] * 4
    key = a_key(tmp_path / "key.jsonl", *(a_label(number, level) for number, level in enumerate(predicted)))
    return key, a_judgments_file(tmp_path / "labels.csv", *LABELS)


def test_it_says_what_the_labels_are_worth_and_writes_it_down(files, tmp_path, capsys):
    key, judgments = files
    folder = tmp_path / "check"

    call_command("check_labels", str(key), "--judgments", str(judgments), "--to", str(folder))

    # Of five that people call high four were found, and all three low ones.
    assert "openness: balanced accuracy .90" in capsys.readouterr().out
    assert json.loads((folder / "labels.json").read_text())["traits"]["openness"]["balanced_accuracy"]["value"] == 0.9
    assert sorted(path.name for path in (folder / "tables").iterdir()) == ["confusion.csv", "labels.csv"]
    confusion = (folder / "tables" / "confusion.csv").read_text().splitlines()
    assert confusion[1] == "openness,high,high,10.0,0.8,"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["command"], sorted(manifest["inputs"])) == ("check_labels", ["judgments", "key"])


def test_with_json_the_result_is_one_object(files, capsys):
    key, judgments = files

    call_command("check_labels", str(key), "--judgments", str(judgments), "--json")

    found = json.loads(capsys.readouterr().out)
    assert (found["seed"], list(found["traits"])) == (7, ["openness"])


def test_bad_input_ends_with_status_two_and_changes_nothing(files, tmp_path):
    key, judgments = files
    full = tmp_path / "full"
    full.mkdir()
    (full / "notes.txt").write_text("mine")

    for arguments in (
        [str(tmp_path / "none.jsonl"), "--judgments", str(judgments)],
        [str(key), "--judgments", str(tmp_path / "none.csv")],
        [str(key), "--judgments", str(judgments), "--to", str(full)],
        [str(key), "--judgments", str(judgments), "--seed", "-1"],
    ):
        with pytest.raises(CommandError) as raised:
            call_command("check_labels", *arguments)
        assert raised.value.returncode == 2
    assert [path.name for path in full.iterdir()] == ["notes.txt"]
