"""Wide tables: a row for each item, a column for each annotator.

    context,first,second,criterion,ada,bo
    talk 1,pt,p,naturalness,pt,tie

`context`, and `first` and `second` (or `system`, where single responses were rated), are required; `criterion` and the
other columns of the long format that belong to an item may stand among them. Every column that is none of these is an
annotator's. An empty cell was not judged.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from evaluation.judgment_forms.cells import COLUMNS, Cells
from evaluation.judgment_forms.tables import check_columns, named_lines
from generation.corpus.dialogues import BadLine

# Of one judgment and not of an item: in a wide table these names would be annotators'.
_OF_A_JUDGMENT: Final = ("annotator", "choice", "strength", "seconds", "submitted_at", "displayed_left", "layout")
OF_AN_ITEM: Final = tuple(name for name in COLUMNS if name not in _OF_A_JUDGMENT)
# What a wide table's criterion is called where no column says it.
PREFERENCE: Final = "preference"
RATING: Final = "rating"


def read_wide(path: Path) -> Iterator[tuple[int, Cells]]:
    """Line numbers and the cells of each judgment. In place of its name a system may be called first or second."""
    header, lines = named_lines(path, expected="context, first, second, and one for each annotator")
    _check_header(path, header)
    annotators = [name for name in header if name not in OF_AN_ITEM]
    rated = "system" in header
    for line, cells in lines:
        item = {name: cell for name, cell in cells.items() if name in OF_AN_ITEM}
        item["criterion"] = item.get("criterion") or (RATING if rated else PREFERENCE)
        for annotator in annotators:
            if cells[annotator].strip():
                yield line, {**item, "annotator": annotator, "choice": _chosen(cells[annotator].strip(), item)}


def _chosen(cell: str, item: Mapping[str, str]) -> str:
    systems = (item.get("first", ""), item.get("second", ""))
    return item[cell] if cell in ("first", "second") and cell in item and cell not in systems else cell


def _check_header(path: Path, header: list[str]) -> None:
    needed = ("context", "system") if "system" in header else ("context", "first", "second")
    check_columns(path, header, needed)
    mixed = [name for name in header if name in _OF_A_JUDGMENT]
    if mixed:
        raise BadLine(
            path, 1, f"the column {mixed[0]!r} belongs to one judgment, and a row of a wide table holds several"
        )
    if "" in header:
        raise BadLine(path, 1, "a column has no name; expected an annotator's")
    if all(name in OF_AN_ITEM for name in header):
        raise BadLine(path, 1, f"expected a column for each annotator beside {', '.join(header)}")
