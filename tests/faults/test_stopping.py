"""Asked to stop (SIGTERM, as service managers do), a server finishes what it was sent, and pages go on at the next."""

import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.faults.databases import DATABASES
from tests.faults.sessions import check_nothing_is_lost, judged_on, judging, until, until_judged
from tests.served_site import Site

K = 2


@contextmanager
def nobody_can_write(site: Site) -> Iterator[None]:
    """Every submit waits, until this ends."""
    if site.postgres:
        import psycopg

        with psycopg.connect(**site.reached()) as other:
            other.execute("LOCK TABLE evaluation_slot IN ACCESS EXCLUSIVE MODE")
            yield
            other.commit()
    else:
        with closing(sqlite3.connect(site.database.removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.rollback()


def until_nothing_is_answered(site: Site, *, seconds: float) -> None:
    """Wait until no request has been answered for so long."""
    told, since = 0, time.monotonic()

    def quiet() -> bool:
        nonlocal told, since
        if (size := site.log.stat().st_size) != told:
            told, since = size, time.monotonic()
        return time.monotonic() > since + seconds

    until(quiet, "every request waits")


@pytest.mark.parametrize("database", DATABASES)
def test_what_was_under_way_when_a_stop_was_asked_for_is_answered_before_it(a_site, database):
    with a_site(database) as site:
        study = site.study(contexts=600, k=K, links=16)
        site.start()
        assert site.master is not None
        with judging(site, links=study["links"]) as session:
            until_judged(site, more=16)
            with nobody_can_write(site):
                # All sixteen have sent something, and wait.
                until_nothing_is_answered(site, seconds=1.0)
                asked = time.monotonic()
                site.master.terminate()
                time.sleep(1)
                assert site.master.poll() is None
            assert site.master.wait(timeout=40) == 0
            between = judged_on(site)
            site.start()
            until_judged(site, more=16)
            done = session.finish()

        # What had been sent was answered; what came to a door that was closing went to the next process.
        assert [written for written in done["cut_off"] if written < asked] == []
        assert done["sent_again"] > 0
        assert done["surprises"] == []
        counted = check_nothing_is_lost(site, study["name"], done, k=K)
        assert counted["answered"] == len(done["acknowledged"]) > between > 0


def stopped_in_full_load(made: Site, *, annotators: int, times: int, contexts: int) -> None:
    """Annotators judge, and the server is stopped and started so many times."""
    with made as site:
        study = site.study(contexts=contexts, k=K, links=annotators, traits=True, checks=0.1, repeats=0.1)
        site.start()
        statuses, stored = [], []
        with judging(site, links=study["links"], drafts=True) as session:
            for _ in range(times):
                until_judged(site, more=annotators)
                statuses.append(site.stop())
                stored.append(judged_on(site))
                site.start()
            until_judged(site, more=annotators)
            done = session.finish()
        counted = check_nothing_is_lost(site, study["name"], done, k=K)
    sys.stdout.write(
        f"{site.kind}: {times} stops, {len(done['acknowledged'])} judgments acknowledged, {counted['answered']} in the "
        f"database, {done['sent_again']} requests sent again, {len(done['cut_off'])} cut off\n"
    )
    assert statuses == [0] * times
    assert done["surprises"] == []
    # The pages went on with each new process.
    assert stored == sorted(stored)
    assert counted["answered"] > stored[-1]
    assert counted["answered"] == len(done["acknowledged"])


@pytest.mark.parametrize("database", DATABASES)
def test_pages_wait_for_the_next_process_and_go_on(a_site, database):
    stopped_in_full_load(a_site(database), annotators=16, times=1, contexts=600)


@pytest.mark.slow
@pytest.mark.parametrize("database", DATABASES)
def test_pages_wait_for_the_next_process_and_go_on_for_long(a_site, database):
    stopped_in_full_load(a_site(database), annotators=64, times=10, contexts=6000)
