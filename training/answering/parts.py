"""What an unfinished run of `respond` has answered, on the disk as it comes: a file for each of its processes."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from generation.corpus.manifest import new_file
from training.data.responses import RESPONSES_FILE, Response, response_from_json

_NAME: Final = ".unfinished{}.jsonl"


class OtherResponses(ValueError):
    """A folder in which other responses stand, or were begun."""


class Part:
    """The file of one process, whose rows are on the disk once `add` returns."""

    def __init__(self, path: Path) -> None:
        self._out = path.open("a", encoding="utf-8")

    def add(self, responses: Sequence[Response]) -> None:
        for response in responses:
            self._out.write(json.dumps(response.as_json(), ensure_ascii=False) + "\n")
        self._out.flush()
        os.fsync(self._out.fileno())

    def close(self) -> None:
        self._out.close()


def part_of(folder: Path, rank: int) -> Path:
    """Where the process of this rank puts what it has answered."""
    return folder / _NAME.format(f".{rank}" if rank else "")


@contextmanager
def appended(folder: Path, rank: int) -> Iterator[Part]:
    """The part of this rank, to be gone on with."""
    part = Part(part_of(folder, rank))
    try:
        yield part
    finally:
        part.close()


def read_parts(folder: Path, *, run: str, rank: int) -> dict[str, Response]:
    """What an interrupted run of the same settings answered, by whichever of its processes, as far as it lies here.

    A line that was cut off by a kill is dropped. The part of `rank` is put in order to be gone on with.
    """
    parts = _parts(folder)
    if (folder / RESPONSES_FILE).is_file() and not parts:
        raise OtherResponses(f"{folder} holds responses of unknown making; choose another --to")
    own = part_of(folder, rank)
    rows = {path: _rows(path, run=run) for path in parts}
    with new_file(own) as out:
        out.write(json.dumps({"run": run}) + "\n")
        out.writelines(f"{row}\n" for row in rows.get(own, []))
    kept = (response_from_json(json.loads(row)) for each in rows.values() for row in each)
    return {response.context.id: response for response in kept}


def clear_parts(folder: Path) -> None:
    """Remove the parts in this folder, and the folder where nothing else was in it."""
    for path in _parts(folder):
        path.unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _parts(folder: Path) -> list[Path]:
    return sorted(folder.glob(_NAME.format("*")))


def _rows(path: Path, *, run: str) -> list[str]:
    """The whole lines of a part below its heading; a part of another run without any is nothing."""
    lines = path.read_text(encoding="utf-8").split("\n")
    heading, rows = (lines[0], lines[1:-1]) if len(lines) > 1 else ("", [])
    if rows and json.loads(heading) != {"run": run}:
        raise OtherResponses(
            f"{path.parent}: responses with other settings or inputs were begun here; go on with those, choose another "
            "--to, or remove the folder"
        )
    return rows
