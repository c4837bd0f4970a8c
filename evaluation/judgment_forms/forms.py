"""Which form a file of judgments has, by what stands in it and not by its name."""

import csv
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from evaluation.judgment_forms import appraise, label_studio, lmsys, long, wide
from evaluation.judgment_forms.cells import REQUIRED, Cells
from evaluation.judgment_forms.tables import delimiter_of
from generation.corpus.dialogues import BadLine

Reader = Callable[[Path], Iterator[tuple[int, Cells]]]

READERS: Final[dict[str, Reader]] = {
    "csv": long.read_csv,
    "jsonl": long.read_jsonl,
    "wide": wide.read_wide,
    "label-studio": label_studio.read_label_studio,
    "appraise": appraise.read_appraise,
    "lmsys": lmsys.read_lmsys,
}
# Enough to hold the header of any table and the first object of any export.
_LOOKED_AT: Final = 262_144


class UnknownForm(ValueError):
    """A file whose content is of none of the forms."""


def form_of(path: Path) -> str:
    """The name of the form, a key of `READERS`; raises `UnknownForm` with what the file begins with."""
    beginning = _beginning(path)
    if beginning.startswith(("[", "{")):
        return _form_of_json(beginning)
    first = beginning.partition("\n")[0].strip()
    try:
        cells = [cell.strip() for cell in next(csv.reader([first], delimiter=delimiter_of(first)), [])]
    except csv.Error as error:
        raise BadLine(path, 1, f"not CSV: {error}") from error
    if {"context", "first", "second"} <= set(cells) or {"context", "system"} <= set(cells):
        return "csv" if {"annotator", "choice"} & set(cells) else "wide"
    if len(cells) >= appraise.FEWEST_FIELDS and cells[3] in appraise.ITEM_TYPES:
        return "appraise"
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"][-1:]
    if set(REQUIRED) & set(cells) or suffixes == [".csv"]:
        return "csv"
    if suffixes == [".jsonl"]:
        return "jsonl"
    raise UnknownForm(
        f"{path.name}:1: expected judgments: a long or wide table, JSON lines, or an export of Label Studio, Appraise "
        "or LMSYS's arena; " + (f"it begins with {first[:60]!r}" if first else "it is empty")
    )


def _form_of_json(beginning: str) -> str:
    """By the keys of the first object, even where it is too long to be parsed here."""
    keys = set(re.findall(r'"([A-Za-z_]+)"\s*:', beginning))
    text = beginning.lstrip("[ \t\r\n")
    try:
        first, _ = json.JSONDecoder().raw_decode(text)
        keys = set(first) if isinstance(first, dict) else set()
    except (ValueError, RecursionError):
        # Cut off, or broken: the reader of the form will say where.
        keys = keys or set()
    if {"annotations", "data"} <= keys:
        return "label-studio"
    if {"model_a", "model_b", "winner"} <= keys:
        return "lmsys"
    return "jsonl"


def _beginning(path: Path) -> str:
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rb") as packed:
                raw = packed.read(_LOOKED_AT)
        else:
            with path.open("rb") as plain:
                raw = plain.read(_LOOKED_AT)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadLine(path, 1, f"not a whole gzip file: {error}") from error
    return raw.decode("utf-8", errors="replace").removeprefix("\ufeff").lstrip()
