"""A study's people over the API: how they work, leaving out and taking back, forgetting, pay."""

import pytest

from evaluation.models import Annotator, Judgment, Membership
from tests.cast import DOV
from tests.evaluation.api.builders import a_script, sent
from tests.evaluation.builders import a_researcher, a_study, an_annotator, judge_all

pytestmark = pytest.mark.django_db

PEOPLE = "/api/v1/studies/snow/annotators/"
PAY = "/api/v1/studies/snow/pay/"
BECAUSE = {"because": "a colleague who tried it out"}


def a_judged_study(**fields):
    study = a_study(contexts=2, owner=a_researcher(), **fields)
    judge_all(study, an_annotator(study))
    return study


def test_annotators_are_listed_with_how_they_work():
    a_judged_study()

    (ada,) = a_script().get(PEOPLE).json()["results"]

    assert {key: ada[key] for key in ("code", "done", "median_seconds", "share_left_clicked", "excluded_by")} == {
        "code": "A-ADA",
        "done": 2,
        "median_seconds": 20.0,
        "share_left_clicked": 1.0,
        "excluded_by": "",
    }


def test_somebody_is_left_out_with_a_reason_and_taken_back():
    study = a_judged_study()
    script = a_script()

    out = sent(script, f"{PEOPLE}A-ADA/exclude/", BECAUSE).json()
    twice = sent(script, f"{PEOPLE}A-ADA/exclude/", BECAUSE)
    back = sent(script, f"{PEOPLE}A-ADA/include/", BECAUSE).json()

    assert (out["excluded_by"], out["state"]) == ("by hand: a colleague who tried it out", "ended")
    assert (twice.status_code, twice.json()["code"]) == (409, "cannot_exclude")
    assert back["excluded_by"] == ""
    assert [entry.made_by for entry in study.audit.all()] == [a_researcher()] * 2


@pytest.mark.parametrize("body", [{}, {"because": ""}, {"because": "x" * 300}, {"because": "a\0b"}])
def test_nobody_is_left_out_without_a_reason(body):
    a_judged_study()

    answer = sent(a_script(), f"{PEOPLE}A-ADA/exclude/", body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "because")
    assert Annotator.objects.get().excluded_by == ""


@pytest.mark.parametrize("verb", ["exclude", "include", "forget"])
def test_nobody_of_that_code_is_not_found(verb):
    a_judged_study()
    an_annotator(a_study("rain"), "A-BO")
    body = {"confirm": "A-BO"} if verb == "forget" else BECAUSE

    assert sent(a_script(), f"{PEOPLE}A-BO/{verb}/", body).status_code == 404


def test_forgetting_has_to_be_meant_and_deletes_everything():
    a_judged_study()

    unmeant = sent(a_script(), f"{PEOPLE}A-ADA/forget/", {"confirm": "yes"})
    meant = sent(a_script(), f"{PEOPLE}A-ADA/forget/", {"confirm": "A-ADA"})

    assert (unmeant.status_code, meant.json()) == (400, {"judged": 2})
    assert (Annotator.objects.count(), Judgment.objects.count()) == (0, 0)


def test_the_pay_list_says_what_is_owed():
    study = a_judged_study(design={"pay": {"currency": "EUR", "per_judgment": "0.15", "floor": "10"}})

    paid = a_script().get(PAY).json()

    assert (paid["total"], paid["currency"], paid["below_floor"], paid["count"]) == ("0.30", "EUR", False, 1)
    assert paid["results"][0]["due"] == "0.30"
    assert study.annotators.count() == 1


def test_a_study_that_says_nothing_of_pay_has_no_pay_list():
    a_judged_study()

    assert a_script().get(PAY).json()["code"] == "no_pay"


def test_participants_ids_are_not_for_readers():
    study = a_judged_study(design={"pay": {"currency": "EUR", "per_judgment": "0.15"}})
    Membership.objects.create(study=study, researcher=a_researcher(DOV), role="reader")

    assert a_script(DOV).get(PAY).status_code == 404
