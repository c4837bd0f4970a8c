"""What was picked and not yet sent, and what was sent and is changed: drafts, and the way back."""

import pytest
from django.test import Client

from evaluation.models import Draft, Judgment, JudgmentRevision, Slot
from tests.evaluation.views.builders import (
    COHERENCE,
    NATURALNESS,
    a_link,
    a_study,
    entered,
    form_of,
)
from tests.evaluation.views.sheets import PLACE, choices_of, judge_one, send, shown

pytestmark = pytest.mark.django_db
WITHOUT_TRAITS = (NATURALNESS, COHERENCE)


def test_a_draft_survives_a_reload():
    study, ada = a_study(criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)
    form = form_of(shown(ada))

    kept = ada.post(f"{PLACE}/draft/", form | {"answer.coherence": "right"})

    assert kept.status_code == 204
    assert form_of(shown(ada))["answer.coherence"] == "right"
    assert "answer.naturalness" not in form_of(shown(ada))


def test_a_draft_goes_along_to_another_device():
    study, laptop, phone = a_study(criteria=WITHOUT_TRAITS), Client(), Client()
    link = a_link(study)
    entered(laptop, study, link=link)
    laptop.post(f"{PLACE}/draft/", form_of(shown(laptop)) | {"answer.coherence": "right"})

    page = phone.get(link, follow=True).content.decode()

    assert form_of(page)["answer.coherence"] == "right"


@pytest.mark.parametrize(("button", "page"), [("pause", "pause"), ("instructions", "instructions")])
def test_leaving_the_pair_by_a_button_keeps_what_was_picked(button, page):
    study, ada = a_study(criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)

    left = send(ada, form_of(shown(ada)) | {"do": button}, naturalness="right")

    assert left["Location"] == f"{PLACE}/{page}/"
    assert form_of(shown(ada))["answer.naturalness"] == "right"
    assert Judgment.objects.count() == 0


def test_a_draft_of_somebody_elses_pair_is_not_kept():
    study, ada, dov = a_study(criteria=WITHOUT_TRAITS), Client(), Client()
    entered(ada, study)
    form = form_of(shown(ada))
    entered(dov, study)

    ignored = dov.post(f"{PLACE}/draft/", form | {"answer.naturalness": "left"})

    assert (ignored.status_code, Draft.objects.count()) == (204, 0)


def test_somebody_elses_pair_cannot_be_answered():
    study, ada, dov = a_study(criteria=WITHOUT_TRAITS), Client(), Client()
    entered(ada, study)
    form = form_of(shown(ada))
    entered(dov, study)

    page = send(dov, form | {"csrfmiddlewaretoken": ""}, naturalness="left", coherence="left")

    assert "That pair went to somebody else" in page.content.decode()
    assert Judgment.objects.count() == 0


def test_the_last_answer_can_be_changed_and_its_history_is_kept():
    study, ada = a_study(criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)
    judge_one(ada, naturalness="left")

    page = ada.get(f"{PLACE}/back/").content.decode()
    changed = send(ada, form_of(page), naturalness="right")

    assert "You are changing your last answer." in page
    assert form_of(page)["answer.naturalness"] == "left"
    assert changed["Location"] == f"{PLACE}/judge/"
    assert choices_of(Slot.objects.get(position=0)) == {"naturalness": "right", "coherence": "tie"}
    assert [revision.choice for revision in JudgmentRevision.objects.all()] == ["left"]


def test_going_back_keeps_what_was_picked_on_the_pair_that_is_up():
    study, ada = a_study(criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)
    judge_one(ada)

    went = send(ada, form_of(shown(ada)) | {"do": "back"}, coherence="right")
    page = ada.get(f"{PLACE}/back/").content.decode()
    send(ada, form_of(page), naturalness="right")

    assert went["Location"] == f"{PLACE}/back/"
    assert form_of(shown(ada))["answer.coherence"] == "right"


def test_there_is_no_way_back_before_the_first_answer():
    study, ada = a_study(), Client()
    entered(ada, study)

    assert 'value="back"' not in shown(ada)
    assert ada.get(f"{PLACE}/back/")["Location"] == f"{PLACE}/judge/"
