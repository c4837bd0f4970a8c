"""The elements of a JSON file, each with the line it begins on: of one array, or of JSON lines."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from generation.corpus.dialogues import BadLine, read_json_lines
from generation.personachat.rows import whole_text

_SPACE: Final = " \t\r\n"


def objects_of(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers and objects; anything else that stands there is refused."""
    for line, data in _elements(path):
        if not isinstance(data, dict):
            raise BadLine(path, line, f"expected a JSON object, got {type(data).__name__}")
        yield line, data


def _elements(path: Path) -> Iterator[tuple[int, object]]:
    text = whole_text(path).lstrip("\ufeff")
    if not text.lstrip(_SPACE).startswith("["):
        yield from read_json_lines(path)
        return
    decoder = json.JSONDecoder()
    place = _past(text, text.index("[") + 1)
    line, counted = 1, 0
    try:
        while text[place : place + 1] != "]":
            line, counted = line + text.count("\n", counted, place), place
            value, place = decoder.raw_decode(text, place)
            json.dumps(value, ensure_ascii=False).encode()
            yield line, value
            place = _past(text, place)
            if text[place : place + 1] not in (",", "]"):
                got = text[place : place + 20] or "the end of the file"
                raise BadLine(path, text.count("\n", 0, place) + 1, f"not JSON: expected ',' or ']', got {got!r}")
            if text[place] == ",":
                place = _past(text, place + 1)
    except json.JSONDecodeError as error:
        raise BadLine(path, error.lineno, f"not JSON: {error.msg} at column {error.colno}") from error
    except UnicodeEncodeError as error:
        half = error.object[error.start]
        raise BadLine(path, line, f"expected whole characters, got the lone surrogate {half!r}") from error
    except BadLine:
        raise
    except (ValueError, RecursionError) as error:
        # Nested without end, or a number of thousands of digits.
        raise BadLine(path, line, f"not JSON that can be read: {error}") from error


def _past(text: str, place: int) -> int:
    while place < len(text) and text[place] in _SPACE:
        place += 1
    return place
