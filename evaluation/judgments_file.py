"""Judgments as files: the long format of `docs/study-file.md`, CSV or JSONL, and `FILE.study.json` beside it.

Reading is strict: a file that lacks a column, contradicts itself or is not UTF-8 is refused with file and line, and
nothing of it is used. Rows come back as they were written, so that `analyse` gives the numbers of `report`.
"""

import csv
import gzip
import io
import json
import math
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, Any, Final, cast, get_args

from evaluation.stats.declared import StudyInfo, study_info_from_json
from evaluation.stats.outcomes import ALL
from evaluation.stats.rows import NOT_A_SYSTEM, AnnotatorKind, JudgmentRow
from evaluation.stats.selection import identity
from generation.corpus.dialogues import BadLine, read_json_lines
from generation.corpus.manifest import new_file

REQUIRED: Final = ("context", "annotator", "criterion", "choice")
COLUMNS: Final = tuple(field.name for field in fields(JudgmentRow))
_DEFAULTS: Final = {field.name: field.default for field in fields(JudgmentRow)}
# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_NEUTRALISED: Final = re.compile(r"'+[=+\-@\t\r]")
# Three years: longer than anybody looks at a pair, and small enough for every sum.
MOST_SECONDS: Final = 100_000_000
_YES: Final = ("true", "1", "yes")
_NO: Final = ("false", "0", "no")


class UnknownSuffix(ValueError):
    """A file name that says neither CSV nor JSONL."""


def read_judgments(path: Path) -> list[JudgmentRow]:
    """The judgments in the file's order. `.csv` or `.jsonl`, plain or `.gz`; a broken line raises `BadLine`."""
    read = _csv_rows if _form(path) == ".csv" else _json_rows
    rows: list[JudgmentRow] = []
    said: dict[tuple[object, ...], tuple[int, str]] = {}
    for line, cells in read(path):
        try:
            row = _row(cells)
        except ValueError as error:
            raise BadLine(path, line, str(error)) from error
        before, choice = said.setdefault(identity(row), (line, row.choice))
        if choice != row.choice:
            raise BadLine(
                path,
                line,
                f"contradicts line {before}: of context {row.context!r} under {row.criterion!r}, {row.annotator!r} "
                f"chose {choice!r} there and {row.choice!r} here",
            )
        rows.append(row)
    return rows


def write_judgments(path: Path, rows: Iterable[JudgmentRow], info: StudyInfo) -> int:
    """Write the judgments, whole or not at all, and what a table cannot carry beside them; returns how many."""
    as_csv = _form(path) == ".csv"
    number = 0
    with _new_text(path) as out:
        table = csv.writer(out, lineterminator="\n")
        quoting = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        if as_csv:
            table.writerow(COLUMNS)
        for row in rows:
            cells = asdict(row)
            if as_csv:
                texts = [_cell(cells[column]) for column in COLUMNS]
                # Left to itself the writer quotes a cell for a line feed, but not for a bare carriage return.
                (quoting if any("\r" in text for text in texts) else table).writerow(texts)
            else:
                told = {name: value for name, value in cells.items() if name in REQUIRED or value != _DEFAULTS[name]}
                out.write(json.dumps(told, ensure_ascii=False) + "\n")
            number += 1
    with new_file(info_path(path)) as out:
        json.dump(info.as_json(), out, indent=2, ensure_ascii=False)
        out.write("\n")
    return number


def info_path(path: Path) -> Path:
    """Where the `study.json` of a judgments file lies."""
    return path.with_name(f"{path.name}.study.json")


def read_info(path: Path) -> StudyInfo | None:
    """What the `study.json` beside a judgments file says; None where there is none."""
    beside = info_path(path)
    if not beside.is_file():
        return None
    try:
        data = json.loads(beside.read_text(encoding="utf-8-sig"))
        if not isinstance(data, dict) or data.get("format") != 1:
            raise ValueError("expected a JSON object with format 1")
        return study_info_from_json(data)
    except json.JSONDecodeError as error:
        raise BadLine(beside, error.lineno, f"not JSON: {error.msg} at column {error.colno}") from error
    except KeyError as error:
        raise BadLine(beside, 1, f"{error.args[0]!r} is missing") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadLine(beside, 1, str(error)) from error


def _form(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    form = suffixes[-2:-1] if suffixes[-1:] == [".gz"] else suffixes[-1:]
    if form not in ([".csv"], [".jsonl"]):
        raise UnknownSuffix(f"{path.name}: expected a name that ends in .csv or .jsonl, and .gz after it if compressed")
    return form[0]


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """Line numbers and cells by column. A comma parts the columns, or a semicolon or tab if the header has those."""
    with closing(_bytes_of(path)) as data:
        line = 1
        try:
            text = io.TextIOWrapper(data, encoding="utf-8-sig", newline="")
            first = text.readline()
            if not first.strip():
                raise BadLine(path, 1, f"expected a header with the columns {', '.join(REQUIRED)}; the file is empty")
            delimiter = next((mark for mark in ",;\t" if mark in first), ",")
            header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter))]
            _check_header(path, header)
            table = csv.reader(text, delimiter=delimiter, strict=True)
            line = 2
            for cells in table:
                if cells:
                    if len(cells) != len(header):
                        raise BadLine(path, line, f"expected {len(header)} fields, got {len(cells)}")
                    named = dict(zip(header, cells, strict=True))
                    yield line, {name: _restored(cell) for name, cell in named.items() if name in COLUMNS}
                line = table.line_num + 2
        except csv.Error as error:
            raise BadLine(path, line, f"not CSV: {error}") from error
        except UnicodeDecodeError as error:
            raise BadLine(path, line, f"not UTF-8 here or in the lines after: {error.reason}") from error
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise BadLine(path, line, f"not a whole gzip file: {error}") from error


def _bytes_of(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb"))


def _check_header(path: Path, header: Sequence[str]) -> None:
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise BadLine(path, 1, f"expected a column {missing[0]!r}; the columns are {', '.join(header)}")
    twice = [name for name in COLUMNS if header.count(name) > 1]
    if twice:
        raise BadLine(path, 1, f"the column {twice[0]!r} stands in the header twice")


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """Line numbers and values by key; null is the same as absent."""
    none = True
    for line, data in read_json_lines(path):
        if not isinstance(data, dict):
            raise BadLine(path, line, f"expected a JSON object, got {type(data).__name__}")
        yield line, {name: value for name, value in data.items() if name in COLUMNS and value is not None}
        none = False
    # An export of no judgments is empty too, and says so by what lies beside it.
    if none and not info_path(path).is_file():
        raise BadLine(path, 1, "expected one JSON object per line; the file is empty")


def _row(cells: Mapping[str, object]) -> JudgmentRow:
    """The judgment in one line; raises ValueError that says what was expected and what came."""
    values: dict[str, Any] = {name: _value(name, cell) for name, cell in cells.items() if cell not in ("", None)}
    for name in REQUIRED:
        if name not in values:
            raise ValueError(f"{name}: expected a value, got nothing")
    row = JudgmentRow(**values)
    if row.domain == ALL:
        raise ValueError(f"domain: {ALL!r} is kept for what is pooled over domains")
    if bool(row.first) != bool(row.second):
        raise ValueError("first, second: expected both systems or neither")
    if row.first:
        _check_preference(row)
    return row


def _check_preference(row: JudgmentRow) -> None:
    if row.system:
        raise ValueError("expected either first and second (a preference) or system (a rating or label), got both")
    if row.first == row.second:
        raise ValueError(f"first, second: expected two systems, got {row.first!r} twice")
    for system in (row.first, row.second):
        if system in NOT_A_SYSTEM:
            raise ValueError(f"first, second: {system!r} is an answer and cannot name a system")
    if row.choice not in (row.first, row.second, *NOT_A_SYSTEM):
        expected = ", ".join(repr(name) for name in (row.first, row.second, *NOT_A_SYSTEM))
        raise ValueError(f"choice: expected one of {expected}; got {row.choice!r}")


def _value(name: str, cell: object) -> object:
    if name == "strength":
        return _whole(name, cell, (1, 2))
    if name == "look":
        return _whole(name, cell, (1, 2))
    if name == "seconds":
        return _seconds(cell)
    if name == "is_check":
        return _truth(name, cell)
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise ValueError(f"{name}: expected text, got {cell!r}")
    text = str(cell)
    if name == "annotator_kind" and text not in get_args(AnnotatorKind):
        raise ValueError(f"annotator_kind: expected {', '.join(get_args(AnnotatorKind))}; got {text!r}")
    return text


def _whole(name: str, cell: object, allowed: Sequence[int]) -> int:
    text = str(cell).strip()
    for number in allowed:
        if text in (str(number), f"{number}.0"):
            return number
    raise ValueError(f"{name}: expected {' or '.join(map(str, allowed))}, got {cell!r}")


def _seconds(cell: object) -> float:
    try:
        # Spreadsheets of many countries write a decimal comma.
        seconds = float(str(cell).strip().replace(",", "."))
    except ValueError:
        seconds = math.nan
    if isinstance(cell, bool) or not 0 <= seconds <= MOST_SECONDS:
        raise ValueError(f"seconds: expected a number from 0 to {MOST_SECONDS:,}, got {cell!r}")
    return seconds


def _truth(name: str, cell: object) -> bool:
    text = str(cell).strip().lower()
    if text not in (*_YES, *_NO):
        raise ValueError(f"{name}: expected true or false, got {cell!r}")
    return text in _YES


def _cell(value: object) -> str:
    """A value as its cell, neutralised where a spreadsheet would compute it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def _restored(cell: str) -> str:
    return cell[1:] if _NEUTRALISED.match(cell) else cell


@contextmanager
def _new_text(path: Path) -> Iterator[IO[str]]:
    """`new_file`, compressed where the name ends in .gz; the bytes hold neither name nor time of day."""
    if path.suffix != ".gz":
        with new_file(path) as out:
            yield out
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with (
            unfinished.open("wb") as raw,
            gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed,
            io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as out,
        ):
            yield out
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
