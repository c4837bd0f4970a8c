"""On which databases a site is tried: SQLite in any run; PostgreSQL where one is named, among what is marked `db`."""

import os
from typing import Final

import pytest

_named = os.environ.get("PARLEY_TEST_DATABASE_URL", "")
# The server on which sites make databases of their own; none where the tests themselves run on SQLite.
POSTGRES: Final = _named if _named.startswith("postgres") else ""
needs_postgres: Final = pytest.mark.skipif(not POSTGRES, reason="no PostgreSQL named")
DATABASES: Final = ["sqlite", pytest.param("postgres", marks=[pytest.mark.db, needs_postgres])]
