"""One dialogue as a file has it, before it gets an id, and the lines it is read from.

A reader yields a `Row` for each good record and a `BadLine` for each broken one, in the order of the file, so that
whoever reads decides whether a broken one ends the import. What spoils the whole file (a gzip cut short) is raised.
"""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import IO, Final, cast

from generation.corpus.dialogues import BadLine, Persona, Turn

GZIP_MAGIC: Final = b"\x1f\x8b"
# How files say that a side has not spoken yet: ParlAI's mark, as it stands and as a tokeniser left it.
SILENCES: Final = ("__SILENCE__", "__ SILENCE __", "__silence__", "__ silence __")


@dataclass(frozen=True)
class Tidied:
    """What was put right in a row by the rules of `docs/formats.md`, counted."""

    stage_directions: int = 0
    joined_turns: int = 0


@dataclass(frozen=True)
class Row:
    """A record of a file. `number` is its place among the records of its split, from 0, broken ones counted.

    A persona that the file does not tell is empty. `viewed_by` is the speaker from whose side the row is told, where
    a form tells dialogues from one side; None where it has no such thing.
    """

    path: Path
    line: int
    number: int
    personas: tuple[Persona, Persona]
    turns: tuple[Turn, ...]
    split: str | None = None
    viewed_by: int | None = None
    tidied: Tidied = field(default_factory=Tidied)

    @property
    def texts(self) -> tuple[str, ...]:
        """What is said, in order."""
        return tuple(turn.text for turn in self.turns)

    def turned_round(self) -> "Row":
        """The same with the speakers' places exchanged."""
        return replace(
            self,
            personas=(self.personas[1], self.personas[0]),
            turns=tuple(Turn(1 - turn.speaker, turn.text) for turn in self.turns),
            viewed_by=None if self.viewed_by is None else 1 - self.viewed_by,
        )


class FileMissing(ValueError):
    """A file to import that is not there."""


def open_bytes(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked where its content (not its name) is gzip."""
    try:
        with path.open("rb") as data:
            packed = data.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    except (FileNotFoundError, IsADirectoryError) as error:
        raise FileMissing(f"no file at {path}") from error
    return cast(IO[bytes], gzip.open(path, "rb") if packed else path.open("rb"))


def numbered_lines(path: Path) -> Iterator[tuple[int, str | BadLine]]:
    """Line numbers (from 1) and lines without their ends; blank ones are passed over, one that is not UTF-8 is bad."""
    number = 0
    with closing(open_bytes(path)) as lines:
        try:
            for number, raw in enumerate(lines, start=1):
                try:
                    line = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                except UnicodeDecodeError as error:
                    yield number, BadLine(path, number, f"not UTF-8: {error.reason}")
                    continue
                if line.strip():
                    yield number, line
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise BadLine(path, number + 1, f"not a whole gzip file: {error}") from error


def whole_text(path: Path) -> str:
    """The file as one text; raises `BadLine` where it is not UTF-8 or not a whole gzip file."""
    with closing(open_bytes(path)) as data:
        try:
            raw = data.read()
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise BadLine(path, 1, f"not a whole gzip file: {error}") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadLine(path, raw.count(b"\n", 0, error.start) + 1, f"not UTF-8: {error.reason}") from error


def joined_by_speaker(turns: list[Turn]) -> tuple[tuple[Turn, ...], int]:
    """The turns with a speaker's turns in a row joined by a space, and how many were joined to the one before."""
    joined = tuple(
        Turn(speaker, " ".join(turn.text for turn in run))
        for speaker, run in groupby(turns, key=lambda turn: turn.speaker)
    )
    return joined, len(turns) - len(joined)


def is_silence(text: str) -> bool:
    """Whether a side has not spoken yet."""
    return text.strip() in SILENCES
