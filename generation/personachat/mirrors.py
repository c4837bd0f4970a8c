"""One dialogue told as two rows, once from either side.

ConvAI2's 17,878 training rows are 8,939 dialogues: row i and row i + 8,939 are the two speakers' views of one. Counted
as dialogues they would double the data, and a cut by row would put one dialogue on two sides.

Every view ends with its own side's reply. So of two views of one dialogue, one lacks the last turn of the other; and
since a file that has no mark of silence must begin with the partner's words, the shorter may lack the first turn too.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Final

from generation.corpus.dialogues import Persona
from generation.corpus.personas import same_persona_key
from generation.personachat.rows import Row

# Fewer turns in common ("hi !", "hello .") could be chance.
LEAST_IN_COMMON: Final = 3

# Where the rows with these turns stand, by a digest of split and texts: as many rows as there may be.
Views = dict[bytes, list[int]]


def merged(rows: Sequence[Row]) -> tuple[Iterator[Row], int]:
    """The rows with both views of a dialogue made one, in the place of the first, and how many were merged.

    Views belong together when their turns are equal as far as both have them, they are told from opposite sides, and
    no persona that both tell differs. The merged row has the longer view's turns and both personas. `rows` may lie on
    the disk: of rows told from one side a digest is held, of others nothing.
    """
    views: Views = defaultdict(list)
    for place, row in enumerate(rows):
        if row.viewed_by is not None:
            views[_digest(row.split, row.texts)].append(place)
    if not views:
        return iter(rows), 0
    # Longer view -> the shorter one.
    pairs: dict[int, int] = {}
    taken = bytearray(len(rows))
    for place, longer in enumerate(rows):
        if longer.viewed_by is None or taken[place]:
            continue
        others = (each for each in _candidates(longer, views) if not taken[each])
        other = next((each for each in others if _one(longer, _aligned(longer, rows[each]))), None)
        if other is not None:
            taken[place] = taken[other] = True
            pairs[place] = other
    return _whole(rows, pairs), len(pairs)


def _whole(rows: Sequence[Row], pairs: Mapping[int, int]) -> Iterator[Row]:
    """The rows, with each of `pairs` made one in the place of the first of the two."""
    first_of = {min(pair): pair for pair in pairs.items()}
    second = {max(pair) for pair in pairs.items()}
    for place, row in enumerate(rows):
        if place in first_of:
            longer, shorter = (rows[each] for each in first_of[place])
            yield _both(longer, _aligned(longer, shorter), number=row.number)
        elif place not in second:
            yield row


def _candidates(longer: Row, views: Views) -> list[int]:
    texts = longer.texts
    return [
        place
        for shorter in (texts[:-1], texts[1:-1])
        if len(shorter) >= LEAST_IN_COMMON
        for place in views.get(_digest(longer.split, shorter), ())
    ]


def _digest(split: str | None, texts: tuple[str, ...]) -> bytes:
    """16 bytes are enough to tell any number of dialogues apart."""
    return blake2b(json.dumps([split, *texts]).encode(), digest_size=16).digest()


def _aligned(longer: Row, shorter: Row) -> Row:
    """`shorter` with its speakers numbered as in `longer`."""
    lacks_the_first = len(longer.turns) - len(shorter.turns) == 2
    return shorter.turned_round() if lacks_the_first else shorter


def _one(longer: Row, shorter: Row) -> bool:
    return longer.viewed_by != shorter.viewed_by and all(
        _agree(one, other) for one, other in zip(longer.personas, shorter.personas, strict=True)
    )


def _agree(one: Persona, other: Persona) -> bool:
    return not one or not other or same_persona_key(one) == same_persona_key(other)


def _both(longer: Row, shorter: Row, *, number: int) -> Row:
    first, second = (one or other for one, other in zip(longer.personas, shorter.personas, strict=True))
    return replace(longer, number=number, personas=(first, second), viewed_by=None)
