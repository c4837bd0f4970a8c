"""What Prometheus is told, and who may ask."""

import os
import subprocess
import sys
import textwrap

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from evaluation.judging.assignment import claim_next
from evaluation.models import Delivery, Job, Webhook
from evaluation.operation.counting import counters
from tests.cast import NOW
from tests.conftest import ROOT
from tests.evaluation.builders import a_context, a_study, an_annotator, answer
from tests.evaluation.views.builders import PLANTED
from tests.evaluation.views.builders import a_study as a_planted_study

TOKEN = "a-token-of-prometheus-that-is-long"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh(settings):
    """No counters of another test's, and none left behind."""
    settings.METRICS_TOKEN, settings.METRICS_FROM = TOKEN, []
    counters.cache_clear()
    cache.clear()
    yield
    counters.cache_clear()
    cache.clear()


def told(**headers: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample, by its name and labels."""
    answer = Client(headers={"Authorization": f"Bearer {TOKEN}", **headers}).get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_without_a_setting_there_is_no_such_page(settings):
    settings.METRICS_TOKEN = ""
    counters.cache_clear()

    assert Client().get("/metrics").status_code == 404


@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}])
def test_without_its_token_nobody_reads_them(given):
    refused = Client(headers=given).get("/metrics")

    assert (refused.status_code, refused.content) == (403, b"not for you\n")


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "status"),
    [
        (0, "10.1.2.3", "", 200),
        (0, "11.1.2.3", "", 403),
        # Without a proxy nobody's word on where they are is believed.
        (0, "11.1.2.3", "10.1.2.3", 403),
        (1, "127.0.0.1", "10.1.2.3", 200),
        (1, "10.1.2.3", "11.1.2.3", 403),
        (1, "127.0.0.1", "10.1.2.3, 11.1.2.3", 403),
        (2, "10.1.2.3", "10.1.2.3", 403),
        (1, "127.0.0.1", "nonsense", 403),
        (0, "2001:db8::1", "", 200),
    ],
)
def test_only_the_configured_addresses_read_them(settings, proxies, remote, forwarded, status):
    settings.METRICS_TOKEN, settings.METRICS_FROM = "", ["10.0.0.0/8", "2001:db8::/32"]
    settings.TRUSTED_PROXIES = proxies
    more = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}

    assert Client().get("/metrics", REMOTE_ADDR=remote, **more).status_code == status


def test_where_both_are_set_both_must_fit(settings):
    settings.METRICS_FROM = ["10.0.0.5"]
    right = {"Authorization": f"Bearer {TOKEN}"}

    assert Client(headers=right).get("/metrics", REMOTE_ADDR="10.0.0.5").status_code == 200
    assert Client(headers=right).get("/metrics", REMOTE_ADDR="10.0.0.6").status_code == 403
    assert Client().get("/metrics", REMOTE_ADDR="10.0.0.5").status_code == 403


def test_requests_are_counted_by_route_and_never_by_address():
    for _ in range(2):
        Client().get("/j/a-secret-link/")
    Client().get("/no/such/page/at/all/")
    Client().generic("INVENTED", "/healthz")

    samples = told()

    def requests(**labels: str) -> float:
        return samples["parley_requests_total", tuple(sorted(labels.items()))]

    assert requests(route="j/<str:token>/", method="GET", status="4xx") == 2
    assert requests(route="unmatched", method="GET", status="4xx") == 1
    assert requests(route="healthz", method="OTHER", status="4xx") == 1
    assert samples["parley_request_seconds_count", (("route", "j/<str:token>/"),)] == 2
    assert "secret" not in str(samples)


def test_refusals_are_counted_by_kind_and_database_errors_apart(monkeypatch):
    def locked(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    Client(enforce_csrf_checks=True).post("/account/login/")
    monkeypatch.setattr("evaluation.views.arriving.find_invite", locked)
    Client().get("/j/a-link/")

    samples = told()

    assert samples["parley_refusals_total", (("kind", "forbidden"),)] == 1
    assert samples["parley_refusals_total", (("kind", "unavailable"),)] == 1
    assert samples["parley_database_errors_total", ()] == 1


def test_judgments_claims_slots_jobs_and_webhooks_are_told():
    study = a_study(contexts=3)
    ada = an_annotator(study)
    answer(claim_next(study=study, annotator=ada, now=NOW), ada)
    held = claim_next(study=study, annotator=ada, now=NOW)
    # The lease is of the clock that the page reads.
    type(held).objects.filter(pk=held.pk).update(leased_until=NOW.replace(year=NOW.year + 50))
    a_study("rain", state="closed", contexts=1)
    Job.objects.create(study=study, kind="report", fingerprint="x", state="queued", made_at=NOW)
    hook = Webhook.objects.create(study=study, address="https://hooks.example.org/x", nonce="0" * 32, made_at=NOW)
    for subject, given_up in (("A-1", None), ("A-2", NOW), ("A-3", NOW)):
        Delivery.objects.create(
            webhook=hook, event="annotator.finished", subject=subject, made_at=NOW, due_at=NOW, given_up_at=given_up
        )

    samples = told()

    slots = {labels: value for (name, labels), value in samples.items() if name == "parley_slots"}
    assert slots == {(("state", state), ("study", study.public_id)): 1.0 for state in ("free", "held", "done")}
    assert samples["parley_judgments_acknowledged_total", ()] == 1
    assert samples["parley_claims_total", ()] == 2
    assert samples["parley_jobs", (("kind", "report"), ("state", "queued"))] == 1
    assert samples["parley_jobs", (("kind", "judge"), ("state", "failed"))] == 0
    assert samples["parley_webhook_deliveries", (("state", "due"),)] == 1
    assert samples["parley_webhook_deliveries", (("state", "failed"),)] == 2
    assert samples["parley_database_up", ()] == samples["parley_processes", ()] == 1
    assert samples["parley_resident_memory_bytes", ()] > 10_000_000


def test_names_of_studies_are_told_only_where_that_is_asked_for(settings):
    a_planted_study()
    quiet = Client(headers={"Authorization": f"Bearer {TOKEN}"}).get("/metrics").text
    settings.METRICS_STUDY_NAMES = True
    cache.clear()
    loud = Client(headers={"Authorization": f"Bearer {TOKEN}"}).get("/metrics").text

    assert [word for word in PLANTED if word in quiet] == []
    assert [word for word in PLANTED if word in loud] == ["zebra-against-quokka"]


def test_a_database_that_is_away_is_a_metric(monkeypatch):
    def away() -> None:
        raise OperationalError("the server is away")

    monkeypatch.setattr("config.metrics._of_the_database", away)

    assert told()["parley_database_up", ()] == 0


def test_however_many_slots_there_are_a_scrape_asks_the_same_number_of_questions(django_assert_num_queries):
    # Three of the study's slots, and one each of studies, jobs and deliveries; asked again at once, none.
    study = a_study(contexts=1)
    with django_assert_num_queries(6):
        told()
    with django_assert_num_queries(0):
        told()

    for number in range(1, 4):
        a_context(study, number)
    cache.clear()

    with django_assert_num_queries(6):
        told()


def test_several_processes_are_told_as_one(tmp_path):
    count = textwrap.dedent("""
        import django
        django.setup()
        from evaluation.operation.counting import count, counters
        count("judgment")
        counters().request("j/<str:token>/", "GET", 200, 0.02)
    """)
    read = textwrap.dedent("""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
        print(generate_latest(registry).decode())
    """)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "METRICS_TOKEN": TOKEN,
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
    }

    for code in (count, count, read):
        ran = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )

    assert "parley_judgments_acknowledged_total 2.0" in ran.stdout
    assert 'parley_request_seconds_bucket{le="0.025",route="j/<str:token>/"} 2.0' in ran.stdout
