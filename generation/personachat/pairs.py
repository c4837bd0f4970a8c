"""Persona pairs without a dialogue: one JSON object per line, `{"id": ..., "first": [...], "second": [...]}`.

`first` is the persona of whoever speaks first. The dialogues are written by `generate`.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from generation.corpus.dialogues import BadLine, Persona
from generation.personachat.rows import Row, numbered_lines


def read_pairs(path: Path) -> Iterator[Row | BadLine]:
    """The persona pairs of a file, as rows without turns."""
    for number, (line, text) in enumerate(numbered_lines(path)):
        try:
            yield text if isinstance(text, BadLine) else Row(path, line, number, personas=_personas(text), turns=())
        except ValueError as error:
            yield BadLine(path, line, str(error))


def _personas(text: str) -> tuple[Persona, Persona]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON that can be read: {error}") from error
    if not isinstance(data, dict):
        raise ValueError(f"expected an object with 'first' and 'second', got {type(data).__name__}")
    return sentences(data.get("first"), "first"), sentences(data.get("second"), "second")


def sentences(data: object, where: str) -> Persona:
    """A persona from JSON; raises ValueError that names `where` it was expected."""
    if not isinstance(data, list) or not data or not all(isinstance(each, str) and each.strip() for each in data):
        raise ValueError(f"{where}: expected a list of non-empty sentences, got {str(data)[:60]}")
    return tuple(each.strip() for each in data)
