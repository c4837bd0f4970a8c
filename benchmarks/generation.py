"""How fast, how frugal and how safe generating is, beside what others do: `python -m benchmarks.generation`.

Everything is asked of the test server in a process of its own, over real HTTP. Wall clock is given as a ratio to the
best possible schedule of the very latencies that the server gave, or to the bound of a rate limit; CPU is process time.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.bars import Bars
from benchmarks.corpora import Workshop, pairs
from benchmarks.served import ROOT, Served, best_possible
from tests.openai_server import Faults

# As long as a dialogue is.
TEXT: Final = "Speaker 1: hi there! how was your day? i just came back from a long walk.\n" * 12
# The spread of latencies: one in twenty takes 1.6 times the median or longer.
SPREAD: Final = 0.3
BAD: Final = Faults(
    latency=0.3,
    spread=SPREAD,
    busy=0.02,
    retry_after="0.1",
    error=0.03,
    dropped=0.02,
    hanging=0.0005,
    malformed=0.05,
    truncated=0.03,
    refused=0.02,
    seed=6,
)
PER_MINUTE: Final = 6000.0
KINDS: Final = ("parley", "plain")
# What is measured, in this order: methods of `Bench`.
PARTS: Final = ("loads", "memory", "command_memory", "limits", "faults", "again")


@dataclass(frozen=True)
class Load:
    """So many rows at so many at a time, with a median latency in seconds, and the bar for the wall clock."""

    concurrency: int
    latency: float
    rows: int
    bar: float


LOADS: Final = (Load(256, 2.0, 10240, 1.10), Load(1024, 4.0, 20480, 1.20), Load(256, 0.3, 10240, 1.5))
QUICK_LOADS: Final = (Load(256, 0.3, 2560, 1.5),)


@dataclass(frozen=True)
class Bench:
    """The server, the bars, and what is beside Parley."""

    served: Served
    bars: Bars
    quick: bool
    peer: str | None

    def run(self, kind: str, rows: int, concurrency: int, faults: Faults) -> dict[str, Any]:
        """Have a client ask for so many rows, and return what it and the server counted."""
        self.served.begin_with(replace(faults, content=TEXT))
        words = [str(rows), str(concurrency), self.served.base_url]
        command = [sys.executable, "-m", "benchmarks.clients", kind, *words]
        if kind == "peer":
            command = [str(self.peer), str(ROOT / "benchmarks" / "peer.py"), *words]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{kind} failed: {done.stderr[-2000:]}")
        return json.loads(done.stdout.splitlines()[-1]) | {"served": self.served.counts()}

    def loads(self) -> None:
        """Every load, one after the other."""
        for load in QUICK_LOADS if self.quick else LOADS:
            self.load(load)

    def load(self, load: Load) -> None:
        """Wall clock against the best possible, and CPU against the plain loop."""
        bars, faults = self.bars, Faults(latency=load.latency, spread=SPREAD)
        bars.say(f"\n{load.rows} rows, {load.concurrency} at a time, {load.latency:g} s median latency")
        cpu = {}
        for kind in (*KINDS, "peer") if self.peer else KINDS:
            rows = load.rows
            ran = self.run(kind, rows, load.concurrency, faults)
            latencies = ran["served"]["latencies"]
            ratio = ran["wall"] / best_possible(latencies, load.concurrency)
            cpu[kind] = ran["cpu"] / rows * 1000
            memory = f"{cpu[kind]:.2f} s of CPU per 1,000 rows, {ran['memory']:.0f} MB"
            if kind == "parley":
                bars.at_most("wall against the best possible", ratio, load.bar, detail=memory)
                bars.exactly("rows answered", ran["answered"], rows)
            else:
                lost = rows - ran["answered"]
                bars.say(f"       {kind}: {ratio:.2f}x the best possible, {memory}, {lost} rows lost")
        bars.at_most("CPU against the plain loop", cpu["parley"] / cpu["plain"], 0.6)

    def memory(self) -> None:
        """Memory with the number of rows."""
        self.bars.say("\nmemory of Parley's desk and journal")
        few, many = (
            self.run("parley", rows, 256, Faults(latency=0.02))["memory"]
            for rows in ((500, 2500) if self.quick else (2000, 10000))
        )
        self.bars.at_most("memory at 10,000 rows", many, 150, unit=" MB")
        self.bars.at_most("against 2,000 rows", many / few, 1.2)

    def command_memory(self) -> None:
        """Memory of the whole command: labels and finished dialogues wait on the disk, what is planned is held."""
        if self.quick:
            return
        self.bars.say("\nmemory of `generate`")
        taken = []
        for count in (2000, 10000):
            with self.workshop() as shop:
                self.served.begin_with(Faults())
                shop.source(pairs(count, personas=2 * count))
                taken.append(shop.generate().memory)
        self.bars.at_most("memory at 10,000 dialogues on 20,000 personas", taken[1], 150, unit=" MB")
        self.bars.at_most("against 2,000 dialogues", taken[1] / taken[0], 1.2)

    def limits(self) -> None:
        """A rate limit, told of in headers and not."""
        rows = 500 if self.quick else 2000
        for latency in (0.3,) if self.quick else (0.3, 2.0):
            for told in (True, False):
                faults = Faults(latency=latency, spread=SPREAD, per_minute=PER_MINUTE, told=told, retry_after="1")
                how = "told in headers" if told else "to be found out"
                self.bars.say(f"\n{rows} rows under {PER_MINUTE:g} requests a minute, {how}, {latency:g} s latency")
                ran = self.run("parley", rows, 256, faults)
                self._judge_limit(ran, rows)
        ran = self.run("plain", rows, 256, faults)
        refused = ran["served"]["statuses"].get("429", 0)
        self.bars.say(f"       plain: {rows - ran['answered']} rows lost, {refused} 429s")

    def _judge_limit(self, ran: dict[str, Any], rows: int) -> None:
        served, second = ran["served"], PER_MINUTE / 60
        # A second's worth may come at once, and the last answer takes its time.
        bound = (rows - second) / second + max(served["latencies"][-50:])
        self.bars.exactly("rows lost", rows - ran["answered"], 0)
        self.bars.at_most("429s", 100 * served["statuses"].get("429", 0) / served["asked"], 5, unit=" %")
        self.bars.at_most("wall against the bound", ran["wall"] / bound, 1.6)
        self.bars.exactly("requests in spite of Retry-After", served["impatient"], 0)

    def faults(self) -> None:
        """The whole command over a bad line, against the same over a good one."""
        count = 200 if self.quick else 2000
        self.bars.say(f"\n`generate` on {2 * count} personas and {count} pairs, clean and with faults")
        walls = []
        for faults in (replace(BAD, busy=0, error=0, dropped=0, hanging=0), BAD):
            with self.workshop() as shop:
                self.served.begin_with(faults)
                shop.source(pairs(count, personas=2 * count))
                walls.append(shop.generate().wall)
                missing, wrong = shop.unmarked(count)
        served = self.served.counts()
        detail = f"{walls[0]:.1f} s and {walls[1]:.1f} s, with what the command takes to start"
        self.bars.at_most("wall against the clean run", walls[1] / walls[0], 1.5, detail=detail)
        self.bars.exactly("dialogues missing", missing, 0)
        self.bars.exactly("wrong, and not marked", wrong, 0)
        self.bars.exactly("good answers bought twice", served["answered_twice"], 0)
        self.bars.exactly("requests in spite of Retry-After", served["impatient"], 0)

    def again(self) -> None:
        """What is bought again."""
        self.bars.say("\n`generate` once more")
        with self.workshop() as shop:
            self.served.begin_with(Faults())
            first = pairs(210, personas=40)
            shop.source(first[:200])
            shop.generate()
            self.bars.exactly("finished and run again, requests", self._asked_by(shop), 0)
            shop.source(first)
            self.bars.exactly("10 rows added to 200, requests", self._asked_by(shop), 10)
            file = shop.home / "corpora" / "pairs" / "dialogues.jsonl"
            file.write_text("".join(reversed(file.read_text().splitlines(keepends=True))))
            self.bars.exactly("reordered, requests", self._asked_by(shop), 0)
        with self.workshop() as shop:
            self.served.begin_with(Faults())
            shop.source(pairs(300, personas=60, hopeless=150))
            run = shop.generate()
            self.bars.exactly("one hopeless row in 300, dialogues", run.result["dialogues"], 299)
            marked = [row["kind"] for row in shop.failed() if row["what"] == "persona"]
            self.bars.exactly("marked", marked, ["rejected"])
            self.bars.exactly("requests for it", self.served.counts()["statuses"].get("400", 0), 1)

    def _asked_by(self, shop: Workshop) -> int:
        before = int(self.served.counts()["asked"])
        shop.generate()
        return int(self.served.counts()["asked"]) - before

    def workshop(self) -> "_Temporary":
        """A place to run the command in, gone afterwards."""
        return _Temporary(self.served.base_url)


class _Temporary:
    def __init__(self, base_url: str) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._base_url = base_url

    def __enter__(self) -> Workshop:
        return Workshop(Path(self._folder.__enter__()), self._base_url)

    def __exit__(self, *error: Any) -> None:
        self._folder.cleanup()


def main() -> int:
    """Run all of it; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="less of everything, under a minute")
    parser.add_argument("--peer", metavar="PYTHON", help="a python with bespokelabs-curator, to be measured beside")
    parser.add_argument("--only", choices=PARTS, nargs="+", default=list(PARTS), help="of all that is measured")
    options = parser.parse_args()
    with Served() as served:
        bench = Bench(served, Bars(), options.quick, options.peer)
        for part in options.only:
            getattr(bench, part)()
    bench.bars.say(f"\n{bench.bars.met} bars met, {len(bench.bars.missed)} missed")
    return 1 if bench.bars.missed else 0


if __name__ == "__main__":
    sys.exit(main())
