"""Which exchanges made which row of a corpus: the journal of one run, told whose turn it is.

Each row says its name while it is being made; whatever the journal is then asked for or given is that row's. So at the
end of every run, one from the journal alone included, it is known what each dialogue and each persona's labels rest on.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple

from generation.asking.journal import Journal, Record
from generation.corpus.manifest import new_file
from generation.corpus.spilling import OnDisk, SortedLines

PROVENANCE_FILE: Final = "provenance.jsonl"
TOKENS: Final = ("prompt_tokens", "cached_tokens", "completion_tokens")


class Row(NamedTuple):
    """A persona or a dialogue, by the name that it has in `failed.jsonl`."""

    what: str
    name: str


_row: ContextVar[Row | None] = ContextVar("row", default=None)


@contextmanager
def making(what: str, name: str) -> Iterator[None]:
    """While this is open, what is asked is asked for that row; by tasks that are begun meanwhile too."""
    token = _row.set(Row(what, name))
    try:
        yield
    finally:
        _row.reset(token)


class TracedJournal(Journal):
    """A journal that notes what each row took from it."""

    def __init__(self, folder: Path, settings: Mapping[str, Any], *, writing: bool = True) -> None:
        super().__init__(folder, settings, writing=writing)
        # Hears of every line that is added.
        self.heard: Callable[[Record], None] = lambda record: None
        # Rows with where in the file the exchange begins that they took, in the order in which they took them.
        self._taken: OnDisk[tuple[str, str, int]] = OnDisk(list, _taken)

    def find(self, request: str, sample: int, round_: int) -> Record | None:
        """What came of this request, if it was ever made; it counts as taken by the row that is being made."""
        record = super().find(request, sample, round_)
        if record is not None:
            self._note(record)
        return record

    def add(self, record: Record) -> None:
        """Keep an exchange, for the row that is being made."""
        super().add(record)
        self._note(record)
        self.heard(record)

    def _note(self, record: Record) -> None:
        row, place = _row.get(), self._place_of(record["request"], record["sample"], record["round"])
        if row is not None and place is not None:
            self._taken.append((row.what, row.name, place))

    def provenance(self) -> Iterator[dict[str, Any]]:
        """A line for each row in order: all its exchanges, each once, the models that answered, tokens, and tries."""
        taken = SortedLines(((what, name), str(place)) for what, name, place in self._taken)
        for (what, name), lines in groupby(taken, key=lambda each: each[0]):
            places = dict.fromkeys(int(place) for _, place in lines)
            yield _provenance(Row(what, name), [self._record_at(place) for place in places])


def _taken(data: list[Any]) -> tuple[str, str, int]:
    what, name, place = data
    return what, name, place


def _provenance(row: Row, records: list[Record]) -> dict[str, Any]:
    answers = [record for record in records if "answer" in record]
    return {
        "format": 1,
        **row._asdict(),
        "tries": sum(record["tries"] for record in records),
        "models": dict(sorted(Counter(record["model"] for record in answers).items())),
        "fingerprints": dict(sorted(Counter(str(record.get("fingerprint")) for record in answers).items())),
        "usage": {name: sum(record["usage"].get(name, 0) for record in answers) for name in TOKENS},
        "exchanges": [{key: record[key] for key in ("what", "request", "sample", "round")} for record in records],
    }


def write_provenance(folder: Path, journal: TracedJournal) -> None:
    """Write `provenance.jsonl`: what each row of the corpus rests on, by its lines in the journal."""
    with new_file(folder / PROVENANCE_FILE) as out:
        for line in journal.provenance():
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
