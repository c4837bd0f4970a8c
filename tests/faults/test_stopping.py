"""Asked to stop (SIGTERM, as service managers do), servers and workers finish what they were given and lose nothing."""

import os
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from evaluation.models import Job
from evaluation.queue.jobs import ask_for
from tests.cast import NOW
from tests.evaluation.builders import a_study
from tests.evaluation.judges.servers import JudgeServer, longer
from tests.evaluation.test_workers import PATIENCE, a_closed_study, a_worker, broker, until  # noqa: F401
from tests.faults.sessions import check_nothing_is_lost, judging
from tests.faults.test_kill import DATABASES, a_site
from tests.openai_server import Faults
from tests.served_site import Site

K = 2


@contextmanager
def nobody_can_write(site: Site) -> Iterator[None]:
    """Every submit waits, until this ends."""
    if site.postgres:
        import psycopg

        with psycopg.connect(site.database) as other:
            other.execute("LOCK TABLE evaluation_slot IN ACCESS EXCLUSIVE MODE")
            yield
            other.commit()
    else:
        with closing(sqlite3.connect(site.database.removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.rollback()


@pytest.mark.parametrize("database", DATABASES)
def test_what_was_under_way_when_a_stop_was_asked_for_is_answered_before_it(tmp_path, database):
    with a_site(tmp_path, database) as site:
        study = site.study(contexts=600, k=K, links=16)
        site.start()
        assert site.master is not None
        with judging(site, tmp_path, links=study["links"], seconds=6) as session:
            time.sleep(1.5)
            with nobody_can_write(site):
                # By now all sixteen have sent something, and wait.
                time.sleep(2)
                asked = time.monotonic()
                site.master.terminate()
                time.sleep(1)
                assert site.master.poll() is None
            assert site.master.wait(timeout=40) == 0
            between = site.counted(study["name"])
            site.start()
            done = session.finish()

        # What had been sent was answered; what came to a door that was closing went to the next process.
        assert [written for written in done["cut_off"] if written < asked] == []
        assert done["sent_again"] > 0
        assert done["surprises"] == []
        counted = check_nothing_is_lost(site, study["name"], done, k=K)
        assert counted["answered"] == len(done["acknowledged"]) > between["answered"] > 0


def stopped_in_full_load(tmp_path, database: str, *, annotators: int, times: int, contexts: int) -> None:
    """Annotators judge, and the server is stopped and started so many times."""
    with a_site(tmp_path, database) as site:
        study = site.study(contexts=contexts, k=K, links=annotators, traits=True, checks=0.1, repeats=0.1)
        site.start()
        statuses, stored = [], []
        with judging(
            site, tmp_path, links=study["links"], seconds=5.0 * times + 2, drafts=True, patience=120.0
        ) as session:
            for _ in range(times):
                time.sleep(2)
                statuses.append(site.stop())
                stored.append(site.counted(study["name"])["answered"])
                site.start()
            done = session.finish()
        counted = check_nothing_is_lost(site, study["name"], done, k=K)
    sys.stdout.write(
        f"{database}: {times} stops, {len(done['acknowledged'])} judgments acknowledged, {counted['answered']} in the "
        f"database, {done['sent_again']} requests sent again, {len(done['cut_off'])} cut off\n"
    )
    assert statuses == [0] * times
    assert done["surprises"] == []
    # The pages went on with each new process.
    assert stored == sorted(stored)
    assert counted["answered"] > stored[-1]
    assert counted["answered"] == len(done["acknowledged"])


@pytest.mark.parametrize("database", DATABASES)
def test_pages_wait_for_the_next_process_and_go_on(tmp_path, database):
    stopped_in_full_load(tmp_path, database, annotators=16, times=1, contexts=600)


@pytest.mark.slow
@pytest.mark.parametrize("database", DATABASES)
def test_pages_wait_for_the_next_process_and_go_on_for_long(tmp_path, database):
    stopped_in_full_load(tmp_path, database, annotators=64, times=10, contexts=6000)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_asked_to_stop_finishes_what_it_holds_and_takes_nothing_more(
    broker,  # noqa: F811
    settings,
    parley_home,
    tmp_path,
):
    closed = a_closed_study()
    study = a_study("judged", contexts=10)
    with JudgeServer(longer, Faults(latency=0.5)) as server:
        told = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "none"}
        job = ask_for(study=study, kind=Job.Kind.JUDGE, options={"model": "mock"}, now=NOW)
        with a_worker(settings, tmp_path, **told) as worker:
            until(lambda: len(server.prompts) >= 3, "some were asked", tmp_path)
            os.kill(worker.pid, signal.SIGTERM)
            time.sleep(0.5)
            later = ask_for(study=closed, kind=Job.Kind.EXPORT, now=NOW)
            status = worker.wait(timeout=PATIENCE)

        # What it held is done, in its first try and paid for once; what came afterwards waits for another.
        ended = Job.objects.get(pk=job.pk)
        assert (status, ended.state, ended.error, ended.tries) == (0, "done", "", 1)
        assert len(server.prompts) == len(set(server.prompts)) == 20
        assert Job.objects.get(pk=later.pk).state == "queued"

        with a_worker(settings, tmp_path, **told):
            until(lambda: Job.objects.get(pk=later.pk).is_done(), "the export is made", tmp_path)
    assert Job.objects.get(pk=later.pk).tries == 1
