"""`generate` as it is typed: what it makes, what it refuses, what it says."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from generation.asking.journal import Journal
from generation.corpus.dialogues import read_dialogues, write_dialogues
from generation.corpus.manifest import digest_of_file, read_manifest
from generation.labels.labelling import read_labels
from generation.offline import CAVEAT, LABEL_CAVEAT
from generation.terminal import BAD_INPUT, FAILED
from tests.builders import a_dialogue
from tests.generation.builders import a_pair, pairs_corpus
from tests.openai_server import Faults, OpenAIServer


@pytest.fixture
def home(parley_home: Path, monkeypatch) -> Path:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    pairs_corpus(parley_home, 6)
    return parley_home


def generate(*words: str, personas: str = "pairs", to: str = "made") -> dict[str, Any]:
    out = StringIO()
    call_command(
        "generate", "--personas", personas, "--to", to, *words, "--json", "--quiet", stdout=out, stderr=StringIO()
    )
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


def refused(*words: str, personas: str = "pairs", to: str = "made") -> CommandError:
    with pytest.raises(CommandError) as caught:
        generate(*words, personas=personas, to=to)
    return caught.value


def everything(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): digest_of_file(path) for path in folder.rglob("*") if path.is_file()}


def test_the_offline_author_makes_a_parallel_corpus(home):
    result = generate()

    made = home / "corpora" / "made"
    source = {dialogue.id: dialogue for dialogue in read_dialogues(home / "corpora" / "pairs")}
    dialogues = list(read_dialogues(made))
    assert (result["dialogues"], result["personas"], result["failed"]) == (6, 12, 0)
    assert [dialogue.id for dialogue in dialogues] == [f"made/train/{number:05}" for number in range(6)]
    for dialogue in dialogues:
        personas = [speaker.persona for speaker in dialogue.speakers]
        assert personas == [speaker.persona for speaker in source[dialogue.origin].speakers]
        assert 8 <= len(dialogue.turns) <= 14
    assert len(read_labels(made)) == 12


def test_the_manifest_says_what_made_it_and_from_what(home):
    generate("--traits", "1", "--seed", "3")

    manifest = read_manifest(home / "corpora" / "made")
    assert manifest["command"] == "generate"
    assert (manifest["settings"]["traits"], manifest["settings"]["seed"]) == (1, 3)
    assert manifest["inputs"]["personas"]["sha256"] == digest_of_file(home / "corpora" / "pairs" / "dialogues.jsonl")
    assert manifest["results"]["author"] == "offline"
    assert manifest["results"]["caveats"] == [CAVEAT, LABEL_CAVEAT]


def test_the_same_command_again_gives_the_same_bytes(home):
    generate()
    before = everything(home / "corpora" / "made")

    generate()

    after = everything(home / "corpora" / "made")
    assert {name for name in before if before[name] != after[name]} <= {"manifest.json"}


def test_only_one_split_and_only_the_first_few(home):
    write_dialogues(home / "corpora" / "more", [a_pair(n, split="train" if n % 2 else "test") for n in range(10)])

    generate("--limit", "2", personas="more/test")

    assert [dialogue.source for dialogue in read_dialogues(home / "corpora" / "made")] == [
        "pairs/test/00000",
        "pairs/test/00002",
    ]


def test_a_pairs_corpus_is_filled_and_what_was_written_stays(home):
    written = a_dialogue(90, corpus="pairs")
    write_dialogues(home / "corpora" / "mixed", [a_pair(1), written])

    result = generate("--fill", "--author", "offline:crowd", personas="mixed")

    filled = {dialogue.id: dialogue for dialogue in read_dialogues(home / "corpora" / "made")}
    assert filled["pairs/train/00090"].turns == written.turns
    assert len(filled["pairs/train/00001"].turns) >= 8
    assert [dialogue.source for dialogue in filled.values()] == [None, None]
    assert result["author"] == "offline:crowd"


def test_the_crowd_manner_writes_short_lower_case_turns(home):
    generate("--author", "offline:crowd")

    turns = [turn.text for dialogue in read_dialogues(home / "corpora" / "made") for turn in dialogue.turns]
    assert all(text == text.lower() for text in turns)
    assert sum(len(text.split()) for text in turns) / len(turns) < 15


def test_labels_are_put_on_human_dialogues_without_a_word_changed(home):
    human = [a_dialogue(number) for number in range(3)]
    write_dialogues(home / "corpora" / "human", human)

    result = generate("--label-only", personas="human")

    labelled = list(read_dialogues(home / "corpora" / "made"))
    assert [(each.id, each.turns, each.source) for each in labelled] == [(each.id, each.turns, None) for each in human]
    # Nobody's words but the labels' reasons are the grammar's.
    assert (result["author"], result["caveats"]) == (None, [LABEL_CAVEAT])


def test_labels_of_another_corpus_are_taken_over(home):
    generate(to="labelled")

    result = generate("--labels", "labelled")

    assert (result["reused_labels"], result["personas"]) == (12, 12)
    labels = [(home / "corpora" / name / "labels.jsonl").read_bytes() for name in ("labelled", "made")]
    assert labels[0] == labels[1]


def test_caveats_travel_from_what_is_taken_over(home):
    generate("--fill", "--author", "offline:crowd", to="crowd")

    with OpenAIServer() as server:
        taken_over = generate(
            "--label-only", "--author", "mock", "--base-url", server.base_url, personas="crowd", to="a"
        )
        anew = generate("--author", "mock", "--base-url", server.base_url, personas="crowd", to="b")

    assert taken_over["caveats"] == [CAVEAT, LABEL_CAVEAT]
    assert anew["caveats"] == [LABEL_CAVEAT]


def test_an_llm_makes_the_corpus_and_running_again_asks_nothing(home):
    with OpenAIServer() as server:
        result = generate("--author", "mock", "--base-url", server.base_url)
        asked = server.asked.total()
        before = everything(home / "corpora" / "made")
        generate("--author", "mock", "--base-url", server.base_url)
        assert server.asked.total() == asked == 12 + 6

    after = everything(home / "corpora" / "made")
    assert {name for name in before if before[name] != after[name]} <= {"manifest.json"}
    assert (result["author"], result["caveats"], result["usage"]["answers"]) == ("mock", [], 18)


def test_a_grown_input_buys_only_what_is_new(home):
    with OpenAIServer() as server:
        generate("--author", "mock", "--base-url", server.base_url)
        asked = server.asked.total()
        pairs_corpus(home, 8)
        result = generate("--author", "mock", "--base-url", server.base_url)

    assert result["dialogues"] == 8
    assert server.asked.total() == asked + 4 + 2
    assert set(server.asked.values()) == {1}


def test_rows_that_fail_are_listed_and_end_with_three(home):
    pairs_corpus(home, 4, hopeless={1: "garbled", 2: "unspeakable"})

    with OpenAIServer() as server, pytest.raises(SystemExit) as caught:
        generate("--author", "mock", "--base-url", server.base_url)

    assert caught.value.code == 3
    rows = [json.loads(line) for line in (home / "corpora" / "made" / "failed.jsonl").read_text().splitlines()]
    assert sorted((row["what"], row["kind"]) for row in rows) == [
        ("dialogue", "unlabelled"),
        ("dialogue", "unlabelled"),
        ("persona", "malformed"),
        ("persona", "refused"),
    ]


def test_dialogues_that_tell_too_little_of_a_persona_are_listed_as_off_persona(home):
    with OpenAIServer() as server, pytest.raises(SystemExit) as caught:
        generate("--author", "mock", "--base-url", server.base_url, "--min-coverage", "1")

    assert caught.value.code == 3
    rows = [json.loads(line) for line in (home / "corpora" / "made" / "failed.jsonl").read_text().splitlines()]
    assert {(row["what"], row["kind"]) for row in rows} == {("dialogue", "off_persona")}
    assert all("of their own persona's words" in row["reason"] for row in rows)


def test_failed_rows_are_taken_up_on_demand(home):
    pairs_corpus(home, 4, hopeless={1: "garbled"})

    with OpenAIServer() as server:
        for _ in range(2):
            with pytest.raises(SystemExit):
                generate("--author", "mock", "--base-url", server.base_url)
        server.mended = True
        result = generate("--author", "mock", "--base-url", server.base_url, "--retry-failed")

    assert (result["dialogues"], result["failed"]) == (4, 0)
    assert not (home / "corpora" / "made" / "failed.jsonl").exists()


def test_a_dry_run_says_what_would_be_asked_and_writes_nothing(home):
    before = everything(home)

    # No key and no address: rehearsing needs neither.
    result = generate("--author", "mock", "--dry-run")

    assert everything(home) == before
    assert (result["label_calls"], result["dialogue_calls"]) == (12, 6)
    assert [prompt["what"] for prompt in result["prompts"]] == [
        "labels of a persona",
        "a dialogue, with the offline author's labels in place of those to come",
        "a dialogue, with the offline author's labels in place of those to come",
    ]
    assert "- i like to ski." in result["prompts"][0]["text"]
    assert result["prompt_tokens"] > 18 * 100


def test_a_dry_run_leaves_out_what_the_journal_knows(home):
    with OpenAIServer() as server:
        generate("--author", "mock", "--base-url", server.base_url, "--limit", "4")

    result = generate("--author", "mock", "--dry-run")

    assert (result["label_calls"], result["dialogue_calls"]) == (4, 2)


def test_a_dry_run_of_the_offline_author_asks_nobody(home):
    assert generate("--dry-run")["prompts"] == []


def test_a_missing_key_is_an_error_before_anything(home):
    error = refused("--author", "gpt-4o-mini")

    assert error.returncode == BAD_INPUT
    assert "OPENAI_API_KEY is not set" in str(error)
    assert not (home / "corpora" / "made").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--author", "offline:poet"), "expected offline, offline:crowd or the name of a model, got 'offline:poet'"),
        (("--traits", "some"), "--traits: expected a number or all, got 'some'"),
        (("--temperature", "hot"), "--temperature: expected a number from 0 to 2, or default, got 'hot'"),
        (("--temperature", "3"), "got '3'"),
        (("--limit", "0"), "--limit: expected at least 1, got 0"),
        (("--concurrency", "0"), "--concurrency: expected at least 1, got 0"),
        (("--max-tries", "0"), "--max-tries: expected at least 1, got 0"),
        (("--fill", "--label-only"), "choose one"),
        (("--label-only",), "pairs has no dialogues with turns to label"),
        (("--labels", "nowhere"), "no 'nowhere' in"),
        (("--labels", "pairs"), "labels.jsonl is not there"),
    ],
)
def test_bad_usage_is_refused_and_changes_nothing(home, words, message):
    before = everything(home)

    error = refused(*words)

    assert error.returncode == BAD_INPUT
    assert message in str(error)
    assert everything(home) == before


def test_no_such_corpus_names_those_that_are_there(home):
    error = refused(personas="elsewhere")

    assert error.returncode == BAD_INPUT
    assert "no 'elsewhere' in" in str(error)
    assert "there: pairs" in str(error)


def test_no_such_split_is_refused(home):
    assert "pairs/test has no dialogues" in str(refused(personas="pairs/test"))


def test_a_corpus_is_not_made_over_its_own_personas(home):
    assert "choose another name" in str(refused(to="pairs"))


def test_a_corpus_that_was_imported_is_not_overwritten(home):
    write_dialogues(home / "corpora" / "human", [a_dialogue()])
    before = everything(home)

    error = refused(to="human")

    assert error.returncode == BAD_INPUT
    assert "did not make" in str(error)
    assert everything(home) == before


@pytest.mark.parametrize(
    ("words", "change"),
    [
        (("--seed", "8"), "seed was 7 and is 8"),
        (("--traits", "all"), "traits was 2 and is None"),
        (("--author", "offline:crowd"), "author was 'offline' and is 'offline:crowd'"),
    ],
)
def test_changed_settings_are_refused(home, words, change):
    generate()

    error = refused(*words)

    assert error.returncode == BAD_INPUT
    assert change in str(error)


def test_a_changed_prompt_is_refused(home, monkeypatch):
    with OpenAIServer() as server:
        generate("--author", "mock", "--base-url", server.base_url)
        monkeypatch.setattr(
            "generation.running.ordering.digests_of_prompts", lambda prompts: {"write_dialogue": "other"}
        )

        error = refused("--author", "mock", "--base-url", server.base_url)

    assert error.returncode == BAD_INPUT
    assert "write_dialogue" in str(error)
    assert "changed. Run it with those, or begin another with --fork NAME" in str(error)


def test_two_runs_at_once_are_refused(home):
    with Journal(home / "corpora" / "made", {}):
        error = refused()

    assert error.returncode == BAD_INPUT
    assert "another run is writing to" in str(error)


def test_an_endpoint_that_is_down_is_work_that_failed_and_says_what_is_kept(home):
    error = refused("--author", "mock", "--base-url", "http://127.0.0.1:9/v1")

    assert error.returncode == FAILED
    assert "the endpoint does not answer" in str(error)
    assert "What was answered is kept in" in str(error)


def test_no_credit_half_way_keeps_what_was_bought(home):
    with OpenAIServer(Faults(credit=10)) as server:
        error = refused("--author", "mock", "--base-url", server.base_url, "--concurrency", "1")
        assert error.returncode == FAILED
        assert "no credit left" in str(error)
        server.faults = Faults()
        result = generate("--author", "mock", "--base-url", server.base_url)

    assert result["dialogues"] == 6
    # Of 18 calls ten were paid before; one was refused for want of credit and asked again.
    assert server.answered.total() == 18
    assert set(server.answered.values()) == {1}


def test_it_says_what_it_wrote_and_what_comes_next(home):
    out = StringIO()

    call_command("generate", "--personas", "pairs", "--to", "made", "--quiet", stdout=out)

    said = out.getvalue().splitlines()
    assert said[0] == f"Wrote 6 dialogues and the labels of 12 personas to {home / 'corpora' / 'made'}."
    assert said[1].startswith("Of the labels at either pole, the desirable ones are: openness (high) ")
    assert said[2] == f"Note: {CAVEAT}."
    assert said[-1] == "Next: manage.py describe made"
