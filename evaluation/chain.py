"""Running an experiment's steps: each in a process of its own, and only where its inputs or settings have changed."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from evaluation.experiment import Experiment, Step
from generation.corpus.manifest import digest_of, digest_of_file, new_file
from generation.home import home
from generation.terminal import SOME_FAILED


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
    made = step.makes is None or step.makes.exists()
    return ran is not None and ran.finished and made and ran.digest == digest_of_step(step)


def plan(experiment: Experiment) -> list[tuple[Step, bool, float | None]]:
    """Each step, whether it would run, and how many seconds it took last time; what follows a change runs too."""
    record = read_record(experiment)
    rows: list[tuple[Step, bool, float | None]] = []
    changed: set[Path] = set()
    for step in experiment.steps:
        folders = {path.parent for path in step.reads}
        runs = not is_done(step, record) or bool(folders & changed)
        if runs and step.makes:
            changed.add(step.makes)
        rows.append((step, runs, record[step.name].seconds if step.name in record else None))
    return rows


def run(
    experiment: Experiment,
    *,
    now: Callable[[], datetime],
    say: Callable[[str], None],
    quiet: bool = False,
    aside: bool = False,
) -> dict[str, str]:
    """Run what is not done, in order; returns for each step "done", "skipped" or "some rows failed".

    A step that was cut off goes on where it was, since its command does. What an earlier run of this experiment made
    from other inputs is moved to `PARLEY_HOME/replaced/`; what something else made under that name raises `NameTaken`.
    `aside` keeps stdout free: what the commands say goes to stderr.
    """
    record = read_record(experiment)
    outcome: dict[str, str] = {}
    for number, step in enumerate(experiment.steps, start=1):
        heading = f"[{number}/{len(experiment.steps)}] {step.name}"
        if is_done(step, record):
            say(f"{heading}: unchanged, skipped")
            outcome[step.name] = "skipped"
            continue
        digest = digest_of_step(step)
        _make_room(step, record, digest, now())
        say(f"{heading}: {step.as_typed()}")
        record[step.name] = Ran(digest=digest, finished=False)
        _write_record(experiment, record)
        started = time.monotonic()
        status = _run_command(step, quiet=quiet, aside=aside)
        if status not in (0, SOME_FAILED):
            raise StepFailed(
                f"{step.name} ended with status {status}: {step.as_typed()}\n"
                "What was made before it is kept; run the same command to go on."
            )
        record[step.name] = replace(
            record[step.name],
            finished=True,
            seconds=round(time.monotonic() - started, 1),
            made_at=now().isoformat(timespec="seconds"),
        )
        _write_record(experiment, record)
        outcome[step.name] = "some rows failed" if status == SOME_FAILED else "done"
    return outcome


def _make_room(step: Step, record: Mapping[str, Ran], digest: str, now: datetime) -> None:
    if step.makes is None or not step.makes.exists():
        return
    ran = record.get(step.name)
    if ran is None:
        raise NameTaken(f"{step.makes} is there already and this experiment did not make it; rename one of the two")
    if ran.digest != digest:
        aside = home() / "replaced" / f"{step.makes.name}-{now:%Y%m%dT%H%M%S}"
        aside.parent.mkdir(parents=True, exist_ok=True)
        step.makes.rename(aside)


def _run_command(step: Step, *, quiet: bool, aside: bool) -> int:
    manage = Path(__file__).resolve().parent.parent / "manage.py"
    words = [sys.executable, str(manage), step.command, *step.arguments, *(("--quiet",) if quiet else ())]
    sys.stdout.flush()
    return subprocess.run(words, check=False, stdout=sys.stderr if aside else None).returncode  # noqa: S603  # our own commands, from a file the user wrote
