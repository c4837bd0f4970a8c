"""How many judgments the pages take, how long each lasts and what it costs: `python -m benchmarks.web`.

The real server (`config/gunicorn.py`, production settings) on a database of its own; annotators in a process of their
own, who open links, agree, read and judge as the pages' script does it, with no pause to think. A judgment is a submit
and the next pair in its answer. CPU is the server's processes' own, read from /proc; PostgreSQL's is not in it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.bars import Bars
from tests.served_site import HOST, ROOT, Site
from tests.web_annotators import Order

POSTGRES: Final = os.environ.get("PARLEY_TEST_DATABASE_URL", "")
# With the next page included; rivals measured beside: 21 to 142 ms.
CPU_BAR: Final = 8.0
# At 16 annotators who do not pause.
P95_BAR: Final = 0.2
CROWDS: Final = (1, 16, 64, 256)
# Judgments to measure of each crowd, after some that are not: templates are read, code is warmed.
MEASURED: Final = 1600
# The largest study may cost this much more than the smallest.
FLAT_BAR: Final = 1.25


@dataclass(frozen=True)
class Measured:
    """One crowd's work: latencies in seconds, CPU of the server in ms a judgment."""

    judgments: int
    per_second: float
    p50: float
    p95: float
    p99: float
    cpu: float
    clients: float
    bytes: float


def work(site: Site, **said: Any) -> Measured:
    """Have annotators judge, and measure it."""
    order = Order(address=site.address, host=HOST, **said)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(asdict(order), file)
        file.flush()
        with subprocess.Popen(
            [sys.executable, "-m", "tests.web_annotators", file.name],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as people:
            assert people.stdin is not None and people.stdout is not None
            if people.stdout.readline() != "arrived\n":
                raise SystemExit("the annotators did not get in")
            before = site.cpu()
            people.stdin.write("go\n")
            people.stdin.flush()
            done = json.loads(people.stdout.readline())
            used = site.cpu() - before
    if done["surprises"] or done["sent_again"]:
        raise SystemExit(f"not as a session goes: {done['surprises'][:3]}, {done['sent_again']} sent again")
    times, count = np.array(done["submits"]), len(done["acknowledged"])
    p50, p95, p99 = np.percentile(times, [50, 95, 99])
    return Measured(
        judgments=count,
        per_second=count / done["wall"],
        p50=float(p50),
        p95=float(p95),
        p99=float(p99),
        cpu=1000 * used / count,
        clients=1000 * done["cpu"] / count,
        bytes=done["bytes"] / count,
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, Site(Path(folder), postgres=POSTGRES if "pg" in sys.argv else "", settings=dict(a.split("=") for a in sys.argv if "=" in a)) as site:
        n = next((int(a) for a in sys.argv[1:] if a.isdigit()), 400)
        made = site.study(contexts=n, k=3, links=200)
        site.start()
        links = made["links"]
        work(site, links=links[:4], pairs=10)
        for crowd in (1, 16):
            links = links[crowd:]
            print(crowd, work(site, links=links[:crowd], pairs=max(10, 300 // crowd)))
