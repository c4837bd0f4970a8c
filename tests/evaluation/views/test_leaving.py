"""Withdrawing and being forgotten, page by page."""

import pytest
from django.test import Client

from evaluation.models import Annotator, AuditEntry, Judgment
from tests.evaluation.builders import a_researcher, an_annotator, judge_all
from tests.evaluation.builders import a_study as a_plain_study
from tests.evaluation.views.builders import a_study, entered
from tests.evaluation.views.people import a_reader, cleo, dov

pytestmark = pytest.mark.django_db
PLACE = "/s/k3p9w2xq"
FORGET = "/studies/snow/people/A-ADA/forget/"


def a_judged_study():
    study = a_plain_study(contexts=2, owner=a_researcher())
    judge_all(study, an_annotator(study, "A-ADA"))
    return study


@pytest.mark.parametrize("page", ["consent/", "instructions/", "judge/", "pause/", "end/"])
def test_every_page_of_somebody_who_takes_part_has_the_quiet_link(page):
    ada = Client()
    entered(ada, a_study())

    assert f'<a href="{PLACE}/withdraw/">Withdraw from the study</a>' in ada.get(f"{PLACE}/{page}").text


def test_withdrawing_is_asked_once_and_done():
    ada = Client()
    annotator = entered(ada, a_study())

    asked = ada.get(f"{PLACE}/withdraw/")
    before = Annotator.objects.get().state
    done = ada.post(f"{PLACE}/withdraw/", follow=True)

    assert "Do you want to withdraw?" in asked.text
    assert before == annotator.state
    assert done.redirect_chain == [(f"{PLACE}/end/", 302)]
    assert "You have withdrawn" in done.text
    assert "They are deleted, and enter no result." in done.text
    assert "/withdraw/" not in done.text


@pytest.mark.parametrize("page", ["", "instructions/", "judge/", "back/", "withdraw/"])
def test_who_has_withdrawn_is_led_to_the_end_from_everywhere(page):
    ada = Client()
    entered(ada, a_study())
    ada.post(f"{PLACE}/withdraw/")
    ada.post(f"{PLACE}/withdraw/")

    seen = ada.get(f"{PLACE}/{page}", follow=True)

    assert page == "instructions/" or seen.redirect_chain[-1][0] == f"{PLACE}/end/"
    assert (Judgment.objects.count(), AuditEntry.objects.count()) == (0, 1)


def test_a_stranger_cannot_withdraw_anybody():
    entered(Client(), a_study())

    assert Client().post(f"{PLACE}/withdraw/").status_code == 403
    assert Annotator.objects.get().state == "active"


def test_withdrawing_by_a_wrong_method_is_refused():
    assert Client().put(f"{PLACE}/withdraw/").status_code == 405


def test_a_researcher_is_asked_before_anything_is_deleted():
    a_judged_study()

    asked = cleo().get(FORGET)

    assert "Delete all data of A-ADA?" in asked.text
    assert "2 pairs" in asked.text
    assert Judgment.objects.count() == 2


def test_a_researcher_forgets_somebody_and_a_second_time_there_is_nobody():
    study, browser = a_judged_study(), cleo()

    done = browser.post(FORGET, follow=True)

    assert "All that was stored of A-ADA is deleted; 2 pairs are open again." in done.text
    assert (Annotator.objects.count(), Judgment.objects.count()) == (0, 0)
    assert study.audit.get().made_by == a_researcher()
    assert browser.post(FORGET).status_code == 404


def test_strangers_readers_and_whoever_is_not_signed_in_forget_nobody():
    study = a_judged_study()

    refused = [browser.post(FORGET).status_code for browser in (dov(), a_reader(study), Client())]

    assert refused == [404, 404, 302]
    assert Judgment.objects.count() == 2


def test_forgetting_by_a_wrong_method_is_refused():
    a_judged_study()

    assert cleo().put(FORGET).status_code == 405


def test_the_page_of_people_leads_to_deleting_for_those_who_may():
    study = a_judged_study()

    assert FORGET in cleo().get("/studies/snow/people/").text
    assert FORGET not in a_reader(study).get("/studies/snow/people/").text
