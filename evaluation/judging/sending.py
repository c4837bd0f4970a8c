"""How SQL that is kept is sent: by Django's cursor, or past it, as a statement that PostgreSQL keeps too.

A cursor of Django's is made anew for each statement, writes the parameters into the text, and has PostgreSQL read and
plan that text each time. Here a connection keeps one cursor, parameters travel beside the text, and what was sent twice
is only named from then on (`DATABASE_PREPARED`).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

# As Django writes parameters, and a percent sign that is none.
_PLACE = re.compile(r"%(s|%)")


def ask(database: BaseDatabaseWrapper, sql: str, params: Sequence[Any]) -> list[Sequence[Any]]:
    """The rows that `sql`, written as Django writes it, brings."""
    past = _past_django(database)
    if past is None:
        with database.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall())
    with database.wrap_database_errors:
        return list(past.execute(_numbered(sql), params).fetchall())


def change(database: BaseDatabaseWrapper, sql: str, params: Sequence[Any], *, keep: bool = True) -> int:
    """Run `sql`, which brings no rows: how many it met. `keep`: it comes again, with parameters of the same types."""
    past = _past_django(database)
    if past is None:
        with database.cursor() as cursor:
            cursor.execute(sql, params)
            return int(cursor.rowcount)
    with database.wrap_database_errors:
        return int(past.execute(_numbered(sql), params, prepare=None if keep else False).rowcount)


def _past_django(database: BaseDatabaseWrapper) -> Any:
    """The cursor that the open connection to PostgreSQL keeps; None where Django's own is to be used."""
    if database.vendor != "postgresql" or database.execute_wrappers or database.queries_logged:
        # Whoever counts or logs statements counts and logs these.
        return None
    database.ensure_connection()
    database.validate_no_broken_transaction()
    kept: dict[str, Any] = database.connection.__dict__
    if "_parley_cursor" not in kept:
        # Where there is no PostgreSQL, its driver need not be.
        from psycopg import RawCursor

        kept["_parley_cursor"] = RawCursor(database.connection)
    return kept["_parley_cursor"]


@lru_cache(maxsize=1000)
def _numbered(sql: str) -> str:
    """`sql` with its parameters numbered, as PostgreSQL itself writes them."""
    number = 0

    def place(found: re.Match[str]) -> str:
        nonlocal number
        if found[1] == "%":
            return "%"
        number += 1
        return f"${number}"

    return _PLACE.sub(place, sql)
