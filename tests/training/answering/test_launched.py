"""Responding as torchrun starts it: real processes that meet at a port, killed for real."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from generation.corpus.manifest import read_manifest
from tests.training.answering.test_responding import answered
from tests.training.builders import toy_corpus
from tests.training.launching import children, of_two_hosts, started, torchrun
from training.answering.decoding import Decoding
from training.answering.systems import TrainedModel

SAMPLE = ("--decoding", "sample", "--system", "pt")

pytestmark = pytest.mark.torch


def respond(home: Path, to: str, *words: str, launcher: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    command = ["respond", "--model", "pt", "--to-contexts", "toy/test", "--to", to, "--json", *words]
    return started(home, command, launcher=launcher)


def two_hosts(homes: list[Path], to: str, *words: str) -> list[subprocess.Popen[str]]:
    """Each with a home of its own, as on disks that are not shared."""
    launchers = of_two_hosts()
    return [respond(home, to, *words, launcher=launcher) for home, launcher in zip(homes, launchers, strict=True)]


def ended(process: subprocess.Popen[str]) -> str:
    """What a process said that ended well."""
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out


def answered_in(home: Path, to: str) -> list[int]:
    """How many responses each unfinished part holds."""
    parts = sorted((home / "responses" / to).glob(".unfinished*.jsonl"))
    return [max(len(part.read_text().splitlines()) - 1, 0) for part in parts]


def await_parts(process: subprocess.Popen[str], home: Path, to: str, *, parts: int) -> None:
    until = time.monotonic() + 300
    while len(found := answered_in(home, to)) < parts or min(found) < 5:
        assert time.monotonic() < until
        assert process.poll() is None
        time.sleep(0.05)


def worker_of(launcher: int, rank: int) -> int:
    """The process of this rank under a launcher."""
    for child in children(launcher):
        if f"\0RANK={rank}\0" in Path(f"/proc/{child}/environ").read_text():
            return child
    raise AssertionError(f"no process of rank {rank}")


def text(home: Path, to: str) -> bytes:
    return (home / "responses" / to / "responses.jsonl").read_bytes()


def a_home(home: Path, trained_home: Path, *, test: int) -> Path:
    toy_corpus(home, test=test)
    shutil.copytree(trained_home / "models" / "pt", home / "models" / "pt")
    return home


def test_two_processes_give_the_replies_of_one_and_the_manifest_says_how_many(tmp_path, trained_home):
    home = a_home(tmp_path, trained_home, test=4)

    said = ended(respond(home, "two", *SAMPLE, launcher=torchrun(2)))

    system = TrainedModel(home / "models" / "pt", decoding=Decoding("sample"), with_traits=True, seed=7, batch_size=32)
    answered(home, system, to="alone", name="pt")
    assert text(home, "two") == text(home, "alone")
    # The first speaks for both.
    assert said.count('"responses": 20') == 1
    assert read_manifest(home / "responses" / "two")["results"]["processes"] == 2
    assert [path.name for path in (home / "responses" / "two").glob(".*")] == []


@pytest.mark.slow
@pytest.mark.parametrize("words", [(), SAMPLE, ("--decoding", "beam")], ids=["greedy", "sampled", "beam"])
def test_the_replies_hang_on_no_number_of_processes(tmp_path, trained_home, words):
    home = a_home(tmp_path, trained_home, test=40)

    for count in (2, 3):
        ended(respond(home, f"by-{count}", *words, launcher=torchrun(count)))
    ended(respond(home, "alone", *words))

    assert [text(home, f"by-{count}") for count in (2, 3)] == [text(home, "alone")] * 2
    assert len(text(home, "alone").splitlines()) == 200


@pytest.mark.slow
@pytest.mark.parametrize(("words", "then"), [((), 1), ((), 2), (SAMPLE, 1), (SAMPLE, 3)])
def test_a_process_that_is_killed_loses_nothing_and_any_number_goes_on(tmp_path, trained_home, words, then):
    home = a_home(tmp_path, trained_home, test=204)
    slowly = (*words, "--batch-size", "1")
    ended(respond(home, "alone", *words))
    killed = respond(home, "cut", *slowly, launcher=torchrun(2))
    await_parts(killed, home, "cut", parts=2)

    os.kill(worker_of(killed.pid, 1), signal.SIGKILL)
    killed.communicate(timeout=300)
    before = sum(answered_in(home, "cut"))
    said = ended(respond(home, "cut", *words, launcher=torchrun(then) if then > 1 else ()))

    assert killed.returncode != 0
    assert 10 <= before < 1020
    assert f'"kept": {before}' in said
    assert text(home, "cut") == text(home, "alone")


@pytest.mark.slow
def test_two_hosts_answer_as_one_process_and_one_that_dies_ends_the_other(tmp_path, trained_home):
    homes = [a_home(tmp_path / f"host{rank}", trained_home, test=104) for rank in range(2)]
    ended(respond(homes[0], "alone"))
    hosts = two_hosts(homes, "out", "--batch-size", "1")
    for host, home in zip(hosts, homes, strict=True):
        await_parts(host, home, "out", parts=1)
    for process in (worker_of(hosts[1].pid, 1), hosts[1].pid):
        os.kill(process, signal.SIGKILL)
    hosts[1].communicate(timeout=60)
    _, why = hosts[0].communicate(timeout=300)
    before = sum(answered_in(homes[0], "out") + answered_in(homes[1], "out"))

    said = [ended(host) for host in two_hosts(homes, "out")]

    assert hosts[0].returncode != 0
    assert "contact with another process was lost" in why
    assert f'"kept": {before}' in said[0]
    assert text(homes[0], "out") == text(homes[0], "alone")
    assert not (homes[1] / "responses" / "out").exists()


@pytest.mark.slow
def test_an_endpoint_is_asked_by_one_process(tmp_path, trained_home):
    home = a_home(tmp_path, trained_home, test=4)

    run = respond(home, "out", "--model", "openai:mock", launcher=torchrun(2))
    _, err = run.communicate(timeout=300)

    assert run.returncode != 0
    assert "is asked by one process, and the launcher started 2" in err
