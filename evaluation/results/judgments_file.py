"""Judgments as files: read in any of the forms of `judgment_forms`, written as the long format of `docs/study-file.md`.

Reading is strict: a file that lacks a column, contradicts itself, has a value off its scale or is not UTF-8 is refused
with file and line, and nothing of it is used. What was written is read back as it was, so that `analyse` gives the
numbers of `report`.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, Final

from evaluation.judgment_forms.cells import COLUMNS, REQUIRED, check_scale, row_of
from evaluation.judgment_forms.forms import READERS, form_of
from evaluation.judgment_forms.tables import neutralised
from evaluation.stats.data.declared import StudyInfo, study_info_from_json
from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.data.selection import identity
from generation.corpus.dialogues import BadLine
from generation.corpus.manifest import new_file

_DEFAULTS: Final = {field.name: field.default for field in fields(JudgmentRow)}


class UnknownSuffix(ValueError):
    """A file name that says neither CSV nor JSONL."""


def read_judgments(path: Path, *, form: str | None = None) -> list[JudgmentRow]:
    """The judgments in the file's order, in the form named (a key of `READERS`) or recognised; plain or `.gz`.

    A broken line raises `BadLine`, a file of no known form `UnknownForm`. Scales are checked where a `study.json`
    beside it declares them.
    """
    info = read_info(path)
    scales = {each.key: each for each in info.criteria} if info else {}
    rows: list[JudgmentRow] = []
    said: dict[tuple[object, ...], tuple[int, str]] = {}
    for line, cells in READERS[form or form_of(path)](path):
        try:
            row = row_of(cells)
            if row.criterion in scales:
                check_scale(row, scales[row.criterion])
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
    # An export of no judgments is empty too, and says so by what lies beside it.
    if not rows and info is None and not _has_text(path):
        raise BadLine(path, 1, "expected one JSON object per line; the file is empty")
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


def _cell(value: object) -> str:
    """A value as its cell, neutralised where a spreadsheet would compute it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return neutralised(str(value))


def _has_text(path: Path) -> bool:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as data:
        return bool(data.read(1024).strip())


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
