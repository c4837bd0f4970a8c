"""Synthetic-Persona-Chat's CSV: both personas, a sentence to a line, and the conversation, an utterance to a line.

    user 1 personas,user 2 personas,Best Generated Conversation
    "I like cheese.
    I have two dogs.","I bake.","User 1: Hi!
    User 2: Hello!"

Written by an LLM, so lines with no speaker occur: stage directions ("[A few minutes later]"), lists, recipes, a
third person's words. None is a turn; they are dropped and counted, also where one goes on with the utterance
before it, since the two cannot be told apart. A speaker's name may be dressed up ("*User 1:* Hi!", "* User 1: Hi! *").
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from generation.corpus.dialogues import BadLine, Persona, Turn
from generation.personachat.rows import Row, Tidied, joined_by_speaker, open_bytes

COLUMNS: Final = ("user 1 personas", "user 2 personas", "best generated conversation")
_UTTERANCE: Final = re.compile(r"(?P<dress>[*_ ]*)User (?P<user>[12])\s*:(?P<text>.*)")


def read_synthetic(path: Path) -> Iterator[Row | BadLine]:
    """The dialogues of the CSV. User 1 is speaker 0, even where User 2 begins: so both stay who they are elsewhere."""
    with closing(open_bytes(path)) as data:
        records = csv.reader(io.TextIOWrapper(data, encoding="utf-8-sig", newline=""), strict=True)
        line = 1
        try:
            header = tuple(name.strip().lower() for name in next(records, []))
            if header != COLUMNS:
                raise BadLine(path, 1, f"expected the columns {', '.join(COLUMNS)}; got {', '.join(header)}")
            line = records.line_num + 1
            number = 0
            for fields in records:
                if fields:
                    yield _row(path, line, number, fields)
                    number += 1
                line = records.line_num + 1
        except csv.Error as error:
            raise BadLine(path, line, f"not CSV: {error}") from error
        except UnicodeDecodeError as error:
            raise BadLine(path, line, f"not UTF-8: {error.reason}") from error
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise BadLine(path, line, f"not a whole gzip file: {error}") from error


def _row(path: Path, line: int, number: int, fields: list[str]) -> Row | BadLine:
    if len(fields) != len(COLUMNS):
        return BadLine(path, line, f"expected {len(COLUMNS)} fields, got {len(fields)}")
    personas = _persona(fields[0]), _persona(fields[1])
    if not all(personas):
        return BadLine(path, line, "a speaker without a persona")
    lines = [text.strip() for text in fields[2].split("\n") if text.strip()]
    spoken = [turn for text in lines if (turn := _turn(text)) is not None]
    if not spoken:
        return BadLine(path, line, "an empty conversation: no line begins with 'User 1:' or 'User 2:'")
    turns, joined = joined_by_speaker(spoken)
    tidied = Tidied(stage_directions=len(lines) - len(spoken), joined_turns=joined)
    return Row(path, line, number, personas=personas, turns=turns, tidied=tidied)


def _persona(field: str) -> Persona:
    return tuple(sentence.strip() for sentence in field.split("\n") if sentence.strip())


def _turn(text: str) -> Turn | None:
    found = _UTTERANCE.fullmatch(text)
    if not found:
        return None
    said = found["text"].strip()
    if found["dress"]:
        said = said.strip("*_ ")
    return Turn(int(found["user"]) - 1, said) if said else None
