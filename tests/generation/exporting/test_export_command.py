"""`export_corpus` as it is typed, and as others read it."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from generation.corpus.dialogues import read_dialogues, write_dialogues
from generation.corpus.manifest import read_manifest
from generation.exporting.tables import row_of
from generation.offline import CAVEAT, LABEL_CAVEAT
from generation.personachat.importing import import_personachat
from generation.terminal import BAD_INPUT
from tests.builders import a_dialogue
from tests.generation.builders import a_persona


@pytest.fixture
def home(parley_home: Path, monkeypatch) -> Path:
    human = [a_dialogue(n, personas=(a_persona(2 * n), a_persona(2 * n + 1))) for n in range(20)]
    write_dialogues(parley_home / "corpora" / "human", human)
    call_command("generate", "--personas", "human", "--to", "whole", "--quiet", stdout=StringIO())
    call_command("split_corpus", "whole", "--to", "distilled", "--by", "dialogue", stdout=StringIO())
    return parley_home


def exported(corpus: str, to: Path, *words: str) -> dict:
    out = StringIO()
    call_command("export_corpus", corpus, "--to", str(to), *words, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_the_folder_loads_with_datasets(home, tmp_path, monkeypatch, form):
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)

    exported("distilled", tmp_path / "out", "--format", form)

    loaded = datasets.load_dataset(str(tmp_path / "out"))
    dialogues = list(read_dialogues(home / "corpora" / "distilled"))
    assert {split: len(rows) for split, rows in loaded.items()} == {"train": 16, "validation": 2, "test": 2}
    for split, rows in loaded.items():
        assert list(rows) == [row_of(each) for each in dialogues if each.split == split]


def test_a_corpus_without_traits_loads_too(home, tmp_path, monkeypatch):
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", str(tmp_path / "cache"))

    exported("human", tmp_path / "out")

    rows = datasets.load_dataset(str(tmp_path / "out"))["train"]
    assert list(rows) == [row_of(each) for each in read_dialogues(home / "corpora" / "human")]


def test_parlais_text_reads_back_to_equal_dialogues(home, tmp_path):
    exported("human", tmp_path / "out", "--format", "parlai")

    imported = import_personachat(files=[str(tmp_path / "out" / "train.txt")], name="personachat")

    assert list(imported.dialogues) == list(read_dialogues(home / "corpora" / "human"))


def test_the_card_says_what_is_known_and_the_offline_author_is_marked(home, tmp_path):
    exported("distilled", tmp_path / "out", "--licence", "cc-by-4.0")

    card = (tmp_path / "out" / "README.md").read_text()
    lines = card.splitlines()
    assert lines[:3] == ["---", 'pretty_name: "distilled"', "license: cc-by-4.0"]
    assert {f"- {CAVEAT}", f"- {LABEL_CAVEAT}", "| dialogues written by | offline |"} <= set(lines)
    assert {"| train | `train.jsonl` | 16 |", "| by | dialogue |", "`split_corpus`, with"} <= set(lines)


def test_what_nobody_knows_is_said_to_be_unknown(home, tmp_path):
    exported("human", tmp_path / "out")

    lines = (tmp_path / "out" / "README.md").read_text().splitlines()
    assert "license: unknown" in lines
    assert {"| dialogues written by | not stated |", "Nothing is recorded."} <= set(lines)


def test_neither_card_nor_manifest_tells_where_the_files_lie(home, tmp_path):
    file = tmp_path / "secret-place" / "talks.txt"
    file.parent.mkdir()
    file.write_text("1 hi\thello\n")
    call_command("import_personachat", str(file), "--to", "talks", stdout=StringIO())

    exported(str(home / "corpora" / "talks"), tmp_path / "out", "--format", "parlai")

    told = "".join((tmp_path / "out" / name).read_text() for name in ("README.md", "manifest.json"))
    assert "| files | talks.txt |" in told
    assert not any(part in told for part in ("secret-place", str(tmp_path), str(home)))


def test_the_manifest_says_what_was_written(home, tmp_path):
    result = exported("distilled/test", tmp_path / "out")

    manifest = read_manifest(tmp_path / "out")
    assert manifest["settings"] == {"corpus": "distilled/test", "format": "jsonl", "licence": "unknown"}
    assert manifest["results"] == {key: value for key, value in result.items() if key != "folder"}
    assert (result["splits"], result["files"]) == ({"test": 2}, ["test.jsonl"])
    assert result["caveats"] == [CAVEAT, LABEL_CAVEAT]


def test_the_same_again_replaces_the_earlier_export(home, tmp_path):
    exported("distilled", tmp_path / "out")
    call_command(
        "split_corpus", "whole", "--to", "half", "--by", "dialogue", "--shares", "0.5,0,0.5", stdout=StringIO()
    )
    half = home / "corpora" / "half" / "dialogues.jsonl"
    (home / "corpora" / "distilled" / "dialogues.jsonl").write_bytes(half.read_bytes())

    result = exported("distilled", tmp_path / "out")

    assert result["splits"] == {"train": 10, "test": 10}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "README.md",
        "manifest.json",
        "test.jsonl",
        "train.jsonl",
    ]


def test_an_export_that_was_cut_off_is_gone_on_with(home, tmp_path, monkeypatch):
    def cut_off(*_args, **_kwargs):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr("generation.exporting.exporting.card", cut_off)
        with pytest.raises(CommandError, match="no space left"):
            exported("distilled", tmp_path / "out")

    assert exported("distilled", tmp_path / "out")["dialogues"] == 20


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda out: (out.mkdir(), (out / "thesis.tex").write_text("mine")), "holds other things than an export"),
        (lambda out: exported("human", out), "holds an export of human as jsonl"),
        (lambda out: exported("distilled", out, "--format", "parlai"), "holds an export of distilled as parlai"),
        (lambda out: out.write_text("mine"), "is a file"),
    ],
)
def test_nothing_else_is_written_over(home, tmp_path, prepare, message):
    out = tmp_path / "out"
    prepare(out)
    before = {path: path.read_bytes() for path in (out, *out.glob("*")) if path.is_file()}

    with pytest.raises(CommandError, match=message) as caught:
        exported("distilled", out)

    assert caught.value.returncode == BAD_INPUT
    assert {path: path.read_bytes() for path in (out, *out.glob("*")) if path.is_file()} == before
