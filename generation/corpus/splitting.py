"""Train, validation and test: a corpus cut by dialogue, by persona, or as its twin was cut.

Ids stay as they are, and so does what a dialogue is parallel to; only its split changes.
"""

import json
import random
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, overload

from generation.corpus.dialogues import SPLITS, Dialogue, dialogue_from_json, kept_on_disk, sorted_lines
from generation.corpus.dividing import Graph, Links, divide
from generation.corpus.personas import key_text, persona_keys
from generation.corpus.spilling import Numbered, OnDisk, SortedLines

BY_DIALOGUE: Final = "dialogue"
BY_PERSONA: Final = "persona"
WAYS: Final = (BY_PERSONA, BY_DIALOGUE)

# For train, validation and test, in this order.
Shares = tuple[float, float, float]


class BadShares(ValueError):
    """Shares that are no three numbers with the sum of 1."""


class NoTwins(ValueError):
    """A corpus to be cut like another with which it has no dialogue in common, or that says two things of one."""


class Chosen(Sequence[Dialogue]):
    """Some of the dialogues of a corpus that lies on the disk, by their places, each in the split it was given.

    `sides` has a place in `names` for each dialogue of the corpus; without names, dialogues are as they were.
    """

    def __init__(
        self, ordered: OnDisk[Dialogue], places: "array[int]", sides: "array[int]", names: Sequence[str]
    ) -> None:
        self._ordered, self._places, self._sides, self._names = ordered, places, sides, names

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> Dialogue: ...

    @overload
    def __getitem__(self, place: slice) -> list[Dialogue]: ...

    def __getitem__(self, place: int | slice) -> Dialogue | list[Dialogue]:
        if isinstance(place, slice):
            return [self._with_split(each) for each in self._places[place]]
        return self._with_split(self._places[place])

    def __iter__(self) -> Iterator[Dialogue]:
        # Both are sorted: the file is read from front to back.
        wanted = iter(self._places)
        following = next(wanted, None)
        for place, dialogue in enumerate(self._ordered):
            if place == following:
                yield self._in_split(dialogue, place)
                following = next(wanted, None)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(one == another for one, another in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # as of any sequence that is compared by what is in it

    def _with_split(self, place: int) -> Dialogue:
        return self._in_split(self._ordered[place], place)

    def _in_split(self, dialogue: Dialogue, place: int) -> Dialogue:
        return replace(dialogue, split=self._names[self._sides[place]]) if self._names else dialogue


@dataclass(frozen=True)
class Cut:
    """The dialogues with their new splits, those that were dropped, and how many hang together through personas.

    Both lie on the disk, sorted by id. `largest_group` is the most dialogues that are linked through shared personas,
    None where nobody looked.
    """

    dialogues: Sequence[Dialogue]
    dropped: Sequence[Dialogue]
    sizes: Mapping[str, int]
    largest_group: int | None = None


def _cut(
    ordered: OnDisk[Dialogue], sides: "array[int]", *, names: Sequence[str] = SPLITS, largest_group: int | None = None
) -> Cut:
    """Each dialogue in the split of its side, a place in `names`; those with side -1 are dropped."""
    places = array("q", (place for place, side in enumerate(sides) if side >= 0))
    dropped = array("q", (place for place, side in enumerate(sides) if side < 0))
    counts = Counter(sides)
    by_name = {name: counts[place] for place, name in enumerate(names)}
    return Cut(
        dialogues=Chosen(ordered, places, sides, names),
        dropped=Chosen(ordered, dropped, sides, ()),
        sizes={split: by_name.get(split, 0) for split in SPLITS},
        largest_group=largest_group,
    )


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
    # By rank among the origins in their order, as the shuffle has to know them.
    origins = Numbered()
    for (origin,), _ in SortedLines(((dialogue.origin,), "") for dialogue in ordered):
        origins.number(origin)
    drawn = array("q", range(len(origins)))
    random.Random(f"split {seed}").shuffle(drawn)
    ends = [round(len(origins) * sum(shares[: place + 1])) for place in range(len(SPLITS))]
    side_of = array("b", [0]) * len(origins)
    for side, (start, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
        for rank in drawn[start:end]:
            side_of[rank] = side
    return _cut(ordered, array("b", (side_of[origins.number(dialogue.origin)] for dialogue in ordered)))


def cut_by_persona(dialogues: Iterable[Dialogue], *, shares: Shares, seed: int) -> Cut:
    """No persona, evened out, in two splits: each persona gets a split, and a dialogue across two splits is dropped.

    Dialogues that hang together through personas stay together while there is room for them; `dividing` says how groups
    too large for that are divided. A speaker whose persona is not told links nothing.
    """
    ordered = _ordered(dialogues)
    personas = Numbered()
    firsts, seconds = array("q"), array("q")
    for dialogue in ordered:
        # An untold persona is nobody else's; no sentence that is evened out has a line end in it.
        keys = [key_text(key) or f"\n{speaker}\n{dialogue.id}" for speaker, key in enumerate(persona_keys(dialogue))]
        first, second = map(personas.number, keys)
        firsts.append(first)
        seconds.append(second)
    graph = Graph(personas=len(personas), links=Links(firsts, seconds))
    sides = divide(graph, shares=shares, seed=seed)
    groups = graph.groups()
    return _cut(
        ordered,
        array("b", (sides[first] if sides[first] == sides[second] else -1 for first, second in graph.links)),
        largest_group=groups.size(0) if groups else 0,
    )


def cut_like(dialogues: Iterable[Dialogue], twin: Iterable[Dialogue], *, name: str) -> Cut:
    """Each dialogue in the split of the one in the corpus `name` that has its origin; without one it is dropped."""
    splits: dict[str, int] = {}
    side_of = Numbered()
    for other in twin:
        side = splits.setdefault(other.split, len(splits))
        if (before := side_of.mark_once(other.origin, side)) != side:
            raise NoTwins(
                f"{name} has dialogues of {other.origin} in two splits, {list(splits)[before]} and {other.split}"
            )
    ordered = _ordered(dialogues)
    cut = _cut(ordered, array("q", (side_of.mark_of(dialogue.origin) for dialogue in ordered)), names=list(splits))
    if not cut.dialogues:
        raise NoTwins(f"no dialogue has its personas from the same source as one of {name}; are the two parallel?")
    return cut


def shared_with_train(dialogues: Iterable[Dialogue]) -> dict[str, tuple[int, int]]:
    """For validation and test: how many of their personas, evened out, are in train too, and how many they have."""
    personas = Numbered()
    # For each persona the splits that it is in, a bit each.
    where = bytearray()
    bits = {split: 1 << place for place, split in enumerate(SPLITS)}
    for dialogue in dialogues:
        for key in persona_keys(dialogue) if dialogue.split in bits else ():
            if key:
                number = personas.number(key_text(key))
                if number == len(where):
                    where.append(0)
                where[number] |= bits[dialogue.split]
    train = bits[SPLITS[0]]
    return {
        split: (
            sum(bool(each & bits[split] and each & train) for each in where),
            sum(bool(each & bits[split]) for each in where),
        )
        for split in SPLITS[1:]
    }


def _ordered(dialogues: Iterable[Dialogue]) -> OnDisk[Dialogue]:
    # The cut must not depend on the order in a file.
    return kept_on_disk(dialogue_from_json(json.loads(line)) for _, line in sorted_lines(dialogues))
