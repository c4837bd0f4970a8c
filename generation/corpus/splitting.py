"""Train, validation and test: a corpus cut by dialogue, by persona, or as its twin was cut.

Ids stay as they are, and so does what a dialogue is parallel to; only its split changes.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from generation.corpus.dialogues import SPLITS, Dialogue
from generation.corpus.dividing import Graph, divide
from generation.corpus.personas import persona_keys

BY_DIALOGUE: Final = "dialogue"
BY_PERSONA: Final = "persona"
WAYS: Final = (BY_PERSONA, BY_DIALOGUE)

# For train, validation and test, in this order.
Shares = tuple[float, float, float]


class BadShares(ValueError):
    """Shares that are no three numbers with the sum of 1."""


class NoTwins(ValueError):
    """A corpus to be cut like another with which it has no dialogue in common, or that says two things of one."""


@dataclass(frozen=True)
class Cut:
    """The dialogues with their new splits, those that were dropped, and how many hang together through personas.

    `largest_group` is the most dialogues that are linked through shared personas, None where nobody looked.
    """

    dialogues: tuple[Dialogue, ...]
    dropped: tuple[Dialogue, ...] = ()
    largest_group: int | None = None

    @property
    def sizes(self) -> dict[str, int]:
        """How many dialogues each split has."""
        counts = Counter(dialogue.split for dialogue in self.dialogues)
        return {split: counts[split] for split in SPLITS}


def shares_from(text: str) -> Shares:
    """The shares in "0.8,0.1,0.1"."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 3 or not all(0 <= number <= 1 for number in numbers) or abs(sum(numbers) - 1) > 1e-6:
        raise BadShares(
            f"shares: expected three numbers for {', '.join(SPLITS)} that sum to 1, as in 0.8,0.1,0.1; got {text!r}"
        )
    return numbers[0], numbers[1], numbers[2]


def cut_by_dialogue(dialogues: Iterable[Dialogue], *, shares: Shares, seed: int) -> Cut:
    """Each dialogue drawn into a split; those of one origin stay together. Nothing is dropped, and personas recur."""
    ordered = _ordered(dialogues)
    origins = sorted({dialogue.origin for dialogue in ordered})
    random.Random(f"split {seed}").shuffle(origins)
    ends = [round(len(origins) * sum(shares[: place + 1])) for place in range(len(SPLITS))]
    starts = [0, *ends[:-1]]
    split_of = {
        origin: split for split, start, end in zip(SPLITS, starts, ends, strict=True) for origin in origins[start:end]
    }
    return Cut(tuple(replace(dialogue, split=split_of[dialogue.origin]) for dialogue in ordered))


def cut_by_persona(dialogues: Iterable[Dialogue], *, shares: Shares, seed: int) -> Cut:
    """No persona, evened out, in two splits: each persona gets a split, and a dialogue across two splits is dropped.

    Dialogues that hang together through personas stay together while there is room for them; `dividing` says how groups
    too large for that are divided. A speaker whose persona is not told links nothing.
    """
    ordered = _ordered(dialogues)
    places: dict[object, int] = {}
    links: list[tuple[int, int]] = []
    for dialogue in ordered:
        # An untold persona is nobody else's.
        keys = [key or (dialogue.id, speaker) for speaker, key in enumerate(persona_keys(dialogue))]
        first, second = (places.setdefault(key, len(places)) for key in keys)
        links.append((first, second))
    graph = Graph(personas=len(places), links=links)
    sides = divide(graph, shares=shares, seed=seed)
    kept: list[Dialogue] = []
    dropped: list[Dialogue] = []
    for dialogue, (first, second) in zip(ordered, links, strict=True):
        if sides[first] == sides[second]:
            kept.append(replace(dialogue, split=SPLITS[sides[first]]))
        else:
            dropped.append(dialogue)
    return Cut(tuple(kept), tuple(dropped), largest_group=max(map(len, graph.groups()), default=0))


def cut_like(dialogues: Iterable[Dialogue], twin: Iterable[Dialogue], *, name: str) -> Cut:
    """Each dialogue in the split of the one in the corpus `name` that has its origin; without one it is dropped."""
    split_of: dict[str, str] = {}
    for other in twin:
        if split_of.setdefault(other.origin, other.split) != other.split:
            raise NoTwins(
                f"{name} has dialogues of {other.origin} in two splits, {split_of[other.origin]} and {other.split}"
            )
    ordered = _ordered(dialogues)
    kept = tuple(
        replace(dialogue, split=split_of[dialogue.origin]) for dialogue in ordered if dialogue.origin in split_of
    )
    if not kept:
        raise NoTwins(f"no dialogue has its personas from the same source as one of {name}; are the two parallel?")
    return Cut(kept, tuple(dialogue for dialogue in ordered if dialogue.origin not in split_of))


def shared_with_train(dialogues: Sequence[Dialogue]) -> dict[str, tuple[int, int]]:
    """For validation and test: how many of their personas, evened out, are in train too, and how many they have."""
    personas: Mapping[str, set[frozenset[str]]] = {split: set() for split in SPLITS}
    for dialogue in dialogues:
        if dialogue.split in personas:
            personas[dialogue.split].update(key for key in persona_keys(dialogue) if key)
    train = personas[SPLITS[0]]
    return {split: (len(personas[split] & train), len(personas[split])) for split in SPLITS[1:]}


def _ordered(dialogues: Iterable[Dialogue]) -> list[Dialogue]:
    # The cut must not depend on the order in a file.
    return sorted(dialogues, key=lambda dialogue: dialogue.id)
