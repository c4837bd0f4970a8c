"""`generate` itself, as a process, on corpora made for the purpose: what it asks for, buys and writes."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.served import ROOT
from generation.corpus.dialogues import Dialogue, Speaker, read_dialogues, write_dialogues
from generation.offline import writing

HOBBIES = (
    "ski",
    "bake bread",
    "read novels",
    "dance",
    "fish",
    "paint birds",
    "play chess",
    "rise early",
    "sing",
    "sew",
)
PETS = ("two dogs", "a cat", "three parrots", "a pony", "a shy rabbit")
JOBS = ("a nurse", "a baker", "a pilot", "a lawyer")


def persona(number: int, *, more: str = "") -> tuple[str, ...]:
    """One of as many distinct personas as one likes."""
    hobby, pet, job = HOBBIES[number % 10], PETS[number // 10 % 5], JOBS[number // 50 % 4]
    last = f"my house has the number {number}{f', and it is {more}' if more else ''}."
    return (f"i like to {hobby}.", f"i have {pet}.", f"i am {job}.", last)


def pairs(count: int, *, personas: int, hopeless: int | None = None) -> list[Dialogue]:
    """Persona pairs that wait for their dialogues; `hopeless` is the pair that the server will never answer."""
    return [
        Dialogue(
            id=f"pairs/train/{number:06}",
            split="train",
            speakers=(
                Speaker(persona(2 * number % personas)),
                Speaker(persona((2 * number + 1 + 2 * number // personas * 2) % personas), {})
                if number != hopeless
                else Speaker(persona(personas + 1, more="forbidden")),
            ),
            turns=(),
        )
        for number in range(count)
    ]


@dataclass(frozen=True)
class Run:
    """What one run of the command came to."""

    code: int
    wall: float
    memory: float
    result: dict[str, Any]


@dataclass(frozen=True)
class Workshop:
    """A PARLEY_HOME with a corpus of pairs, and the command that makes another of it."""

    home: Path
    base_url: str
    concurrency: str = "256"

    @property
    def made(self) -> Path:
        """The corpus that is made."""
        return self.home / "corpora" / "made"

    def source(self, dialogues: Sequence[Dialogue]) -> None:
        """Put these pairs where the command finds them."""
        write_dialogues(self.home / "corpora" / "pairs", dialogues)

    def generate(self, *words: str) -> Run:
        """Run the command to its end."""
        environment = os.environ | {
            "OPENAI_BASE_URL": self.base_url,
            "PARLEY_HOME": str(self.home),
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.dev"),
        }
        command = ["generate", "--personas", "pairs", "--to", "made", "--author", "mock", "--json", "--quiet"]
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "manage.py", *command, "--concurrency", self.concurrency, *words],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        out, err = process.stdout.read(), process.stderr.read()
        # Not Popen.wait: only this tells what the process took.
        _, status, taken = os.wait4(process.pid, 0)
        code = process.returncode = os.waitstatus_to_exitcode(status)
        if not out:
            raise SystemExit(f"generate ended with {code}: {err}")
        return Run(code, time.monotonic() - started, taken.ru_maxrss / 1024, json.loads(out))

    def failed(self) -> list[dict[str, Any]]:
        """The rows that are listed as failed."""
        file = self.made / "failed.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def unmarked(self, expected: int) -> tuple[int, int]:
        """How many dialogues are neither there nor listed, and how many are there but not what was really said."""
        written = {each.id: each for each in read_dialogues(self.made)}
        listed = {row["name"] for row in self.failed() if row["what"] == "dialogue"}
        wrong = sum(each.turns != writing.write(each.speakers, seed=0) for each in written.values())
        return expected - len(written.keys() | listed), wrong
