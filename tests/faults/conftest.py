"""Sites to be harmed, each with a database of its own."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.databases import POSTGRES
from tests.served_site import Site


@pytest.fixture(scope="session")
def first_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that nobody serves: making tables and packing static files takes longer than most that is done then."""
    with Site(tmp_path_factory.mktemp("first")) as site:
        yield site


@pytest.fixture
def a_site(first_site: Site, tmp_path: Path) -> Callable[..., Site]:
    """Makes a site ("sqlite" or "postgres"; `more` is told to `Site`) that begins as `first_site` did.

    On PostgreSQL it has four workers and on SQLite two, so that processes are killed and stopped beside others.
    """

    def made(database: str = "sqlite", **more: Any) -> Site:
        folder = tmp_path / "site"
        folder.mkdir()
        more["settings"] = {"STATIC_ROOT": first_site.environment["STATIC_ROOT"], **more.get("settings", {})}
        if database == "postgres":
            return Site(folder, **{"postgres": POSTGRES, "workers": 4, **more})
        site = Site(folder, **{"workers": 2, **more}, empty=True)
        shutil.copy(first_site.file, site.file)
        return site

    return made


@pytest.fixture
def an_empty_site(tmp_path: Path) -> Callable[..., Site]:
    """Makes a site ("sqlite" or "postgres") without tables."""

    def made(database: str = "sqlite") -> Site:
        folder = tmp_path / "empty"
        folder.mkdir()
        return Site(folder, postgres=POSTGRES if database == "postgres" else "", empty=True)

    return made
