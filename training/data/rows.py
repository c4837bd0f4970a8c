"""Examples as numbers, however many: on the disk, read back as they are asked for."""

import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Final, overload

# A piece's number is below four thousand million.
PIECE: Final = "I"


@dataclass(frozen=True)
class Encoded:
    """An example as numbers. `target` ends with the end mark.

    Its first `opening` pieces are the tokenizer's own start mark (BART's `<s>`): given to the model, never predicted,
    so that tokenizers with and without one are measured alike.
    """

    source: tuple[int, ...]
    target: tuple[int, ...]
    opening: int = 0

    @property
    def predicted(self) -> int:
        """How many pieces of the target the model has to predict, end mark included."""
        return len(self.target) - self.opening


class Rows(Sequence[Encoded]):
    """Encoded examples in a nameless temporary file, four bytes a piece; equal to any sequence of equal ones.

    Held in memory are 17 bytes for each: where it lies, and how long it is. `sources` and `targets` are the lengths.
    """

    def __init__(self, rows: Iterable[Encoded] = ()) -> None:
        self._file = TemporaryFile()  # noqa: SIM115  goes with the object
        self._begins, self._end, self._flushed = array("q"), 0, 0
        self.sources, self.targets, self._openings = array("I"), array("I"), array("B")
        for row in rows:
            self.append(row)

    def append(self, row: Encoded) -> None:
        """Put a row behind the others."""
        pieces = array(PIECE, (*row.source, *row.target)).tobytes()
        self._file.write(pieces)
        self._begins.append(self._end)
        self._end += len(pieces)
        self.sources.append(len(row.source))
        self.targets.append(len(row.target))
        self._openings.append(row.opening)

    def __len__(self) -> int:
        return len(self._begins)

    @overload
    def __getitem__(self, place: int) -> Encoded: ...

    @overload
    def __getitem__(self, place: slice) -> list[Encoded]: ...

    def __getitem__(self, place: int | slice) -> Encoded | list[Encoded]:
        if isinstance(place, slice):
            return [self._at(each) for each in range(*place.indices(len(self)))]
        return self._at(range(len(self))[place])

    def __iter__(self) -> Iterator[Encoded]:
        return map(self._at, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(one == another for one, another in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # it grows

    def _at(self, place: int) -> Encoded:
        if self._flushed != self._end:
            self._file.flush()
            self._flushed = self._end
        source, target = self.sources[place], self.targets[place]
        pieces = array(PIECE)
        pieces.frombytes(os.pread(self._file.fileno(), (source + target) * pieces.itemsize, self._begins[place]))
        return Encoded(source=tuple(pieces[:source]), target=tuple(pieces[source:]), opening=self._openings[place])


def sizes_of(rows: Sequence[Encoded]) -> tuple[Sequence[int], Sequence[int]]:
    """The lengths of the rows' sources and of their targets, without reading rows that lie on the disk."""
    if isinstance(rows, Rows):
        return rows.sources, rows.targets
    return [len(row.source) for row in rows], [len(row.target) for row in rows]
