"""How many judgments the pages take, how long each lasts and what it costs: `python -m benchmarks.web`.

The real server (`config/gunicorn.py`, production settings) on a database of its own; annotators in a process of their
own, who open links, agree, read and judge as the pages' script does it, with no pause to think. A judgment is a submit
and the next pair in its answer. CPU is the server's processes' own, read from /proc; PostgreSQL's stands beside it.
Annotators and server share the machine's cores, and whatever else runs there is in the times: everything is measured
several times in turn and the best is told. CPU says the same on a busy machine, give or take a seventh; times do not.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
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
# Slots of a study.
SIZES: Final = (1_000, 10_000, 100_000, 1_000_000)
# Judgments to measure of each crowd each time, after some that are not: templates are read, code is warmed.
MEASURED: Final = 800
# How often each is measured; what else the machine does only ever adds.
TRIES: Final = 3
# The dearest size of a study may cost this much more than the cheapest.
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
    database: float
    clients: float
    bytes: float


def best(tries: Sequence[Measured]) -> Measured:
    """The best of each: the highest rate, and the least of all else."""
    least = {name: min(getattr(each, name) for each in tries) for name in ("p50", "p95", "p99", "cpu", "database")}
    return replace(tries[0], per_second=max(each.per_second for each in tries), **least)


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
            before, asked = site.cpu(), site.database_cpu()
            people.stdin.write("go\n")
            people.stdin.flush()
            done = json.loads(people.stdout.readline())
            used, answered = site.cpu() - before, site.database_cpu() - asked
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
        database=1000 * answered / count,
        clients=1000 * done["cpu"] / count,
        bytes=done["bytes"] / count,
    )


@dataclass
class Bench:
    """The bars, and how much is measured."""

    bars: Bars
    annotators: Sequence[int]
    slots: Sequence[int]
    measured: int
    tries: int

    def crowds(self, database: str) -> None:
        """Latency, throughput and CPU of crowds of annotators, on one server that has been warmed."""
        with tempfile.TemporaryDirectory() as folder, Site(Path(folder), **_server(database)) as site:
            each = {crowd: max(4, self.measured // max(crowd, 2)) for crowd in self.annotators}
            needed = self.tries * max(1, sum(crowd * pairs for crowd, pairs in each.items())) + 200
            looks = max(self.tries * sum(self.annotators) // 20, 2)
            made = site.study(contexts=max(400, needed // looks), k=looks, links=8 + self.tries * sum(self.annotators))
            site.start()
            links = iter(made["links"])
            work(site, links=[next(links) for _ in range(8)], pairs=10)
            found: dict[int, list[Measured]] = {crowd: [] for crowd in self.annotators}
            for _ in range(self.tries):
                for crowd, pairs in each.items():
                    found[crowd].append(work(site, links=[next(links) for _ in range(crowd)], pairs=pairs))
        self.bars.say(
            "| annotators | a second | p50, ms | p95, ms | p99, ms | CPU, ms | PostgreSQL's | annotators' own |"
        )
        self.bars.say("| ---: " * 8 + "|")
        for crowd, tries in found.items():
            got = best(tries)
            times = " | ".join(f"{1000 * each:.0f}" for each in (got.p50, got.p95, got.p99))
            beside = f"{got.database:.1f}" if database == "postgres" else ""
            self.bars.say(
                f"| {crowd} | {got.per_second:.0f} | {times} | {got.cpu:.1f} | {beside} | {got.clients:.1f} |"
            )
        if 16 in found:
            got = best(found[16])
            self.bars.at_most(f"{database}: server CPU a judgment, next page included", got.cpu, CPU_BAR, unit=" ms")
            self.bars.at_most(f"{database}: p95 at 16 annotators", got.p95, P95_BAR, unit=" s")

    def flat(self, database: str) -> None:
        """What a judgment costs in a small study and in ever larger ones, each in a database of its own."""
        with ExitStack() as stack:
            sites, links = {}, {}
            for size in self.slots:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                sites[size] = stack.enter_context(Site(folder, **_server(database)))
                began = time.monotonic()
                links[size] = iter(sites[size].large_study(name="large", slots=size, links=3 * self.tries)["links"])
                self.bars.say(f"       {size:,} slots made in {time.monotonic() - began:.0f} s")
            found: dict[int, list[Measured]] = {size: [] for size in self.slots}
            for _ in range(self.tries):
                for size, site in sites.items():
                    site.start()
                    work(site, links=[next(links[size])], pairs=30)
                    two = [next(links[size]), next(links[size])]
                    found[size].append(work(site, links=two, pairs=self.measured // 8))
                    site.stop()
        self.bars.say("| slots | CPU, ms | PostgreSQL's | p50, ms |")
        self.bars.say("| ---: " * 4 + "|")
        for size, tries in found.items():
            got = best(tries)
            beside = f"{got.database:.1f}" if database == "postgres" else ""
            self.bars.say(f"| {size:,} | {got.cpu:.1f} | {beside} | {1000 * got.p50:.0f} |")
        costs = [best(tries).cpu for tries in found.values()]
        ratio = max(costs) / min(costs)
        sizes = f"{min(self.slots):,} to {max(self.slots):,} slots"
        self.bars.at_most(f"{database}: dearest to cheapest of {sizes}, CPU", ratio, FLAT_BAR)


def _numbers(said: str) -> tuple[int, ...]:
    return tuple(int(each) for each in said.split(","))


def main() -> int:
    """Run all of it; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--annotators", type=_numbers, default=CROWDS, help="how many at once, with commas between")
    parser.add_argument("--slots", type=_numbers, default=SIZES, help="sizes of studies, with commas between")
    parser.add_argument("--tries", type=int, default=TRIES, help="how often each is measured")
    parser.add_argument("--quick", action="store_true", help="1 and 16 annotators, small studies, half as long, once")
    parser.add_argument("--only", choices=("sqlite", "postgres"), help="one database alone")
    parser.add_argument("--part", choices=("crowds", "flat"), help="one part alone")
    options = parser.parse_args()
    bench = Bench(Bars(), options.annotators, options.slots, MEASURED, options.tries)
    if options.quick:
        bench = Bench(Bars(), CROWDS[:2], SIZES[:2], MEASURED // 2, 1)
    for database in (options.only,) if options.only else ("sqlite", "postgres"):
        if database == "postgres" and not POSTGRES:
            bench.bars.say("PostgreSQL: not measured, PARLEY_TEST_DATABASE_URL names none")
            continue
        for part in (options.part,) if options.part else ("crowds", "flat"):
            load, cores = os.getloadavg()[0], os.cpu_count()
            workers = _server(database)["settings"]["WEB_WORKERS"]
            bench.bars.say(
                f"\n{database}, {workers} workers, {part}; load average {load:.1f} before, on {cores} cores\n"
            )
            getattr(bench, part)(database)
    bench.bars.say(f"\n{bench.bars.met} bars met, {len(bench.bars.missed)} missed")
    return 1 if bench.bars.missed else 0


def _server(database: str) -> dict[str, Any]:
    if database == "postgres":
        return {"postgres": POSTGRES, "settings": {"WEB_WORKERS": "4"}}
    return {"settings": {"WEB_WORKERS": "1"}}


if __name__ == "__main__":
    sys.exit(main())
