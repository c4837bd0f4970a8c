"""Backups of a site with data: whole, checked, never over anything, and back in an empty database alone."""

import json

import pytest

from tests.faults.databases import DATABASES


@pytest.mark.parametrize("database", DATABASES)
def test_what_was_backed_up_is_back_in_an_empty_database_and_nothing_is_overwritten(
    a_site, an_empty_site, tmp_path, database
):
    backup = tmp_path / "backup"
    with a_site(database) as site, an_empty_site(database) as fresh:
        study = site.study(contexts=30, k=2, links=3)
        before = site.counted(study["name"])

        site.manage("backup", "--to", str(backup))
        with pytest.raises(RuntimeError, match="written into a new folder, and never over another"):
            site.manage("backup", "--to", str(backup))
        with pytest.raises(RuntimeError, match="restored into an empty one alone"):
            site.manage("restore", str(backup))
        fresh.manage("restore", str(backup))

        assert fresh.counted(study["name"]) == before
        manifest = json.loads((backup / "manifest.json").read_text())
        assert manifest["rows"]["evaluation_slot"] == 60
        assert (backup / manifest["file"]).stat().st_mode & 0o777 == 0o600
        # The restored database is a whole one: it takes migrations, and starts.
        fresh.manage("migrate", "-v0")


def test_a_damaged_backup_is_refused_and_nothing_is_put_in(a_site, an_empty_site, tmp_path):
    backup = tmp_path / "backup"
    with a_site() as site, an_empty_site() as fresh:
        site.manage("backup", "--to", str(backup))
        file = backup / "database.sqlite3"
        file.chmod(0o600)
        with file.open("r+b") as damaged:
            damaged.seek(5000)
            damaged.write(b"something else")

        with pytest.raises(RuntimeError, match="the file is damaged or not the one"):
            fresh.manage("restore", str(backup))
        with pytest.raises(RuntimeError, match="expected a folder that `backup` wrote"):
            fresh.manage("restore", str(tmp_path))

        # It was not even made: the digest is looked at first.
        assert not fresh.file.exists()
