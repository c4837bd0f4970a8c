"""Dialogues and their file: one JSON object per line, sorted by id, as `docs/formats.md` states.

Reading is strict: a line that breaks the format raises `BadLine` with file and line, and nothing is skipped.
"""

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import IO, Any, Final, cast

from generation.corpus.manifest import new_file
from generation.corpus.spilling import OnDisk, SortedLines
from generation.corpus.traits import Traits, UnknownTrait, check_traits

FORMAT: Final = 1
DIALOGUES_FILE: Final = "dialogues.jsonl"
SPLITS: Final = ("train", "validation", "test")

# JSON can spell half of a character (a lone surrogate), which no file in UTF-8 and no database can hold.
_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")

# The facts about a speaker: sentences in the first person.
Persona = tuple[str, ...]


class BadLine(ValueError):
    """A line of an input file that is not what the format asks for."""

    def __init__(self, path: Path | str, line: int, problem: str) -> None:
        super().__init__(f"{Path(path).name}:{line}: {problem}")
        self.path, self.line, self.problem = Path(path), line, problem


class CorpusMissing(ValueError):
    """No corpus, or no such split, where one was asked for."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """One side of a dialogue: who they are and, where labelled, what they are like."""

    persona: Persona
    traits: Traits = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker (0 or 1) says before the other answers."""

    speaker: int
    text: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Two speakers and their turns. `source` is the dialogue whose personas it shares (None for an original)."""

    id: str
    split: str
    speakers: tuple[Speaker, Speaker]
    turns: tuple[Turn, ...]
    source: str | None = None

    @property
    def origin(self) -> str:
        """The key of every parallel comparison: the source dialogue, which for an original is itself."""
        return self.source or self.id

    def as_json(self) -> dict[str, Any]:
        """The dialogue as its line in `dialogues.jsonl`."""
        return {
            "format": FORMAT,
            "id": self.id,
            "source": self.source,
            "split": self.split,
            "speakers": [{"persona": list(speaker.persona), "traits": speaker.traits} for speaker in self.speakers],
            "turns": [{"speaker": turn.speaker, "text": turn.text} for turn in self.turns],
        }


def dialogue_from_json(data: object) -> Dialogue:
    """The dialogue in a parsed line; raises ValueError that says what was expected and what came."""
    if not isinstance(data, dict):
        raise ValueError(f"expected a JSON object, got {type(data).__name__}")
    if data.get("format") != FORMAT:
        raise ValueError(f"expected format {FORMAT}, got {data.get('format')!r}")
    for key in ("id", "split", "speakers", "turns"):
        if key not in data:
            raise ValueError(f"{key!r} is missing")
    identifier, split, source = data["id"], data["split"], data.get("source")
    if not isinstance(identifier, str) or not identifier:
        raise ValueError(f"id: expected a non-empty string, got {identifier!r}")
    if not isinstance(split, str) or not split:
        raise ValueError(f"split: expected a non-empty string, got {split!r}")
    if source is not None and not isinstance(source, str):
        raise ValueError(f"source: expected a string or null, got {source!r}")
    speakers = data["speakers"]
    if not isinstance(speakers, list) or len(speakers) != 2:
        raise ValueError("speakers: expected a list of two")
    turns = data["turns"]
    if not isinstance(turns, list):
        raise ValueError("turns: expected a list")
    return Dialogue(
        id=identifier,
        split=split,
        source=source,
        speakers=(_speaker(speakers[0]), _speaker(speakers[1])),
        turns=tuple(_turn(turn, number) for number, turn in enumerate(turns)),
    )


def _speaker(data: object) -> Speaker:
    if not isinstance(data, dict) or not isinstance(data.get("persona"), list):
        raise ValueError("speakers: expected objects with a list 'persona'")
    persona, traits = data["persona"], data.get("traits") or {}
    if not all(isinstance(sentence, str) and sentence.strip() for sentence in persona):
        raise ValueError("persona: expected non-empty sentences")
    if not isinstance(traits, dict):
        raise ValueError(f"traits: expected an object, got {type(traits).__name__}")
    try:
        check_traits(traits)
    except UnknownTrait as error:
        raise ValueError(str(error)) from error
    return Speaker(tuple(persona), cast(Traits, traits))


def _turn(data: object, number: int) -> Turn:
    if not isinstance(data, dict) or data.get("speaker") not in (0, 1) or not isinstance(data.get("text"), str):
        raise ValueError(f"turn {number}: expected an object with speaker 0 or 1 and a text")
    return Turn(int(data["speaker"]), data["text"])


def open_text(path: Path) -> IO[str]:
    """A text file opened for reading as UTF-8 (a byte-order mark is dropped), gzip or not."""
    if path.suffix == ".gz":
        return cast(IO[str], gzip.open(path, "rt", encoding="utf-8-sig"))
    return path.open(encoding="utf-8-sig")


def read_json_lines(path: Path) -> Iterator[tuple[int, object]]:
    """Line numbers (from 1) and parsed values of a JSONL file; blank lines are passed over."""
    number = 0
    with closing(open_text(path)) as lines:
        try:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, parsed_line(path, number, line)
        except UnicodeDecodeError as error:
            raise BadLine(path, number + 1, f"not UTF-8: {error.reason}") from error
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise BadLine(path, number + 1, f"not a whole gzip file: {error}") from error


def parsed_line(path: Path, number: int, line: str) -> object:
    """The JSON value on one line of `path`; raises `BadLine`."""
    try:
        value: object = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadLine(path, number, f"not JSON: {error.msg} at column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise BadLine(path, number, f"not JSON that can be read: {error}") from error
    if _HALF.search(line):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            half = error.object[error.start]
            raise BadLine(path, number, f"expected whole characters, got the lone surrogate {half!r}") from error
    return value


def read_dialogues(folder: Path, split: str | None = None) -> Iterator[Dialogue]:
    """The dialogues of a corpus in file order, one at a time; only those of `split` where one is named."""
    path = folder / DIALOGUES_FILE
    if not path.is_file():
        raise CorpusMissing(f"no corpus at {folder}: {DIALOGUES_FILE} is not there")
    # A sorted file needs no memory of its ids: one that comes twice comes at once. Ids are remembered from the first
    # on that is out of order.
    seen: set[str] | None = None
    last = ""
    for number, data in read_json_lines(path):
        try:
            dialogue = dialogue_from_json(data)
        except ValueError as error:
            raise BadLine(path, number, str(error)) from error
        if seen is None and dialogue.id < last:
            seen = _ids_before(path, number)
        if dialogue.id == last or (seen is not None and dialogue.id in seen):
            raise BadLine(path, number, f"id {dialogue.id!r} stands in the file twice")
        if seen is not None:
            seen.add(dialogue.id)
        last = dialogue.id
        if split in (None, dialogue.split):
            yield dialogue


def _ids_before(path: Path, line: int) -> set[str]:
    """The ids of the lines before `line`, which have been read and found good."""
    before = takewhile(lambda each: each[0] < line, read_json_lines(path))
    return {str(data["id"]) for _, data in before if isinstance(data, dict)}


def line_of(dialogue: Dialogue) -> str:
    """The dialogue's line in `dialogues.jsonl`, without its end."""
    return json.dumps(dialogue.as_json(), ensure_ascii=False, sort_keys=False)


def sorted_lines(dialogues: Iterable[Dialogue]) -> SortedLines:
    """The lines of a corpus by id, however many: what does not fit into memory lies on the disk."""
    return SortedLines(((dialogue.id,), line_of(dialogue)) for dialogue in dialogues)


def write_dialogues(folder: Path, dialogues: Iterable[Dialogue]) -> int:
    """Write `dialogues.jsonl` into `folder`, sorted by id, whole or not at all; returns how many."""
    ordered = sorted_lines(dialogues)
    write_lines(folder, ordered)
    return len(ordered)


def write_lines(folder: Path, ordered: SortedLines) -> None:
    """Write what `sorted_lines` made as `dialogues.jsonl` into `folder`, whole or not at all."""
    with new_file(folder / DIALOGUES_FILE) as out:
        out.writelines(f"{line}\n" for _, line in ordered)


def kept_on_disk(dialogues: Iterable[Dialogue] = ()) -> OnDisk[Dialogue]:
    """A sequence of dialogues, as they are, in a temporary file."""
    return OnDisk(packed, unpacked, dialogues)


def packed(dialogue: Dialogue) -> list[Any]:
    """The dialogue as JSON for our own temporary files, shorter than its line."""
    speakers = [[speaker.persona, speaker.traits] for speaker in dialogue.speakers]
    turns = [[turn.speaker, turn.text] for turn in dialogue.turns]
    return [dialogue.id, dialogue.split, dialogue.source, speakers, turns]


def unpacked(data: list[Any]) -> Dialogue:
    """The dialogue that was `packed`; nothing is checked."""
    identifier, split, source, (first, second), turns = data
    return Dialogue(
        id=identifier,
        split=split,
        source=source,
        speakers=(Speaker(tuple(first[0]), first[1]), Speaker(tuple(second[0]), second[1])),
        turns=tuple(Turn(speaker, text) for speaker, text in turns),
    )
