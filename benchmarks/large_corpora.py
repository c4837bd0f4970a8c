"""How much memory commands take that read a corpus, as it grows to a million dialogues.

    .venv/bin/python -m benchmarks.large_corpora [--dialogues 10000 100000] [--only import split describe export]

The corpus is made as it is written, the same each time: everybody has a persona of their own. Each command is a process
of its own, of which the wall clock and the peak of its memory are told; the last column is that peak over the one at
the fewest dialogues. The bar is 1.25 times at ten times the dialogues; the exit status is 1 where it is missed. Later
commands read what earlier ones made: "import" comes first, and what has "cut" in it needs "split". Temporary files of
about three times the corpus lie in TMPDIR meanwhile.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.corpora import HOBBIES, JOBS, PETS, persona
from benchmarks.served import ROOT

TURNS: Final = 8
# Of the memory at ten times the dialogues, or more, over that at the fewest.
FLAT: Final = 1.25
TWO_STEPS: Final = ("steps=2", "evaluate_every=2", "evaluate_on=8", "precision=fp32")

COMMANDS: Final[dict[str, list[str]]] = {
    "import": ["import_personachat", "{csv}", "--to", "large", "--json", "--quiet"],
    "split": ["split_corpus", "large", "--to", "large-cut", "--json", "--quiet"],
    "split by dialogue": ["split_corpus", "large", "--to", "large-drawn", "--by", "dialogue", "--json", "--quiet"],
    "split like": ["split_corpus", "large", "--to", "large-like", "--like", "large-cut", "--json", "--quiet"],
    "filter": ["filter_corpus", "large", "--to", "large-kept", "--max-leak", "0.6", "--json", "--quiet"],
    "describe": ["describe", "large", "--json", "--quiet"],
    "check": ["check_parallel", "large-cut", "large-like", "--json", "--quiet"],
    "export": ["export_corpus", "large", "--to", "{export}", "--json", "--quiet"],
    "sample": ["sample_labels", "large", "--to", "{sample}", "--json", "--quiet"],
    # Reading is what grows: two steps are enough.
    "train": ["train", "smoke", "--on", "large-cut", "--to", "large-model", "--json", "--quiet"]
    + [word for each in TWO_STEPS for word in ("--set", each)],
}


def conversation(number: int) -> list[str]:
    """What two people say to each other, who are not quite like any other two."""
    first, second = HOBBIES[number % 10], HOBBIES[number // 10 % 10]
    said = (
        f"hello there, number {number} on the list!",
        f"hi! do you {first} at weekends?",
        f"sometimes, with {PETS[number % 5]} around me. you?",
        f"i would rather {second}, but my work leaves little time.",
        f"are you {JOBS[number % 4]} too?",
        "no, but my sister used to be one.",
        f"{number % 97} years ago i wanted to be one.",
        "there is still time, good luck!",
    )
    return [f"User {1 + place % 2}: {text}" for place, text in enumerate(said[:TURNS])]


def write_csv(path: Path, dialogues: int) -> None:
    """Synthetic-Persona-Chat's form, a row at a time."""
    with path.open("w", encoding="utf-8") as out:
        out.write("user 1 personas,user 2 personas,Best Generated Conversation\n")
        for number in range(dialogues):
            parts = persona(2 * number), persona(2 * number + 1), conversation(number)
            out.write(",".join('"' + "\n".join(part) + '"' for part in parts) + "\n")


def write_labels(path: Path, personas: int) -> None:
    """Labels of as many personas, sorted as in any corpus."""
    levels = ("high", "low", "unclear")
    traits = ("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism")
    with path.open("w", encoding="utf-8") as out:
        for number in range(personas):
            told = {
                trait: {"level": levels[(number + place) % 3], "reason": "it is said so", "evidence": []}
                for place, trait in enumerate(traits)
            }
            out.write(json.dumps({"format": 1, "persona": persona(number), "traits": told}) + "\n")


def measured(words: list[str], home: Path) -> tuple[float, float]:
    """Seconds, and megabytes at the peak, of a command in a process of its own."""
    environment = os.environ | {
        "PARLEY_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.dev"),
    }
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=said
        )
        # Not Popen.wait: only this tells what the process took.
        _, status, taken = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{' '.join(words)} ended with {process.returncode}: {said.read()[-1000:]}")
    return time.monotonic() - started, taken.ru_maxrss / 1024


def run(dialogues: int, names: list[str], tell: Callable[[str, float, float], None]) -> None:
    """All commands on a corpus of this size."""
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        table = home / "large.csv"
        write_csv(table, dialogues)
        places = {"{csv}": str(table), "{export}": str(home / "export"), "{sample}": str(home / "sample.csv")}
        for name in names:
            if name == "sample":
                write_labels(home / "corpora" / "large" / "labels.jsonl", 2 * dialogues)
            tell(name, *measured([places.get(word, word) for word in COMMANDS[name]], home))


def main() -> int:
    """Measure and print, a line for each command and size; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dialogues", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--only", choices=COMMANDS, nargs="+", default=list(COMMANDS))
    options = parser.parse_args()
    first: dict[str, float] = {}
    missed: list[str] = []
    print(f"{'dialogues':>10}  {'command':18} {'seconds':>8} {'MB':>6} {'ratio':>6}")
    for dialogues in options.dialogues:

        def tell(name: str, wall: float, memory: float, dialogues: int = dialogues) -> None:
            ratio = memory / first.setdefault(name, memory)
            said = "" if ratio <= FLAT else "  missed"
            missed.extend([name] if said else [])
            print(f"{dialogues:>10,}  {name:18} {wall:8.1f} {memory:6.0f} {ratio:6.2f}{said}", flush=True)

        run(dialogues, options.only, tell)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
