"""A corpus as a folder: written whole, and never over another."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from generation.corpus.dialogues import DIALOGUES_FILE, BadLine, Dialogue, read_dialogues, write_dialogues
from generation.corpus.manifest import read_manifest


class CorpusTaken(ValueError):
    """A folder that holds another corpus already."""


def write_corpus(folder: Path, dialogues: Iterable[Dialogue]) -> int:
    """Write the dialogues into `folder`, sorted by id; returns how many.

    The very same dialogues may be there already, as after an interrupt; others raise `CorpusTaken`, and so does an id
    that comes twice.
    """
    ordered = sorted(dialogues, key=lambda dialogue: dialogue.id)
    for one, next_one in pairwise(ordered):
        if one.id == next_one.id:
            raise ValueError(f"two dialogues have the id {one.id!r}")
    if (folder / DIALOGUES_FILE).is_file():
        try:
            same = list(read_dialogues(folder)) == ordered
        except BadLine:
            same = False
        if not same:
            raise CorpusTaken(f"{folder} holds other dialogues already; remove it or name another")
    return write_dialogues(folder, ordered)


def provenance(folder: Path) -> dict[str, Any]:
    """What is said of a corpus wherever something is made of it: its "author" and "caveats", where it has them."""
    results = read_manifest(folder).get("results", {})
    return {key: results[key] for key in ("author", "caveats") if results.get(key)}
