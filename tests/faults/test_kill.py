"""`kill -9` at any time: what the server acknowledged is in the database, once, and nothing else is."""

import os
import random
import signal
import sys
import time
from typing import Any

import pytest

from tests.faults.databases import DATABASES
from tests.faults.sessions import check_nothing_is_lost, judging, until_judged
from tests.served_site import Site

K = 2


def kill_again_and_again(site: Site, *, times: int, pause: float) -> int:
    """Kill a worker, another, then all at once with their master, and so on; how many processes were killed."""
    rng, killed = random.Random(times), 0
    for turn in range(times):
        # Into work that goes on, at any moment of it.
        until_judged(site, more=1)
        time.sleep(rng.uniform(0.5, 1.5) * pause)
        if turn % 3 == 2:
            killed += 1 + len(site.pids())
            site.kill()
            site.start()
        elif workers := site.pids():
            os.kill(rng.choice(workers), signal.SIGKILL)
            killed += 1
    return killed


def killed_in_full_load(
    made: Site, *, annotators: int, times: int, pause: float, contexts: int
) -> tuple[int, dict[str, Any], dict[str, Any]]:
    """Annotators judge while processes are killed: how many were, what was acknowledged, and what was counted."""
    with made as site:
        study = site.study(contexts=contexts, k=K, links=annotators, traits=True, checks=0.1, repeats=0.1)
        site.start()
        with judging(site, links=study["links"], drafts=True) as session:
            killed = kill_again_and_again(site, times=times, pause=pause)
            until_judged(site, more=annotators)
            done = session.finish()
        counted = check_nothing_is_lost(site, study["name"], done, k=K)
    sys.stdout.write(
        f"{site.kind}: {killed} processes killed, {len(done['acknowledged'])} judgments acknowledged, "
        f"{counted['answered']} in the database, {done['sent_again']} requests sent again, "
        f"{len(done['drafts'])} drafts kept\n"
    )
    return killed, done, counted


@pytest.mark.parametrize("database", DATABASES)
def test_what_was_acknowledged_survives_kills_in_full_load(a_site, database):
    killed, done, counted = killed_in_full_load(a_site(database), annotators=8, times=3, pause=0.5, contexts=400)

    assert killed >= 4
    assert done["sent_again"] > 0
    assert done["surprises"] == []
    # At most one of each annotator was counted and its acknowledgement cut off.
    assert 0 < len(done["acknowledged"]) <= counted["answered"] <= len(done["acknowledged"]) + 8


@pytest.mark.slow
@pytest.mark.parametrize("database", DATABASES)
def test_what_was_acknowledged_survives_fifty_kills_at_64_annotators(a_site, database):
    killed, done, counted = killed_in_full_load(a_site(database), annotators=64, times=30, pause=2.0, contexts=6000)

    assert killed >= 50
    assert done["surprises"] == []
    assert len(done["acknowledged"]) <= counted["answered"] <= len(done["acknowledged"]) + 64
