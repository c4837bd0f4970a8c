"""Who may go on while a study is changed: answers come side by side, a change of state or design comes alone.

An answer that was acknowledged must be one that its study took. On PostgreSQL two transactions can each see the study
as it was before the other; so whoever writes answers holds the study with others, and whoever closes, pauses, amends or
extends it holds it alone: they wait for the answers under way, and answers that come later see what they did. On SQLite
there is one writer at a time already.

A lock of PostgreSQL's own (advisory, until the transaction ends) and not one of the study's row: it is handed out in
turn, so a change does not wait for ever behind answers that keep coming, and rows that merely name the study are not
held up by it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection

# Of this process's threads, the one that writes to SQLite.
_TURN: Final = threading.RLock()
# The first half of the lock's number says what is held, the second half which study. Any fixed number does.
_STUDY: Final = 20_261_124


@contextmanager
def in_turn() -> Iterator[None]:
    """Where SQLite is written to, one thread after the other.

    SQLite has those who wait for its lock sleep and look again, longer each time: at many who write, somebody is late
    again and again. Between processes that stays so, which is why one process serves a site on SQLite. On PostgreSQL
    nobody waits here.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with _TURN:
        yield


def hold_with_others(study_id: int) -> None:
    """Hold the study until the transaction ends, beside others that do the same."""
    _hold("SELECT pg_advisory_xact_lock_shared(%s, %s)", study_id)


def hold_alone(study_id: int) -> None:
    """Hold the study alone until the transaction ends; waits for all who hold it with others."""
    _hold("SELECT pg_advisory_xact_lock(%s, %s)", study_id)


def _hold(sql: str, study_id: int) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("a study is held until the end of a transaction, and there is none")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # The lock's halves are 32 bits wide each; two studies that share one would only wait for each other.
            cursor.execute(sql, [_STUDY, study_id % 2**31])
