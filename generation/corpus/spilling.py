"""What is too much to hold lies in a nameless temporary file: rows in their order, and lines sorted by a key.

As long as it is little, sorting stays in memory. What is held beyond that is 8 bytes for each row, not the row.
"""

import heapq
import json
import os
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from tempfile import TemporaryFile
from typing import Any, Final, Generic, TypeVar, overload

T = TypeVar("T")
# Compared as tuples are.
Key = tuple[str, ...]

# So many characters of lines are sorted in memory before they go to the disk: some tens of megabytes.
HELD: Final = 8_000_000
# What a row takes apart from its characters.
_ROW: Final = 100
# Read at a time, of each of the sorted stretches.
BLOCK: Final = 65_536
# Of a database that is kept in memory, in KiB.
_CACHE: Final = 16_384


class OnDisk(Sequence[T], Generic[T]):
    """A sequence that only grows, its rows as JSON on the disk; equal to any sequence of equal rows.

    `encode` makes JSON of a row and `decode` the row again.
    """

    def __init__(self, encode: Callable[[T], Any], decode: Callable[[Any], T], rows: Iterable[T] = ()) -> None:
        self._encode, self._decode = encode, decode
        self._file = TemporaryFile()  # noqa: SIM115  goes with the object
        self._ends = array("q", [0])
        self._flushed = 0
        for row in rows:
            self.append(row)

    def append(self, row: T) -> None:
        """Put a row behind the others."""
        line = json.dumps(self._encode(row)).encode() + b"\n"
        self._file.write(line)
        self._ends.append(self._ends[-1] + len(line))

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, place: int) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> list[T]: ...

    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice):
            return [self._at(each) for each in range(*place.indices(len(self)))]
        return self._at(range(len(self))[place])

    def __iter__(self) -> Iterator[T]:
        self._flush()
        for line in _lines(self._file.fileno(), 0, self._ends[-1]):
            yield self._decode(json.loads(line))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(one == another for one, another in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # it grows

    def _at(self, place: int) -> T:
        self._flush()
        begin, end = self._ends[place], self._ends[place + 1]
        return self._decode(json.loads(os.pread(self._file.fileno(), end - begin, begin)))

    def _flush(self) -> None:
        if self._flushed != self._ends[-1]:
            self._file.flush()
            self._flushed = self._ends[-1]


class Numbered:
    """Texts numbered from 0 in the order in which they first come, each with a mark; in a nameless database.

    A mark is any number; what has none yet has -1. Equal are texts with the same digest of 16 bytes, which is enough to
    tell any number of them apart.
    """

    def __init__(self) -> None:
        # An empty name is SQLite's for a temporary file that nobody else sees.
        self._database = sqlite3.connect("")
        self._database.execute(f"PRAGMA cache_size = -{_CACHE}")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute(
            "CREATE TABLE texts (digest BLOB PRIMARY KEY, number INTEGER, mark INTEGER) WITHOUT ROWID"
        )
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def number(self, text: str) -> int:
        """The number of a text, which may be new."""
        added = self._database.execute(
            "INSERT OR IGNORE INTO texts VALUES (?, ?, -1)", (digest := digest_of_text(text), self._count)
        )
        if added.rowcount:
            self._count += 1
            return self._count - 1
        (number,) = self._database.execute("SELECT number FROM texts WHERE digest = ?", (digest,)).fetchone()
        return int(number)

    def find(self, text: str) -> int | None:
        """The number of a text, None where it never came."""
        found = self._database.execute("SELECT number FROM texts WHERE digest = ?", (digest_of_text(text),)).fetchone()
        return int(found[0]) if found else None

    def mark_once(self, text: str, mark: int) -> int:
        """Mark a text, unless it has a mark already; its mark."""
        if (before := self.mark_of(text)) >= 0:
            return before
        self.number(text)
        self._database.execute("UPDATE texts SET mark = ? WHERE digest = ?", (mark, digest_of_text(text)))
        return mark

    def mark_of(self, text: str) -> int:
        """The mark of a text; -1 where it has none, or never came."""
        found = self._database.execute("SELECT mark FROM texts WHERE digest = ?", (digest_of_text(text),)).fetchone()
        return int(found[0]) if found else -1


def digest_of_text(text: str) -> bytes:
    """16 bytes in place of a text that is too much to hold: enough to tell any number of them apart."""
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest()


class SortedLines:
    """Lines in the order of their keys, equal keys in the order in which they came; to be gone through repeatedly."""

    def __init__(self, rows: Iterable[tuple[Key, str]], *, held: int = HELD) -> None:
        self._held: list[tuple[Key, str]] = []
        self._file = TemporaryFile()  # noqa: SIM115  goes with the object
        self._stretches: list[tuple[int, int]] = []
        self._count = size = 0
        for key, line in rows:
            self._held.append((key, line))
            self._count += 1
            # A short line is held too, and a key without one.
            size += len(line) + sum(map(len, key)) + _ROW
            if size >= held:
                self._spill()
                size = 0
        self._held.sort(key=_key_of)
        if self._stretches and self._held:
            self._spill()
        self._file.flush()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[Key, str]]:
        if not self._stretches:
            return iter(self._held)
        return heapq.merge(*map(self._stretch, self._stretches), key=_key_of)

    def _spill(self) -> None:
        self._held.sort(key=_key_of)
        begin = self._file.tell()
        for key, line in self._held:
            # In ASCII, so that a file of any text can be written here, and a bad one fails where it is read or made.
            self._file.write(json.dumps([*key, line]).encode() + b"\n")
        self._stretches.append((begin, self._file.tell()))
        self._held.clear()

    def _stretch(self, bounds: tuple[int, int]) -> Iterator[tuple[Key, str]]:
        for text in _lines(self._file.fileno(), *bounds):
            *key, line = json.loads(text)
            yield tuple(key), line


def _key_of(row: tuple[Key, str]) -> Key:
    return row[0]


def _lines(file: int, begin: int, end: int) -> Iterator[bytes]:
    """The lines between two places of an open file, whoever else reads it meanwhile."""
    rest = b""
    while begin < end:
        block = os.pread(file, min(BLOCK, end - begin), begin)
        begin += len(block)
        *lines, rest = (rest + block).split(b"\n")
        yield from lines
