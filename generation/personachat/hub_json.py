"""The JSON that goes round on the Hugging Face hub: splits of rows, each a dialogue told from one side.

    {"train": [{"personality": ["i like to ski.", ...],
                "utterances": [{"history": ["hi !", ...], "candidates": [..., "the true reply"]}, ...]}],
     "valid": [...]}

`personality` is of the side that replies; the other side's persona is told, if at all, by another row (see `mirrors`).
The true reply is the last candidate. The last utterance's history holds the whole dialogue before it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from generation.corpus.dialogues import BadLine, Turn
from generation.personachat.pairs import sentences
from generation.personachat.rows import Row, Tidied, is_silence, joined_by_speaker, whole_text

SPLIT_NAMES: Final = {
    "train": "train",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "test": "test",
}
_SPACE: Final = " \t\r\n"


def read_hub_json(path: Path) -> Iterator[Row | BadLine]:
    """The rows of each split in the file's order, told by the line they begin on."""
    for split, number, line, data in _rows(path):
        try:
            yield row_of(data, path=path, line=line, number=number, split=split)
        except ValueError as error:
            yield BadLine(path, line, f"{split} row {number}: {error}")


def row_of(data: object, *, path: Path, line: int, number: int, split: str) -> Row:
    """The dialogue in one parsed row; raises ValueError that says what was expected and what came."""
    if not isinstance(data, dict):
        raise ValueError(f"expected an object with 'personality' and 'utterances', got {type(data).__name__}")
    persona = sentences(data.get("personality"), "personality")
    utterances = data.get("utterances")
    if not isinstance(utterances, list) or not utterances:
        raise ValueError("utterances: expected a list with at least one, so this is an empty conversation")
    said: list[str] = []
    for place, utterance in enumerate(utterances):
        texts = _history_and_reply(utterance, place)
        if texts[: len(said)] != said:
            raise ValueError(f"utterances[{place}]: its history does not go on from the one before")
        said = texts
    # Counted from the end, the side that replies speaks last and the two alternate; a silent one is then dropped.
    turns = [Turn((len(said) - 1 - place) % 2, text) for place, text in enumerate(said) if not is_silence(text)]
    if any(not turn.text for turn in turns):
        raise ValueError("an empty utterance")
    if not turns:
        raise ValueError("an empty conversation: nobody says anything")
    first = turns[0].speaker
    spoken, joined = joined_by_speaker([Turn(int(turn.speaker != first), turn.text) for turn in turns])
    viewer = int(first != 0)
    return Row(
        path=path,
        line=line,
        number=number,
        personas=((), persona) if viewer else (persona, ()),
        turns=spoken,
        split=SPLIT_NAMES.get(split, split),
        viewed_by=viewer,
        tidied=Tidied(joined_turns=joined),
    )


def _history_and_reply(utterance: object, place: int) -> list[str]:
    if not isinstance(utterance, dict):
        raise ValueError(f"utterances[{place}]: expected an object, got {type(utterance).__name__}")
    history, candidates = utterance.get("history"), utterance.get("candidates")
    for name, texts in (("history", history), ("candidates", candidates)):
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise ValueError(f"utterances[{place}].{name}: expected a list of strings")
    if not candidates:
        raise ValueError(f"utterances[{place}].candidates: expected the true reply as the last one, got none")
    return [text.strip() for text in [*(history or []), candidates[-1]]]


def _rows(path: Path) -> Iterator[tuple[str, int, int, object]]:
    """(split, number in the split, line, row), parsed one row at a time: whole, these files take gigabytes."""
    text = whole_text(path)
    decoder = json.JSONDecoder()
    place, line, counted = 0, 1, 0

    def skip(expected: str) -> str:
        nonlocal place
        while place < len(text) and text[place] in _SPACE:
            place += 1
        if place >= len(text) or text[place] not in expected:
            got = text[place : place + 20] or "the end of the file"
            raise BadLine(path, text.count("\n", 0, place) + 1, f"not JSON: expected one of {expected!r}, got {got!r}")
        place += 1
        return text[place - 1]

    try:
        skip("{")
        separator = ","
        while separator == ",":
            skip('"')
            split, place = decoder.raw_decode(text, place - 1)
            skip(":")
            skip("[")
            number = 0
            while True:
                place = _past_space(text, place)
                if text[place : place + 1] == "]" and number == 0:
                    place += 1
                    break
                line, counted = line + text.count("\n", counted, place), place
                row, place = decoder.raw_decode(text, place)
                yield split, number, line, row
                number += 1
                if skip(",]") == "]":
                    break
            separator = skip(",}")
    except json.JSONDecodeError as error:
        raise BadLine(path, error.lineno, f"not JSON: {error.msg} at column {error.colno}") from error
    except BadLine:
        raise
    except (ValueError, RecursionError) as error:
        # Nested without end, or a number of thousands of digits.
        raise BadLine(path, line, f"not JSON that can be read: {error}") from error


def _past_space(text: str, place: int) -> int:
    while place < len(text) and text[place] in _SPACE:
        place += 1
    return place
