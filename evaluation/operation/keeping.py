"""Backups of the database, taken while people judge, and restored into an empty database alone.

A backup is a folder: the database as one file (SQLite's own copy, or pg_dump's), and a `manifest.json` with that file's
digest and how many rows every table had in the very moment that was copied. Restoring checks both.
"""

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from generation.corpus.manifest import digest_of_file

FILES: Final = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
MANIFEST: Final = "manifest.json"


class CannotKeep(ValueError):
    """A folder or database that a backup cannot be written to or restored from."""


class BackupBroken(RuntimeError):
    """A copy that is not what was copied."""


def back_up(*, to: Path, now: datetime) -> dict[str, Any]:
    """Copy the database into the new folder `to`, check the copy, and return its manifest. Nothing is overwritten.

    On any failure the folder is removed again. Raises `CannotKeep` and `BackupBroken`.
    """
    if to.exists():
        raise CannotKeep(f"{to} exists: a backup is written into a new folder, and never over another")
    to.mkdir(parents=True, mode=0o700)
    try:
        file = to / FILES[connection.vendor]
        rows = _copy_sqlite(file) if connection.vendor == "sqlite" else _dump_postgres(file)
        file.chmod(0o600)
        manifest = {
            "format": 1,
            "engine": connection.vendor,
            "made_at": now.isoformat(),
            "migrations": sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()),
            "file": file.name,
            "bytes": file.stat().st_size,
            "sha256": digest_of_file(file),
            "rows": rows,
        }
        # Last of all: a folder without it is no backup.
        (to / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    except BaseException:
        shutil.rmtree(to)
        raise
    return manifest


def restore(*, of: Path) -> dict[str, Any]:
    """Put the backup in the folder `of` into the database, which must be empty; its manifest.

    One of an earlier version comes back as it was, and `migrate` then upgrades it (`not_applied` says whether it must);
    one of a later version than this is refused, since nothing here could read it.

    Raises `CannotKeep` before anything is changed, and `BackupBroken` where what was put in is not what was copied.
    """
    manifest = _manifest(of)
    file = of / str(manifest["file"])
    if manifest["engine"] != connection.vendor:
        raise CannotKeep(f"{of} is of a {manifest['engine']} database, and this one is {connection.vendor}")
    if not file.is_file() or digest_of_file(file) != manifest["sha256"]:
        raise CannotKeep(f"{file}: expected the digest that {MANIFEST} states; the file is damaged or not the one")
    _refuse_later_versions(manifest, of)
    tables = connection.introspection.table_names()
    if tables:
        raise CannotKeep(f"the database has {len(tables)} tables: a backup is restored into an empty one alone")
    if connection.vendor == "sqlite":
        _put_sqlite(file)
    else:
        _run("pg_restore", "--no-owner", "--no-acl", "--single-transaction", "--exit-on-error", str(file))
    rows = _count()
    if rows != manifest["rows"]:
        wrong = sorted(name for name in {*rows, *manifest["rows"]} if rows.get(name) != manifest["rows"].get(name))
        raise BackupBroken(f"restored, and {', '.join(wrong[:5])} hold other numbers of rows than were copied")
    return manifest


def not_applied(manifest: dict[str, Any]) -> list[str]:
    """The migrations that the database of this backup has yet to take: none where it is of this version."""
    return sorted(set(_known()) - set(manifest.get("migrations", ())))


def _refuse_later_versions(manifest: dict[str, Any], folder: Path) -> None:
    known = _known()
    apps = {name.partition(".")[0] for name in known}
    # What an app that is no longer there once did is of the past, not of the future.
    unknown = [name for name in manifest.get("migrations", ()) if name not in known and name.partition(".")[0] in apps]
    if unknown:
        raise CannotKeep(
            f"{folder} was made by a later version of Parley ({', '.join(sorted(unknown)[:5])} is not known here): "
            "install that version, and restore with it"
        )


def _known() -> set[str]:
    """Every migration that this version has, as `app.name`."""
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        missing = {"engine", "file", "sha256", "rows"} - set(found)
    except (OSError, ValueError, TypeError) as error:
        raise CannotKeep(f"{folder}: expected a folder that `backup` wrote, with a {MANIFEST}: {error}") from error
    if missing or Path(str(found["file"])).name != found["file"]:
        raise CannotKeep(f"{folder / MANIFEST}: expected engine, file, sha256 and rows")
    return found


def _copy_sqlite(file: Path) -> dict[str, int]:
    # A snapshot of one moment, taken beside whoever writes; free space is left behind.
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    with closing(sqlite3.connect(file)) as copy:
        [(said,)] = copy.execute("PRAGMA integrity_check").fetchall()
        if said != "ok":
            raise BackupBroken(f"SQLite says of the copy: {said}")
        names = [name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: copy.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]  # noqa: S608  # names out of the schema
            for name in sorted(names)
            if not name.startswith("sqlite_")
        }


def _put_sqlite(file: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source:
        source.backup(connection.connection)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        said = cursor.fetchall()
    if said != [("ok",)]:
        raise BackupBroken(f"SQLite says of what was restored: {said[0][0]}")


def _dump_postgres(file: Path) -> dict[str, int]:
    # What is counted and what is dumped are the same moment: the dump looks through this transaction's snapshot.
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = str(cursor.fetchone()[0])
        rows = _count()
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={file}")
    return rows


def _count() -> dict[str, int]:
    name = connection.ops.quote_name
    rows: dict[str, int] = {}
    with connection.cursor() as cursor:
        # SQLite's own tables, such as its statistics, are none of ours.
        for table in sorted(each for each in connection.introspection.table_names(cursor) if each[:7] != "sqlite_"):
            cursor.execute(f"SELECT COUNT(*) FROM {name(table)}")  # noqa: S608  # names out of the schema
            rows[table] = int(cursor.fetchone()[0])
    return rows


def _run(program: str, *words: str) -> None:
    """Run one of PostgreSQL's programs on the database; the password goes by the environment, not on the line."""
    said = connection.settings_dict
    environment = {
        "PGHOST": said["HOST"],
        "PGPORT": str(said["PORT"]),
        "PGUSER": said["USER"],
        "PGPASSWORD": said["PASSWORD"],
        "PGDATABASE": said["NAME"],
    }
    if shutil.which(program) is None:
        raise CannotKeep(f"{program} is not installed; Debian has it in postgresql-client")
    words = (*words, f"--dbname={said['NAME']}")
    environment = {name: value for name, value in environment.items() if value}
    done = subprocess.run(  # noqa: S603  # our own words, no shell
        [program, *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupBroken(f"{program}: {done.stderr.strip()[-500:]}")
