"""From every schema that a release could have had, with data, to today's: nothing is lost, and people go on.

The migrations are found, not listed: one that is added is upgraded to and from without a word here, unless its tables
take no made-up values (`NoDataFor` then names what is missing) or it does away with something that was kept.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from evaluation.models import Researcher, Study
from evaluation.operation.keeping import back_up, restore
from evaluation.reports.build import report_of
from evaluation.results.exporting import rows_of
from tests.cast import NOW
from tests.evaluation.views.builders import form_of
from tests.faults.old_data import (
    API_TOKEN,
    CLEO,
    CONTEXTS,
    LINKS,
    PASSWORD,
    SAID,
    NoDataFor,
    Put,
    a_row_in_every_table,
    a_study_under_way,
)
from tests.faults.old_schemas import a_database, everything, gone, migrate_to, models_at, schemas
from tests.web_annotators import Form

JUDGE = "/s/k3p9w2xq/judge/"


@pytest.fixture(autouse=True)
def _own_databases(django_db_blocker):
    """These tests make their databases themselves."""
    with django_db_blocker.unblock():
        yield
    cache.clear()


@pytest.fixture(scope="module")
def empty(tmp_path_factory, django_db_blocker) -> dict[str, Path]:
    """For every schema a database of it, without a row of ours, as a backup: made on the way to the newest, once."""
    folder = tmp_path_factory.mktemp("empty")
    with django_db_blocker.unblock(), a_database(folder):
        for name in schemas():
            migrate_to(name)
            back_up(to=folder / name, now=NOW)
    return {name: folder / name for name in schemas()}


def filled(backup: Path, schema: str) -> Put:
    """The database, empty until now, as one of that schema with rows in every table."""
    restore(of=backup)
    apps = models_at(schema)
    a_row_in_every_table(apps)
    return a_study_under_way(apps)


def what_is_said() -> dict[str, Any]:
    """The report of the study as it stands, all of it that a reader can see."""
    cache.clear()
    return asdict(report_of(Study.objects.get(name="snow")))


def judged_to_the_end(browser: Client, link: str, *, seen: list[str]) -> int:
    """Come by `link` and judge until nothing is left; how many pairs. The first page judged is put into `seen`."""
    page, pairs = browser.get(f"/j/{link}/", follow=True), 0
    while form := Form.on(page.content.decode()):
        at = page.request["PATH_INFO"]
        if at == JUDGE:
            seen.append(page.content.decode())
        picked = {name: values[0] for name, values in form.offered.items() if name != "problem"}
        pairs += at == JUDGE and form.fields["do"] == "submit"
        sent = {**picked, **form.fields, "layout": "stacked", "seconds": "9.5"}
        page = browser.post(at, {**sent, "answer": "agree"} if at.endswith("/consent/") else sent, follow=True)
        assert page.status_code == 200
        assert len(seen) < 100
    return pairs


@pytest.fixture(scope="module")
def said_today(empty, tmp_path_factory, django_db_blocker) -> dict[str, Any]:
    """The report of the same study, where it was made under the newest schema."""
    with django_db_blocker.unblock(), a_database(tmp_path_factory.mktemp("newest")):
        filled(empty[schemas()[-1]], schemas()[-1])
        return what_is_said()


def every_schema() -> list[Any]:
    """Each once; the oldest, from which every step is taken, and the newest also on PostgreSQL."""
    names = schemas()
    return [pytest.param(name, marks=pytest.mark.db if name in (names[0], names[-1]) else ()) for name in names]


@pytest.mark.parametrize("schema", every_schema())
def test_a_backup_of_an_earlier_schema_is_restored_upgraded_and_gone_on_with(
    schema, empty, said_today, tmp_path, capsys
):
    with a_database(tmp_path):
        put = filled(empty[schema], schema)
        before = everything()
        back_up(to=tmp_path / "backup", now=NOW)

    with a_database(tmp_path):
        call_command("restore", str(tmp_path / "backup"))
        assert ("of an earlier version" in capsys.readouterr().out) == (schema != schemas()[-1])
        assert everything() == before

        call_command("migrate", verbosity=0)
        assert gone(before, everything()) == []
        connection.check_constraints()

        reads_as_it_was_put(put, said_today)
        goes_on(put)


def reads_as_it_was_put(put: Put, said_today: dict[str, Any]) -> None:
    """Assert that the export says what was put in, row for row, and that the report is that of a study made today."""
    rows = [asdict(row) for row in rows_of(Study.objects.get(name="snow"))]
    assert [{name: row[name] for name in put.judged[0]} for row in rows if not row["is_check"]] == put.judged
    assert [row["expected"] for row in rows if row["is_check"]] == ["", "persona", ""]
    assert what_is_said() == said_today


def goes_on(put: Put) -> None:
    """Assert that everybody gets in as before, and that all that was still to be judged is judged."""
    study = Study.objects.get(name="snow")
    pages: list[str] = []
    # Bo first, so that what he held is still his; then Ada and somebody new.
    done = [judged_to_the_end(Client(), LINKS[who], seen=pages) for who in ("bo", "ada", "open")]
    assert done == [CONTEXTS, CONTEXTS - 3, CONTEXTS]
    picked = [form_of(pages[0])[f"answer.{key}"] for key in put.draft]
    assert picked == list(put.draft.values())
    assert study.slots.get(context__ident=put.held_context, annotator__code="A-BO").answered_at is not None
    assert not study.slots.filter(answered_at=None).exists()

    script = Client(headers={"Authorization": f"Token {API_TOKEN}"})
    assert [each["name"] for each in script.get("/api/v1/studies/").json()["results"]] == ["snow"]
    assert Researcher.objects.get(email=CLEO).check_password(PASSWORD)


@pytest.mark.db
def test_a_backup_of_a_later_version_is_refused_before_anything_is_put_in(empty, tmp_path):
    folder = tmp_path / "later"
    folder.mkdir()
    for file in empty[schemas()[-1]].iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["migrations"] += ["evaluation.9999_of_the_future", "gone.0001_an_app_that_left"]
    (folder / "manifest.json").write_text(json.dumps(manifest))

    with a_database(tmp_path):
        with pytest.raises(CommandError, match=r"a later version of Parley \(evaluation\.9999_of_the_future is not"):
            call_command("restore", str(folder))
        assert connection.introspection.table_names() == []


def test_what_a_migration_loses_or_changes_is_told():
    before: dict[str, list[dict[str, Any]]] = {
        "kept": [{"id": 1, "text": "a"}],
        "dropped": [{"id": 1}],
        "narrowed": [{"id": 1, "text": "a"}],
        "changed": [{"id": 1, "text": "a"}],
        "emptied": [{"id": 1}],
    }
    after = {
        "kept": [{"id": 1, "text": "a", "new": None}],
        "new": [{"id": 1}],
        "narrowed": [{"id": 1}],
        "changed": [{"id": 1, "text": "b"}],
        "emptied": [],
    }

    assert gone(before, after) == [
        "the table dropped with 1 rows",
        "narrowed: the columns text",
        "changed: the row {'id': 1, 'text': 'a'}",
        "emptied: the row {'id': 1}",
        "emptied: 1 rows were 0 afterwards",
    ]


def test_a_table_that_takes_no_made_up_values_is_named(empty, tmp_path, monkeypatch):
    monkeypatch.setitem(SAID, ("Talk", "begun_at"), "no time at all")

    with a_database(tmp_path):
        restore(of=empty[schemas()[-1]])
        with pytest.raises(
            NoDataFor, match=r"evaluation\.Talk takes no row of made-up values .* in SAID of tests/faults"
        ):
            a_row_in_every_table(models_at(schemas()[-1]))
