"""`train`, `respond` and `score` as they are typed: what they make, say and refuse."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from generation.corpus.dialogues import write_dialogues
from generation.corpus.manifest import read_manifest
from generation.corpus.traits import Traits
from generation.terminal import BAD_INPUT, FAILED, SOME_FAILED
from tests.builders import a_dialogue
from tests.openai_server import Faults, OpenAIServer
from tests.training.builders import QUICK, SMALL, a_response, a_toy_dialogue, toy_corpus, toy_dialogues
from training.data.responses import Given, read_responses, write_responses

ROOT = Path(__file__).resolve().parents[2]
QUICKLY = [word for each in (*QUICK, *SMALL) for word in ("--set", each)]


@pytest.fixture
def home(parley_home: Path, monkeypatch) -> Path:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    toy_corpus(parley_home)
    return parley_home


@pytest.fixture
def with_pt(home: Path, trained_home: Path) -> Path:
    """A home that has the toy model too, by way of a link: it is only looked at."""
    (home / "models").mkdir()
    (home / "models" / "pt").symlink_to(trained_home / "models" / "pt")
    return home


def said(command: str, *words: str) -> str:
    out = StringIO()
    call_command(command, *words, "--quiet", stdout=out, stderr=StringIO())
    return out.getvalue()


def result_of(command: str, *words: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(said(command, *words, "--json"))
    return result


def ended(command: str, *words: str) -> tuple[int, dict[str, Any]]:
    """The exit status of a command that has rows to list, and its result."""
    out = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command(command, *words, "--quiet", "--json", stdout=out, stderr=StringIO())
    return int(caught.value.code or 0), json.loads(out.getvalue())


def refused(command: str, *words: str) -> CommandError:
    with pytest.raises(CommandError) as caught:
        said(command, *words)
    return caught.value


@pytest.mark.torch
def test_the_three_of_them_end_to_end(home):
    trained = result_of("train", "smoke", "--on", "toy", "--to", "pt", *QUICKLY)
    answered = result_of("respond", "--model", "pt", "--to-contexts", "toy/test", "--to", "pt")
    scored = result_of("score", "pt")

    assert (trained["steps"], trained["model"]) == (12, str(home / "models" / "pt"))
    assert (answered["responses"], answered["kept"], answered["failed"]) == (20, 0, [])
    assert scored["scores"][0]["domains"]["toy"]["n"]["responses"] == 20
    assert json.loads((home / "responses" / "pt" / "scores.json").read_text()) == scored["scores"][0]
    assert read_manifest(home / "responses" / "pt" / "scores.json")["command"] == "score"


@pytest.mark.torch
def test_a_contrast_answers_every_context_twice_told_high_and_told_low(home):
    result_of("train", "smoke", "--on", "toy", "--to", "pt", *QUICKLY)

    found = result_of("respond", "--model", "pt", "--to-contexts", "toy/test", "--to", "pt", "--contrast", "openness")

    assert (found["high"]["system"], found["low"]["system"]) == ("pt[openness=high]", "pt[openness=low]")
    high, low = (list(read_responses(home / "responses" / f"pt-openness-{level}")) for level in ("high", "low"))
    assert [row.context.id for row in high] == [row.context.id for row in low]
    assert {row.given.traits["openness"] for row in high} == {"high"}
    assert "the one sets it high and low" in str(
        refused(
            "respond", "--model", "pt", "--to-contexts", "toy/test", "--to", "x", "--contrast", "openness",
            "--set", "openness=low",
        )
    )  # fmt: skip


@pytest.mark.torch
def test_train_says_what_it_made_and_what_comes_next(home):
    lines = said("train", "smoke", "--on", "toy", "--to", "pt", "--steps", "4", *QUICKLY).splitlines()
    again = said("train", "smoke", "--on", "toy", "--to", "pt", "--steps", "4", *QUICKLY).splitlines()

    assert f"{home}/models/pt: " in lines[0]
    assert "64 examples" in lines[0]
    assert lines[-1] == "Next: manage.py respond --model pt --to-contexts CORPUS/test --to pt"
    assert again == [f"{home}/models/pt is trained already, with these settings on these corpora.", *lines]


@pytest.mark.torch
def test_train_without_traits_and_with_an_overlap_that_is_allowed(home):
    write_dialogues(
        home / "corpora" / "toy",
        [*toy_dialogues(), *(each for each in toy_dialogues(corpus="twin", train=0, validation=2, test=0))],
    )
    overlap = "4 personas of 'validation' stand in 'train' too"

    error = refused("train", "smoke", "--on", "toy", "--to", "p", "--without-traits", *QUICKLY)
    result = result_of(
        "train", "smoke", "--on", "toy", "--to", "p", "--without-traits", "--allow-persona-overlap", *QUICKLY
    )

    assert (error.returncode, overlap in str(error)) == (BAD_INPUT, True)
    assert result["overlap"] == {"dialogues": 0, "personas": 4}
    assert read_manifest(home / "models" / "p")["settings"]["with_traits"] is False


@pytest.mark.torch
def test_respond_says_what_it_made_and_what_comes_next(with_pt):
    lines = said(
        "respond", "--model", "pt", "--to-contexts", "toy/test", "--to", "high", "--set", "extraversion=high"
    ).splitlines()

    assert lines == [
        f"{with_pt}/responses/high: 20 responses of pt[extraversion=high] in 4 dialogues of toy.",
        "Next: manage.py score high",
    ]
    assert {each.given.traits["extraversion"] for each in read_responses(with_pt / "responses" / "high")} == {"high"}


@pytest.mark.torch
def test_respond_takes_every_option_into_its_manifest(with_pt):
    said(
        "respond", "--model", "pt", "--to-contexts", "toy/test", "--to", "out", "--domain", "toy/test=crowd",
        "--system", "mine", "--limit", "3", "--per-dialogue", "1", "--min-turns", "2", "--decoding", "sample",
        "--top-p", "0.8", "--temperature", "0.7", "--max-new-tokens", "9", "--without-traits", "--seed", "3",
        "--batch-size", "2",
    )  # fmt: skip

    settings = read_manifest(with_pt / "responses" / "out")["settings"]
    assert settings == {
        "model": str(with_pt / "models" / "pt"),
        "decoding": {"manner": "sample", "max_new_tokens": 9, "top_p": 0.8, "temperature": 0.7},
        "with_traits": False,
        "system": "mine",
        "to_contexts": [{"corpus": "toy/test", "domain": "crowd"}],
        "choice": {"per_dialogue": "1", "min_turns": 2, "limit": 3},
        "set": {},
        "seed": 3,
    }
    assert {each.context.domain for each in read_responses(with_pt / "responses" / "out")} == {"crowd"}


def test_an_endpoint_answers_and_its_failures_end_with_status_3(home, monkeypatch):
    write_dialogues(
        home / "corpora" / "toy",
        [a_dialogue(corpus="toy", split="test", personas=(("i am unspeakable.",), ("i am calm.",)))],
    )
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    out = StringIO()

    with OpenAIServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        with pytest.raises(SystemExit) as ended:
            call_command("respond", "--model", "openai:mock", "--to-contexts", "toy/test", "--to", "gpt", stdout=out)

    assert ended.value.code == 3
    assert "3 responses of mock in 1 dialogues of toy" in out.getvalue()
    assert "No response to toy/test/00000#2: it is a refusal: I cannot help with that." in out.getvalue()
    assert "Run the same command to try these again." in out.getvalue()


def test_an_endpoint_that_sells_no_more_ends_with_status_1(home, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")

    with OpenAIServer(Faults(credit=2)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        error = refused("respond", "--model", "openai:mock", "--to-contexts", "toy/test", "--to", "gpt")

    assert error.returncode == FAILED
    assert "no credit left" in str(error)
    assert "What was answered is kept; run the same command to go on." in str(error)


def test_score_puts_systems_side_by_side_and_warns(home):
    for name, text in (("p", "no"), ("pt", "i like dogs")):
        rows = [a_response(text, reference="i like dogs", dialogue=f"toy/test/{n:05}", system=name) for n in range(12)]
        write_responses(home / "responses" / name, rows)

    text = said("score", "p", "pt")

    assert "p (n 12)" in text
    assert "Beware, p, toy: only 8% of the replies differ: the model says the same to everybody." in text
    assert f"Written: {home}/responses/p/scores.json, {home}/responses/pt/scores.json" in text
    assert "Signature: scores|unit:dialogue|" in text


def test_score_compares_and_writes_the_table(home, tmp_path):
    for name, text in (("p", "no"), ("pt", "i like dogs")):
        rows = [a_response(text, reference="i like dogs", dialogue=f"toy/test/{n:05}", system=name) for n in range(12)]
        write_responses(home / "responses" / name, rows)

    found = result_of("score", "p", "pt", "--metrics", "f1,words", "--to", str(tmp_path / "table"))

    assert [(each["metric"], each["value"], each["n"]) for each in found["differences"]] == [
        ("f1", -1.0, 12),
        ("words", -2.0, 12),
    ]
    assert json.loads((tmp_path / "table" / "scores.json").read_text()) == found
    assert (tmp_path / "table" / "scores.csv").read_text().startswith("system,parameters,subset,domain,metric,")
    assert "\\toprule" in (tmp_path / "table" / "scores.tex").read_text()
    assert read_manifest(tmp_path / "table")["settings"]["metrics"] == "f1,words"
    assert "metric 'charm': expected some of" in str(refused("score", "p", "pt", "--metrics", "charm"))


def test_trait_control_compares_a_contrast_and_writes_what_it_found(home, tmp_path):
    levels: tuple[Traits, Traits] = ({"openness": "high"}, {"openness": "low"})
    told = [
        a_toy_dialogue(number, split=split, corpus="told", traits=levels[number % 2])
        for split, start in (("train", 0), ("test", 20))
        for number in range(start, start + 8)
    ]
    write_dialogues(home / "corpora" / "told", told)
    for given in levels:
        level = given["openness"]
        rows = [a_response(f"it is {level} !", dialogue=f"toy/test/{n:05}") for n in range(12)]
        write_responses(
            home / "responses" / level,
            [replace(row, system=f"pt[openness={level}]", given=Given(traits=given)) for row in rows],
        )

    found = result_of("trait_control", "high", "low", "--labels", "told", "--to", str(tmp_path / "found.json"))

    assert (found["trait"], found["contexts"]) == ("openness", 12)
    assert json.loads((tmp_path / "found.json").read_text()) == found
    assert "told apart:" in said("trait_control", "low", "high", "--labels", "told")
    assert "differ in no trait" in str(refused("trait_control", "high", "high", "--labels", "told"))
    assert "is the corpus split?" in str(refused("trait_control", "high", "low", "--labels", "told/train"))


def test_a_language_model_tells_a_contrast_apart_where_one_is_named(home, tmp_path, monkeypatch):
    levels: tuple[Traits, Traits] = ({"extraversion": "high"}, {"extraversion": "low"})
    told = [
        a_toy_dialogue(number, split=split, corpus="told", traits=levels[number % 2])
        for split, start in (("train", 0), ("test", 20))
        for number in range(start, start + 8)
    ]
    write_dialogues(home / "corpora" / "told", told)
    for given, text in zip(levels, ("so great !", "i am unspeakable"), strict=True):
        level = given["extraversion"]
        rows = [a_response(text if n else "ok", dialogue=f"toy/test/{n:05}") for n in range(12)]
        write_responses(
            home / "responses" / level,
            [replace(row, system=f"pt[extraversion={level}]", given=Given(traits=given)) for row in rows],
        )
    command = ["trait_control", "high", "low", "--labels", "told"]
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")

    with OpenAIServer() as server:
        judge = ["--judge", "openai:mock", "--base-url", server.base_url]
        rehearsed = said(*command, *judge, "--dry-run")
        asked = server.answered.total()
        status, listed = ended(*command, *judge, "--to", str(tmp_path / "found.json"))
        server.mended = True
        found = result_of(*command, *judge, "--retry-failed", "--judge-contexts", "12")

    assert "12 contexts and 4 pairs of held-out turns" in rehearsed
    assert asked == 0
    assert status == SOME_FAILED
    assert {row["kind"] for row in listed["failed"]} == {"refused"}
    assert listed["judge"]["contexts"] == 1
    assert json.loads((tmp_path / "found.json").read_text())["judge"] == listed["judge"]
    assert found["judge"]["told_apart"]["value"] == pytest.approx((11 * 1.0 + 0.5) / 12)
    assert found["failed"] == []
    assert "--dry-run is for a judge" in str(refused(*command, "--dry-run"))
    assert "expected openai:NAME" in str(refused(*command, "--judge", "gpt"))


@pytest.mark.torch
def test_a_loss_that_is_no_number_ends_with_status_1(home):
    words = ["--set", "optimiser=adamw", "--set", "rate=1e30", "--set", "warm_up=0"]

    error = refused("train", "smoke", "--on", "toy", "--to", "pt", *QUICKLY, *words)

    assert error.returncode == FAILED
    assert "the loss is nan" in str(error)


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("train tyni --on toy --to x", "no recipe 'tyni'"),
        ("train smoke --on toy --to x --set stpes=5", "unknown key 'stpes'"),
        ("train smoke --on toy --to x --steps 0", "the training would never end"),
        ("train smoke --on tyo --to x", "no 'tyo' in"),
        ("train smoke --on toy:2 --to x", "expected a share from 0 to 1, got 2"),
        ("train smoke --on toy/test --to x", "no dialogues in split 'train'"),
        ("train smoke --on toy --to x/../y", "'x/../y' is not a name"),
        ("train t5-small --on toy --to x", "no checkpoint in .*t5-small, and google-t5/t5-small cannot be had"),
        ("train t5-small --on toy --to x --set checkpoint=./none", "config.json is not there"),
        ("train smoke --on toy --to x --set max_target=2", "raise max_target"),
        ("respond --model x --to-contexts toy/test --to x", "no 'x' in"),
        ("respond --model pt --to-contexts tyo --to x", "no 'tyo' in"),
        ("respond --model pt --to-contexts toy/dev --to x", "no context to answer in toy/dev"),
        ("respond --model pt --to-contexts toy/test --to x --limit 0", "--limit: expected at least 1, got 0"),
        ("respond --model pt --to-contexts toy/test --to x --min-turns 0", "--min-turns: expected at least 1, got 0"),
        (
            "respond --model pt --to-contexts toy/test --to x --top-p 1.5",
            "--top-p: expected a share above 0, at most 1",
        ),
        (
            "respond --model pt --to-contexts toy/test --to x --temperature 0",
            "--temperature: expected a number above 0",
        ),
        ("respond --model pt --to-contexts toy/test --to x --set charm=high", "unknown trait 'charm'"),
        ("respond --model pt --to-contexts toy/test --to x --set openness=some", "unknown level 'some'"),
        ("respond --model pt --to-contexts toy/test --to x --set openness", "--set openness: expected TRAIT=LEVEL"),
        ("respond --model pt --to-contexts toy/test --to x --domain a=b", "--domain: a is not among --to-contexts"),
        ("respond --model pt --to-contexts toy/test --to x --without-traits --set openness=low", "is told no traits"),
        ("respond --model openai:gpt --to-contexts toy/test --to x", "OPENAI_API_KEY is not set"),
        ("score x", "no 'x' in"),
        ("score pt --batch-size 0", "--batch-size: expected at least 1, got 0"),
        ("score empty", "no responses at"),
    ],
)
@pytest.mark.torch
def test_bad_input_ends_with_status_2_and_leaves_nothing_behind(with_pt, command, problem, monkeypatch):
    monkeypatch.chdir(with_pt)
    (with_pt / "responses" / "empty").mkdir(parents=True)
    name, *words = command.split()

    error = refused(name, *words)

    assert error.returncode == BAD_INPUT
    assert re.search(problem, str(error)), str(error)
    assert not (with_pt / "models" / "x").exists()
    assert not (with_pt / "responses" / "x").exists()


@pytest.mark.parametrize(
    "words", [["check"], ["--help"], ["train", "--help"], ["respond", "--help"], ["score", "--help"]], ids=" ".join
)
def test_what_needs_no_torch_does_not_load_it(words, tmp_path):
    script = (
        "import sys; from django.core.management import execute_from_command_line\n"
        "try: execute_from_command_line(['manage.py', *sys.argv[1:]])\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'transformers', 'accelerate', 'tokenizers', 'openai'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )

    subprocess.run([sys.executable, "-c", script, *words], check=True, cwd=ROOT, capture_output=True)
