"""Which form a file has, by what stands in it and not by its name."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from generation.corpus.dialogues import BadLine
from generation.personachat.fbdialog import read_fbdialog
from generation.personachat.hub import PREFIX, read_hub
from generation.personachat.hub_json import read_hub_json
from generation.personachat.pairs import read_pairs
from generation.personachat.rows import Row, open_bytes
from generation.personachat.synthetic import read_synthetic

READERS: Final[dict[str, Callable[[Path], Iterator[Row | BadLine]]]] = {
    "fbdialog": read_fbdialog,
    "synthetic": read_synthetic,
    "hub": read_hub_json,
    "pairs": read_pairs,
}
# What a file of each form begins with; enough of it is looked at to hold the longest first row.
_BEGINNINGS: Final = (
    ("fbdialog", re.compile(r"\d+ (?:your persona:|partner['’]?s persona:|[^\n]*\t)")),
    ("synthetic", re.compile(r'"?user 1 personas"?,', re.IGNORECASE)),
    ("hub", re.compile(r'\{\s*"[^"]+"\s*:\s*\[\s*(?:\{\s*"(?:personality|utterances)"|\])')),
    ("pairs", re.compile(r'\{[^\n]*"(?:first|second)"\s*:\s*\[')),
)
_LOOKED_AT: Final = 65_536


class UnknownForm(ValueError):
    """A file whose content is of none of the forms."""


def form_of(path: Path) -> str:
    """The name of the form, a key of `READERS`; raises `UnknownForm` with what the file begins with."""
    with closing(open_bytes(path)) as data:
        try:
            raw = data.read(_LOOKED_AT)
        except (OSError, EOFError) as error:
            raise BadLine(path, 1, f"not a whole gzip file: {error}") from error
    beginning = raw.decode("utf-8", errors="replace").removeprefix("\ufeff").lstrip()
    for form, pattern in _BEGINNINGS:
        if pattern.match(beginning):
            return form
    first = beginning.partition("\n")[0][:60]
    raise UnknownForm(
        f"{path.name}:1: expected fbdialog text, Synthetic-Persona-Chat's CSV, the hub's JSON or persona pairs; "
        + (f"it begins with {first!r}" if first else "it is empty")
    )


def read_rows(file: str, form: str | None = None) -> Iterator[Row | BadLine]:
    """The rows of a file, or of `hub:OWNER/NAME`, in the form named or recognised."""
    if file.startswith(PREFIX):
        return read_hub(file)
    path = Path(file).expanduser()
    return READERS[form or form_of(path)](path)
