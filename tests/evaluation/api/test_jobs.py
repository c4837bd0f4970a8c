"""Background work over the API: asked for once, watched, fetched; hidden results stay hidden."""

import io
import zipfile

import pytest

from evaluation.models import Job, Membership, Study
from evaluation.queue.jobs import ask_for
from evaluation.studies.life import close_study
from evaluation.workers.making import work
from tests.cast import DOV, NOW
from tests.evaluation.api.builders import a_script, sent
from tests.evaluation.builders import a_researcher
from tests.evaluation.views.people import a_planted_study, planted_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_broker")]
PLACE = "/api/v1/studies/snow/jobs/"


def a_closed_study() -> Study:
    study = a_planted_study()
    close_study(study=study, now=NOW)
    return study


def a_reader(study: Study) -> None:
    Membership.objects.create(study=study, researcher=a_researcher(DOV), role="reader")


def test_judgments_are_asked_for_watched_and_fetched_by_a_reader():
    a_reader(a_closed_study())
    script = a_script(DOV)

    asked = sent(script, PLACE, {"kind": "export"})
    place = f"{PLACE}{asked.json()['number']}/"
    too_early = script.get(f"{place}file/")
    work(asked.json()["number"], clock=lambda: NOW)
    done = script.get(place).json()
    file = script.get(f"{place}file/")
    again = sent(script, PLACE, {"kind": "export"})

    assert (asked.status_code, asked.json()["state"], asked.json()["has_file"]) == (202, "queued", False)
    assert too_early.status_code == 404
    assert (done["state"], done["has_file"], done["kind"], done["made_by"]) == ("done", True, "export", "Dov")
    assert file.headers["Content-Type"] == "application/zip"
    assert file.headers["Content-Disposition"] == 'attachment; filename="snow-judgments.zip"'
    names = zipfile.ZipFile(io.BytesIO(b"".join(file.streaming_content))).namelist()
    assert "snow-judgments/judgments.csv" in names
    assert (again.status_code, again.json()["number"]) == (200, done["number"])


def test_progress_is_told_as_the_worker_tells_it():
    study = a_closed_study()
    job = ask_for(study=study, kind=Job.Kind.REPORT, now=NOW)
    Job.objects.filter(pk=job.pk).update(state="running", stage="computing the statistics", done=1, total=2)

    (told,) = a_script().get(PLACE).json()["results"]

    assert [told[each] for each in ("state", "stage", "done", "total", "made_by")] == [
        "running",
        "computing the statistics",
        1,
        2,
        None,
    ]


def test_nothing_is_made_or_fetched_while_the_results_are_hidden():
    study = a_planted_study()
    job = Job.objects.create(study=study, kind="export", fingerprint="x", state="done", file="1-x.zip", made_at=NOW)

    asked = sent(a_script(), PLACE, {"kind": "report"})
    file = a_script().get(f"{PLACE}{job.pk}/file/")

    assert [(each.status_code, each.json()["code"]) for each in (asked, file)] == [(409, "results_hidden")] * 2
    assert planted_in(asked.text + file.text + a_script().get(PLACE).text) == []
    assert Job.objects.count() == 1


def test_only_those_who_may_change_the_study_have_a_model_judge():
    a_reader(a_planted_study())

    by_reader = sent(a_script(DOV), PLACE, {"kind": "judge", "model": "gpt-x"})
    by_owner = sent(a_script(), PLACE, {"kind": "judge", "model": "gpt-x"})

    assert by_reader.status_code == 404
    assert (by_owner.status_code, by_owner.json()["model"]) == (202, "gpt-x")
    assert Job.objects.get().options == {"model": "gpt-x"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": "training"}, "kind"),
        ({"kind": "judge"}, "model"),
        ({"kind": "report", "model": "gpt-x"}, "model"),
        ({"kind": "report", "fast": True}, "fast"),
    ],
)
def test_what_cannot_be_made_is_refused(body, field):
    a_closed_study()

    answer = sent(a_script(), PLACE, body)

    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (400, [field])
    assert not Job.objects.exists()


def test_without_a_worker_it_is_refused_with_the_way_round(settings):
    settings.BROKER_URL = ""
    a_closed_study()

    answer = sent(a_script(), PLACE, {"kind": "report"})

    assert (answer.status_code, answer.json()["code"]) == (409, "no_workers")
    assert "commands" in answer.json()["detail"]


def test_strangers_and_other_studies_find_no_job_of_this_one():
    study = a_closed_study()
    job = ask_for(study=study, kind=Job.Kind.EXPORT, now=NOW)
    work(job.pk, clock=lambda: NOW)
    a_planted_study("other")

    for tail in ("", f"{job.pk}/", f"{job.pk}/file/"):
        assert a_script(DOV).get(f"{PLACE}{tail}").status_code == 404
    assert sent(a_script(DOV), PLACE, {"kind": "export"}).status_code == 404
    for tail in (f"{job.pk}/", f"{job.pk}/file/", f"{10**30}/"):
        assert a_script().get(f"/api/v1/studies/other/jobs/{tail}").status_code == 404


def test_a_file_that_was_removed_is_not_found(parley_home):
    study = a_closed_study()
    job = ask_for(study=study, kind=Job.Kind.EXPORT, now=NOW)
    work(job.pk, clock=lambda: NOW)
    for path in (parley_home / "jobs").iterdir():
        path.unlink()

    answer = a_script().get(f"{PLACE}{job.pk}/file/", headers={"Accept": "application/zip"})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_token_that_may_only_read_watches_and_asks_for_nothing():
    a_closed_study()
    script = a_script(scopes=("read",))

    assert script.get(PLACE).status_code == 200
    assert sent(script, PLACE, {"kind": "export"}).status_code == 403
