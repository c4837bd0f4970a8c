"""A database that is locked, full or restarted: a clear page, nothing half written, and the draft still there."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from django.db import connection
from django.test import Client

from evaluation.models import Draft, Judgment, Receipt, Slot
from tests.evaluation.views.builders import COHERENCE, NATURALNESS, a_study, entered, form_of
from tests.faults.databases import POSTGRES, needs_postgres
from tests.faults.sessions import check_nothing_is_lost, judging, until_judged

on_sqlite = pytest.mark.skipif(bool(POSTGRES), reason="a fault of SQLite's files")
ANSWERS = {"answer.naturalness": "left", "answer.coherence": "tie"}
PLACE = "/s/k3p9w2xq"
K = 2


def what_is_stored() -> tuple[int, int, int, int]:
    answered = Slot.objects.answered().count()
    return answered, Judgment.objects.count(), Receipt.objects.count(), Draft.objects.count()


@contextmanager
def no_room() -> Iterator[None]:
    """No file of this process grows over 16 kB: the disk is full for whatever a submit would write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def locked() -> Iterator[None]:
    """Somebody else writes, and does not end."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other, connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 20")
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()
        cursor.execute("PRAGMA busy_timeout = 20000")


@on_sqlite
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("trouble", [locked, no_room])
def test_a_submit_to_a_locked_or_full_database_says_when_to_try_again_and_is_then_counted_once(trouble):
    browser = Client()
    entered(browser, a_study(criteria=(NATURALNESS, COHERENCE)))
    form = {**form_of(browser.get(f"{PLACE}/judge/").content.decode()), **ANSWERS}
    browser.post(f"{PLACE}/draft/", form)
    before = what_is_stored()

    with trouble():
        refused = [browser.post(f"{PLACE}/judge/", form) for _ in range(2)]
    stored = what_is_stored()
    taken = [browser.post(f"{PLACE}/judge/", form).status_code for _ in range(2)]

    assert [(each.status_code, each["Retry-After"]) for each in refused] == [(503, "5")] * 2
    page = refused[0].content.decode()
    assert "What you have sent before is kept. Please try again in a minute." in page
    assert "database" not in page
    assert stored == before == (0, 0, 0, 1)
    assert taken == [302, 302]
    assert what_is_stored() == (1, 2, 1, 0)


@pytest.mark.db
@needs_postgres
def test_connections_that_the_database_ends_again_and_again_lose_nothing(a_site):
    with a_site("postgres", workers=2) as site:
        study = site.study(contexts=300, k=K, links=6, traits=True)
        site.start()

        with judging(site, links=study["links"], drafts=True) as session:
            for _ in range(6):
                until_judged(site, more=12)
                site.sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            until_judged(site, more=12)
            done = session.finish()

        assert done["statuses"].get("500", 0) == 0
        assert done["surprises"] == []
        assert len(done["acknowledged"]) > 0
        check_nothing_is_lost(site, study["name"], done, k=K)
