"""What is judged is looked at first: every file's checksum, count and a sample; swapped and doubled answers refused.

A wrong file is found here or never: once replies stand side by side without names, nobody can see it any more.
"""

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Final

from generation.corpus.display import detokenise
from training.data.responses import Response

# From so many shared contexts on, answers that are all equal are the same file under two names.
ENOUGH_TO_BE_SURE: Final = 10
# Above this share of equal replies it is said: most of the pairs would be ties that nobody is asked about.
MANY_EQUAL: Final = 0.5
LONGEST_SAMPLE: Final = 100
# A reply that says what it is gives its system away. Names shorter than this are found in ordinary words.
SHORTEST_TELLING_NAME: Final = 4
SAYS_WHAT_IT_IS: Final = re.compile(
    # A machine that says so.
    r"\b(?:as an? (?:ai|artificial intelligence|(?:large )?language model|virtual assistant|chat ?bot)\b"
    r"|i(?:'| a)m (?:just |only )?an? (?:ai|artificial intelligence|(?:large )?language model|chat ?bot"
    r"|computer program|virtual assistant|ai (?:assistant|model))\b"
    # Models and their makers by name; names that people and animals have too are not among them.
    r"|chat ?gpt|gpt-?\d|openai|anthropic|deepseek|qwen|llama[- ]?\d|mistral[- ]?\d|gemma[- ]?\d|claude[- ]\d)"
    # What a prompt or a template holds and nobody says in a chat.
    r"|<\|[a-z_]+\|>|</s>|\[/?inst\]|^\s*(?:assistant|response|speaker \d)\s*:"
    r"|\b(?:trait consistency|extraversion|neuroticism|conscientiousness)\b",
    re.IGNORECASE,
)


class SameAnswers(ValueError):
    """Two systems whose answers are all the same, or files that hold each other's."""


@dataclass(frozen=True)
class FileSeen:
    """A system's answers as they came: from which files, their digest, how many, and one of them."""

    system: str
    files: tuple[str, ...]
    digest: str
    answers: int
    sample_context: str
    sample: str

    def line(self) -> str:
        """It in one line, for people."""
        where = " and ".join(self.files)
        return (
            f"{self.system}: {self.answers:,} answers from {where}, SHA-256 {self.digest[:12]}; "
            f"to {self.sample_context}: {self.sample!r}"
        )


def file_seen(
    system: str, files: Iterable[Path], digest: str, texts: Mapping[str, str], *, seed: int, among: Iterable[str]
) -> FileSeen:
    """What is said of one system's answers; the sample is drawn of `among`, the same context for every system."""
    there = sorted(key for key in among if key in texts) or sorted(texts)
    drawn = random.Random(f"{seed} sample").choice(there)
    text = " ".join(texts[drawn].split())
    cut = f"{text[: LONGEST_SAMPLE - 1]}…" if len(text) > LONGEST_SAMPLE else text
    return FileSeen(system, tuple(dict.fromkeys(_short(each) for each in files)), digest, len(texts), drawn, cut)


def _short(file: Path) -> str:
    """A file by the names that tell it apart: its folder's too, where all are called responses.jsonl."""
    return "/".join(file.parts[-2:]) if file.name.startswith("responses.") else file.name


def check_swapped(called: Mapping[Path, str], made_by: Mapping[str, Sequence[Path]]) -> None:
    """Raise `SameAnswers` where a file is called as one system of the study and holds another's answers alone.

    `called` is what a system would be called after each file, `made_by` the files that hold each system's answers.
    """
    holds: dict[Path, list[str]] = {}
    for system, files in made_by.items():
        for file in files:
            holds.setdefault(file, []).append(system)
    for file, name in called.items():
        inside = holds.get(file, [])
        if name in made_by and inside and name not in inside:
            others = " and ".join(str(each) for each in made_by[name])
            raise SameAnswers(
                f"{file} is called {name!r} and its lines are answers of {', '.join(map(repr, inside))}, while those "
                f"of {name!r} are in {others}: were the files swapped? Rename them, or mend the system of their lines"
            )


def equal_answers(answers: Mapping[str, Mapping[str, Response]]) -> Iterable[str]:
    """A warning for every two systems that often say the same; `SameAnswers` where they always do.

    One model under two forced traits may do so: then it does not listen to its traits, which is a finding.
    """
    said = {system: {key: _normal(each.text) for key, each in of.items()} for system, of in answers.items()}
    for one, two in combinations(said, 2):
        if _base(one) == _base(two):
            continue
        shared = said[one].keys() & said[two].keys()
        equal = sum(said[one][key] == said[two][key] for key in shared)
        if len(shared) >= ENOUGH_TO_BE_SURE and equal == len(shared):
            raise SameAnswers(
                f"{one!r} and {two!r} give the same reply in all of the {equal:,} contexts that both answered: is one "
                "of the files a copy of the other?"
            )
        if shared and equal / len(shared) > MANY_EQUAL:
            yield (
                f"{one} and {two} give the same reply in {equal:,} of {len(shared):,} contexts: these are ties that "
                "nobody is asked about. Is it the right file?"
            )


def _normal(text: str) -> tuple[str, ...]:
    return tuple(detokenise(text).casefold().split())


def tells(text: str, systems: Iterable[str]) -> bool:
    """Whether a reply names one of `systems`, however it is spelt, or says that a machine speaks."""
    if SAYS_WHAT_IT_IS.search(text):
        return True
    return any(_named(system).search(text) for system in systems if len(system) >= SHORTEST_TELLING_NAME)


@lru_cache(maxsize=256)
def _named(system: str) -> re.Pattern[str]:
    """A system's name with any separator in place of its own: "pt-tiny", "PT tiny", "pt_tiny"."""
    parts = [re.escape(part) for part in re.split(r"[\s_.\-/#]+", system) if part]
    name = r"[ _.\-/#]?".join(parts) or re.escape(system)
    return re.compile(rf"(?<!\w){name}(?!\w)", re.IGNORECASE)


def _base(system: str) -> str:
    """A system without its training run and the traits that it was forced to have."""
    return system.partition("[")[0].partition("#")[0]
