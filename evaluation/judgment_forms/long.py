"""Our own long format: one row for each answer, as CSV or as JSON lines."""

from collections.abc import Iterator
from pathlib import Path

from evaluation.judgment_forms.cells import COLUMNS, REQUIRED, Cells
from evaluation.judgment_forms.tables import check_columns, named_lines
from generation.corpus.dialogues import BadLine, read_json_lines


def read_csv(path: Path) -> Iterator[tuple[int, Cells]]:
    """Line numbers and cells by column; unknown columns are passed over."""
    header, lines = named_lines(path, expected=", ".join(REQUIRED))
    check_columns(path, header, REQUIRED)
    for line, cells in lines:
        yield line, {name: cell for name, cell in cells.items() if name in COLUMNS}


def read_jsonl(path: Path) -> Iterator[tuple[int, Cells]]:
    """Line numbers and values by key; null is the same as absent."""
    for line, data in read_json_lines(path):
        if not isinstance(data, dict):
            raise BadLine(path, line, f"expected a JSON object, got {type(data).__name__}")
        yield line, {name: value for name, value in data.items() if name in COLUMNS and value is not None}
