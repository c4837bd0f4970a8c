"""Every exchange with an endpoint, one line each, so that nothing is ever bought twice.

The first line says what the corpus is being made with; a run with other settings is refused. An answer is known by the
digest of the exact request, its sample number (equal requests for different dialogues) and its round (`--retry-failed`
begins another): however the input grows, shrinks or is put in another order, what was bought is found again.

Answers stay in the file; in memory is only where each begins.
"""

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from generation.asking.authors import RunStopped
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
        self._places: dict[bytes, int] = {}
        self._rounds: dict[bytes, int] = {}
        self._failed_of: set[str] = set()
        self._file: FileIO | None = None

    def __enter__(self) -> Self:
        if not self.path.exists() and (self.folder / DIALOGUES_FILE).exists():
            raise NotGenerated(f"{self.folder} is a corpus that `generate` did not make; choose another name with --to")
        with ExitStack() as stack:
            if self.writing:
                self.folder.mkdir(parents=True, exist_ok=True)
                stack.callback(os.close, self._locked())
                file = self._file = stack.enter_context(self.path.open("a+b", buffering=0))
                _cut_off_torn_line(file)
                stack.callback(self.sync)
                self._read()
                if file.seek(0, os.SEEK_END) == 0:
                    self._write({"journal": FORMAT, "settings": self.settings})
                    self.sync()
            elif self.path.exists():
                self._file = stack.enter_context(self.path.open("rb", buffering=0))
                self._read()
            self._open = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.writing and isinstance(error, RunStopped) and not self._places:
            # Stopped before anything was answered, as by a parameter that is refused: other settings may be tried.
            self.path.unlink(missing_ok=True)
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
        return len(self._places)

    def find(self, request: str, sample: int, round_: int) -> Record | None:
        """What came of this request, if it was ever made."""
        place = self._place_of(request, sample, round_)
        return None if place is None else self._record_at(place)

    def last_round(self, request: str, sample: int) -> int:
        """The latest round in which this request was made; 0 where it never was."""
        return self._rounds.get(_key(request, sample), 0)

    def failed_of(self, kind: str) -> bool:
        """Whether any exchange failed of `kind`."""
        return kind in self._failed_of

    def records(self) -> Iterator[Record]:
        """Every exchange, in the order in which they came, read one at a time."""
        if not self.path.exists():
            return
        with self.path.open("rb") as lines:
            next(lines, None)
            for line in lines:
                if line.endswith(b"\n"):
                    yield json.loads(line)

    def add(self, record: Record) -> None:
        """Keep an exchange: in the file before this returns, on the disk at the next `sync`."""
        self._remember(record, self._write(record))

    def sync(self) -> None:
        """Put on the disk what is not there yet."""
        if self.unsynced and self._file:
            self.unsynced = False
            try:
                os.fsync(self._file.fileno())
            except OSError as error:
                raise JournalFull(f"cannot write to {self.path}: {error.strerror}") from error

    def _place_of(self, request: str, sample: int, round_: int) -> int | None:
        return self._places.get(_key(request, sample, round_))

    def _record_at(self, place: int) -> Record:
        assert self._file is not None
        line = b""
        while not line.endswith(b"\n"):
            block = os.pread(self._file.fileno(), BLOCK, place + len(line))
            end = block.find(b"\n") + 1
            line += block[:end] if end else block
            assert block
        found: Record = json.loads(line)
        return found

    def _write(self, record: Record) -> int:
        """Append a line; where in the file it begins."""
        assert self._file is not None
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
        return size

    def _remember(self, record: Record, place: int) -> None:
        request, sample, round_ = str(record["request"]), int(record["sample"]), int(record["round"])
        self._places[_key(request, sample, round_)] = place
        if round_ > self.last_round(request, sample):
            self._rounds[_key(request, sample)] = round_
        if "error" in record:
            self._failed_of.add(record["error"]["kind"])

    def _read(self) -> None:
        begun: Mapping[str, Any] | None = None
        place = 0
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.endswith(b"\n"):
                    # Torn, and still there because nothing is to be changed.
                    break
                try:
                    data = json.loads(line)
                    if begun is None:
                        begun = self._settings_in(data)
                    else:
                        self._remember(data, place)
                except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
                    raise BadLine(self.path, number, f"not a line of a journal: {error!r}") from error
                place += len(line)
        if begun is not None and digest_of(begun) != digest_of(self.settings):
            self._refuse(begun)

    def _settings_in(self, header: Mapping[str, Any]) -> Mapping[str, Any]:
        if header["journal"] != FORMAT:
            raise BadLine(self.path, 1, f"expected journal format {FORMAT}, got {header['journal']!r}")
        settings: Mapping[str, Any] = header["settings"]
        return settings

    def _refuse(self, begun: Mapping[str, Any]) -> None:
        changed = [_changed(key, begun.get(key), self.settings.get(key)) for key in sorted({*begun, *self.settings})]
        raise SettingsChanged(
            f"{self.folder.name} was begun with other settings: {'; '.join(filter(None, changed))}. "
            "Run it with those, or begin another with --fork NAME, which takes over what this does not touch"
        )


def _changed(key: str, was: object, is_: object) -> str:
    """What changed of a setting, empty where nothing did; of digests only whose they are: nobody can read them."""
    if was == is_:
        return ""
    if isinstance(was, dict) and isinstance(is_, dict):
        changed = [name for name in sorted({*was, *is_}) if was.get(name) != is_.get(name)]
        readable = not any(isinstance(each, str) for each in (*was.values(), *is_.values()))
        said = [f"{name} was {was.get(name)} and is {is_.get(name)}" if readable else name for name in changed]
        return f"{key}: {', '.join(said)}" + ("" if readable else " changed")
    return f"{key} was {was!r} and is {is_!r}"


def _key(*parts: object) -> bytes:
    """A short name for an exchange: 16 bytes are enough to tell any number of them apart."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).digest()


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


def usage(records: Iterable[Record]) -> dict[str, int]:
    """What all exchanges of a corpus took: answers, and tokens of prompts (cached ones among them) and answers."""
    total = dict.fromkeys(("answers", "prompt_tokens", "cached_tokens", "completion_tokens"), 0)
    for record in records:
        if "answer" in record:
            taken = {"answers": 1, **record["usage"]}
            total = {name: count + taken.get(name, 0) for name, count in total.items()}
    return total
