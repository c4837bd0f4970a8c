"""`generate` over a bad line, killed and resumed: the real process, real HTTP, a server that counts.

An answer that was sent to a process which was killed before it could keep it was in flight: nobody can know of it. So a
kill may cost as many answers as were being asked for at that moment, and nothing more.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from generation.asking.journal import JOURNAL_FILE
from generation.corpus.dialogues import read_dialogues
from generation.labels.labelling import read_labels
from tests.conftest import ROOT
from tests.generation.builders import pairs_corpus
from tests.openai_server import HOPELESS, Faults, OpenAIServer

HOPELESS_PAIRS = dict(zip((3, 8, 15, 22), HOPELESS, strict=True))
BAD_LINE = Faults(latency=0.02, busy=0.1, error=0.1, dropped=0.05, malformed=0.08, truncated=0.05, refused=0.03, seed=6)
# The same answers over a line without a fault.
GOOD_LINE = replace(BAD_LINE, latency=0, busy=0, error=0, dropped=0)
AT_ONCE = 16


def typed(home: Path, base_url: str, *words: str) -> subprocess.Popen[str]:
    """The command in a process of its own."""
    corpora = ["--personas", str(home / "corpora" / "pairs"), "--to", str(home / "corpora" / "made")]
    options = ["--author", "mock", "--concurrency", str(AT_ONCE), "--json", *words]
    return subprocess.Popen(
        [sys.executable, "manage.py", "generate", *corpora, *options],
        cwd=ROOT,
        env=os.environ | {"OPENAI_BASE_URL": base_url, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def to_its_end(process: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
    out, err = process.communicate(timeout=300)
    assert out, err
    return process.returncode, json.loads(out)


def made(home: Path) -> tuple[bytes, bytes, list[dict[str, Any]]]:
    """What follows from the inputs and the answers: all but the server's numbers for its requests."""
    folder = home / "corpora" / "made"
    file = folder / "failed.jsonl"
    failed = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return (
        (folder / "dialogues.jsonl").read_bytes(),
        (folder / "labels.jsonl").read_bytes(),
        [row | {"request_id": None} for row in failed],
    )


def kept(home: Path) -> int:
    """How many answers are in the journal."""
    return (home / "corpora" / "made" / JOURNAL_FILE).read_text().count('"answer": {')


def end_after(process: subprocess.Popen[str], server: OpenAIServer, answers: int, signal_: signal.Signals) -> str:
    """Send the signal once the server has sold so many answers; an earlier end is an error. What was said on stderr."""
    while server.answered.total() < answers:
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    process.send_signal(signal_)
    _, err = process.communicate(timeout=60)
    # The server may be writing to whom nobody listens any more.
    while server.at_once:
        time.sleep(0.01)
    return err


def test_200_personas_over_a_bad_line_are_200_accounted_for(parley_home):
    pairs_corpus(parley_home, 100, hopeless=HOPELESS_PAIRS)

    with OpenAIServer(BAD_LINE) as server:
        code, result = to_its_end(typed(parley_home, server.base_url))

    folder = parley_home / "corpora" / "made"
    failed = [json.loads(line) for line in (folder / "failed.jsonl").read_text().splitlines()]
    names = {what: {row["name"] for row in failed if row["what"] == what} for what in ("persona", "dialogue")}
    labelled = {" ".join(each.persona) for each in read_labels(folder).values()}
    written = {dialogue.id for dialogue in read_dialogues(folder)}
    # Trouble there was, of each kind.
    assert server.statuses[429] > 10
    assert server.statuses[500] > 10
    assert server.asked.total() > server.statuses.total() + 10
    # Each row is there or listed, and none is both.
    assert code == 3
    assert (len(labelled) + len(names["persona"]), labelled & names["persona"]) == (200, set())
    assert written | names["dialogue"] == {f"made/train/{number:05}" for number in range(100)}
    assert written & names["dialogue"] == set()
    # The hopeless ones are among them, each for its reason, and each row has one.
    spoilt = {
        next(word for word in HOPELESS if word in row["name"]): row["kind"]
        for row in failed
        if any(word in row["name"] for word in HOPELESS)
    }
    assert spoilt == HOPELESS
    assert all(row["reason"] for row in failed)
    assert result["failures"] == dict(sorted(Counter(row["kind"] for row in failed).items()))
    # No answer was bought twice, and none is unaccounted for.
    assert set(server.answered.values()) == {1}
    assert result["usage"]["answers"] == server.answered.total()


def test_killed_half_way_and_resumed_nothing_is_lost_or_bought_twice(parley_home, tmp_path):
    undisturbed = tmp_path / "undisturbed"
    for home in (parley_home, undisturbed):
        pairs_corpus(home, 30, hopeless=HOPELESS_PAIRS)
    with OpenAIServer(GOOD_LINE) as server:
        to_its_end(typed(undisturbed, server.base_url))
        whole = server.answered.total()

    with OpenAIServer(BAD_LINE) as server:
        end_after(typed(parley_home, server.base_url), server, whole // 2, signal.SIGKILL)
        half = server.answered.total()
        kept_by_then = kept(parley_home)
        code, _ = to_its_end(typed(parley_home, server.base_url))

    assert half < whole
    assert server.answered.total() - whole == half - kept_by_then <= AT_ONCE
    assert code == 3
    assert made(parley_home) == made(undisturbed)


def test_a_run_from_the_journal_needs_neither_network_nor_key(parley_home, monkeypatch):
    pairs_corpus(parley_home, 10)
    with OpenAIServer() as server:
        to_its_end(typed(parley_home, server.base_url))
    before = made(parley_home)
    (parley_home / "corpora" / "made" / "dialogues.jsonl").unlink()

    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    code, _ = to_its_end(typed(parley_home, ""))

    assert code == 0
    assert made(parley_home) == before


def test_two_endpoints_share_the_work_and_one_may_go_down(parley_home):
    pairs_corpus(parley_home, 30)

    with OpenAIServer(Faults(latency=0.02)) as staying:
        with OpenAIServer(Faults(latency=0.02)) as leaving:
            process = typed(parley_home, f"{leaving.base_url},{staying.base_url}")
            while leaving.answered.total() < 20:
                assert process.poll() is None, process.communicate()
                time.sleep(0.005)
        code, result = to_its_end(process)

    assert (code, result["dialogues"], result["personas"]) == (0, 30, 60)
    assert staying.answered.total() > 20


def test_an_interrupt_keeps_what_was_answered_and_says_how_to_go_on(parley_home):
    pairs_corpus(parley_home, 30)

    # Slow enough that a busy machine interrupts it before its end.
    with OpenAIServer(Faults(latency=0.3)) as server:
        process = typed(parley_home, server.base_url)
        err = end_after(process, server, 30, signal.SIGINT)
        to_its_end(typed(parley_home, server.base_url))

    assert process.returncode == 130
    assert "Interrupted. What was finished is kept; run the same command to go on." in err
    assert server.answered.total() - (60 + 30) <= AT_ONCE


@pytest.mark.slow
def test_2000_personas_killed_ten_times_are_all_accounted_for_and_the_corpus_is_that_of_a_run_without_a_fault(
    parley_home, tmp_path
):
    undisturbed, rng = tmp_path / "undisturbed", random.Random(5)
    for home in (parley_home, undisturbed):
        pairs_corpus(home, 1000, hopeless=HOPELESS_PAIRS)
    with OpenAIServer(GOOD_LINE) as server:
        to_its_end(typed(undisturbed, server.base_url, "--concurrency", "64"))
        whole = server.answered.total()

    in_flight = 0
    with OpenAIServer(replace(BAD_LINE, hanging=0.001)) as server:
        for kill in range(1, 11):
            answers = kill * whole // 12 + rng.randrange(whole // 24)
            end_after(typed(parley_home, server.base_url, "--concurrency", "64"), server, answers, signal.SIGKILL)
            # What was sold and is not in the journal was on its way when the process died.
            lost = server.answered.total() - kept(parley_home) - in_flight
            assert 0 <= lost <= 64
            in_flight += lost
        code, result = to_its_end(typed(parley_home, server.base_url, "--concurrency", "64"))
        asked = server.asked.total()
        again, _ = to_its_end(typed(parley_home, server.base_url, "--concurrency", "64"))

    assert code == again == 3
    assert server.asked.total() == asked
    assert server.answered.total() - whole == in_flight
    assert max(server.answered.values()) <= 11
    assert made(parley_home) == made(undisturbed)
    failed = made(parley_home)[2]
    assert result["personas"] + sum(row["what"] == "persona" for row in failed) == 2000
    assert result["dialogues"] + sum(row["what"] == "dialogue" for row in failed) == 1000


@pytest.mark.data
def test_200_real_persona_pairs_become_200_dialogues(parley_home, shared_data):
    file = shared_data / "personachat" / "train_persona_pairs.jsonl.gz"
    call_command("import_personachat", str(file), "--to", "personachat", stdout=StringIO())

    for author in ("offline", "offline:crowd"):
        name = author.replace(":", "-")
        words = ("--personas", "personachat", "--to", name, "--author", author, "--limit", "200", "--quiet")
        call_command("generate", *words, stdout=StringIO())

    pairs = {each.id: each for each in read_dialogues(parley_home / "corpora" / "personachat")}
    plain, crowd = (list(read_dialogues(parley_home / "corpora" / name)) for name in ("offline", "offline-crowd"))
    assert [each.source for each in plain] == [each.source for each in crowd] == sorted(pairs)[:200]
    for dialogue in plain + crowd:
        source = pairs[dialogue.origin]
        assert [each.persona for each in dialogue.speakers] == [each.persona for each in source.speakers]
        assert [turn.speaker for turn in dialogue.turns] == [place % 2 for place in range(len(dialogue.turns))]
    assert [each.speakers for each in plain] == [each.speakers for each in crowd]
