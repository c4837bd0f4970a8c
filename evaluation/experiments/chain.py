"""Running an experiment's steps: each in a process of its own, and only where its inputs or settings have changed.

Steps of which none needs the other's output can run at once; each of them then writes into a log of its own.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from evaluation.experiments.experiment import Experiment
from evaluation.experiments.steps import Step
from generation.corpus.manifest import digest_of, digest_of_file, new_file
from generation.home import home
from generation.terminal import SOME_FAILED
from training.models.machine import processors

LOGS: Final = "logs"
# Of a step that failed, what its log says last.
LAST_LINES: Final = 15


class StepFailed(RuntimeError):
    """A step's command ended with a failure; what was made before it is kept."""


class NameTaken(RuntimeError):
    """Something that this experiment did not make has the name of what it would make."""


@dataclass(frozen=True)
class Ran:
    """What is remembered of a step: what went in, whether it ended, how long it took."""

    digest: str
    finished: bool
    seconds: float = 0.0
    made_at: str = ""


@dataclass(frozen=True)
class Planned:
    """A step, whether it would run, and how many seconds it took last time, where that is known."""

    step: Step
    runs: bool
    seconds: float | None


@dataclass(frozen=True)
class Manner:
    """How steps are run: how many at once, with progress or `quiet`, and with stdout kept free or not (`aside`)."""

    jobs: int = 1
    quiet: bool = False
    aside: bool = False


# Runs a step's command; its output goes to the log where there is one. Returns the exit status.
RunCommand = Callable[[Step, Manner, Path | None], int]


def digest_of_step(step: Step) -> str:
    """What a step depends on, as one digest; a file that is not there yet counts as absent."""
    return digest_of(
        {
            "command": step.command,
            "arguments": list(step.arguments),
            "reads": [digest_of_file(path) if path.is_file() else None for path in step.reads],
            "after": step.after,
        }
    )


def read_record(experiment: Experiment) -> dict[str, Ran]:
    """What is remembered of earlier runs, by step."""
    if not experiment.record.is_file():
        return {}
    return {name: Ran(**ran) for name, ran in json.loads(experiment.record.read_text(encoding="utf-8")).items()}


def _write_record(experiment: Experiment, record: Mapping[str, Ran]) -> None:
    with new_file(experiment.record) as out:
        json.dump({name: vars(ran) for name, ran in record.items()}, out, indent=2)
        out.write("\n")


def is_done(step: Step, record: Mapping[str, Ran]) -> bool:
    """Whether the step ran to its end on these very inputs and settings, and what it made is still there."""
    ran = record.get(step.name)
    made = all(path.exists() for path in step.makes)
    return ran is not None and ran.finished and made and ran.digest == digest_of_step(step)


def plan(experiment: Experiment) -> list[Planned]:
    """Each step, whether it would run, and how long it took last time; what needs a step that would run, runs too."""
    record = read_record(experiment)
    rows: list[Planned] = []
    for step in experiment.steps:
        changed = any(row.runs and step.needs(row.step) for row in rows)
        ran = record.get(step.name)
        seconds = ran.seconds if ran is not None and ran.finished else None
        rows.append(Planned(step, not is_done(step, record) or changed, seconds))
    return rows


def most_jobs(wanted: int) -> int:
    """As many steps at once as are wanted and the machine has processors for."""
    return max(1, min(wanted, processors()))


def run(
    experiment: Experiment,
    *,
    now: Callable[[], datetime],
    say: Callable[[str], None],
    manner: Manner = Manner(),
    command: RunCommand | None = None,
) -> dict[str, str]:
    """Run what is not done, each step once what it needs has ended; returns "done", "skipped" or "some rows failed".

    A step that was cut off goes on where it was, since its command does. What an earlier run of this experiment made
    from other inputs is moved to `PARLEY_HOME/replaced/`; what something else made under that name raises `NameTaken`.
    Where a step fails, those that run are waited for, and no other is begun.
    """
    chain = _Chain(experiment, now=now, say=say, manner=manner, command=command or _run_command)
    with ThreadPoolExecutor(max_workers=manner.jobs) as pool:
        return chain.run(pool)


class _Chain:
    """The state of one run: what is remembered, what has ended, what is running."""

    def __init__(
        self,
        experiment: Experiment,
        *,
        now: Callable[[], datetime],
        say: Callable[[str], None],
        manner: Manner,
        command: RunCommand,
    ) -> None:
        self.experiment, self.now, self.say, self.manner, self.command = experiment, now, say, manner, command
        self.record = read_record(experiment)
        self.outcome: dict[str, str] = {}
        self.running: dict[Future[int], tuple[Step, float]] = {}

    def run(self, pool: ThreadPoolExecutor) -> dict[str, str]:
        waiting = list(self.experiment.steps)
        failure: Exception | None = None
        while self.running or (waiting and failure is None):
            try:
                while failure is None and (step := self._next(waiting)) is not None:
                    waiting.remove(step)
                    self._begin(step, pool)
            except NameTaken as error:
                failure = error
            if self.running:
                failure = self._end_one() or failure
        if failure is not None:
            raise failure
        return {step.name: self.outcome[step.name] for step in self.experiment.steps}

    def _next(self, waiting: Sequence[Step]) -> Step | None:
        """The first step that can begin now; None where none can, or as many run as may."""
        if len(self.running) >= self.manner.jobs:
            return None
        unfinished = {step.name for step in (*waiting, *(step for step, _ in self.running.values()))}
        for step in waiting:
            # Only what stands before it: what it reads may be there already, and be made anew further down.
            before = self.experiment.steps[: self.experiment.steps.index(step)]
            if not any(other.name in unfinished and step.needs(other) for other in before):
                return step
        return None

    def _begin(self, step: Step, pool: ThreadPoolExecutor) -> None:
        heading = self._heading(step)
        if is_done(step, self.record):
            self.say(f"{heading}: unchanged, skipped")
            self.outcome[step.name] = "skipped"
            return
        digest = digest_of_step(step)
        _make_room(step, self.record, digest, self.now())
        log = self._log_of(step) if self.manner.jobs > 1 else None
        self.say(f"{heading}: {step.as_typed()}" + (f" (log: {log})" if log else ""))
        self.record[step.name] = Ran(digest=digest, finished=False)
        _write_record(self.experiment, self.record)
        self.running[pool.submit(self.command, step, self.manner, log)] = (step, time.monotonic())

    def _end_one(self) -> StepFailed | None:
        """Wait for a step to end and remember it; what to raise, where it failed."""
        ended = next(iter(wait(self.running, return_when=FIRST_COMPLETED).done))
        step, started = self.running.pop(ended)
        status, seconds = ended.result(), round(time.monotonic() - started, 1)
        if status not in (0, SOME_FAILED):
            return StepFailed(
                f"{step.name} ended with status {status}: {step.as_typed()}\n{self._last_lines(step)}"
                "What was made before it is kept; run the same command to go on."
            )
        self.record[step.name] = replace(
            self.record[step.name],
            finished=True,
            seconds=seconds,
            made_at=self.now().isoformat(timespec="seconds"),
        )
        _write_record(self.experiment, self.record)
        self.outcome[step.name] = "some rows failed" if status == SOME_FAILED else "done"
        if self.manner.jobs > 1:
            self.say(f"{self._heading(step)}: {self.outcome[step.name]} in {seconds:.0f} s")
        return None

    def _heading(self, step: Step) -> str:
        return f"[{self.experiment.steps.index(step) + 1}/{len(self.experiment.steps)}] {step.name}"

    def _log_of(self, step: Step) -> Path:
        return self.experiment.folder / LOGS / f"{step.name.replace(' ', '-')}.log"

    def _last_lines(self, step: Step) -> str:
        log = self._log_of(step)
        if self.manner.jobs == 1 or not log.is_file():
            return ""
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
        return "".join(f"  {line}\n" for line in lines)


def _make_room(step: Step, record: Mapping[str, Ran], digest: str, now: datetime) -> None:
    there = [path for path in step.makes if path.exists()]
    ran = record.get(step.name)
    if there and ran is None:
        raise NameTaken(f"{there[0]} is there already and this experiment did not make it; rename one of the two")
    if ran is not None and ran.digest != digest:
        for path in there:
            aside = home() / "replaced" / f"{path.name}-{now:%Y%m%dT%H%M%S}"
            aside.parent.mkdir(parents=True, exist_ok=True)
            path.rename(aside)


def _run_command(step: Step, manner: Manner, log: Path | None) -> int:
    manage = Path(__file__).resolve().parent.parent.parent / "manage.py"
    words = [sys.executable, str(manage), step.command, *step.arguments, *(("--quiet",) if manner.quiet else ())]
    sys.stdout.flush()
    if log is None:
        return subprocess.run(words, check=False, stdout=sys.stderr if manner.aside else None).returncode  # noqa: S603  # our own commands, from a file the user wrote
    log.parent.mkdir(parents=True, exist_ok=True)
    # Those that run at once share the processors; where that was settled from outside, it stays so.
    threads = os.environ.get("OMP_NUM_THREADS") or str(max(1, processors() // manner.jobs))
    with log.open("w", encoding="utf-8") as out:
        ran = subprocess.run(  # noqa: S603  # as above
            words, check=False, stdout=out, stderr=subprocess.STDOUT, env=os.environ | {"OMP_NUM_THREADS": threads}
        )
    return ran.returncode
