"""Where in a corpus's file each dialogue begins, so that a page reads a few lines of a million.

Built in one pass over the file and kept by the process until the file changes: some twenty bytes for each dialogue.
"""

import json
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np

from evaluation.stats.inference.arrays import Integers
from generation.corpus.dialogues import DIALOGUES_FILE, BadLine, CorpusMissing, Dialogue, dialogue_from_json
from generation.corpus.traits import TRAITS

# As `write_dialogues` begins its lines; whatever is written otherwise is parsed as a whole.
_HEAD: Final = re.compile(rb'\{"format": 1, "id": "([^"\\]+)", "source": (?:null|"([^"\\]+)"), "split": "([^"\\]+)", ')
_TOLD: Final = re.compile(rb'"(%s)": "((?:very )?(?:low|high)|medium)"' % "|".join(TRAITS).encode())
# "very high" is found under high, too.
LEVELS: Final = ("high", "medium", "low")
KEPT: Final = 8


@dataclass(frozen=True)
class Index:
    """One corpus file as it was at one time. All arrays are in file order, one entry for each dialogue.

    `origins` are digests of what a dialogue shares its personas with; `ids` of its id; `told` has a bit for each trait
    and level that either speaker is told; `splits` numbers into `split_names`.
    """

    path: Path
    offsets: Integers
    ids: Integers
    origins: Integers
    told: Integers
    splits: Integers
    split_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.offsets)

    def chosen(
        self, *, trait: str = "", level: str = "", split: str = "", ids: Sequence[str] | None = None
    ) -> Integers:
        """The numbers of the dialogues that have all of what is named, in file order.

        A `trait` without a level is one that is told at any; a level without a trait is any trait's.
        """
        keep = np.ones(len(self), dtype=bool)
        if trait or level:
            keep &= (self.told & _bits(trait, level)) != 0
        if split:
            keep &= self.splits == (self.split_names.index(split) if split in self.split_names else -1)
        if ids is not None:
            keep &= np.isin(self.ids, np.array([_digest(each.encode()) for each in ids], dtype=np.int64))
        return np.flatnonzero(keep)

    def number_of(self, identifier: str) -> int | None:
        """Where the dialogue with this id stands; None where there is none."""
        found = np.flatnonzero(self.ids == _digest(identifier.encode()))
        return int(found[0]) if len(found) else None

    def with_origin(self, origin: str) -> Integers:
        """The numbers of the dialogues on the personas of `origin`."""
        return np.flatnonzero(self.origins == _digest(origin.encode()))

    def read(self, numbers: Sequence[int]) -> Iterator[Dialogue]:
        """These dialogues, in the order asked for."""
        with self.path.open("rb") as lines:
            for number in numbers:
                lines.seek(int(self.offsets[number]))
                yield dialogue_from_json(json.loads(lines.readline()))


def index_of(folder: Path) -> Index:
    """The index of the corpus in `folder`; raises `CorpusMissing`, and `BadLine` for a line that is no dialogue."""
    path = folder / DIALOGUES_FILE
    try:
        now = path.stat()
    except OSError as error:
        raise CorpusMissing(f"no corpus at {folder}: {DIALOGUES_FILE} is not there") from error
    return _index_of(path, now.st_mtime_ns, now.st_size)


@lru_cache(maxsize=KEPT)
def _index_of(path: Path, changed: int, size: int) -> Index:
    """`changed` and `size` make a file that was written anew another file."""
    offsets, ids, origins, told = array("q"), array("q"), array("q"), array("q")
    splits, names = array("q"), dict[str, int]()
    offset = 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                identifier, source, split, bits = _glanced(line) or _parsed(line, path, number)
                offsets.append(offset)
                ids.append(_digest(identifier))
                origins.append(_digest(source or identifier))
                told.append(bits)
                splits.append(names.setdefault(split.decode(), len(names)))
            offset += len(line)
    return Index(
        path=path,
        offsets=_frozen(offsets),
        ids=_frozen(ids),
        origins=_frozen(origins),
        told=_frozen(told),
        splits=_frozen(splits),
        split_names=tuple(names),
    )


def _frozen(numbers: "array[int]") -> Integers:
    return np.frombuffer(numbers, dtype=np.int64)


def _glanced(line: bytes) -> tuple[bytes, bytes | None, bytes, int] | None:
    head = _HEAD.match(line)
    end = line.find(b'"turns": [')
    if not head or end < 0:
        return None
    bits = 0
    # A quotation mark inside a text is escaped, so no text can look like a trait.
    for found in _TOLD.finditer(line, head.end(), end):
        bits |= _bits(found[1].decode(), found[2].decode().removeprefix("very "))
    return head[1], head[2], head[3], bits


def _parsed(line: bytes, path: Path, number: int) -> tuple[bytes, bytes | None, bytes, int]:
    try:
        data: Any = json.loads(line)
        dialogue = dialogue_from_json(data)
    except (ValueError, RecursionError) as error:
        raise BadLine(path, number, str(error)) from error
    bits = 0
    for speaker in dialogue.speakers:
        for trait, level in speaker.traits.items():
            if (short := level.removeprefix("very ")) in LEVELS:
                bits |= _bits(trait, short)
    return dialogue.id.encode(), (dialogue.source or "").encode() or None, dialogue.split.encode(), bits


def _bits(trait: str, level: str) -> int:
    """The bit of a trait at a level; of all its levels, or of all traits, where one is not named."""
    traits = [trait] if trait else TRAITS
    levels = [level] if level else LEVELS
    return sum(1 << (TRAITS.index(each) * len(LEVELS) + LEVELS.index(at)) for each in traits for at in levels)


def _digest(text: bytes) -> int:
    """64 bits: among a million dialogues two share one with a chance of 3 in 100 million."""
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)
