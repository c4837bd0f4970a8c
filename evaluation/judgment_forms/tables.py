"""CSV as it is found: with or without a byte-order mark, CRLF, semicolons or tabs, gzip or not; and its line numbers.

A cell that a spreadsheet would have computed was neutralised with an apostrophe when it was written; it comes back
without.
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, Final, cast

from generation.corpus.dialogues import BadLine
from generation.spreadsheets import FORMULA

# Apostrophes before a formula are a text's own or ours: one more is put there, and one taken away on reading.
_BEGINNING: Final = f"[{re.escape(''.join(FORMULA))}]"
_FORMULA: Final = re.compile(f"'*{_BEGINNING}")
_NEUTRALISED: Final = re.compile(f"'+{_BEGINNING}")
_DELIMITERS: Final = ",;\t"


def csv_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The line each record begins on, from 1, and its cells. All have as many as the first, or `BadLine` is raised."""
    with closing(_bytes_of(path)) as data:
        line = 1
        try:
            text = io.TextIOWrapper(data, encoding="utf-8-sig", newline="")
            first = text.readline()
            if not first.strip():
                return
            delimiter = delimiter_of(first)
            width = 0
            table = csv.reader(_with(first, text), delimiter=delimiter, strict=True)
            for cells in table:
                if cells:
                    width = width or len(cells)
                    if len(cells) != width:
                        raise BadLine(path, line, f"expected {width} fields, got {len(cells)}")
                    yield line, cells
                line = table.line_num + 1
        except csv.Error as error:
            raise BadLine(path, line, f"not CSV: {error}") from error
        except UnicodeDecodeError as error:
            raise BadLine(path, _first_not_utf8(path), f"not UTF-8: {error.reason}") from error
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise BadLine(path, line, f"not a whole gzip file: {error}") from error


def named_lines(path: Path, *, expected: str) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    """The header of a table, and line numbers and cells by column of all that follows it."""
    lines = csv_lines(path)
    _, header = next(lines, (1, []))
    if not header:
        raise BadLine(path, 1, f"expected a header with the columns {expected}; the file is empty")
    header = [name.strip() for name in header]
    twice = [name for name in header if header.count(name) > 1 and name]
    if twice:
        raise BadLine(path, 1, f"the column {twice[0]!r} stands in the header twice")
    return header, (
        (line, {name: restored(cell) for name, cell in zip(header, cells, strict=True)}) for line, cells in lines
    )


def check_columns(path: Path, header: Sequence[str], needed: Sequence[str]) -> None:
    """Raise `BadLine` with all columns that are needed and not there."""
    missing = " and ".join(f"a column {name!r}" for name in needed if name not in header)
    if missing:
        raise BadLine(path, 1, f"expected {missing}; the columns are {', '.join(header)}")


def delimiter_of(first: str) -> str:
    """What parts the columns of a table that begins with this line: what parts it into most; a comma if none does."""
    return max(_DELIMITERS, key=lambda mark: _columns(first, mark))


def _columns(first: str, mark: str) -> int:
    try:
        return len(next(csv.reader([first], delimiter=mark), []))
    except csv.Error:
        # A line end within: whoever reads the whole table says what is wrong, and where.
        return 0


def neutralised(text: str) -> str:
    """The text as a cell that no spreadsheet computes."""
    return f"'{text}" if _FORMULA.match(text) else text


def restored(cell: str) -> str:
    """The text that became this cell."""
    return cell[1:] if _NEUTRALISED.match(cell) else cell


def _first_not_utf8(path: Path) -> int:
    """The line that cannot be read. The decoder works on blocks, so where the table stood says too little."""
    with closing(_bytes_of(path)) as data:
        for line, raw in enumerate(data, start=1):
            try:
                raw.decode()
            except UnicodeDecodeError:
                return line
    return 1


def _with(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _bytes_of(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb"))
