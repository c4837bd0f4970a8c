"""Every exchange with an endpoint, one line each, so that nothing is ever bought twice.

The first line says what the corpus is being made with; a run with other settings is refused. An answer is known by the
digest of the exact request, its sample number (equal requests for different dialogues) and its round (`--retry-failed`
begins another): however the input grows, shrinks or is put in another order, what was bought is found again.
"""

import errno
import fcntl
import json
import os
from collections.abc import Mapping
from contextlib import ExitStack
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from generation.authors import RunStopped
from generation.corpus.dialogues import DIALOGUES_FILE, BadLine
from generation.corpus.manifest import digest_of

JOURNAL_FILE: Final = "journal.jsonl"
LOCK_FILE: Final = ".generate.lock"
FORMAT: Final = 1
# At most this many seconds of answers can be lost to a power cut; to a killed process, none.
SYNC_EVERY: Final = 0.1

BLOCK: Final = 65536

Record = Mapping[str, Any]


class CorpusBusy(ValueError):
    """Another run is writing to this corpus."""


class SettingsChanged(ValueError):
    """The corpus was begun with other settings; the two must not mix."""


class NotGenerated(ValueError):
    """There is a corpus already, and `generate` did not make it."""


class JournalFull(RunStopped):
    """The journal cannot be written, so nothing more may be bought."""


class Journal:
    """The open journal of one corpus, a context manager; locked against other runs unless only read."""

    def __init__(self, folder: Path, settings: Mapping[str, Any], *, writing: bool = True) -> None:
        self.folder, self.writing = folder, writing
        self.path = folder / JOURNAL_FILE
        self.settings = dict(settings)
        self.unsynced = False
        self._known: dict[tuple[str, int, int], Record] = {}
        self._last_round: dict[tuple[str, int], int] = {}

    def __enter__(self) -> Self:
        if not self.path.exists() and (self.folder / DIALOGUES_FILE).exists():
            raise NotGenerated(f"{self.folder} is a corpus that `generate` did not make; choose another name with --to")
        with ExitStack() as stack:
            if self.writing:
                self.folder.mkdir(parents=True, exist_ok=True)
                stack.callback(os.close, self._locked())
                self._file = stack.enter_context(self.path.open("a+b", buffering=0))
                _cut_off_torn_line(self._file)
                stack.callback(self.sync)
            if self.path.exists():
                self._read()
            if self.writing and self._file.seek(0, os.SEEK_END) == 0:
                self._write({"journal": FORMAT, "settings": self.settings})
                self.sync()
            self._open = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _locked(self) -> int:
        lock = os.open(self.folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(lock)
            raise CorpusBusy(f"another run is writing to {self.folder}; wait for it, or choose another --to") from error
        return lock

    def __len__(self) -> int:
        """How many exchanges are known."""
        return len(self._known)

    def find(self, request: str, sample: int, round_: int) -> Record | None:
        """What came of this request, if it was ever made."""
        return self._known.get((request, sample, round_))

    def last_round(self, request: str, sample: int) -> int:
        """The latest round in which this request was made; 0 where it never was."""
        return self._last_round.get((request, sample), 0)

    def records(self) -> list[Record]:
        """Every exchange, in the order in which they came."""
        return list(self._known.values())

    def add(self, record: Record) -> None:
        """Keep an exchange: in the file before this returns, on the disk at the next `sync`."""
        self._write(record)
        self._remember(record)

    def sync(self) -> None:
        """Put on the disk what is not there yet."""
        if self.unsynced:
            self.unsynced = False
            os.fsync(self._file.fileno())

    def _write(self, record: Record) -> None:
        line = json.dumps(record, ensure_ascii=False).encode() + b"\n"
        size = self._file.seek(0, os.SEEK_END)
        try:
            written = self._file.write(line)
            if written != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            # Half a line in the middle of the journal would spoil the rest of it.
            self._file.truncate(size)
            raise JournalFull(f"cannot write to {self.path}: {error.strerror}") from error
        self.unsynced = True

    def _remember(self, record: Record) -> None:
        request, sample, round_ = str(record["request"]), int(record["sample"]), int(record["round"])
        self._known[request, sample, round_] = record
        self._last_round[request, sample] = max(round_, self.last_round(request, sample))

    def _read(self) -> None:
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.endswith(b"\n"):
                    # Torn, and still there because nothing is to be changed.
                    return
                try:
                    data = json.loads(line)
                    if number == 1:
                        self._check(data)
                    else:
                        self._remember(data)
                except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
                    raise BadLine(self.path, number, f"not a line of a journal: {error!r}") from error

    def _check(self, header: Mapping[str, Any]) -> None:
        if header["journal"] != FORMAT:
            raise BadLine(self.path, 1, f"expected journal format {FORMAT}, got {header['journal']!r}")
        begun = header["settings"]
        if digest_of(begun) == digest_of(self.settings):
            return
        changed = [
            f"{key} was {begun.get(key)!r} and is {self.settings.get(key)!r}"
            for key in sorted({*begun, *self.settings})
            if begun.get(key) != self.settings.get(key)
        ]
        raise SettingsChanged(
            f"{self.folder.name} was begun with other settings: {'; '.join(changed)}. "
            "Run it with those, or choose another name with --to"
        )


def _cut_off_torn_line(file: FileIO) -> None:
    """Drop what follows the last line end: a line that was being written when the process was killed."""
    kept = size = file.seek(0, os.SEEK_END)
    while kept:
        start = max(0, kept - BLOCK)
        file.seek(start)
        end = file.read(kept - start).rfind(b"\n")
        if end >= 0:
            kept = start + end + 1
            break
        kept = start
    if kept != size:
        file.truncate(kept)


def usage(records: list[Record]) -> dict[str, int]:
    """What all exchanges of a corpus took: answers, and tokens of prompts (cached ones among them) and answers."""
    answered = [record for record in records if "answer" in record]
    names = ("prompt_tokens", "cached_tokens", "completion_tokens")
    return {
        "answers": len(answered),
        **{name: sum(record["usage"].get(name, 0) for record in answered) for name in names},
    }
