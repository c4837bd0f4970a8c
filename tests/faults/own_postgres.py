"""A PostgreSQL server of a test's own, to be stopped, killed and started again: nobody else's is touched."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.served_site import free_port


def programs() -> Path:
    """The folder of PostgreSQL's server programs, the newest that is installed; skips the test where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: float(each.parts[4]))
    if named := shutil.which("initdb"):
        found.append(Path(named))
    if not found:
        if os.environ.get("PARLEY_REQUIRE_ALL"):
            pytest.fail("PostgreSQL's server programs are required here")
        pytest.skip("PostgreSQL's server programs (initdb, pg_ctl) are not installed")
    return found[-1].parent


class OwnPostgres:
    """A server with its files under `folder`, on a port of its own, that lets its own machine in without a password."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self._programs = folder, free_port(), programs()
        # It refuses to run as root.
        self._as: dict[str, Any] = (
            {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        )
        self.address = f"postgres://parley@127.0.0.1:{self.port}/postgres"
        if self._as:
            shutil.chown(folder, "postgres", "postgres")

    def make(self) -> None:
        """Make its files."""
        self._run("initdb", "--username=parley", "--auth=trust", "--encoding=UTF8", "--no-sync", str(self._data))

    def start(self) -> None:
        """Start it and wait until it answers."""
        told = f"-c port={self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "start", "-w", "-l", str(self.folder / "log"), "-D", str(self._data), "-o", told)

    def stop(self, how: str) -> None:
        """Stop it: "fast" cuts every connection off, "immediate" is as if it had been killed."""
        self._run("pg_ctl", "stop", "-w", "-m", how, "-D", str(self._data))

    def runs(self) -> bool:
        """Whether it is there."""
        try:
            self._run("pg_ctl", "status", "-D", str(self._data))
        except RuntimeError:
            return False
        return True

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *words],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            **self._as,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr[-2000:]}")


@contextmanager
def own_postgres(folder: Path | None = None) -> Iterator[OwnPostgres]:
    """A server that runs, under `folder` or one that is gone afterwards."""
    # Not under pytest's folder, which is closed to everybody but its owner.
    made = folder or Path(tempfile.mkdtemp(prefix="parley-postgres-"))
    server = OwnPostgres(made)
    server.make()
    server.start()
    try:
        yield server
    finally:
        if server.runs():
            server.stop("immediate")
        if folder is None:
            shutil.rmtree(made, ignore_errors=True)


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A file system of so many megabytes; skips the test where none may be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="parley-disk-"))
    mounted = (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "parley", str(folder)],
            capture_output=True,
            check=False,
        )
        if shutil.which("mount")
        else None
    )
    if mounted is None or mounted.returncode:
        folder.rmdir()
        pytest.skip("a small file system cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)
        folder.rmdir()


@contextmanager
def no_room_on(disk: Path) -> Iterator[None]:
    """Whatever room is left on `disk` is taken, and given back."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    continue
            yield
        finally:
            file.truncate(0)
    filler.unlink()
