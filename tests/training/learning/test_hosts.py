"""Training over two hosts, which are two launchers on this machine that meet at a port."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from generation.corpus.manifest import read_manifest
from tests.training.builders import toy_corpus
from training.learning.curves import read_curves

ROOT = Path(__file__).resolve().parents[3]


def train(home: Path, to: str, *, steps: int, launcher: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    sets = [word for each in (f"steps={steps}", "evaluate_every=2", "evaluate_on=8") for word in ("--set", each)]
    words = ["manage.py", "train", "smoke", "--to", to, "--on", "toy", "--json", *sets]
    return subprocess.Popen(
        [sys.executable, *launcher, *words],
        cwd=ROOT,
        env={
            **os.environ,
            # The settings of tests have a home of their own.
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "PARLEY_HOME": str(home),
            "DATABASE_URL": f"sqlite:///{home}/db.sqlite3",
            "CUDA_VISIBLE_DEVICES": "",
            "OMP_NUM_THREADS": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def two_hosts(home: Path, *, steps: int) -> list[subprocess.Popen[str]]:
    """Each with a home of its own, as on disks that are not shared."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return [
        train(
            home / f"host{rank}",
            "pt",
            steps=steps,
            launcher=(
                *("-m", "torch.distributed.run", "--nnodes", "2", "--node-rank", str(rank), "--nproc-per-node", "1"),
                *("--master-addr", "127.0.0.1", "--master-port", str(port)),
            ),
        )
        for rank in range(2)
    ]


def children(process: int) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True, check=True)
    return [int(child) for child in listed.stdout.split()]


@pytest.fixture
def home(tmp_path):
    for name in ("alone", "host0", "host1"):
        toy_corpus(tmp_path / name)
    return tmp_path


@pytest.mark.slow
def test_two_hosts_give_the_curve_of_one_process_and_the_first_alone_writes(home):
    alone = train(home / "alone", "pt", steps=10)
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
