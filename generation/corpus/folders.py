"""A corpus as a folder: written whole, and never over another."""

from collections.abc import Iterable
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any

from generation.corpus.dialogues import (
    DIALOGUES_FILE,
    BadLine,
    Dialogue,
    line_of,
    read_dialogues,
    sorted_lines,
    write_lines,
)
from generation.corpus.manifest import read_manifest
from generation.corpus.spilling import SortedLines


class CorpusTaken(ValueError):
    """A folder that holds another corpus already."""


def write_corpus(folder: Path, dialogues: Iterable[Dialogue]) -> int:
    """Write the dialogues into `folder`, sorted by id; returns how many.

    The very same dialogues may be there already, as after an interrupt; others raise `CorpusTaken`, and so does an id
    that comes twice.
    """
    ordered = sorted_lines(dialogues)
    for (one, _), (next_one, _) in pairwise(ordered):
        if one == next_one:
            raise ValueError(f"two dialogues have the id {one[0]!r}")
    if (folder / DIALOGUES_FILE).is_file() and not _holds(folder, ordered):
        raise CorpusTaken(f"{folder} holds other dialogues already; remove it or name another")
    write_lines(folder, ordered)
    return len(ordered)


def _holds(folder: Path, ordered: SortedLines) -> bool:
    """Whether these very dialogues are there, in this order."""
    lines = (line for _, line in ordered)
    try:
        return all(there and line == line_of(there) for line, there in zip_longest(lines, read_dialogues(folder)))
    except BadLine:
        return False


def provenance(folder: Path) -> dict[str, Any]:
    """What is said of a corpus wherever something is made of it: its "author" and "caveats", where it has them."""
    results = read_manifest(folder).get("results", {})
    return {key: results[key] for key in ("author", "caveats") if results.get(key)}
