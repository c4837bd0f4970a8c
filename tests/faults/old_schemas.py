"""Databases as earlier versions left them: made by the migrations of their time, in the place of the site's own."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

APP = "evaluation"
# What migrating adds rows to by itself: its own list, and what Django keeps of every model.
GROWS = ("django_migrations", "django_content_type", "auth_permission")


def schemas() -> list[str]:
    """Every migration of `evaluation`, oldest first: after each of them a release could have been made."""
    graph = MigrationLoader(None).graph
    [newest] = graph.leaf_nodes(APP)
    return [name for app, name in graph.forwards_plan(newest) if app == APP]


@contextmanager
def a_database(folder: Path) -> Iterator[None]:
    """An empty database, to which all that is done within goes: a file under `folder`, or one on the tests' server."""
    before = connection.settings_dict["NAME"]
    name = f"parley_{uuid.uuid4().hex[:12]}"
    connection.close()
    if connection.vendor == "postgresql":
        _at_the_server(f"CREATE DATABASE {name}")
    connection.settings_dict["NAME"] = name if connection.vendor == "postgresql" else str(folder / f"{name}.sqlite3")
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        if connection.vendor == "postgresql":
            _at_the_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _at_the_server(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


def migrate_to(name: str) -> None:
    """Bring the database to what it was after the migration `name`; other apps to what they are."""
    executor = MigrationExecutor(connection)
    executor.migrate(_at(executor.loader, name))


def models_at(name: str) -> Apps:
    """The models as they were after the migration `name`."""
    loader = MigrationLoader(None)
    return loader.project_state(_at(loader, name)).apps


def _at(loader: MigrationLoader, name: str) -> list[tuple[str, str]]:
    return [*(node for node in loader.graph.leaf_nodes() if node[0] != APP), (APP, name)]


Rows = dict[str, list[dict[str, Any]]]


def everything() -> Rows:
    """Every row of every table, as the database itself says it."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column.name if hasattr(column, "name") else column[0] for column in cursor.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {table: rows for table, rows in found.items() if not table.startswith("sqlite_")}


def gone(before: Rows, after: Rows) -> list[str]:
    """What was in `before` and is not, or no longer the same, in `after`; tables and columns may have come to it."""
    wrong = []
    for table, rows in before.items():
        if table not in after:
            wrong.append(f"the table {table} with {len(rows)} rows")
            continue
        columns = list(rows[0]) if rows else []
        if missing := [name for name in columns if after[table] and name not in after[table][0]]:
            wrong.append(f"{table}: the columns {', '.join(missing)}")
            continue
        now = [{name: row[name] for name in columns} for row in after[table]]
        wrong += [f"{table}: the row {row}" for row in rows if row not in now]
        if table not in GROWS and len(rows) != len(after[table]):
            wrong.append(f"{table}: {len(rows)} rows were {len(after[table])} afterwards")
    return wrong
