"""Corpora joined by what their dialogues are about, on the disk: as many dialogues as there are, in little memory."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from types import TracebackType
from typing import Any, Final

# Of the database that is kept in memory, in KiB, and once more while it is sorted; the rest lies in a temporary file.
_CACHE: Final = 4_096
_SCHEMA: Final = "CREATE TABLE kept (corpus INTEGER, origin TEXT, id TEXT, value TEXT)"


class Joined:
    """Values of dialogues of several corpora, numbered from 0, brought together by the dialogues' origin.

    A private database that vanishes with the object; use it in a `with`.
    """

    def __init__(self) -> None:
        # An empty name is SQLite's for a temporary file that nobody else sees.
        self._database = sqlite3.connect("")
        self._database.execute(f"PRAGMA cache_size = -{_CACHE}")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute(_SCHEMA)
        self._indexed = False

    def __enter__(self) -> "Joined":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def add(self, corpus: int, origin: str, identifier: str, value: Any) -> None:
        """Keep what is known of one dialogue: anything that JSON can hold."""
        self._database.execute("INSERT INTO kept VALUES (?, ?, ?, ?)", (corpus, origin, identifier, json.dumps(value)))
        self._indexed = False

    def origins_in_all(self, corpora: Sequence[int]) -> int:
        """How many origins have a dialogue in each of the corpora."""
        self._index()
        marks = ", ".join("?" * len(corpora))
        query = (
            f"SELECT COUNT(*) FROM (SELECT origin FROM kept WHERE corpus IN ({marks}) "  # noqa: S608  marks alone
            "GROUP BY origin HAVING COUNT(DISTINCT corpus) = ?)"
        )
        (count,) = self._database.execute(query, (*corpora, len(set(corpora)))).fetchone()
        return int(count)

    def pairs(self, first: int, second: int) -> Iterator[tuple[str, list[Any], list[Any]]]:
        """Each origin of either corpus, by name, with the values of its dialogues in the first and in the second.

        One of the two may be empty; the values are in the order of the dialogues' ids.
        """
        self._index()
        query = "SELECT origin, corpus, value FROM kept WHERE corpus IN (?, ?) ORDER BY origin, id"
        current: str | None = None
        values: tuple[list[Any], list[Any]] = ([], [])
        with closing(self._database.execute(query, (first, second))) as rows:
            for origin, corpus, value in rows:
                if origin != current:
                    if current is not None:
                        yield current, *values
                    current, values = origin, ([], [])
                values[int(corpus == second)].append(json.loads(value))
        if current is not None:
            yield current, *values

    def _index(self) -> None:
        if not self._indexed:
            self._database.execute("CREATE INDEX IF NOT EXISTS by_origin ON kept (origin, id)")
            self._indexed = True
