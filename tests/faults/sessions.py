"""Annotators who judge on a served site while something is done to it, and what may then stand in the database."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any, Final

from tests.served_site import HOST, ROOT, Site
from tests.web_annotators import Order

# Seconds after which what is waited for does not come any more, on however busy a machine.
PATIENCE: Final = 120.0


class Session:
    """Annotators in a process of their own, who judge from `go` to `finish`."""

    def __init__(self, site: Site, **said: Any) -> None:
        order = site.folder / "order.json"
        told = Order(address=site.address, host=HOST, patience=PATIENCE, **said)
        order.write_text(json.dumps(asdict(told)), encoding="utf-8")
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
        self._tell("go")

    def finish(self) -> dict[str, Any]:
        """Tell everybody that it is enough, and wait until they are done; what was measured and acknowledged."""
        # Where nothing was left to judge, nobody is there to be told.
        with suppress(BrokenPipeError):
            self._tell("enough")
        assert self._people.stdout is not None
        done: dict[str, Any] = json.loads(self._people.stdout.readline())
        self._people.wait(timeout=60)
        return done

    def stop(self) -> None:
        """End the process, whatever it does."""
        self._people.kill()
        self._people.wait()

    def _tell(self, word: str) -> None:
        assert self._people.stdin is not None
        self._people.stdin.write(f"{word}\n")
        self._people.stdin.flush()


@contextmanager
def judging(site: Site, **said: Any) -> Iterator[Session]:
    """Annotators at work on `site`; see `tests.web_annotators.Order`."""
    session = Session(site, **said)
    try:
        session.go()
        yield session
    finally:
        session.stop()


def until(so: Callable[[], bool], what: str) -> float:
    """Wait until it is so; after how many seconds."""
    begun = time.monotonic()
    while not so():
        assert time.monotonic() < begun + PATIENCE, f"not within {PATIENCE:g} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - begun


def judged_on(site: Site) -> int:
    """How many judgments stand in the site's database."""
    [(many,)] = site.sql("SELECT count(*) FROM evaluation_receipt")
    return int(many)


def until_judged(site: Site, *, more: int) -> float:
    """Wait until so many more judgments are stored than now; after how many seconds."""
    now = judged_on(site)
    return until(lambda: judged_on(site) >= now + more, f"{more} more judgments than {now}")


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
