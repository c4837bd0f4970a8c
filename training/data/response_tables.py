"""Responses in a table: a CSV with a `context` and a `response` column, as spreadsheets and other platforms write it.

A cell of `context` holds the turns so far, one on a line (the last is the partner's). What else a line of responses may
say has a column of its own name; `docs/study-file.md` lists them.
"""

import csv
import hashlib
import sys
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from generation.corpus.dialogues import BadLine, open_text
from generation.corpus.traits import TRAITS

ENDING: Final = ".csv"
REQUIRED: Final = ("context", "response")
OPTIONAL: Final = ("id", "system", "cluster", "domain", "speaker", "persona", "reference")
# Spreadsheets separate by semicolon where the comma stands in numbers, and paste with tabs.
SEPARATORS: Final = (",", ";", "\t")
# Enough for no two contexts to share one, and short enough to be read.
IDENT_DIGITS: Final = 16


def is_table(path: Path) -> bool:
    """Whether `path` is named as a table, gzip or not."""
    return path.name.removesuffix(".gz").endswith(ENDING)


def read_table(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers (of each row's first line, from 1) and rows as a line of `responses.jsonl` would say them.

    Raises `BadLine` where the file is no such table; what a row means is for `response_from_json` to check. Rows
    without an `id` are known by what was said in them, so that two tables of the same contexts fit together.
    """
    # A reply may be longer than the module's own limit; lines are bounded where files are taken from strangers.
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    number = 0
    try:
        with closing(open_text(path)) as lines:
            header = lines.readline()
            names, separator = _columns(path, header)
            rows = csv.reader(lines, delimiter=separator, strict=True)
            number = 1
            for cells in rows:
                first, number = number + 1, 1 + rows.line_num
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(names):
                    raise BadLine(path, first, f"expected {len(names)} cells, as in the first line, got {len(cells)}")
                yield first, _as_json(dict(zip(names, cells, strict=True)))
    except csv.Error as error:
        raise BadLine(path, number + 1, f"not a row of a table: {error}") from error
    except UnicodeDecodeError as error:
        raise BadLine(path, number + 1, f"not UTF-8: {error.reason}") from error
    except (EOFError, OSError, zlib.error) as error:
        raise BadLine(path, number + 1, f"cannot be read: {error}") from error


def _columns(path: Path, header: str) -> tuple[list[str], str]:
    for separator in SEPARATORS:
        names = [name.strip().lower() for name in next(csv.reader([header], delimiter=separator), [])]
        if set(REQUIRED) <= set(names):
            known = (*REQUIRED, *OPTIONAL, *TRAITS)
            twice = next((name for name in names if name in known and names.count(name) > 1), "")
            if twice:
                raise BadLine(path, 1, f"expected each column once, got {twice!r} twice")
            return names, separator
    got = header.strip()[:100]
    raise BadLine(path, 1, f"expected a first line with the columns context and response, got {got!r}")


def _as_json(row: dict[str, str]) -> dict[str, Any]:
    turns = [line.strip() for line in row["context"].splitlines() if line.strip()]
    told = {name: row[name].strip() for name in OPTIONAL if row.get(name, "").strip()}
    context: dict[str, Any] = {"id": told.get("id") or _ident(turns), "turns": turns}
    context |= {name: told[name] for name in ("cluster", "domain") if name in told}
    if "speaker" in told:
        context["speaker"] = int(told["speaker"]) if told["speaker"] in ("0", "1") else told["speaker"]
    if "persona" in told:
        context["persona"] = [line.strip() for line in told["persona"].splitlines() if line.strip()]
    traits = {trait: row[trait].strip() for trait in TRAITS if row.get(trait, "").strip()}
    if traits:
        context["traits"] = traits
    # A reply is kept as it is, white space and all: what is judged is what the system wrote.
    line: dict[str, Any] = {"context": context, "response": row["response"]}
    return line | {name: told[name] for name in ("system", "reference") if name in told}


def _ident(turns: list[str]) -> str:
    if not turns:
        return ""
    said = "\n".join(" ".join(turn.split()) for turn in turns)
    return hashlib.sha256(said.encode()).hexdigest()[:IDENT_DIGITS]
