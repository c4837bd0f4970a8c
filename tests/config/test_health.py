"""What those who watch over the processes are told."""

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_server_that_has_all_it_needs_is_alive_and_ready():
    alive, ready = Client().get("/healthz"), Client().get("/readyz")

    assert (alive.status_code, alive.content) == (200, b"ok\n")
    assert ready.json() == {"ready": True, "database": "ok", "migrations": "ok", "cache": "ok"}
    assert "no-store" in ready["Cache-Control"]


def test_a_server_whose_database_is_older_than_its_code_is_alive_and_not_ready():
    last = MigrationRecorder.Migration.objects.filter(app="evaluation").order_by("name").last()
    last.delete()

    ready = Client().get("/readyz")

    assert ready.status_code == 503
    assert ready.json() == {"ready": False, "database": "ok", "migrations": "1 not applied", "cache": "ok"}
    assert Client().get("/healthz").status_code == 200


def test_a_cache_that_keeps_nothing_is_said(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

    ready = Client().get("/readyz")

    assert (ready.status_code, ready.json()["cache"]) == (503, "does not keep")


def test_neither_is_changed_by_asking():
    assert [Client().post(path).status_code for path in ("/healthz", "/readyz")] == [405, 405]
