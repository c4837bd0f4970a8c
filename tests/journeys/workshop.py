"""A fresh machine in small: a home of its own, the commands as processes, and a server that people can reach."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import ROOT


@dataclass(frozen=True)
class Workshop:
    """Runs `manage.py` under the settings that a researcher has, on the SQLite database in `home`."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a command sees: our home, and nothing of the tests' own settings."""
        kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "SECRET_KEY")}
        return kept | {
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "PARLEY_HOME": str(self.home),
            "OMP_NUM_THREADS": "1",
        }

    def manage(self, *words: str, status: int = 0) -> str:
        """What `manage.py WORDS` prints on stdout; it must end with `status`."""
        ran = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words],
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
            cwd=self.home.parent,
        )
        assert ran.returncode == status, f"{' '.join(words)} ended with {ran.returncode}:\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout if status == 0 else ran.stderr

    def asked(self, *words: str) -> dict[str, Any]:
        """The JSON that `manage.py WORDS --json` prints."""
        result: dict[str, Any] = json.loads(self.manage(*words, "--json"))
        return result

    @contextmanager
    def served(self) -> Iterator[str]:
        """The address of a running server."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = (self.home / "server.log").open("w")
        server = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(port)],
            env=self.environment,
            stdout=log,
            stderr=log,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(address, server)
            yield address
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=20)
            log.close()


def _wait_for(address: str, server: subprocess.Popen[bytes], *, seconds: float = 60.0) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        assert server.poll() is None, "the server ended by itself"
        try:
            urllib.request.urlopen(f"{address}/account/login/", timeout=2)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"no answer at {address} within {seconds} seconds")
