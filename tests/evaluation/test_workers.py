"""Real workers on a real broker, killed while they work: nothing is lost, nothing is done twice over."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from evaluation.models import Delivery, Job, Study
from evaluation.queue.jobs import ask_for, path_of
from evaluation.queue.queueing import celery_app
from evaluation.queue.webhooks import EVENTS, add_webhook
from evaluation.studies.life import close_study
from tests.cast import NOW
from tests.evaluation.builders import a_study, an_annotator, judge_all
from tests.evaluation.judges.servers import JudgeServer, longer
from tests.evaluation.receiver import receiving
from tests.openai_server import Faults

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60.0
BROKERS = ("PARLEY_TEST_REDIS_URL", pytest.param("PARLEY_TEST_AMQP_URL", marks=pytest.mark.slow))


@pytest.fixture(params=BROKERS)
def broker(request, settings) -> Iterator[str]:
    """A broker with a queue of this test's own."""
    address = os.environ.get(request.param)
    if not address:
        # Redis is what `.ci/run` has on every machine; RabbitMQ is tried where somebody names one.
        if os.environ.get("PARLEY_REQUIRE_ALL") and request.param == BROKERS[0]:
            pytest.fail(f"{request.param} is required here")
        pytest.skip(f"{request.param} names no broker")
    settings.BROKER_URL, settings.BROKER_QUEUE = address, f"parley-test-{uuid.uuid4().hex}"
    settings.JOB_SILENCE_SECONDS = 2
    celery_app.cache_clear()
    yield address
    with suppress(Exception), celery_app().connection_for_write() as connection:
        connection.default_channel.queue_delete(settings.BROKER_QUEUE)
    celery_app.cache_clear()


@contextmanager
def a_worker(settings, tmp_path: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """`celery worker --beat` on this test's database and queue, in a process group of its own."""
    database = settings.DATABASES["default"]
    address = (
        f"sqlite:///{database['NAME']}"
        if "sqlite" in database["ENGINE"]
        else f"{os.environ['PARLEY_TEST_DATABASE_URL'].rpartition('/')[0]}/{database['NAME']}"
    )
    words = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--beat", "--concurrency", "2"]
    words += ["--schedule", str(tmp_path / "beat"), "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    with (tmp_path / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            words,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "config.settings.dev",
                "DATABASE_URL": address,
                "PARLEY_HOME": str(settings.PARLEY_HOME),
                "BROKER_URL": settings.BROKER_URL,
                "BROKER_QUEUE": settings.BROKER_QUEUE,
                "JOB_SILENCE_SECONDS": "2",
                "SWEEP_SECONDS": "1",
                "WEBHOOK_HOSTS": ",".join(settings.WEBHOOK_HOSTS),
                "WEBHOOK_PRIVATE": "yes",
                **environment,
            },
        )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """All of the worker at once, as when its machine dies."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def until(true: Callable[[], bool], what: str, tmp_path: Path) -> None:
    """Wait until it is so."""
    ends = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > ends:
            pytest.fail(f"not within {PATIENCE} s: {what}\n{(tmp_path / 'worker.log').read_text()[-3000:]}")
        time.sleep(0.05)


def a_closed_study() -> Study:
    study = a_study(contexts=3)
    judge_all(study, an_annotator(study))
    close_study(study=study, now=NOW)
    return study


def test_what_is_asked_for_is_made_by_a_worker(broker, settings, parley_home, tmp_path):
    job = ask_for(study=a_closed_study(), kind=Job.Kind.REPORT, now=NOW)

    with a_worker(settings, tmp_path):
        until(lambda: Job.objects.get(pk=job.pk).is_done(), "the report is made", tmp_path)

    made = Job.objects.get(pk=job.pk)
    assert made.tries == 1
    assert path_of(made).is_file()


@pytest.mark.db
def test_a_worker_that_is_killed_over_a_job_loses_nothing_and_pays_for_nothing_twice(
    broker, settings, parley_home, tmp_path
):
    """A model judges 40 looks; the worker is killed twice on the way, and the last one ends it."""
    study = a_study(contexts=20)
    with JudgeServer(longer, Faults(latency=0.4)) as server:
        told = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "none"}
        job = ask_for(study=study, kind=Job.Kind.JUDGE, options={"model": "mock"}, now=NOW)
        for answered in (8, 20):
            with a_worker(settings, tmp_path, **told) as worker:
                until(lambda least=answered: len(server.prompts) >= least, f"{answered} were asked", tmp_path)
                kill(worker)
            assert not Job.objects.get(pk=job.pk).is_done()
        with a_worker(settings, tmp_path, **told):
            until(lambda: not Job.objects.get(pk=job.pk).is_under_way(), "the job ends", tmp_path)

    ended = Job.objects.get(pk=job.pk)
    assert (ended.state, ended.error) == ("done", "")
    assert ended.said == "mock judged 20 pairs in both orders."
    assert ended.tries == 3
    # Bought twice: at most what was under way at the two kills, eight at a time.
    assert 40 <= len(server.prompts) <= 40 + 2 * 8
    assert len(set(server.prompts)) == 40


def test_a_webhook_is_told_though_the_worker_dies_over_it(broker, settings, parley_home, tmp_path):
    with receiving() as server:
        settings.WEBHOOK_HOSTS, settings.WEBHOOK_PRIVATE = list(server.rules.hosts), True
        study = a_study()
        add_webhook(study=study, address=server.address(), events=EVENTS, now=NOW)
        with a_worker(settings, tmp_path) as worker:
            kill(worker)
        close_study(study=study, now=NOW)
        with a_worker(settings, tmp_path):
            until(lambda: Delivery.objects.filter(delivered_at__isnull=False).exists(), "it is told", tmp_path)

    assert len(server.came) == 1


def test_a_broker_that_is_away_costs_nobody_a_click(settings, parley_home, caplog):
    settings.BROKER_URL = "redis://127.0.0.1:1/0"
    celery_app.cache_clear()
    begun = time.monotonic()

    job = ask_for(study=a_closed_study(), kind=Job.Kind.EXPORT, now=NOW)

    celery_app.cache_clear()
    assert time.monotonic() - begun < 10
    assert job.state == "queued"
    assert "the broker did not take work" in caplog.text
