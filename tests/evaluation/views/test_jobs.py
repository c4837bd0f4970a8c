"""Background work on the site: who may ask for what, progress, and what is fetched."""

import pytest

from evaluation.models import Job, Judgment, Study
from evaluation.queue.jobs import ask_for
from evaluation.studies.life import close_study
from evaluation.workers.making import work
from tests.cast import NOW
from tests.evaluation.views.people import ZEBRA, a_planted_study, a_reader, cleo, dov, planted_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_broker")]


def a_closed_study() -> Study:
    study = a_planted_study()
    close_study(study=study, now=NOW)
    return study


def test_members_ask_for_files_and_fetch_them():
    study = a_closed_study()
    reader = a_reader(study)

    answer = reader.post("/studies/snow/jobs/", {"kind": "export"}, follow=True)
    job = Job.objects.get()
    assert "waits for a worker" in answer.text
    assert reader.get(f"/studies/snow/jobs/{job.pk}/file/").status_code == 404
    work(job.pk, clock=lambda: NOW)

    assert "Download (ZIP)" in reader.get(f"/studies/snow/jobs/{job.pk}/").text
    file = reader.get(f"/studies/snow/jobs/{job.pk}/file/")
    assert file["Content-Disposition"] == 'attachment; filename="snow-judgments.zip"'
    assert b"".join(file.streaming_content)[:2] == b"PK"


def test_a_line_asks_for_itself_until_the_work_is_done():
    study = a_closed_study()
    job = ask_for(study=study, kind=Job.Kind.EXPORT, now=NOW)
    address = f"/studies/snow/jobs/{job.pk}/"

    assert f'hx-get="{address}"' in cleo().get(address).text
    work(job.pk, clock=lambda: NOW)
    assert "hx-get" not in cleo().get(address).text


def test_nothing_is_made_while_the_results_are_hidden():
    a_planted_study()

    answer = cleo().post("/studies/snow/jobs/", {"kind": "report"}, follow=True)

    assert not Job.objects.exists()
    assert "results by system stay hidden" in answer.text
    assert planted_in(answer.text) == []


def test_what_was_made_is_not_fetched_by_others():
    study = a_closed_study()
    job = ask_for(study=study, kind=Job.Kind.EXPORT, now=NOW)
    work(job.pk, clock=lambda: NOW)
    a_planted_study("other")

    for address in ("", f"{job.pk}/", f"{job.pk}/file/"):
        assert dov().get(f"/studies/snow/jobs/{address}").status_code == 404
    assert cleo().get(f"/studies/other/jobs/{job.pk}/file/").status_code == 404


def test_only_those_who_may_change_the_study_have_a_model_judge():
    study = a_planted_study()

    assert a_reader(study).post("/studies/snow/jobs/", {"kind": "judge", "model": "m"}).status_code == 404
    assert "its name" in cleo().post("/studies/snow/jobs/", {"kind": "judge", "model": ""}, follow=True).text
    assert not Job.objects.exists()
    cleo().post("/studies/snow/jobs/", {"kind": "judge", "model": "gpt-x"})
    assert Job.objects.get().options == {"model": "gpt-x"}


def test_without_a_worker_the_page_names_the_commands(settings):
    settings.BROKER_URL = ""
    a_closed_study()

    assert "manage.py export_judgments snow" in cleo().get("/studies/snow/jobs/").text
    answer = cleo().post("/studies/snow/jobs/", {"kind": "export"}, follow=True)
    assert "No worker is set up" in answer.text
    assert not Job.objects.exists()


def test_the_report_of_a_large_study_is_made_by_a_worker_and_is_the_same_page(settings):
    study = a_closed_study()
    there_and_then = cleo().get("/studies/snow/report/").text
    settings.LARGE_STUDY = Judgment.objects.filter(slot__study=study).count() - 1

    waiting = cleo().get("/studies/snow/report/")
    assert waiting.status_code == 202
    assert "The report is being made" in waiting.text
    assert cleo().get("/studies/snow/report/").status_code == 202
    job = Job.objects.get()
    work(job.pk, clock=lambda: NOW)

    made = cleo().get("/studies/snow/report/")
    assert made.status_code == 200
    assert ZEBRA in made.text
    assert made.text == there_and_then
    assert cleo().get("/studies/snow/report/comparisons.csv").status_code == 200
