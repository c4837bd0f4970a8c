"""A consent text that is amended while people judge: asked again before the next pair, agreeing or stopping."""

from datetime import timedelta
from urllib.parse import parse_qs, urlparse

import pytest
from django.test import Client
from django.utils import timezone

from evaluation.changes.amending import amend
from evaluation.judging.assignment import claim_next
from evaluation.models import Annotator, Judgment, Slot, Study
from evaluation.studies.life import close_study
from tests.evaluation.views.builders import NATURALNESS, a_study, entered, form_of

pytestmark = pytest.mark.django_db
PLACE = "/s/k3p9w2xq"
NEW = "We now keep your answers for ten years."


def amended(study: Study) -> None:
    amend(study=study, changes={"text.consent": NEW}, because="the archive asked", now=timezone.now())


def test_the_next_page_is_the_changed_text_and_going_on_needs_agreement():
    study, ada = a_study(criteria=(NATURALNESS,)), Client()
    entered(ada, study)
    ada.get(f"{PLACE}/judge/")
    amended(study)

    asked = ada.get(f"{PLACE}/judge/", follow=True)
    ada.post(f"{PLACE}/consent/", {"answer": "agree"})
    after = ada.get(f"{PLACE}/judge/")

    assert asked.redirect_chain[-1][0] == f"{PLACE}/consent/"
    assert "This text has changed since you agreed to it." in asked.text
    assert NEW in asked.text
    assert "nothing about you is kept" not in asked.text
    assert (after.status_code, 'id="sheet"' in after.text) == (200, True)


def test_what_was_on_the_page_already_is_taken_and_then_the_text_is_put():
    study, ada = a_study(criteria=(NATURALNESS,)), Client()
    entered(ada, study)
    form = form_of(ada.get(f"{PLACE}/judge/").text)
    amended(study)

    answer = ada.post(f"{PLACE}/judge/", {**form, "answer.naturalness": "left"}, headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == f"{PLACE}/consent/"
    assert Judgment.objects.get().criterion_version == 1


def test_stopping_keeps_what_was_done_frees_what_was_held_and_can_be_thought_over():
    study, ada = a_study(criteria=(NATURALNESS,)), Client()
    entered(ada, study)
    form = form_of(ada.get(f"{PLACE}/judge/").text)
    ada.post(f"{PLACE}/judge/", {**form, "answer.naturalness": "left"})
    ada.get(f"{PLACE}/judge/")
    amended(study)

    stopped = ada.post(f"{PLACE}/consent/", {"answer": "decline"})

    assert "For you the study ends here." in stopped.text
    assert f"{PLACE}/withdraw/" in stopped.text
    assert (Judgment.objects.count(), Slot.objects.exclude(annotator=None).count()) == (1, 1)
    assert Annotator.objects.get().state == "finished"
    # The same link leads back to the question.
    assert ada.get(f"{PLACE}/", follow=True).redirect_chain[-1][0] == f"{PLACE}/consent/"
    ada.post(f"{PLACE}/consent/", {"answer": "agree"})
    assert ada.get(f"{PLACE}/judge/").status_code == 200


def test_a_platforms_participant_who_stops_gets_the_code_for_work_done():
    study = a_study(
        criteria=(NATURALNESS,),
        design={
            "recruiting": {"platform": "prolific", "completion": "DONE1", "screen_out": "OUT11", "no_consent": "NO111"}
        },
    )
    ada = Client()
    ada.get(f"/prolific/{study.public_id}/?PROLIFIC_PID={'a' * 24}&STUDY_ID={'b' * 24}&SESSION_ID={'c' * 24}")
    ada.post(f"{PLACE}/consent/", {"answer": "agree"})
    ada.post(f"{PLACE}/instructions/")
    form = form_of(ada.get(f"{PLACE}/judge/").text)
    ada.post(f"{PLACE}/judge/", {**form, "answer.naturalness": "left"})
    amended(study)

    stopped = ada.post(f"{PLACE}/consent/", {"answer": "decline"})
    back = ada.get(f"{PLACE}/leave/")

    assert f"{PLACE}/leave/" in stopped.text
    assert parse_qs(urlparse(back.headers["Location"]).query) == {"cc": ["DONE1"]}


def test_nobody_is_asked_again_in_a_study_that_is_over_or_once_they_were_ended():
    study, ada = a_study(criteria=(NATURALNESS,)), Client()
    annotator = entered(ada, study)
    amended(study)
    Annotator.objects.filter(pk=annotator.pk).update(state="ended")
    ended = ada.get(f"{PLACE}/", follow=True)
    Annotator.objects.filter(pk=annotator.pk).update(state="active")
    close_study(study=study, now=timezone.now() + timedelta(minutes=1))
    over = ada.get(f"{PLACE}/judge/")

    assert ended.redirect_chain[-1][0] == f"{PLACE}/end/"
    assert "This study is over." in over.text
    assert claim_next(study=study, annotator=Annotator.objects.get(), now=timezone.now()) is None
