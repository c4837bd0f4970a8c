"""`import_personachat` as it is typed."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from generation.corpus.dialogues import read_dialogues, write_dialogues
from generation.corpus.manifest import digest_of_file, read_manifest
from generation.terminal import BAD_INPUT, SOME_FAILED
from tests.builders import a_dialogue
from tests.generation.personachat.builders import ADA, BO, a_file, fbdialog, synthetic

BROKEN = "1 your persona: i ski.\n2 no reply\n"


def import_personachat(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("import_personachat", *words, "--json", stdout=out, stderr=StringIO())
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


def test_a_file_becomes_a_corpus_with_a_manifest(parley_home, tmp_path):
    file = a_file(tmp_path / "valid.txt", fbdialog() * 3)

    result = import_personachat(file, "--to", "human", "--split", "validation")

    corpus = parley_home / "corpora" / "human"
    manifest = read_manifest(corpus)
    assert len(list(read_dialogues(corpus, "validation"))) == 3
    assert (result["dialogues"], result["turns"], result["failed"]) == (3, 12, 0)
    assert manifest["command"] == "import_personachat"
    assert manifest["inputs"] == {"file1": {"file": "valid.txt", "sha256": digest_of_file(Path(file))}}
    assert manifest["results"]["splits"] == {"validation": 3}


def test_a_corpus_is_named_after_its_folder_where_a_path_is_given(parley_home, tmp_path):
    file = a_file(tmp_path / "valid.txt", fbdialog())

    import_personachat(file, "--to", f"{tmp_path}/here/human")

    assert [each.id for each in read_dialogues(tmp_path / "here" / "human")] == ["human/train/00000"]


def test_skipped_rows_are_listed_and_end_with_three(parley_home, tmp_path):
    file = a_file(tmp_path / "valid.txt", BROKEN + fbdialog())
    out = StringIO()

    with pytest.raises(SystemExit) as caught:
        call_command("import_personachat", file, "--to", "human", "--skip-bad", stdout=out)

    assert caught.value.code == SOME_FAILED
    assert "Skipped valid.txt:2: expected two utterances parted by a TAB, got 'no reply'" in out.getvalue()
    assert read_manifest(parley_home / "corpora" / "human")["results"]["skipped"] == [
        {"file": "valid.txt", "line": 2, "problem": "expected two utterances parted by a TAB, got 'no reply'"}
    ]


def test_a_parallel_corpus_names_its_index_and_its_twin_in_the_manifest(parley_home, tmp_path):
    write_dialogues(parley_home / "corpora" / "human", [a_dialogue(5, personas=(ADA, BO), split="validation")])
    file = a_file(tmp_path / "valid.csv", synthetic((ADA, BO, ("User 1: Hi!", "User 2: Hello."))))
    index = a_file(tmp_path / "index.tsv", "0\t5\tfirst\n")

    import_personachat(file, "--to", "spc", "--parallel", "human", "--index", index)

    (dialogue,) = read_dialogues(parley_home / "corpora" / "spc")
    assert dialogue.source == "personachat/validation/00005"
    assert sorted(read_manifest(parley_home / "corpora" / "spc")["inputs"]) == ["file1", "index", "parallel"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("{nowhere}", "--to", "human"), "no file at"),
        (("{diary}", "--to", "human"), "diary.txt:1: expected fbdialog text"),
        (("{broken}", "--to", "human"), "broken.txt:2: expected two utterances parted by a TAB"),
        (("{good}", "--to", "human", "--parallel", "other"), "--parallel and --index go together"),
        (("{good}", "--to", "human", "--parallel", "other", "--index", "{index}"), "no 'other' in"),
        (
            ("{good}", "--to", "human", "--parallel", "other", "--index", "{index}", "--split", "test"),
            "--split does not go with --parallel",
        ),
        (("{good}", "--to", "human", "--format", "hub"), "not JSON"),
        (("{good}", "--to", "a/../human"), "'a/../human' is not a name"),
    ],
)
def test_bad_usage_is_refused_and_writes_nothing(parley_home, tmp_path, words, message):
    files = {
        "nowhere": str(tmp_path / "nowhere.txt"),
        "diary": a_file(tmp_path / "diary.txt", "Dear diary,\n"),
        "broken": a_file(tmp_path / "broken.txt", BROKEN),
        "good": a_file(tmp_path / "good.txt", fbdialog()),
        "index": a_file(tmp_path / "index.tsv", "0\t5\tfirst\n"),
    }

    with pytest.raises(CommandError) as caught:
        import_personachat(*(word.format(**files) for word in words))

    assert message in str(caught.value)
    assert caught.value.returncode == BAD_INPUT
    assert list(parley_home.iterdir()) == []


def test_another_corpus_is_not_overwritten(parley_home, tmp_path):
    import_personachat(a_file(tmp_path / "one.txt", fbdialog()), "--to", "human")

    with pytest.raises(CommandError, match="holds other dialogues already") as caught:
        import_personachat(a_file(tmp_path / "two.txt", fbdialog() * 2), "--to", "human")

    assert caught.value.returncode == BAD_INPUT
    assert len(list(read_dialogues(parley_home / "corpora" / "human"))) == 1


def test_it_says_what_it_did_and_what_comes_next(parley_home, tmp_path):
    lines = ("[Later]", "User 1: Hi!", "User 1: You?", "User 2: Hello.")
    out = StringIO()

    call_command(
        "import_personachat", a_file(tmp_path / "v.csv", synthetic((ADA, BO, lines))), "--to", "spc", stdout=out
    )

    assert out.getvalue().splitlines() == [
        f"1 dialogues with 2 turns are in {parley_home / 'corpora' / 'spc'}.",
        "1 lines without a speaker were dropped.",
        "1 turns were joined to the one before, by the same speaker.",
        "Next: manage.py describe spc, or manage.py split_corpus spc --to spc-cut --by persona",
    ]
