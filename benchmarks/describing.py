"""Does `describe` run in constant memory? N and 10 N synthetic dialogues on the disk, each described by itself.

    python -m benchmarks.describing [N]

Prints dialogues a second, the peak memory of each run (a process of its own), and their ratio. Words follow Zipf's law
over a vocabulary without an end, so that every table that could grow is made to: tokens, bigrams, trait n-grams, turns,
ids, sources. Each size is described once alone and once beside a parallel corpus, with the join on the disk.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
TRAITS: Final = ("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism")
TURNS, WORDS = 12, 11
# The exponent of English text, about; the smaller, the more new words.
ZIPF: Final = 1.1


def zipf(rng: random.Random) -> str:
    """A word whose rank follows a power law, by inverting its distribution; there is always a rarer one."""
    rank = int((1 - rng.random()) ** (-1 / (ZIPF - 0.95)) * 3) % 10**9
    return f"w{rank:x}"


def dialogues(count: int, *, corpus: str, seed: int) -> Iterator[dict[str, Any]]:
    """`count` dialogues, sorted by id; the source of each is the one with its number in "human"."""
    rng = random.Random(seed)
    for number in range(count):
        personas = [[" ".join(zipf(rng) for _ in range(6)) + "." for _ in range(4)] for _ in range(2)]
        yield {
            "format": 1,
            "id": f"{corpus}/train/{number:07}",
            "source": None if corpus == "human" else f"human/train/{number:07}",
            "split": "train",
            "speakers": [
                {"persona": persona, "traits": {trait: rng.choice(("high", "low")) for trait in rng.sample(TRAITS, 2)}}
                for persona in personas
            ],
            "turns": [
                {"speaker": place % 2, "text": " ".join(zipf(rng) for _ in range(WORDS)) + rng.choice(".?!")}
                for place in range(TURNS)
            ],
        }


def write(folder: Path, count: int, seed: int) -> None:
    """A corpus of `count` dialogues, written line by line."""
    folder.mkdir(parents=True)
    with (folder / "dialogues.jsonl").open("w", encoding="utf-8") as out:
        for dialogue in dialogues(count, corpus=folder.name, seed=seed):
            out.write(json.dumps(dialogue) + "\n")


def described(home: Path, names: list[str]) -> tuple[float, float]:
    """Seconds and peak megabytes of `describe` on these corpora, in a process of its own."""
    code = (
        "import resource, sys; from django.core.management import execute_from_command_line as run; "
        "run(['manage.py', 'describe', '--quiet', '--json', *sys.argv[1:]]); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    environment = {
        **os.environ,
        "PARLEY_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "PYTHONPATH": str(ROOT),
    }
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code, *names], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    return time.monotonic() - started, int(done.stderr.split()[-1]) / 1024


def main() -> None:
    """Write, describe, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    rows: dict[tuple[int, int], tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in (count, 10 * count):
            home = Path(folder) / str(size)
            for seed, name in enumerate(("human", "llm")):
                write(home / "corpora" / name, size, seed)
            for corpora in (1, 2):
                rows[size, corpora] = described(home, ["human", "llm"][:corpora])
    print("dialogues  corpora   seconds  dialogues/s  peak MB")
    for (size, corpora), (seconds, peak) in rows.items():
        print(f"{size:9,}  {corpora:7}  {seconds:8.1f}  {size * corpora / seconds:11.0f}  {peak:7.0f}")
    for corpora in (1, 2):
        growth = rows[10 * count, corpora][1] / rows[count, corpora][1]
        print(f"memory at 10 N over memory at N, {corpora} corpora: {growth:.2f}")


if __name__ == "__main__":
    main()
