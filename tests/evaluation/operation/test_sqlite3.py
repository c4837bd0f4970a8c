"""Our SQLite is Django's, and says the same to it."""

import pytest
from django.db import DatabaseError, connection
from django.db.backends.sqlite3.base import SQLiteCursorWrapper
from django.test.utils import CaptureQueriesContext

from evaluation.operation.sqlite3.base import LONGEST, Cursor, _converted

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite alone"),
]


@pytest.mark.parametrize(
    ("query", "params", "answer"),
    [
        ("SELECT %s, 100 %% 7, '%%s'", [3], (3, 2, "%s")),
        ("SELECT %(a)s + %(b)s", {"a": 1, "b": 2}, (3,)),
        ("SELECT %s -- " + "x" * LONGEST, ["long"], ("long",)),
        ("SELECT 7 % 4", None, (3,)),
    ],
)
def test_statements_are_answered_as_by_djangos_own_cursor(query, params, answer):
    with connection.cursor() as ours:
        assert isinstance(ours.cursor, Cursor)
        found = [ours.execute(query, params).fetchone() for _ in range(2)]
    djangos = connection.connection.cursor(factory=SQLiteCursorWrapper)

    assert found == [answer, answer]
    assert djangos.execute(query, params).fetchone() == answer


def test_a_text_that_was_seen_is_not_searched_again():
    _converted.cache_clear()

    with connection.cursor() as cursor:
        for number in range(3):
            cursor.execute("SELECT %s", [number])

    assert (_converted.cache_info().misses, _converted.cache_info().hits) == (1, 2)


def test_errors_are_djangos_and_queries_are_captured_with_their_values():
    with CaptureQueriesContext(connection) as captured, connection.cursor() as cursor:
        cursor.execute("SELECT %s", ["ada"])
        with pytest.raises(DatabaseError):
            cursor.execute("SELECT nothing FROM nowhere WHERE x = %s", [1])

    assert captured.captured_queries[0]["sql"] == "SELECT 'ada'"
