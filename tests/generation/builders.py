"""Corpora of persona pairs for the tests of generation, and the server that writes dialogues on them."""

from itertools import product
from pathlib import Path

from generation.corpus.dialogues import Dialogue, Persona, Speaker, write_dialogues

HOBBIES = (
    "ski",
    "bake bread",
    "read novels",
    "dance",
    "fish",
    "paint birds",
    "play chess",
    "run early",
    "sing",
    "knit",
)
PETS = ("two dogs", "a cat", "three parrots", "a pony", "a shy rabbit")
JOBS = ("a nurse", "a baker", "a pilot", "a lawyer")
FEELINGS = ("i am afraid of heights.", "i am calm.", "i hate crowds.", "i love my family.")


def a_persona(number: int, *, more: str = "") -> Persona:
    """Any number of distinct personas of a few short sentences; `more` puts words of its own into the fourth."""
    hobby, pet, job = list(product(HOBBIES, PETS, JOBS))[number % 200]
    feeling = FEELINGS[number % len(FEELINGS)]
    last = f"{feeling[:-1]} {more}." if more else feeling
    house = (f"i live in house number {number // 200}.",) if number >= 200 else ()
    return (f"i like to {hobby}.", f"i have {pet}.", f"i am {job}.", last, *house)


def a_pair(number: int, *, split: str = "train", more: str = "", corpus: str = "pairs") -> Dialogue:
    """A persona pair that waits for its dialogue: personas 2n and 2n + 1."""
    speakers = (Speaker(a_persona(2 * number, more=more)), Speaker(a_persona(2 * number + 1)))
    return Dialogue(id=f"{corpus}/{split}/{number:05}", split=split, speakers=speakers, turns=())


def pairs_corpus(home: Path, count: int, *, name: str = "pairs", hopeless: dict[int, str] | None = None) -> Path:
    """A corpus of `count` persona pairs; `hopeless` names the word that spoils the answers for a pair."""
    folder = home / "corpora" / name
    write_dialogues(
        folder, [a_pair(number, more=(hopeless or {}).get(number, ""), corpus=name) for number in range(count)]
    )
    return folder
