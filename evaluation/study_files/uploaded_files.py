"""Files that come from a browser or a script: their names, how large they may be, and a private folder to read them in.

No path is ever made of what somebody typed: a name is a name, or it is refused.
"""

import gzip
import hashlib
import io
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

STUDY_FILE: Final = "study.toml"
# Systems, texts and known pairs of the largest studies, with room to spare.
MOST_FILES: Final = 40
# PersonaChat's whole test set, with its history in every line, is 12 MB for each system.
LARGEST_FILE: Final = 32_000_000
LARGEST_TOTAL: Final = 128_000_000
# What a person writes: many times the longest study file that we know.
LARGEST_STUDY_FILE: Final = 200_000
# A hundred turns of a thousand words; nobody judges a longer context.
LONGEST_LINE: Final = 500_000
MOST_LINES: Final = 200_000
# A line of responses nests three deep.
DEEPEST: Final = 12
LONGEST_NAME: Final = 120
FILE_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .,+=@()\[\]#-]*")
# Device names of Windows, on which a study's folder may be unpacked one day.
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_IN_QUOTES: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_CHUNK: Final = 1 << 20


@dataclass(frozen=True)
class UploadError:
    """What is wrong with an uploaded file: its name, the line where there is one, and what was expected and came."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return f"{place}{self.message}"


class UploadRefused(ValueError):
    """Files that cannot be taken; `errors` has everything that is known to be wrong, up to a stated number."""

    def __init__(self, errors: Iterable[UploadError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(map(str, self.errors)))


class TooLarge(UploadRefused):
    """More or larger files than are taken."""


# Name and content; a content may be bytes, or an open file that is read once, as far as the bound.
Uploads = Mapping[str, bytes] | Sequence[tuple[str, IO[bytes]]]


def checked_name(name: str) -> str:
    """`name` where it is one that a file may have; raises `UploadRefused`."""
    right = (
        FILE_NAME.fullmatch(name) and ".." not in name and not name.endswith((" ", ".")) and len(name) <= LONGEST_NAME
    )
    if not right or _DEVICES.fullmatch(name):
        shown = name.replace("\0", "\\0")[:60]
        raise UploadRefused(
            [
                UploadError(
                    "",
                    None,
                    f"expected a file name of letters, digits and simple marks, of at most {LONGEST_NAME} characters "
                    f"and with no folder, got {shown!r}",
                )
            ]
        )
    return name


def taken(uploads: Uploads) -> dict[str, bytes]:
    """The files by name, each within its bounds and unpacked no further than to be measured; raises `UploadRefused`."""
    files: dict[str, bytes] = {}
    pairs = (
        [(name, io.BytesIO(content)) for name, content in uploads.items()] if isinstance(uploads, Mapping) else uploads
    )
    if len(pairs) > MOST_FILES:
        raise TooLarge([UploadError("", None, f"expected at most {MOST_FILES} files, got {len(pairs)}")])
    total = 0
    for given, stream in pairs:
        name = checked_name(given)
        if name in files:
            raise UploadRefused([UploadError(name, None, "came twice; expected each name once")])
        files[name] = content = stream.read(LARGEST_FILE + 1)
        total += measured(name, content)
        if total > LARGEST_TOTAL:
            raise TooLarge([UploadError(name, None, f"expected at most {LARGEST_TOTAL:,} bytes in all files together")])
    return files


def measured(name: str, content: bytes) -> int:
    """How many bytes the file has once unpacked; raises `TooLarge` where that is more than may be.

    A gzip file is unpacked piece by piece and dropped, so that a small one of endless zeros fills no memory.
    """
    most = LARGEST_STUDY_FILE if name == STUDY_FILE else LARGEST_FILE
    size = len(content)
    if name.endswith(".gz") and size <= most:
        size = 0
        try:
            with gzip.open(io.BytesIO(content)) as packed:
                while size <= most and (piece := packed.read(_CHUNK)):
                    size += len(piece)
        except (OSError, EOFError, zlib.error) as error:
            raise UploadRefused([UploadError(name, None, f"not a whole gzip file: {error}")]) from error
    if size > most:
        unpacked = " once unpacked" if name.endswith(".gz") else ""
        raise TooLarge([UploadError(name, None, f"expected at most {most:,} bytes{unpacked}, got more")])
    return size


@contextmanager
def in_a_folder(files: Mapping[str, bytes]) -> Iterator[Path]:
    """A folder of this call's own that holds `files` and is gone afterwards; nobody else on the machine may read it."""
    folder = Path(tempfile.mkdtemp(prefix="parley-"))
    try:
        for name, content in files.items():
            (folder / checked_name(name)).write_bytes(content)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def digest_of_content(content: bytes) -> str:
    """SHA-256 of the bytes, in hex, as `manifest.digest_of_file` gives it of a file."""
    return hashlib.sha256(content).hexdigest()


def too_deep(line: str) -> bool:
    """Whether a line of JSON nests deeper than any that we read; parsing is not tried on such a one."""
    if line.count("[") + line.count("{") <= DEEPEST:
        return False
    depth = 0
    for mark in _IN_QUOTES.sub("", line):
        if mark in "[{":
            depth += 1
            if depth > DEEPEST:
                return True
        elif mark in "]}":
            depth -= 1
    return False
