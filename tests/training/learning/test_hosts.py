"""Training over two hosts, which are two launchers on this machine that meet at a port."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from generation.corpus.manifest import read_manifest
from tests.training.builders import toy_corpus
from tests.training.launching import children, of_two_hosts, started
from training.learning.curves import read_curves


def train(home: Path, *, steps: int, launcher: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    sets = [word for each in (f"steps={steps}", "evaluate_every=2", "evaluate_on=8") for word in ("--set", each)]
    return started(home, ["train", "smoke", "--to", "pt", "--on", "toy", "--json", *sets], launcher=launcher)


def two_hosts(home: Path, *, steps: int) -> list[subprocess.Popen[str]]:
    """Each with a home of its own, as on disks that are not shared."""
    return [train(home / f"host{rank}", steps=steps, launcher=launcher) for rank, launcher in enumerate(of_two_hosts())]


@pytest.fixture
def home(tmp_path):
    for name in ("alone", "host0", "host1"):
        toy_corpus(tmp_path / name)
    return tmp_path


@pytest.mark.slow
def test_two_hosts_give_the_curve_of_one_process_and_the_first_alone_writes(home):
    alone = train(home / "alone", steps=10)
    alone.communicate(timeout=300)

    hosts = two_hosts(home, steps=10)
    told = [host.communicate(timeout=300) for host in hosts]

    assert [each.returncode for each in (alone, *hosts)] == [0, 0, 0], told
    # The first speaks for both.
    assert (told[0][0].count('"steps": 10'), told[1][0]) == (1, "")
    one, two = (read_curves(home / name / "models" / "pt") for name in ("alone", "host0"))
    for ours, theirs in zip(one, two, strict=True):
        # Sums are added up in another order, so not to the last bit.
        assert theirs["validation_perplexity"] == pytest.approx(ours["validation_perplexity"], rel=1e-4)
    assert read_manifest(home / "host0" / "models" / "pt")["results"]["processes"] == 2
    assert not (home / "host1" / "models" / "pt").exists()


@pytest.mark.slow
def test_a_host_that_dies_ends_the_other_with_an_error(home):
    hosts = two_hosts(home, steps=100_000)
    curves = home / "host0" / "models" / "pt" / "curves.jsonl"
    until = time.monotonic() + 300
    while not curves.exists():
        assert time.monotonic() < until
        assert [host.poll() for host in hosts] == [None, None]
        time.sleep(0.1)

    # The launcher and its process: what a power cut does.
    for process in (hosts[1].pid, *children(hosts[1].pid)):
        os.kill(process, signal.SIGKILL)
    hosts[1].communicate(timeout=60)
    _, said = hosts[0].communicate(timeout=300)

    assert hosts[0].returncode != 0
    assert "contact with another process was lost" in said
