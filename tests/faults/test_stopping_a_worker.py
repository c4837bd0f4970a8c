"""A worker that is asked to stop (SIGTERM, as service managers do) finishes what it holds and takes nothing more."""

import os
import signal
import time

import pytest

from evaluation.models import Job
from evaluation.queue.jobs import ask_for
from tests.cast import NOW
from tests.evaluation.builders import a_study
from tests.evaluation.judges.servers import JudgeServer, longer
from tests.evaluation.test_workers import PATIENCE, a_closed_study, a_worker, broker, until  # noqa: F401
from tests.openai_server import Faults


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
