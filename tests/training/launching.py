"""Commands of Parley as processes of their own, by themselves or under `torchrun`, on one host or two."""

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.conftest import ROOT

LAUNCHER = ("-m", "torch.distributed.run")


def started(home: Path, words: Sequence[str], *, launcher: Sequence[str] = ()) -> subprocess.Popen[str]:
    """A command that runs with a home of its own, on one thread and without a GPU."""
    return subprocess.Popen(
        [sys.executable, *launcher, "manage.py", *words],
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


def torchrun(processes: int) -> tuple[str, ...]:
    """What starts so many processes on this host."""
    return (*LAUNCHER, "--standalone", "--nproc-per-node", str(processes))


def of_two_hosts() -> list[tuple[str, ...]]:
    """What starts one process on each of two hosts, which are two launchers here that meet at a port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    meet = ("--nproc-per-node", "1", "--master-addr", "127.0.0.1", "--master-port", port)
    return [(*LAUNCHER, "--nnodes", "2", "--node-rank", str(rank), *meet) for rank in range(2)]


def children(process: int) -> list[int]:
    """The processes that one started, such as a launcher's."""
    listed = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True, check=True)
    return [int(child) for child in listed.stdout.split()]
