"""`generate` with two agents, filters, critics, candidates and refills: over real HTTP, and killed in the middle."""

import json
import signal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from generation.corpus.dialogues import Dialogue, Speaker, read_dialogues, write_dialogues
from generation.corpus.leakage import first_mentions
from tests.generation.builders import a_pair, a_persona, pairs_corpus
from tests.generation.test_running import AT_ONCE, end_after, to_its_end, typed
from tests.openai_roles import FICKLE
from tests.openai_server import Faults, OpenAIServer

SCREENED = ("--method", "double", "--filters", "default", "--filter", "traits=0.5", "--filter", "copying=0.1")
REFILLED = (*SCREENED, "--candidates", "2", "--refill", "--attempts", "2")


def generated(*words: str, base_url: str | None = None) -> tuple[int, dict[str, Any]]:
    out = StringIO()
    server = ("--author", "mock", "--base-url", base_url) if base_url else ()
    code = 0
    try:
        call_command("generate", *words, *server, "--json", "--quiet", stdout=out, stderr=StringIO())
    except SystemExit as ended:
        code = int(str(ended.code))
    return code, json.loads(out.getvalue())


def refusal(*words: str) -> str:
    with pytest.raises(CommandError) as caught:
        generated(*words)
    assert caught.value.returncode == 2
    return str(caught.value)


def corpus(home: Path, name: str) -> list[Dialogue]:
    return list(read_dialogues(home / "corpora" / name))


def lines(home: Path, name: str, file: str) -> list[dict[str, Any]]:
    path = home / "corpora" / name / file
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def leak_rate(dialogues: list[Dialogue]) -> float:
    mentions = [mention.leaked for each in dialogues for mention in first_mentions(each)]
    return sum(mentions) / len(mentions)


def test_one_command_makes_the_double_corpus_on_the_same_personas_and_traits(parley_home):
    pairs_corpus(parley_home, 12)

    with OpenAIServer() as server:
        generated("--personas", "pairs", "--to", "single", base_url=server.base_url)
        labels = server.asked.total()
        code, result = generated(
            "--personas", "single", "--to", "double", "--method", "double", "--same-traits", base_url=server.base_url
        )

    single, double = corpus(parley_home, "single"), corpus(parley_home, "double")
    assert code == 0
    assert (
        [each.source for each in double]
        == [each.source for each in single]
        == [f"pairs/train/{n:05}" for n in range(12)]
    )
    assert [each.speakers for each in double] == [each.speakers for each in single]
    assert any(speaker.traits for each in double for speaker in each.speakers)
    # Nothing was labelled, and each turn was asked for once.
    assert server.asked.total() - labels == sum(len(each.turns) for each in double) == result["usage"]["answers"]
    assert leak_rate(double) < 0.03
    assert (result["seconds"] > 0, sorted(result["cost"])) == (True, ["amount", "currency", "prices", "reason"])


def test_the_offline_author_has_two_agents_as_well(parley_home):
    pairs_corpus(parley_home, 30)
    generated("--personas", "pairs", "--to", "single")

    code, result = generated("--personas", "single", "--to", "double", "--method", "double", "--same-traits")

    single, double = corpus(parley_home, "single"), corpus(parley_home, "double")
    assert (code, result["dialogues"]) == (0, 30)
    assert [each.speakers for each in double] == [each.speakers for each in single]
    assert not any(one.turns == other.turns for one, other in zip(single, double, strict=True))
    assert leak_rate(double) < 0.03
    assert "written by the offline author" in " ".join(result["caveats"])


def test_rejected_dialogues_are_kept_apart_and_their_pairs_listed(parley_home):
    pairs_corpus(parley_home, 20)

    code, result = generated("--personas", "pairs", "--to", "made", "--filter", "copying=0.1")

    dialogues, rejected = corpus(parley_home, "made"), lines(parley_home, "made", "rejected.jsonl")
    failed = lines(parley_home, "made", "failed.jsonl")
    (survival,) = result["filters"]
    assert code == 3
    assert 0 < len(rejected) == result["rejected"] == result["failed"] < 20
    assert len(dialogues) + len(rejected) == 20
    assert [line["dialogue"]["id"] for line in rejected] == [row["name"] for row in failed]
    assert {(row["kind"], row["tries"]) for row in failed} == {("screened", 1)}
    assert all(row["reason"].startswith("copying: 0.") for row in failed)
    assert (survival["screened"], survival["passed"]) == (20, len(dialogues))
    manifest = json.loads((parley_home / "corpora" / "made" / "manifest.json").read_text())
    assert manifest["results"]["filters"] == [survival]


def test_refilled_each_pair_has_a_dialogue_that_passes(parley_home):
    pairs_corpus(parley_home, 20)
    words = ("--personas", "pairs", "--to", "made", "--filter", "copying=0.1")
    generated(*words)
    before = corpus(parley_home, "made")

    code, result = generated(*words, "--refill", "--attempts", "60")

    dialogues = corpus(parley_home, "made")
    rejected = lines(parley_home, "made", "rejected.jsonl")
    assert (code, result["failed"], len(dialogues)) == (0, 0, 20)
    # What had passed is as it was; the rest was written anew until it passed.
    assert [each for each in dialogues if each in before] == before
    assert max(line["attempt"] for line in rejected) > 1
    assert not (parley_home / "corpora" / "made" / "failed.jsonl").exists()
    assert all(line["measures"]["copying"] > 0.1 for line in rejected)


def test_a_changed_threshold_is_refused_and_another_file_of_the_same_thresholds_is_not(parley_home, tmp_path):
    pairs_corpus(parley_home, 3)
    mine = tmp_path / "mine.toml"
    mine.write_text("copying = 1.0\n", encoding="utf-8")
    words = ("--personas", "pairs", "--to", "made")
    generated(*words, "--filter", "copying=1")

    message = refusal(*words, "--filter", "copying=0.9")
    code, _ = generated(*words, "--filters", str(mine))

    assert "filters: copying was 1.0 and is 0.9" in message
    assert code == 0


def test_a_contradiction_is_found_by_the_critic_and_the_pair_listed(parley_home):
    dialogues = [a_pair(number) for number in range(4)]
    fickle = Speaker((*a_persona(100), f"i am {FICKLE}."))
    dialogues[2] = Dialogue(dialogues[2].id, "train", (fickle, dialogues[2].speakers[1]), ())
    write_dialogues(parley_home / "corpora" / "pairs", dialogues)

    with OpenAIServer() as server:
        code, result = generated(
            "--personas", "pairs", "--to", "made", "--filter", "contradiction=0",
            base_url=server.base_url,
        )  # fmt: skip

    assert (code, result["failures"]) == (3, {"screened": 1})
    (rejected,) = lines(parley_home, "made", "rejected.jsonl")
    assert (rejected["dialogue"]["id"], rejected["reason"]) == ("made/train/00002", "1 is over 0")
    assert result["filters"] == [
        {"filter": "contradiction", "threshold": 0.0, "screened": 4, "passed": 3, "rate": 0.75}
    ]


def test_whatever_the_concurrency_and_the_faults_the_same_dialogues_pass(parley_home):
    pairs_corpus(parley_home, 6)
    made: list[bytes] = []

    for number, (concurrency, faults) in enumerate(
        [(1, Faults()), (8, Faults(busy=0.1, error=0.02, dropped=0.02, seed=2))]
    ):
        with OpenAIServer(faults) as server:
            words = ("--personas", "pairs", "--to", f"{number}/made", "--concurrency", str(concurrency))
            generated(*words, *REFILLED, base_url=server.base_url)
        folder = parley_home / "corpora" / str(number) / "made"
        made.append((folder / "dialogues.jsonl").read_bytes() + (folder / "rejected.jsonl").read_bytes())

    assert made[0] == made[1]
    assert b'"attempt": 2' in made[0]


def test_killed_between_screening_and_refilling_it_ends_as_an_uninterrupted_run_does(parley_home, tmp_path):
    undisturbed = tmp_path / "undisturbed"
    for home in (parley_home, undisturbed):
        pairs_corpus(home, 6)
    with OpenAIServer() as server:
        first, _ = to_its_end(typed(undisturbed, server.base_url, *REFILLED))
        whole = server.answered.total()

    with OpenAIServer(Faults(latency=0.01)) as server:
        # All are written once and screened by then, and some are being written anew.
        end_after(typed(parley_home, server.base_url, *REFILLED), server, whole * 3 // 4, signal.SIGKILL)
        second, _ = to_its_end(typed(parley_home, server.base_url, *REFILLED))

    assert first == second
    for file in ("dialogues.jsonl", "rejected.jsonl", "labels.jsonl"):
        one, other = ((home / "corpora" / "made" / file).read_bytes() for home in (parley_home, undisturbed))
        assert one == other
    assert 0 <= server.answered.total() - whole <= AT_ONCE


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--method", "double", "--author", "offline:crowd"), "offline:crowd has no second agent"),
        (("--filter", "traits=0.5"), "critics ask a model, and offline is none"),
        (("--filter", "beauty=1"), "unknown filter 'beauty'"),
        (("--candidates", "0"), "expected at least 1"),
        (("--max-words", "20"), "a grammar that keeps its own bounds"),
        (("--label-only", "--refill"), "there is nothing to filter or refill"),
        (("--same-traits",), "pairs has no speaker who is told a trait"),
        (("--same-traits", "--contrast", "openness"), "leave out other options on traits"),
        (("--author", "mock", "--min-turns", "9", "--max-turns", "8"), "expected 2 <= --min-turns <= --max-turns"),
        (("--author", "mock", "--min-coverage", "1.5"), "expected a share from 0 to 1"),
        (("--author", "mock", "--method", "double", "--shots", "1"), "examples are of whole dialogues"),
    ],
)
def test_options_that_make_no_sense_are_refused(parley_home, words, says):
    pairs_corpus(parley_home, 2)

    assert says in refusal("--personas", "pairs", "--to", "made", *words)
