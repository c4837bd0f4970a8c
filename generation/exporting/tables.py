"""Dialogues as rows of equal columns, as JSON lines or Parquet: what `datasets.load_dataset` reads.

All five traits stand in every row, null where not told: tables know no key that is sometimes missing.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from generation.corpus.dialogues import Dialogue
from generation.corpus.manifest import new_file
from generation.corpus.traits import TRAITS
from generation.exporting.files import Exported, SplitFiles

if TYPE_CHECKING:
    import pyarrow

# Enough rows that a column packs well, few enough to hold.
_ROWS_AT_A_TIME: Final = 1_000


class FormatUnavailable(ValueError):
    """A form whose package is not installed."""


def row_of(dialogue: Dialogue) -> dict[str, Any]:
    """The dialogue as a row."""
    return {
        "id": dialogue.id,
        "source": dialogue.source,
        "split": dialogue.split,
        "speakers": [
            {"persona": list(speaker.persona), "traits": {trait: speaker.traits.get(trait) for trait in TRAITS}}
            for speaker in dialogue.speakers
        ],
        "turns": [{"speaker": turn.speaker, "text": turn.text} for turn in dialogue.turns],
    }


def write_json_lines(folder: Path, dialogues: Iterable[Dialogue]) -> Exported:
    """A file of JSON lines for each split."""
    with SplitFiles(folder, ".jsonl", new_file) as files:
        for dialogue in dialogues:
            files.of(dialogue.split).write(json.dumps(row_of(dialogue), ensure_ascii=False) + "\n")
    return files.exported()


def write_parquet(folder: Path, dialogues: Iterable[Dialogue]) -> Exported:
    """A Parquet file for each split; raises `FormatUnavailable` without pyarrow."""
    with SplitFiles(folder, ".parquet", _parquet_file) as files:
        for dialogue in dialogues:
            files.of(dialogue.split).add(dialogue)
    return files.exported()


class _ParquetRows:
    """Rows on their way into a Parquet file, some at a time."""

    def __init__(self, path: Path) -> None:
        from pyarrow.parquet import ParquetWriter

        self._schema = _schema()
        self._writer = ParquetWriter(path, self._schema)
        self._rows: list[dict[str, Any]] = []

    def add(self, dialogue: Dialogue) -> None:
        self._rows.append(row_of(dialogue))
        if len(self._rows) == _ROWS_AT_A_TIME:
            self._flush()

    def _flush(self) -> None:
        import pyarrow

        if self._rows:
            self._writer.write_table(pyarrow.Table.from_pylist(self._rows, schema=self._schema))
            self._rows.clear()

    def close(self) -> None:
        self._flush()
        self._writer.close()


@contextmanager
def _parquet_file(path: Path) -> Iterator[_ParquetRows]:
    try:
        import pyarrow.parquet  # noqa: F401  asked for before a file is begun
    except ImportError as error:
        raise FormatUnavailable("--format parquet needs the pyarrow package: pip install 'parley[hub]'") from error
    unfinished = path.with_name(f".{path.name}.part")
    try:
        rows = _ParquetRows(unfinished)
        try:
            yield rows
        finally:
            rows.close()
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _schema() -> "pyarrow.Schema":
    import pyarrow as pa

    speaker = pa.struct(
        [
            ("persona", pa.list_(pa.string())),
            ("traits", pa.struct([(trait, pa.string()) for trait in TRAITS])),
        ]
    )
    turn = pa.struct([("speaker", pa.int64()), ("text", pa.string())])
    texts = [(name, pa.string()) for name in ("id", "source", "split")]
    return pa.schema([*texts, ("speakers", pa.list_(speaker)), ("turns", pa.list_(turn))])
