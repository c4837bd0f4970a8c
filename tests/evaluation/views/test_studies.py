"""The list of studies and the page of one: who sees it, what it says, what can be done, and what stays hidden."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from evaluation.annotators.joining import find_invite
from evaluation.items.form_check import form_of
from evaluation.models import AuditEntry, Membership, Study
from evaluation.studies.life import close_study, unblind
from tests.cast import NOW
from tests.evaluation.builders import a_researcher, a_study, an_annotator, judge_all
from tests.evaluation.views.people import a_planted_study, a_reader, cleo, dov, planted_in

pytestmark = pytest.mark.django_db

PAGES = ("study", "study-invite")
ACTIONS = ("open", "pause", "close", "unblind")


def test_the_front_door_leads_to_the_studies():
    assert Client().get("/").headers["Location"] == "/studies/"


def test_studies_are_shown_with_state_and_progress():
    study = a_study(contexts=2, owner=a_researcher())
    judge_all(study, an_annotator(study), "left")

    page = cleo().get("/studies/").text

    assert "The study snow" in page
    assert "<b>2</b> of 2 judged · 1 annotator" in re.sub(r"\s+", " ", page)
    assert "Open" in page


def test_whoever_has_no_study_is_told_how_one_is_made():
    assert f"manage.py create_study STUDY.toml --owner {a_researcher().email}" in cleo().get("/studies/").text


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_for_one_study_as_for_three(count, django_assert_num_queries):
    for number in range(count):
        study = a_study(f"study{number}", contexts=2, owner=a_researcher())
        judge_all(study, an_annotator(study), "left")
    browser = cleo()

    # The session, the researcher, and the studies with all their counts.
    with django_assert_num_queries(3):
        browser.get("/studies/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_as_many_queries_for_one_annotator_as_for_three(count, django_assert_num_queries):
    study = a_study(contexts=6, k=3, owner=a_researcher())
    for number in range(count):
        judge_all(study, an_annotator(study, f"A-{number}"), "left")
    browser = cleo()
    # What is known of the form of the replies is had once for a study.
    form_of(study)

    with django_assert_num_queries(26):
        browser.get("/studies/snow/")


@pytest.mark.parametrize("address", ["/studies/", "/studies/snow/", "/studies/snow/invite/", "/studies/snow/close/"])
def test_nobody_sees_anything_without_signing_in(address):
    a_study()

    answer = Client().get(address)

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/account/login/?next={address}")


def test_a_stranger_finds_no_study():
    a_study(contexts=1, owner=a_researcher())
    browser = dov()

    assert "snow" not in browser.get("/studies/").text
    for page in PAGES:
        assert browser.get(reverse(page, args=["snow"])).status_code == 404
    for action in ACTIONS:
        assert browser.post(reverse("study-act", args=["snow", action])).status_code == 404
    assert Study.objects.get().state == "open"


@pytest.mark.db
@pytest.mark.parametrize("address", ["/studies/%00/", "/studies/%00/close/", "/api/v1/studies/%00/report/"])
def test_a_name_that_no_database_can_be_asked_for_is_not_found(address):
    assert cleo().get(address).status_code == 404


def test_a_superuser_has_no_back_door():
    a_study(contexts=1)
    root = a_researcher("root@example.org")
    root.is_superuser = root.is_staff = True
    root.save()
    browser = Client()
    browser.force_login(root)

    assert browser.get("/studies/snow/").status_code == 404


def test_a_reader_looks_and_does_not_act():
    study = a_study(contexts=1)
    browser = a_reader(study)

    page = browser.get("/studies/snow/")

    assert page.status_code == 200
    assert "Close" not in page.text
    assert browser.post("/studies/snow/close/").status_code == 404
    assert browser.get("/studies/snow/invite/").status_code == 404
    assert Study.objects.get().state == "open"


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [("draft", "open", "open"), ("open", "pause", "paused"), ("paused", "open", "open"), ("open", "close", "closed")],
)
def test_the_state_is_changed_after_a_question_and_by_whom_is_kept(before, action, after):
    study = a_study(state=before, contexts=1, owner=a_researcher())
    browser = cleo()

    asked = browser.get(f"/studies/snow/{action}/")
    assert (asked.status_code, Study.objects.get().state) == (200, before)
    answer = browser.post(f"/studies/snow/{action}/", follow=True)

    assert (answer.status_code, Study.objects.get().state) == (200, after)
    entry = AuditEntry.objects.get(study=study)
    assert entry.made_by == a_researcher()


def test_a_collaborator_acts_too():
    study = a_study(contexts=1)
    Membership.objects.create(study=study, researcher=a_researcher(), role=Membership.Role.COLLABORATOR)

    cleo().post("/studies/snow/pause/")

    assert Study.objects.get().state == "paused"


def test_what_the_state_does_not_allow_is_said_and_not_done():
    study = a_study(contexts=1, owner=a_researcher())
    close_study(study=study, now=NOW)

    answer = cleo().post("/studies/snow/open/", follow=True)

    assert "expected a study that is draft or paused" in answer.text
    assert Study.objects.get().state == "closed"


def test_a_draft_says_what_keeps_it_from_opening():
    a_study(state="draft", owner=a_researcher())

    assert "it has no pair to judge" in cleo().get("/studies/snow/").text


def test_an_unknown_action_is_not_there():
    a_study(contexts=1, owner=a_researcher())

    assert cleo().post("/studies/snow/delete/").status_code == 404


@pytest.mark.parametrize("address", ["/studies/", "/studies/snow/", "/studies/snow/report/"])
def test_pages_to_look_at_take_no_post(address):
    a_study(contexts=1, owner=a_researcher())

    assert cleo().post(address).status_code == 405


def test_an_action_needs_the_token_of_its_form():
    a_study(contexts=1, owner=a_researcher())
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(a_researcher())

    assert browser.post("/studies/snow/close/").status_code == 403
    assert Study.objects.get().state == "open"


def test_links_are_made_shown_once_and_lead_in():
    study = a_study(contexts=1, owner=a_researcher())
    browser = cleo()

    page = browser.post("/studies/snow/invite/", {"kind": "personal", "count": "3", "label": "class"})

    tokens = re.findall(r"http://testserver/j/([^/]+)/", page.text)
    assert len(tokens) == 3
    assert {find_invite(token, now=NOW).study for token in tokens} == {study}
    assert {find_invite(token, now=NOW).created_by for token in tokens} == {a_researcher()}
    assert "no-store" in page.headers["Cache-Control"]
    assert "/j/" not in browser.get("/studies/snow/invite/").text


def test_an_open_link_is_a_single_one():
    study = a_study(contexts=1, owner=a_researcher())

    cleo().post("/studies/snow/invite/", {"kind": "open", "count": "5", "label": ""})

    assert [invite.personal for invite in study.invites.all()] == [False]


@pytest.mark.parametrize("count", ["0", "501", "many"])
def test_an_impossible_number_of_links_is_refused(count):
    study = a_study(contexts=1, owner=a_researcher())

    page = cleo().post("/studies/snow/invite/", {"kind": "personal", "count": count, "label": ""})

    assert page.status_code == 200
    assert study.invites.count() == 0


def test_no_links_are_made_into_a_closed_study():
    study = a_study(contexts=1, owner=a_researcher())
    close_study(study=study, now=NOW)

    cleo().post("/studies/snow/invite/", {"kind": "personal", "count": "1", "label": ""})

    assert study.invites.count() == 0


@pytest.mark.parametrize("page", ["/studies/", "/studies/snow/", "/studies/snow/report/", "/studies/snow/invite/"])
def test_results_by_system_stay_hidden_on_every_page_while_the_study_runs(page):
    a_planted_study()

    answer = cleo().get(page)

    assert planted_in(answer.text + str(answer.headers)) == []


def test_pages_of_a_running_study_show_what_may_be_watched():
    a_planted_study()

    page = re.sub(r"\s+", " ", cleo().get("/studies/snow/").text)

    assert "16 of 16" in page
    assert "A-ADA" in page
    assert "Results by system stay hidden until this study closes." in page


def test_unblinding_asks_first_is_logged_and_opens_the_report():
    study = a_planted_study()
    browser = cleo()

    asked = browser.get("/studies/snow/unblind/")
    assert "cannot be undone" in re.sub(r"\s+", " ", asked.text)
    assert browser.get("/studies/snow/report/").status_code == 409
    browser.post("/studies/snow/unblind/")

    report = browser.get("/studies/snow/report/")
    assert report.status_code == 200
    assert "Unblinded early" in report.text
    assert AuditEntry.objects.get(study=study, action="unblinded").made_by == a_researcher()


def test_unblinding_one_study_shows_no_other():
    first, _ = a_planted_study("snow"), a_planted_study("rain")
    unblind(study=first, now=NOW)

    assert planted_in(cleo().get("/studies/rain/report/").text) == []


def test_a_study_without_annotators_has_a_page():
    a_study(contexts=0, state="draft", owner=a_researcher())

    assert "Nobody has come yet." in cleo().get("/studies/snow/").text
