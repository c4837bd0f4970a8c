"""Rows of a data set on a Hugging Face hub, or in a local folder of the same form, read through `datasets`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from generation.corpus.dialogues import BadLine
from generation.personachat.hub_json import row_of
from generation.personachat.rows import Row

PREFIX: Final = "hub:"
COLUMNS: Final = ("personality", "utterances")


class HubUnreachable(ValueError):
    """A hub's data set that could not be had, or is of another form; or `datasets` is not installed."""


def read_hub(name: str) -> Iterator[Row | BadLine]:
    """The rows of each split of `hub:OWNER/NAME`, or of `hub:FOLDER` with JSON, JSONL or Parquet files.

    Lines are rows, counted from 1 in their split. A data set with a loading script is refused: `datasets` runs none.
    """
    wanted = name.removeprefix(PREFIX)
    try:
        from datasets import load_dataset
    except ImportError as error:
        raise HubUnreachable(f"{name} needs the datasets package: pip install 'parley[hub]'") from error
    try:
        splits = load_dataset(str(Path(wanted).expanduser()) if wanted.startswith((".", "/", "~")) else wanted)
    except (OSError, ValueError, RuntimeError) as error:
        # One line: the library's own messages run over many, and name caches and addresses.
        raise HubUnreachable(f"{name} could not be read: {str(error).strip().splitlines()[0]}") from error
    for split, rows in splits.items():
        missing = [column for column in COLUMNS if column not in rows.column_names]
        if missing:
            raise HubUnreachable(
                f"{name}: expected the columns {' and '.join(COLUMNS)}; {split} has {', '.join(rows.column_names)}"
            )
        for number, data in enumerate(rows):
            path = Path(f"{wanted.strip('/').replace('/', '-')}-{split}")
            try:
                yield row_of(data, path=path, line=number + 1, number=number, split=str(split))
            except ValueError as error:
                yield BadLine(path, number + 1, str(error))
