"""`generate` with the options of labels and traits, offline and with an LLM."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from generation.corpus.dialogues import Dialogue, read_dialogues
from generation.corpus.manifest import digest_of_file, read_manifest
from generation.labels.labelling import read_labels
from generation.terminal import BAD_INPUT
from tests.generation.builders import pairs_corpus
from tests.openai_server import OpenAIServer


@pytest.fixture
def home(parley_home: Path, monkeypatch) -> Path:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    pairs_corpus(parley_home, 6)
    return parley_home


def generate(*words: str, to: str = "made") -> dict[str, Any]:
    out = StringIO()
    call_command(
        "generate", "--personas", "pairs", "--to", to, *words, "--json", "--quiet", stdout=out, stderr=StringIO()
    )
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


def said_by(*words: str, to: str = "made") -> str:
    said = StringIO()
    call_command("generate", "--personas", "pairs", "--to", to, *words, stdout=said, stderr=said)
    return said.getvalue()


def refused(*words: str) -> CommandError:
    with pytest.raises(CommandError) as caught:
        generate(*words)
    return caught.value


def dialogues(home: Path, name: str = "made") -> list[Dialogue]:
    return list(read_dialogues(home / "corpora" / name))


def told(home: Path, name: str = "made") -> set[str]:
    return {level for each in dialogues(home, name) for speaker in each.speakers for level in speaker.traits.values()}


def test_the_reliability_of_votes_is_in_the_manifest_and_in_what_is_said(home):
    pairs_corpus(home, 40)

    said = said_by("--votes", "3")

    reliability = read_manifest(home / "corpora" / "made")["results"]["reliability"]
    votes = [label.votes for each in read_labels(home / "corpora" / "made").values() for label in each.traits.values()]
    assert {len(each) for each in votes} == {3}
    assert 0 < reliability["openness"]["alpha_nominal"]["value"] < 1
    assert reliability["openness"]["alpha_nominal"]["n"] == 80
    assert "Agreement of the votes on a persona (Krippendorff's alpha, nominal): openness 0." in said


def test_the_lean_to_desirable_levels_is_said_and_kept(home):
    said = said_by()

    desirable = read_manifest(home / "corpora" / "made")["results"]["desirable"]
    assert desirable["agreeableness"]["pole"] == "high"
    assert desirable["neuroticism"]["pole"] == "low"
    assert "LLMs are known to lean to desirable levels." in said


def test_an_llm_is_asked_for_each_vote_once(home):
    with OpenAIServer() as server:
        words = ("--author", "mock", "--base-url", server.base_url, "--votes", "3", "--limit", "2")
        generate(*words)
        asked = server.asked.total()
        generate(*words)

        assert (asked, server.asked.total()) == (4 * 3 + 2, 4 * 3 + 2)
    records = [json.loads(line) for line in (home / "corpora" / "made" / "journal.jsonl").read_text().splitlines()[1:]]
    assert sorted(each["sample"] for each in records if each["what"] == "label") == [0] * 4 + [1] * 4 + [2] * 4


@pytest.mark.parametrize("author", ["offline", "mock"])
def test_five_levels_go_from_the_labels_to_the_dialogues(home, author):
    pairs_corpus(home, 40)

    with OpenAIServer() as server:
        result = generate("--levels", "5", "--traits", "all", "--author", author, "--base-url", server.base_url)

    assert list(result["levels"]["openness"]) == ["very low", "low", "medium", "high", "very high", "unclear"]
    assert told(home) == {level for levels in result["levels"].values() for level in levels if levels[level]} - {
        "unclear"
    }
    assert result["dialogues"] == 40


def test_labels_on_five_levels_are_not_taken_for_three(home):
    pairs_corpus(home, 40)
    generate("--levels", "5", to="five")

    error = refused("--labels", "five")

    assert "is not of the scale of 3; see --levels" in str(error)


@pytest.mark.parametrize("style", ["names", "adjectives", "description", "facets"])
def test_traits_are_told_to_a_model_in_the_style_asked_for_behind_examples(home, style):
    with OpenAIServer() as server:
        generate(
            "--author", "mock", "--base-url", server.base_url, "--trait-style", style, "--shots", "2", "--limit", "1"
        )

    task, speakers = (message["content"] for message in server.last_request["messages"])
    assert task.count("\nExample ") == 2
    assert {"names": ": high\n", "adjectives": " (", "description": ". They ", "facets": "; "}[style] in speakers


def test_a_rehearsal_counts_every_vote_and_both_halves_of_a_pair(home):
    words = ("--author", "mock", "--votes", "3", "--contrast", "openness", "--trait-style", "facets", "--dry-run")

    before = generate(*words)
    with OpenAIServer() as server:
        generate(*words[:-1], "--base-url", server.base_url, "--limit", "2")
    after = generate(*words)

    assert (before["label_calls"], before["dialogue_calls"]) == (12 * 3, 6 * 2)
    assert (after["label_calls"], after["dialogue_calls"]) == (8 * 3, 4 * 2)


def test_another_style_number_of_examples_or_of_levels_is_another_corpus(home):
    with OpenAIServer() as server:
        words = ("--author", "mock", "--base-url", server.base_url, "--limit", "1")
        generate(*words)
        asked = server.asked.total()

        messages = [
            str(refused(*words, *changed))
            for changed in (
                ("--trait-style", "facets"), ("--shots", "1"), ("--levels", "5"), ("--votes", "3"),
                ("--sampling", "balanced"), ("--contrast", "openness"),
            )
        ]  # fmt: skip

        assert server.asked.total() == asked
    for message, name in zip(
        messages, ("trait_style", "shots", "levels", "votes", "sampling", "contrast"), strict=True
    ):
        assert name in message


def test_what_is_at_its_default_is_no_setting_so_that_older_corpora_go_on(home):
    generate()

    begun = json.loads((home / "corpora" / "made" / "journal.jsonl").read_text().splitlines()[0])

    assert set(begun["settings"]) & {"votes", "levels", "trait_style", "shots", "sampling", "give", "contrast"} == set()


@pytest.mark.parametrize("author", ["offline", "mock"])
def test_contrast_pairs_share_their_opening_and_differ_in_the_trait(home, author):
    with OpenAIServer() as server:
        result = generate("--contrast", "neuroticism", "--author", author, "--base-url", server.base_url)

    made = {dialogue.id: dialogue for dialogue in dialogues(home)}
    assert (result["dialogues"], result["failed"]) == (12, 0)
    for number in range(6):
        high, low = (made[f"made/train/{number:05}-{level}"] for level in ("high", "low"))
        assert high.source == low.source == f"pairs/train/{number:05}"
        assert high.turns[0] == low.turns[0]
        assert high.turns[1:] != low.turns[1:]
        assert high.speakers[1].traits | {"neuroticism": "low"} == low.speakers[1].traits


def test_a_contrast_corpus_does_not_depend_on_the_concurrency(home):
    with OpenAIServer() as server:
        for name, concurrency in (("one", "1"), ("many", "8")):
            generate(
                "--contrast", "openness", "--author", "mock", "--base-url", server.base_url,
                "--concurrency", concurrency, to=name,
            )  # fmt: skip

    one, many = (
        [replaced.turns for replaced in sorted(dialogues(home, name), key=lambda each: each.id)]
        for name in ("one", "many")
    )
    assert one == many


def test_given_traits_are_told_and_their_file_is_named(home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = [
        {"source": f"pairs/train/{number:05}", "traits": [{"openness": "low"}, {"neuroticism": "high"}]}
        for number in range(6)
    ]
    Path("given.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))

    result = generate("--give", "given.jsonl")

    manifest = read_manifest(home / "corpora" / "made")
    assert [[speaker.traits for speaker in each.speakers] for each in dialogues(home)] == [
        [{"openness": "low"}, {"neuroticism": "high"}]
    ] * 6
    assert result["personas"] == 0
    assert manifest["inputs"]["give"] == {"file": "given.jsonl", "sha256": digest_of_file(Path("given.jsonl"))}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--votes", "0"], "--votes: expected at least 1, got 0"),
        (["--shots", "4"], "--shots: there are 3 examples, got 4"),
        (["--shots", "-1"], "--shots: expected at least 0, got -1"),
        (["--contrast", "openness", "--fill"], "leave out --fill and --label-only"),
        (["--give", "given.jsonl", "--sampling", "balanced"], "leave out --sampling"),
        (["--give", "nothing.jsonl"], "--give: no file nothing.jsonl"),
        (["--give", "given.jsonl"], "gives no traits for speaker 0 of pairs/train/00000"),
    ],
)
def test_bad_usage_is_refused_and_changes_nothing(home, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    Path("given.jsonl").write_text('{"persona": ["i fly."], "traits": {}}\n')

    error = refused(*words)

    assert message in str(error)
    assert error.returncode == BAD_INPUT
    assert not (home / "corpora" / "made").exists()
