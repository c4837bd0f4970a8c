"""`sample_labels` as it is typed."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from generation.corpus.manifest import digest_of_file, read_manifest
from generation.labels.labelling import write_labels
from generation.offline.labelling import label
from generation.terminal import BAD_INPUT
from tests.generation.builders import a_persona


@pytest.fixture
def home(parley_home: Path) -> Path:
    write_labels(parley_home / "corpora" / "pt", [label(a_persona(number)) for number in range(60)])
    return parley_home


def sample_labels(*words: str) -> tuple[dict[str, Any], str]:
    out, said = StringIO(), StringIO()
    call_command("sample_labels", *words, "--json", stdout=out, stderr=said)
    return json.loads(out.getvalue()), said.getvalue()


def refused(*words: str) -> CommandError:
    with pytest.raises(CommandError) as caught:
        sample_labels(*words)
    return caught.value


def test_it_writes_the_sample_its_key_and_a_manifest_and_names_the_next_command(home, tmp_path):
    path = tmp_path / "labels.csv"

    result, said = sample_labels("pt", "--to", str(path), "--per-cell", "4")

    manifest = read_manifest(path)
    assert sorted(file.name for file in tmp_path.glob("labels*")) == [
        "labels.csv",
        "labels.csv.key.jsonl",
        "labels.csv.manifest.json",
    ]
    assert manifest["settings"] == {"corpus": "pt", "per_cell": 4, "seed": 7}
    assert manifest["inputs"]["labels"]["sha256"] == digest_of_file(home / "corpora" / "pt" / "labels.jsonl")
    assert manifest["results"]["cells"]["openness"]["unclear"]["sampled"] == 4
    assert result["labels"] == len((tmp_path / "labels.csv.key.jsonl").read_text().splitlines())
    assert f"manage.py check_labels {path}.key.jsonl --judgments FILE" in said


def test_the_same_command_again_changes_nothing(home, tmp_path):
    path = tmp_path / "labels.jsonl"
    sample_labels("pt", "--to", str(path))
    before = [digest_of_file(file) for file in (path, tmp_path / "labels.jsonl.key.jsonl")]

    sample_labels("pt", "--to", str(path))

    assert [digest_of_file(file) for file in (path, tmp_path / "labels.jsonl.key.jsonl")] == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nobody", "--to", "labels.csv"], "no 'nobody'"),
        (["pt", "--to", "labels.txt"], "expected a file that ends in .csv or .jsonl"),
        (["pt", "--to", "labels.csv", "--per-cell", "0"], "--per-cell: expected at least 1, got 0"),
    ],
)
def test_bad_usage_is_refused_and_changes_nothing(home, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)

    error = refused(*words)

    assert message in str(error)
    assert error.returncode == BAD_INPUT
    assert list(tmp_path.glob("labels*")) == []


def test_a_corpus_without_labels_is_refused(home, tmp_path):
    (home / "corpora" / "bare").mkdir()

    error = refused("bare", "--to", str(tmp_path / "labels.csv"))

    assert "labels.jsonl is not there" in str(error)
