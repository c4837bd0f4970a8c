"""The test server in a process of its own, and the best that anybody could do with the latencies that it gave."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.openai_server import Faults, faults_as_json

ROOT = Path(__file__).resolve().parent.parent


class Served:
    """A running server, a context manager. `begin_with` gives it faults and has it count from nothing."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.openai_server"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.base_url = self._process.stdout.readline().strip()
        self._root = self.base_url.removesuffix("/v1")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()

    def begin_with(self, faults: Faults) -> None:
        """Have these faults, and count from nothing."""
        self._ask("/faults", method="PUT", data=json.dumps(faults_as_json(faults)).encode())

    def counts(self) -> dict[str, Any]:
        """What the server saw since."""
        counts: dict[str, Any] = self._ask("/counts")
        return counts

    def _ask(self, path: str, *, method: str = "GET", data: bytes | None = None) -> Any:
        request = urllib.request.Request(self._root + path, method=method, data=data)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


def best_possible(latencies: list[float], concurrency: int) -> float:
    """Seconds below which no schedule brings answers that take so long: all slots busy to the end, or the longest."""
    return max(sum(latencies) / concurrency, max(latencies))
