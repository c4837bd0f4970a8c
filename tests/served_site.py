"""The real site in processes of its own: gunicorn under the production settings, on SQLite or PostgreSQL.

Nothing of it is of the tests: the database is made by `migrate`, the study by `python -m tests.served_study`, and the
server is the one of `config/gunicorn.py`, so that what is measured and killed here is what people run.
"""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import Request, urlopen

import environ

ROOT: Final = Path(__file__).resolve().parent.parent
HOST: Final = "parley.test"
TICKS: Final = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """A site with its database under `folder`; `postgres` is the address of a server to make a database on."""

    folder: Path
    postgres: str = ""
    workers: int | None = None
    threads: int | None = None
    settings: dict[str, str] = field(default_factory=dict)
    # Of commands and servers alike, in front of their words: `prlimit`, `nice`.
    before: tuple[str, ...] = ()
    # No tables are made.
    empty: bool = False

    def __post_init__(self) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.master: subprocess.Popen[bytes] | None = None
        self.log = self.folder / "server.log"
        self._name = f"parley_{uuid.uuid4().hex[:12]}"
        self.database = f"sqlite:///{self.folder / 'site.sqlite3'}"
        if self.postgres:
            self.database = f"{self.postgres.rpartition('/')[0]}/{self._name}"
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "OMP_NUM_THREADS": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings.prod",
            "SECRET_KEY": "served-only-in-tests-k3J9xQ2vL7mB4nR8tY1wZ6cF5hD0sGpAeUiOqWzXy",
            "ALLOWED_HOSTS": HOST,
            "TRUSTED_PROXIES": "1",
            "SECURE_SSL_REDIRECT": "no",
            "PARLEY_HOME": str(self.folder / "home"),
            "STATIC_ROOT": str(self.folder / "static"),
            "DATABASE_URL": self.database,
            "BIND": f"127.0.0.1:{self.port}",
            # Annotators here read in no time, and come from one address.
            "CLAIM_RATE": "",
            "ENTER_RATE": "",
            **({"WEB_WORKERS": str(self.workers)} if self.workers else {}),
            **({"WEB_THREADS": str(self.threads)} if self.threads else {}),
            **self.settings,
        }

    def __enter__(self) -> "Site":
        (self.folder / "home").mkdir(parents=True, exist_ok=True)
        if self.postgres:
            self.sql(f"CREATE DATABASE {self._name}", database="postgres")
        # One process for all of it: starting Django takes longer than what it then does.
        if not self.empty:
            try:
                self._run([sys.executable, "-m", "tests.served_study", "prepare"])
            except BaseException:
                self.__exit__()
                raise
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()
        if self.postgres:
            self.sql(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)", database="postgres")

    def manage(self, *words: str) -> str:
        """Run a command of `manage.py` under the site's settings, and return what it printed."""
        return self._run([sys.executable, str(ROOT / "manage.py"), *words])

    def large_study(self, **said: Any) -> dict[str, Any]:
        """Make an open study of very many slots (see `benchmarks.large_study`): its name and links."""
        made: dict[str, Any] = json.loads(self._run([sys.executable, "-m", "benchmarks.large_study", json.dumps(said)]))
        return made

    def study(self, **said: Any) -> dict[str, Any]:
        """Make an open study (see `tests.served_study`): its name and links."""
        made: dict[str, Any] = json.loads(self._run([sys.executable, "-m", "tests.served_study", json.dumps(said)]))
        return made

    def counted(self, name: str) -> dict[str, Any]:
        """What the study's rows say, read in a process of its own."""
        found: dict[str, Any] = json.loads(self._run([sys.executable, "-m", "tests.served_study", "count", name]))
        return found

    def sql(self, statement: str, *, database: str = "") -> list[Any]:
        """Run one statement on the site's database, or another of its PostgreSQL server, outside any transaction."""
        if not self.postgres:
            with contextlib.closing(sqlite3.connect(self.file, timeout=20, isolation_level=None)) as lite:
                return lite.execute(statement).fetchall()
        import psycopg

        with psycopg.connect(**self.reached(database or self._name), autocommit=True) as connection:
            ran = connection.execute(statement)
            return ran.fetchall() if ran.description else []

    @property
    def kind(self) -> str:
        """On which database it is."""
        return "postgres" if self.postgres else "sqlite"

    @property
    def file(self) -> Path:
        """Where its SQLite database lies."""
        return Path(self.environment["DATABASE_URL"].removeprefix("sqlite:///"))

    def reached(self, database: str = "") -> dict[str, Any]:
        """How psycopg reaches a database of the PostgreSQL server, by default the site's.

        The address is read as the settings read it: in `postgres:////run/postgresql/name`, which is the folder of a
        socket and a name for them, libpq would see a name alone.
        """
        told = environ.Env.db_url_config(self.postgres)
        where = {"host": told["HOST"], "port": told["PORT"], "user": told["USER"], "password": told["PASSWORD"]}
        return {"dbname": database or self._name, **{name: value for name, value in where.items() if value}}

    def start(self) -> None:
        """Start the server and wait until it answers."""
        words = [*self.before, sys.executable, "-m", "gunicorn", "-c", str(ROOT / "config" / "gunicorn.py")]
        with self.log.open("ab") as log:
            self.master = subprocess.Popen(
                [*words, "config.wsgi:application"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while self.ask("/account/login/") != 200:
            if self.master.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start: {self.log.read_text()[-2000:]}")
            time.sleep(0.1)

    def ask(self, path: str) -> int:
        """The status of a page; 0 where nobody answers."""
        asked = Request(self.address + path, headers={"Host": HOST, "X-Forwarded-Proto": "https"})
        try:
            with urlopen(asked, timeout=10) as answer:
                return int(answer.status)
        except URLError as error:
            return int(getattr(error, "code", 0))
        except OSError:
            return 0

    def pids(self) -> list[int]:
        """The workers, without their master."""
        if self.master is None:
            return []
        children = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children")
        try:
            return [int(each) for each in children.read_text().split()]
        except OSError:
            return []

    def cpu(self) -> float:
        """CPU seconds that the master and its workers have used."""
        assert self.master is not None
        return sum(_cpu_of(pid) for pid in (self.master.pid, *self.pids()))

    def database_cpu(self) -> float:
        """CPU seconds of the PostgreSQL processes that serve this site, on this machine; 0 on SQLite."""
        if not self.postgres:
            return 0.0
        there = self.sql(f"SELECT pid FROM pg_stat_activity WHERE datname = '{self._name}' AND pid <> pg_backend_pid()")
        return sum(_cpu_of(int(pid)) for (pid,) in there)

    def kill(self) -> None:
        """`kill -9` of the master and every worker at once."""
        if self.master is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.master.pid, signal.SIGKILL)
        self.master.wait()
        self.master = None

    def stop(self, *, seconds: float = 40) -> int:
        """Ask the server to stop, as a service manager does, and wait; its exit status."""
        assert self.master is not None
        self.master.terminate()
        status = self.master.wait(timeout=seconds)
        self.master = None
        return status

    def _run(self, words: list[str]) -> str:
        done = subprocess.run(
            [*self.before, *words], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(words[1:4])} failed: {done.stderr[-3000:]}")
        return done.stdout


def _cpu_of(pid: int) -> float:
    """User and system time of a process and of those children that it has buried."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(each) for each in after_name[11:13]) / TICKS
