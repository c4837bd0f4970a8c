"""Django's SQLite, with what it does to every statement's text done once for each text.

Django writes parameters as `%s` and SQLite as `?`; Django searches the whole text for them each time it is sent. The
statements of a judgment are long, since they name every column, and are always the same: a sixteenth of what it cost.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base

# Longer ones insert or look for very many rows at once, and seldom come again.
LONGEST = 10_000


class Cursor(base.SQLiteCursorWrapper):
    """A cursor that knows the statements that it has seen."""

    def convert_query(self, query: str, *, param_names: Sequence[str] | None = None) -> str:
        """`query` as SQLite reads it."""
        if param_names is not None or len(query) > LONGEST:
            return str(super().convert_query(query, param_names=param_names))
        return _converted(query)


@lru_cache(maxsize=1000)
def _converted(query: str) -> str:
    return str(base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%"))


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose cursors are ours; in all else Django's."""

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor on the open connection."""
        return self.connection.cursor(factory=Cursor)
