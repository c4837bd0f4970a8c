"""`provenance.jsonl`: what each row rests on, line by line of the journal."""

import json
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from generation.asking.journal import JOURNAL_FILE
from generation.asking.tracing import PROVENANCE_FILE
from generation.corpus.dialogues import read_dialogues
from generation.corpus.manifest import read_manifest
from tests.generation.builders import pairs_corpus
from tests.openai_server import Faults, OpenAIServer


@pytest.fixture
def home(parley_home: Path) -> Path:
    pairs_corpus(parley_home, 3)
    return parley_home


def generate(server: OpenAIServer, *words: str) -> None:
    named = ("--personas", "pairs", "--to", "made", "--author", "mock", "--base-url", server.base_url)
    call_command("generate", *named, *words, "--quiet", stdout=StringIO(), stderr=StringIO())


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def provenance(home: Path) -> list[dict[str, Any]]:
    return lines(home / "corpora" / "made" / PROVENANCE_FILE)


def test_each_row_names_its_lines_in_the_journal_and_each_line_belongs_to_one(home):
    with OpenAIServer(Faults(careless=True)) as server:
        generate(server)

    folder = home / "corpora" / "made"
    rows = provenance(home)
    journal = lines(folder / JOURNAL_FILE)[1:]
    keys = ("request", "sample", "round")
    taken = [tuple(exchange[key] for key in keys) for row in rows for exchange in row["exchanges"]]
    assert Counter(taken) == Counter(tuple(record[key] for key in keys) for record in journal)
    assert [row["name"] for row in rows if row["what"] == "dialogue"] == [each.id for each in read_dialogues(folder)]
    assert sum(row["what"] == "persona" for row in rows) == 6
    # The first answer was of no use, and the second was.
    assert all(len(row["exchanges"]) == row["tries"] == 2 for row in rows)


def test_a_row_says_who_answered_and_what_it_took(home):
    with OpenAIServer() as server:
        generate(server)

    (record, *_) = [each for each in lines(home / "corpora" / "made" / JOURNAL_FILE) if each.get("what") == "dialogue"]
    row = next(each for each in provenance(home) if each["exchanges"][0]["request"] == record["request"])
    assert (row["models"], row["fingerprints"]) == ({"mock-2026": 1}, {"fp_mock": 1})
    assert row["usage"] == record["usage"]
    assert (record["asked_for"], record["model"]) == ("mock", "mock-2026")


def test_a_run_from_the_journal_alone_says_the_same(home):
    with OpenAIServer() as server:
        generate(server)
        before = provenance(home)
        generate(server)

    assert provenance(home) == before


def test_the_manifest_counts_models_fingerprints_and_what_was_asked_with(home):
    with OpenAIServer() as server:
        generate(server)

    manifest = read_manifest(home / "corpora" / "made")
    assert manifest["results"]["models"] == {"mock-2026": 9}
    assert manifest["results"]["fingerprints"] == {"fp_mock": 9}
    assert (manifest["settings"]["author"], manifest["settings"]["temperature"]) == ("mock", 1.0)
    (header, *_) = lines(home / "corpora" / "made" / JOURNAL_FILE)
    assert set(header["settings"]["prompts"]) >= {"label_traits", "write_dialogue"}


def test_a_grammar_asks_nobody_and_has_no_lines(home):
    call_command("generate", "--personas", "pairs", "--to", "made", "--quiet", stdout=StringIO())

    assert provenance(home) == []
