"""Annotators who judge on a served site while something is done to it, and what may then stand in the database."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.served_site import HOST, ROOT, Site
from tests.web_annotators import Order


class Session:
    """Annotators in a process of their own; `done` once `finish` was called."""

    def __init__(self, site: Site, folder: Path, **said: Any) -> None:
        order = folder / "order.json"
        order.write_text(json.dumps(asdict(Order(address=site.address, host=HOST, **said))), encoding="utf-8")
        self._people = subprocess.Popen(
            [sys.executable, "-m", "tests.web_annotators", str(order)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._people.stdout is not None
        assert self._people.stdout.readline() == "arrived\n"

    def go(self) -> None:
        """Everybody begins to judge."""
        assert self._people.stdin is not None
        self._people.stdin.write("go\n")
        self._people.stdin.flush()

    def finish(self) -> dict[str, Any]:
        """Wait until all are done; what they measured and what was acknowledged."""
        assert self._people.stdout is not None
        done: dict[str, Any] = json.loads(self._people.stdout.readline())
        self._people.wait(timeout=60)
        return done

    def stop(self) -> None:
        """End the process, whatever it does."""
        self._people.kill()
        self._people.wait()


@contextmanager
def judging(site: Site, folder: Path, **said: Any) -> Iterator[Session]:
    """Annotators at work on `site`; see `tests.web_annotators.Order`."""
    session = Session(site, folder, **said)
    try:
        session.go()
        yield session
    finally:
        session.stop()


def check_nothing_is_lost(site: Site, study: str, done: dict[str, Any], *, k: int) -> dict[str, Any]:
    """Assert that what was acknowledged stands, once, whole, and never more than `k` for a pair; what was counted."""
    counted = site.counted(study)
    wrong = {key: said for key, said in done["acknowledged"].items() if not _holds(counted["answers"].get(key), said)}
    assert wrong == {}
    assert counted["receipts"] == counted["answered"]
    assert counted["judgments"] == counted["criteria"] * counted["answered"]
    assert counted["most_per_item"] <= k
    assert counted["contexts_twice"] == 0
    assert counted["keys_without_slot"] == []
    assert counted["judged_and_not_answered"] == []
    assert counted["held_by_one"] <= 1
    waiting = {pair: said for pair, said in done["drafts"].items() if pair not in counted["moved_on"]}
    lost = {pair: said for pair, said in waiting.items() if not _holds(counted["drafts"].get(pair), said)}
    assert lost == {}
    return counted


def _holds(stored: dict[str, str] | None, said: dict[str, str]) -> bool:
    return stored is not None and said.items() <= stored.items()
