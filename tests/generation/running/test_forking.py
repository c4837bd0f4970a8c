"""`generate --fork`: another corpus with something changed, and nothing bought twice that this leaves as it was."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from generation.asking.journal import JOURNAL_FILE
from generation.corpus.dialogues import read_dialogues
from generation.corpus.manifest import digest_of_file, read_manifest
from generation.telling.prompting import digests_of_prompts, text_of
from generation.terminal import BAD_INPUT
from tests.generation.builders import pairs_corpus
from tests.openai_server import OpenAIServer


@pytest.fixture
def home(parley_home: Path) -> Path:
    pairs_corpus(parley_home, 4)
    return parley_home


def generate(server: OpenAIServer, *words: str, author: str = "mock") -> dict[str, Any]:
    out = StringIO()
    named = ("--personas", "pairs", "--to", "made", "--author", author, "--base-url", server.base_url)
    call_command("generate", *named, *words, "--json", "--quiet", stdout=out, stderr=StringIO())
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


def another_wording(monkeypatch, prompt: str) -> None:
    def worded(name: str) -> str:
        return text_of(name) + ("\nBe brief." if name == prompt else "")

    monkeypatch.setattr("generation.telling.prompting.text_of", worded)


def test_a_changed_prompt_is_refused_by_name_and_a_fork_is_offered(home, monkeypatch):
    with OpenAIServer() as server:
        generate(server)
        another_wording(monkeypatch, "write_dialogue")
        with pytest.raises(CommandError) as caught:
            generate(server)

    assert caught.value.returncode == BAD_INPUT
    assert "prompts: write_dialogue changed. Run it with those, or begin another with --fork NAME" in str(caught.value)


def test_a_fork_with_another_prompt_for_dialogues_reuses_every_label_and_buys_every_dialogue(home, monkeypatch):
    with OpenAIServer() as server:
        generate(server)
        before = digest_of_file(home / "corpora" / "made" / JOURNAL_FILE)
        asked = server.asked.total()
        another_wording(monkeypatch, "write_dialogue")
        result = generate(server, "--fork", "brief")

    assert (result["corpus"], result["dialogues"], result["personas"]) == ("brief", 4, 8)
    assert server.asked.total() - asked == 4
    assert result["reused_answers"] == {"made": 8}
    # What the fork cost is what was bought for it.
    assert result["usage"]["answers"] == 4
    assert {each.id.partition("/")[0] for each in read_dialogues(home / "corpora" / "brief")} == {"brief"}
    assert digest_of_file(home / "corpora" / "made" / JOURNAL_FILE) == before
    assert read_manifest(home / "corpora" / "brief")["settings"]["fork"] == "brief"


def test_a_fork_with_another_model_or_prompt_for_labels_reuses_nothing(home, monkeypatch):
    with OpenAIServer() as server:
        generate(server)
        asked = server.asked.total()
        another_wording(monkeypatch, "label_traits")
        result = generate(server, "--fork", "relabelled", "--temperature", "0.5")

    assert (server.asked.total() - asked, result["reused_answers"]) == (12, {})


def test_a_fork_stands_alone_and_goes_on_as_any_corpus(home, monkeypatch):
    with OpenAIServer() as server:
        generate(server)
        generate(server, "--fork", "reseeded", "--seed", "8")
        asked = server.asked.total()
        (home / "corpora" / "made" / JOURNAL_FILE).unlink()
        out = StringIO()
        named = ("--personas", "pairs", "--to", "reseeded", "--author", "mock", "--base-url", server.base_url)
        call_command("generate", *named, "--seed", "8", "--quiet", stdout=out)

    # All that it took over is in its own journal.
    assert server.asked.total() == asked


def test_a_fork_is_itself_held_to_its_settings(home):
    with OpenAIServer() as server:
        generate(server)
        generate(server, "--fork", "reseeded", "--seed", "8")
        with pytest.raises(CommandError, match="seed was 8 and is 9"):
            generate(server, "--fork", "reseeded", "--seed", "9")


def test_what_failed_is_asked_anew_by_a_fork(home):
    pairs_corpus(home, 2, hopeless={1: "forbidden"})
    with OpenAIServer() as server:
        with pytest.raises(SystemExit):
            generate(server)
        server.mended = True
        result = generate(server, "--fork", "again")

    assert (result["dialogues"], result["failed"]) == (2, 0)


def test_a_dry_run_of_a_fork_leaves_out_what_it_would_reuse_and_writes_nothing(home, monkeypatch):
    with OpenAIServer() as server:
        generate(server)
        another_wording(monkeypatch, "write_dialogue")
        result = generate(server, "--fork", "brief", "--dry-run")

    assert (result["label_calls"], result["dialogue_calls"]) == (0, 4)
    assert not (home / "corpora" / "brief").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--fork", "made"), "that is the corpus to fork; choose another name"),
        (("--fork", "new"), "no 'made' in"),
        (("--fork", "pairs"), "pairs is the corpus that the personas come from"),
    ],
)
def test_a_fork_of_nothing_or_of_itself_is_refused(home, words, message):
    with OpenAIServer() as server, pytest.raises(CommandError) as caught:
        generate(server, *words)

    assert caught.value.returncode == BAD_INPUT
    assert message in str(caught.value)


def test_a_corpus_that_no_generate_began_cannot_be_forked(home):
    pairs_corpus(home, 2, name="made")

    with OpenAIServer() as server, pytest.raises(CommandError, match="no corpus that `generate` began is at") as caught:
        generate(server, "--fork", "new")

    assert caught.value.returncode == BAD_INPUT


def test_digests_follow_the_words(monkeypatch):
    before = digests_of_prompts(("write_dialogue",))
    another_wording(monkeypatch, "write_dialogue")

    assert digests_of_prompts(("write_dialogue",)) != before
