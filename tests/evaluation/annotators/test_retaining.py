"""Retention: what goes some days after a study closed, what stays, and that no result hears of it."""

import json
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from evaluation.annotators.annotator_tokens import create_annotator_token
from evaluation.annotators.excluding import exclude
from evaluation.annotators.joining import create_invite, join, revoke_invites
from evaluation.annotators.retaining import due_for_retention, retain
from evaluation.annotators.withdrawing import withdraw
from evaluation.judging.assignment import claim_next
from evaluation.judging.submitting import save_draft
from evaluation.models import (
    Annotator,
    AnnotatorToken,
    ApiToken,
    Delivery,
    Draft,
    Invite,
    Job,
    Judgment,
    JudgmentRevision,
    PracticeAnswer,
    Receipt,
    Slot,
    Study,
    Webhook,
)
from evaluation.operation.tokens import create_token
from evaluation.queue.jobs import path_of
from evaluation.reports.build import report_of
from evaluation.results.exporting import info_of, rows_of
from tests.cast import NOW
from tests.evaluation.builders import a_researcher, a_study, an_annotator, answer, judge_all

pytestmark = [pytest.mark.django_db, pytest.mark.db]
LATER = NOW + timedelta(days=90)
# Of a person, and nothing that a judgment rests on.
PERSONAL = ("5f0000000000000000000ada", "I am Ada Lovelace", "Ada by mail", "an earlier thought")


def a_judged_study(name: str = "snow", *, closed: bool = True) -> Study:
    """Two judged, one with a comment and a changed answer; one was left out, one withdrew, one left a draft."""
    study = a_study(name, contexts=5, k=3, owner=a_researcher())
    made = create_invite(study=study, personal=True, label=PERSONAL[2], now=NOW)
    ada = join(invite=made.invite, known=None, now=NOW)
    Annotator.objects.filter(pk=ada.pk).update(participant=PERSONAL[0], consented_at=NOW, instructed_at=NOW)
    ada.refresh_from_db()
    first = claim_next(study=study, annotator=ada, now=NOW)
    answer(first, ada, "left", key=f"{name}-one")
    answer(first, ada, "right", key=f"{name}-two", now=NOW + timedelta(minutes=1))
    JudgmentRevision.objects.filter(judgment__slot=first).update(reason=PERSONAL[3])
    judge_all(study, ada)
    bo, cy = an_annotator(study, "A-BO"), an_annotator(study, "A-CY")
    judge_all(study, bo, "right")
    answer(claim_next(study=study, annotator=cy, now=NOW), cy, "tie")
    exclude(annotator=cy, because="asked for in a test", now=NOW)
    withdraw(annotator=an_annotator(study, "A-DEE"), now=NOW)
    held = claim_next(study=study, annotator=an_annotator(study, "A-EVE"), now=NOW)
    save_draft(slot_id=held.pk, annotator=held.annotator, answers={"naturalness": "left"}, now=NOW)
    Slot.objects.filter(pk=first.pk).update(comment=PERSONAL[1], problem="broken")
    PracticeAnswer.objects.create(annotator=ada, item=first.item, attempt=1, right=True, answered_at=NOW)
    create_annotator_token(annotator=ada, now=NOW)
    hook = Webhook.objects.create(study=study, address="https://hooks.example.org/x", nonce="0" * 32, made_at=NOW)
    for number, delivered in enumerate((NOW, None)):
        Delivery.objects.create(
            webhook=hook,
            event="annotator.finished",
            subject=f"A-{number}",
            made_at=NOW,
            due_at=NOW,
            delivered_at=delivered,
        )
    if closed:
        Study.objects.filter(pk=study.pk).update(state=Study.State.CLOSED, closed_at=NOW)
        study.refresh_from_db()
    return study


def everything() -> str:
    models = (Annotator, Slot, JudgmentRevision, Invite, Draft, Receipt, PracticeAnswer, AnnotatorToken, Delivery)
    return " ".join(str(row) for model in models for row in model.objects.order_by("pk").values())


def of_results(study: Study) -> tuple[object, ...]:
    report = report_of(study)
    return rows_of(study), info_of(study), report.analysis, report.tables, report.verdicts


def an_old_job(study: Study, *, ended=NOW) -> Job:
    job = Job.objects.create(
        study=study, kind="export", fingerprint=str(ended), state="done", made_at=ended, ended_at=ended, file="1-x.zip"
    )
    path_of(job).parent.mkdir(parents=True, exist_ok=True)
    path_of(job).write_bytes(b"judgments")
    return job


def test_the_results_are_the_same_before_and_after():
    study = a_judged_study()
    before = of_results(study)

    done = retain(days=90, now=LATER)

    assert [each.study for each in done.studies] == ["snow"]
    assert of_results(study) == before
    assert len(before[0]) == 11


def test_what_is_of_a_person_is_nowhere_and_what_judgments_rest_on_stays(parley_home):
    study = a_judged_study()
    consent = list(study.annotators.order_by("code").values_list("code", "state", "consented_at", "excluded_by"))
    assert [word for word in PERSONAL if word not in everything()] == []

    retain(days=90, now=LATER)

    assert [word for word in PERSONAL if word in everything()] == []
    assert (
        list(study.annotators.order_by("code").values_list("code", "state", "consented_at", "excluded_by")) == consent
    )
    assert [model.objects.count() for model in (Draft, Receipt, PracticeAnswer, AnnotatorToken, Invite)] == [0] * 5
    # What was reported stays, without its words; what was not delivered yet still will be.
    assert study.slots.exclude(problem="").get().problem == "broken"
    assert Delivery.objects.get().subject == "A-1"
    assert JudgmentRevision.objects.get().choice == "left"


def test_the_audit_says_how_much_went_and_keeps_its_earlier_lines():
    study = a_judged_study()
    earlier = list(study.audit.order_by("pk").values_list("action", "detail"))
    due = due_for_retention(days=90, now=LATER)

    done = retain(days=90, now=LATER, by=a_researcher())

    *before, (action, detail) = study.audit.order_by("pk").values_list("action", "detail")
    assert (before, action) == (earlier, "retention")
    assert detail == {
        "days": 90,
        "erased": {
            "participant ids": 1,
            "times last seen": 5,
            "comments": 1,
            "earlier reasons": 1,
            "drafts": 1,
            "receipts": 12,
            "practice answers": 1,
            "annotators' tokens": 1,
            "links": 1,
            "webhook deliveries": 1,
        },
    }
    # Ada answered five pairs and one anew, Bo five, Cy one.
    assert due == done


def test_a_dry_run_says_exactly_what_goes_and_changes_nothing(parley_home, capsys, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: LATER)
    study = a_judged_study()
    an_old_job(study, ended=NOW - timedelta(seconds=1))
    Session.objects.create(session_key="s", session_data="", expire_date=NOW)
    before, audit = everything(), study.audit.count()

    call_command("retention", "--days", "90", "--dry-run", "--json")
    foreseen = json.loads(capsys.readouterr().out)
    untouched = (everything(), study.audit.count(), Job.objects.count(), Session.objects.count())
    call_command("retention", "--days", "90", "--json")
    done = json.loads(capsys.readouterr().out)

    assert untouched == (before, audit, 1, 1)
    for key in ("studies", "server", "days"):
        assert foreseen[key] == done[key]
    assert (foreseen["dry_run"], done["dry_run"]) == (True, False)
    assert done["server"]["jobs"] == done["server"]["expired sessions"] == 1


def test_done_again_nothing_is_left_and_nothing_is_logged():
    study = a_judged_study()
    retain(days=90, now=LATER)
    lines = study.audit.count()

    again = retain(days=90, now=LATER)

    assert (again.total(), study.audit.count()) == (0, lines)


@pytest.mark.parametrize(("closed", "now"), [(False, LATER), (True, LATER - timedelta(seconds=1))])
def test_a_study_that_is_open_or_closed_too_recently_is_not_touched(closed, now):
    study = a_judged_study(closed=closed)
    AnnotatorToken.objects.update(expires_at=LATER + timedelta(days=1))
    before = everything()

    done = retain(days=90, now=now)

    assert (done.total(), everything()) == (0, before)
    assert Judgment.objects.filter(slot__study=study).count() == 11


def test_one_study_alone_can_be_done():
    a_judged_study("snow")
    rain = a_judged_study("rain")
    Session.objects.create(session_key="s", session_data="", expire_date=NOW)

    done = retain(days=90, now=LATER, study=rain)

    assert [each.study for each in done.studies] == ["rain"]
    assert list(Annotator.objects.exclude(participant="").values_list("study__name", flat=True)) == ["snow"]
    assert Session.objects.count() == 1


def test_old_jobs_go_with_their_files_and_newer_ones_stay(parley_home):
    study = a_study()
    old, new = an_old_job(study), an_old_job(study, ended=LATER)
    Job.objects.filter(pk=new.pk).update(file="2-x.zip")
    new.refresh_from_db()
    path_of(new).write_bytes(b"judgments")

    done = retain(days=30, now=LATER)

    assert done.server["jobs"] == 1
    assert list(Job.objects.values_list("pk", flat=True)) == [new.pk]
    assert (path_of(old).exists(), path_of(new).exists()) == (False, True)


def test_what_has_expired_goes_and_what_still_works_stays():
    study = a_study(contexts=1)
    cleo = a_researcher()
    for days in (1, 366):
        create_token(researcher=cleo, name=f"{days} days", days=days)
    # Knox counts from the clock of this machine.
    ApiToken.objects.filter(name="1 days").update(expiry=NOW)
    ApiToken.objects.filter(name="366 days").update(expiry=LATER + timedelta(days=1))
    for key, expires in (("old", NOW), ("new", LATER + timedelta(days=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    create_invite(study=study, personal=True, label="expired", now=NOW, expires_at=NOW)
    create_invite(study=study, personal=True, label="works", now=NOW)
    create_invite(study=study, personal=True, label="revoked", now=NOW)
    revoke_invites(study=study, which="revoked", now=NOW)
    used = create_invite(study=study, personal=True, label="used", now=NOW, expires_at=NOW + timedelta(days=1))
    join(invite=used.invite, known=None, now=NOW)

    done = retain(days=30, now=LATER)

    assert done.server == {
        "expired sessions": 1,
        "expired API tokens": 1,
        "expired annotators' tokens": 0,
        "unused links that expired or were revoked": 2,
        "jobs": 0,
    }
    assert list(ApiToken.objects.values_list("name", flat=True)) == ["366 days"]
    assert sorted(Invite.objects.values_list("label", flat=True)) == ["used", "works"]
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--days", "0"), "--days: expected 1 to 36500, got 0"),
        (("--days", "-3"), "--days: expected 1 to 36500, got -3"),
        (("--days", "9", "--study", "rain"), "rain"),
        (("--days", "9", "--study", "snow"), "--study: expected a study that is closed; snow is open"),
    ],
)
def test_bad_input_ends_with_status_2_and_changes_nothing(words, complaint):
    a_judged_study(closed=False)
    before = everything()

    with pytest.raises(CommandError, match=complaint) as refused:
        call_command("retention", *words)

    assert (refused.value.returncode, everything()) == (2, before)
