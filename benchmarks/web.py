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
            assert people.stdin is not None
            assert people.stdout is not None
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


@dataclass
class Bench:
    """The bars, and how much is measured."""

    bars: Bars
    quick: bool

    def crowds(self, database: str, site: Site) -> None:
        """Latency, throughput and CPU of crowds of annotators, on one server that has been warmed."""
        contexts = 400 if self.quick else 2000
        measured = MEASURED // 4 if self.quick else MEASURED
        crowds = CROWDS[:2] if self.quick else CROWDS
        made = site.study(contexts=contexts, k=len(crowds), links=8 + sum(crowds))
        site.start()
        links = made["links"]
        work(site, links=links[:8], pairs=10)
        links = links[8:]
        for crowd in crowds:
            each = max(4, measured // crowd) if crowd > 1 else measured // 4
            got = work(site, links=links[:crowd], pairs=each)
            links = links[crowd:]
            self.bars.say(
                f"       {crowd} annotators: {got.per_second:.0f} judgments a second, p50 {got.p50 * 1000:.0f} ms, "
                f"p95 {got.p95 * 1000:.0f} ms, p99 {got.p99 * 1000:.0f} ms; CPU {got.cpu:.1f} ms a judgment "
                f"(the annotators' own {got.clients:.1f} ms), {got.bytes / 1000:.1f} kB; {got.judgments} judgments"
            )
            if crowd == 16:
                self.bars.at_most(
                    f"{database}: server CPU a judgment, next page included", got.cpu, CPU_BAR, unit=" ms"
                )
                self.bars.at_most(f"{database}: p95 at 16 annotators", got.p95, P95_BAR, unit=" s")

    def flat(self, database: str, site: Site) -> None:
        """What a judgment costs in a small study and in ever larger ones, on the same server."""
        sizes = (1_000, 20_000) if self.quick else (1_000, 10_000, 100_000)
        site.start()
        costs = []
        for size in sizes:
            made = site.study(name=f"size-{size}", contexts=size // 2, k=2, links=9)
            work(site, links=made["links"][:1], pairs=15)
            # The best of four: what else the machine does only ever adds.
            tries = [work(site, links=made["links"][at : at + 2], pairs=60) for at in (1, 3, 5, 7)]
            costs.append(min(each.cpu for each in tries))
            self.bars.say(
                f"       {size} slots: CPU {costs[-1]:.1f} ms a judgment, p50 {min(e.p50 for e in tries) * 1000:.0f} ms"
            )
        self.bars.at_most(f"{database}: CPU at {sizes[-1]} slots against {sizes[0]}", costs[-1] / costs[0], FLAT_BAR)


def main() -> int:
    """Run all of it; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer annotators, smaller studies")
    parser.add_argument("--only", choices=("sqlite", "postgres"), help="one database alone")
    parser.add_argument("--part", choices=("crowds", "flat"), help="one part alone")
    options = parser.parse_args()
    bench = Bench(Bars(), options.quick)
    for database in (options.only,) if options.only else ("sqlite", "postgres"):
        if database == "postgres" and not POSTGRES:
            bench.bars.say("PostgreSQL: not measured, PARLEY_TEST_DATABASE_URL names none")
            continue
        for part in (options.part,) if options.part else ("crowds", "flat"):
            with tempfile.TemporaryDirectory() as folder, Site(Path(folder), **_server(database)) as site:
                load = os.getloadavg()[0]
                bench.bars.say(f"\n{database}, {site.settings['WEB_WORKERS']} workers, {part}; load average {load:.1f}")
                getattr(bench, part)(database, site)
    bench.bars.say(f"\n{bench.bars.met} bars met, {len(bench.bars.missed)} missed")
    return 1 if bench.bars.missed else 0


def _server(database: str) -> dict[str, Any]:
    if database == "postgres":
        return {"postgres": POSTGRES, "settings": {"WEB_WORKERS": "4"}}
    return {"settings": {"WEB_WORKERS": "1"}}


if __name__ == "__main__":
    sys.exit(main())
