"""Background work: asked for once, held by one, taken from whoever fell silent, and made whole or not at all."""

import json
import zipfile
from datetime import timedelta

import pytest
from django.core.management import call_command

from evaluation.models import Job, Study
from evaluation.queue.jobs import (
    MOST_TRIES,
    JobLost,
    Progress,
    ask_for,
    finish,
    forgotten,
    path_of,
    remove_old,
    sign_of_life,
    take,
)
from evaluation.studies.life import close_study
from evaluation.workers import making
from evaluation.workers.making import work
from evaluation.workers.tasks import sweep
from tests.cast import NOW
from tests.evaluation.builders import a_study, an_annotator, judge_all
from tests.evaluation.judges.servers import JudgeServer, longer

pytestmark = pytest.mark.django_db

SILENCE = timedelta(seconds=61)


def a_closed_study() -> Study:
    study = a_study(contexts=3)
    judge_all(study, an_annotator(study))
    close_study(study=study, now=NOW)
    return study


def asked(study: Study, kind: str = Job.Kind.EXPORT, **options: object) -> Job:
    return ask_for(study=study, kind=kind, options=options, now=NOW)


def done(job: Job) -> Job:
    ended = work(job.pk, clock=lambda: NOW)
    assert ended is not None
    return ended


def test_the_files_of_an_export_are_those_of_the_command(parley_home, tmp_path):
    study = a_closed_study()

    job = done(asked(study))

    assert job.is_done()
    call_command("export_judgments", "snow", "--to", str(tmp_path / "judgments.csv"))
    with zipfile.ZipFile(path_of(job)) as archive:
        assert archive.read("snow-judgments/judgments.csv") == (tmp_path / "judgments.csv").read_bytes()
        assert "snow-judgments/judgments.jsonl.study.json" in archive.namelist()


def test_a_report_is_the_folder_of_the_command(parley_home, tmp_path):
    study = a_closed_study()

    job = done(asked(study, Job.Kind.REPORT))

    assert job.is_done()
    call_command("report", "snow", "--to", str(tmp_path / "report"), "--quiet")
    with zipfile.ZipFile(path_of(job)) as archive:
        assert archive.read("snow-report/report.json") == (tmp_path / "report/report.json").read_bytes()
        assert archive.read("snow-report/report.html") == (tmp_path / "report/report.html").read_bytes()


def test_a_model_judges_with_progress(parley_home, monkeypatch):
    study = a_study(contexts=3)
    with JudgeServer(longer) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        job = done(asked(study, Job.Kind.JUDGE, model="mock"))

    assert (job.state, job.error) == ("done", "")
    assert job.said == "mock judged 3 pairs in both orders."
    assert job.total == job.done


def test_the_same_asked_for_again_is_the_same_until_the_study_changes(parley_home):
    study = a_closed_study()

    first = asked(study)
    assert asked(study) == first
    assert done(first) == asked(study)
    study.audit.create(action="excluded", made_at=NOW)
    assert asked(study) != first


def test_a_file_that_is_gone_is_made_again(parley_home):
    study = a_closed_study()
    first = done(asked(study))
    path_of(first).unlink()

    assert asked(study) != first


def test_what_failed_is_tried_again_when_somebody_asks(parley_home):
    study = a_study(contexts=1)
    failed = done(asked(study))

    assert failed.state == "failed"
    assert "results by system stay hidden" in failed.error
    assert not list(parley_home.glob("jobs/*"))
    assert ask_for(study=study, kind=Job.Kind.EXPORT, now=NOW, again=False) == failed
    assert asked(study) != failed


def test_one_holder_at_a_time(parley_home):
    job = asked(a_closed_study())

    held = take(number=job.pk, now=NOW)
    assert held is not None
    assert take(number=job.pk, now=NOW + timedelta(seconds=59)) is None
    assert work(job.pk, clock=lambda: NOW) is None


def test_whoever_falls_silent_is_replaced_and_brings_nothing_later(parley_home):
    job = asked(a_closed_study())
    dead = take(number=job.pk, now=NOW)
    assert dead is not None

    assert forgotten(now=NOW + timedelta(seconds=59)) == []
    assert forgotten(now=NOW + SILENCE) == [job.pk]
    alive = work(job.pk, clock=lambda: NOW + SILENCE)

    assert alive is not None
    assert alive.is_done()
    with pytest.raises(JobLost):
        sign_of_life(dead, Progress("late"), now=NOW + 2 * SILENCE)
    with pytest.raises(JobLost):
        finish(dead, file="stale.zip", said="", now=NOW + 2 * SILENCE)
    assert Job.objects.get(pk=job.pk).file == alive.file


def test_a_sign_of_life_keeps_it(parley_home):
    job = asked(a_closed_study())
    held = take(number=job.pk, now=NOW)
    assert held is not None

    sign_of_life(held, Progress("writing", 3, 9), now=NOW + timedelta(seconds=50))

    assert forgotten(now=NOW + SILENCE) == []
    now = Job.objects.get(pk=job.pk)
    assert (now.stage, now.done, now.total) == ("writing", 3, 9)


def test_what_no_broker_knows_of_is_found_again(parley_home):
    job = asked(a_closed_study())

    assert forgotten(now=NOW) == []
    assert forgotten(now=NOW + SILENCE) == [job.pk]


def test_a_job_that_kills_whoever_does_it_is_given_up(parley_home):
    job = asked(a_closed_study())
    now = NOW
    for _ in range(MOST_TRIES):
        assert take(number=job.pk, now=now) is not None
        now += SILENCE

    assert work(job.pk, clock=lambda: now) is None
    given_up = Job.objects.get(pk=job.pk)
    assert given_up.state == "failed"
    assert "fell silent each time" in given_up.error
    assert forgotten(now=now + SILENCE) == []


def test_a_full_disk_lets_it_wait_and_leaves_nothing_half_written(parley_home, monkeypatch):
    job = asked(a_closed_study())
    (parley_home / "jobs").write_text("a file where the folder should be")

    with pytest.raises(OSError, match="jobs"):
        work(job.pk, clock=lambda: NOW)

    assert Job.objects.get(pk=job.pk).state == "queued"
    (parley_home / "jobs").unlink()
    assert done(job).is_done()
    assert [path.suffix for path in (parley_home / "jobs").iterdir()] == [".zip"]


def test_an_unforeseen_error_is_in_the_log_and_not_on_the_page(parley_home, monkeypatch, caplog):
    def broken(*args):
        raise KeyError("a secret of the inside")

    monkeypatch.setitem(making._MAKERS, "export", broken)

    job = done(asked(a_closed_study()))

    assert job.error == "KeyError: the server's log has more"
    assert "a secret of the inside" in caplog.text


def test_the_sweep_does_nothing_where_nothing_was_lost(parley_home):
    done(asked(a_closed_study()))

    sweep()

    assert Job.objects.get().tries == 1


def test_old_jobs_go_with_their_files(parley_home):
    job = done(asked(a_closed_study()))
    file = path_of(job)

    assert remove_old(before=NOW) == 0
    assert remove_old(before=NOW + timedelta(seconds=1)) == 1
    assert not file.exists()
    assert not Job.objects.exists()


def test_the_manifest_says_what_made_the_files(parley_home):
    job = done(asked(a_closed_study()))

    with zipfile.ZipFile(path_of(job)) as archive:
        manifest = json.loads(archive.read("snow-judgments/manifest.json"))
    assert manifest["results"]["judgments"] == 3
