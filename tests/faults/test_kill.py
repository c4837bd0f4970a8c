"""`kill -9` at any time: what the server acknowledged is in the database, once, and nothing else is."""

import os
import random
import signal
import sys
import time

import pytest

from tests.faults.sessions import check_nothing_is_lost, judging
from tests.served_site import Site

POSTGRES = os.environ.get("PARLEY_TEST_DATABASE_URL", "")
K = 2
DATABASES = [
    "sqlite",
    pytest.param(
        "postgres", marks=pytest.mark.skipif(not POSTGRES.startswith("postgres"), reason="no PostgreSQL named")
    ),
]


def a_site(folder, database: str) -> Site:
    """A site with several workers on PostgreSQL, and two on SQLite, so that processes are killed beside others."""
    return Site(folder, postgres=POSTGRES if database == "postgres" else "", workers=4 if database == "postgres" else 2)


def kill_again_and_again(site: Site, *, times: int, pause: float) -> int:
    """Kill a worker, another, then all at once with their master, and so on; how many processes were killed."""
    rng, killed = random.Random(times), 0
    for turn in range(times):
        time.sleep(rng.uniform(0.5, 1.5) * pause)
        if turn % 3 == 2:
            killed += 1 + len(site.pids())
            site.kill()
            site.start()
        elif workers := site.pids():
            os.kill(rng.choice(workers), signal.SIGKILL)
            killed += 1
    return killed


def killed_in_full_load(tmp_path, database: str, *, annotators: int, times: int, pause: float, contexts: int):
    with a_site(tmp_path, database) as site:
        study = site.study(contexts=contexts, k=K, links=annotators, traits=True, checks=0.1, repeats=0.1)
        site.start()
        seconds = 1.5 * times * pause + 4
        with judging(site, tmp_path, links=study["links"], seconds=seconds, drafts=True, patience=120.0) as session:
            killed = kill_again_and_again(site, times=times, pause=pause)
            done = session.finish()
        counted = check_nothing_is_lost(site, study["name"], done, k=K)
    sys.stdout.write(
        f"{database}: {killed} processes killed, {len(done['acknowledged'])} judgments acknowledged, "
        f"{counted['answered']} in the database, {done['sent_again']} requests sent again, "
        f"{len(done['drafts'])} drafts kept\n"
    )
    return killed, done, counted


@pytest.mark.parametrize("database", DATABASES)
def test_what_was_acknowledged_survives_kills_in_full_load(tmp_path, database):
    killed, done, counted = killed_in_full_load(tmp_path, database, annotators=8, times=3, pause=1.0, contexts=400)

    assert killed >= 4
    assert done["sent_again"] > 0
    assert done["surprises"] == []
    # At most one of each annotator was counted and its acknowledgement cut off.
    assert 0 < len(done["acknowledged"]) <= counted["answered"] <= len(done["acknowledged"]) + 8


@pytest.mark.slow
@pytest.mark.parametrize("database", DATABASES)
def test_what_was_acknowledged_survives_fifty_kills_at_64_annotators(tmp_path, database):
    killed, done, counted = killed_in_full_load(tmp_path, database, annotators=64, times=30, pause=2.0, contexts=6000)

    assert killed >= 50
    assert done["surprises"] == []
    assert len(done["acknowledged"]) <= counted["answered"] <= len(done["acknowledged"]) + 64
