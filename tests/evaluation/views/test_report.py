"""The report on the site: hidden until the study is closed; then the same as the report in a folder."""

import csv
import io

import pytest
from django.core.cache import cache
from django.test import Client

from evaluation.models import Study
from evaluation.studies.life import close_study
from tests.cast import NOW
from tests.evaluation.builders import a_study
from tests.evaluation.views.people import ZEBRA, a_planted_study, a_reader, cleo, dov, planted_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_report_from_another_test():
    cache.clear()


def a_closed_study() -> Study:
    study = a_planted_study()
    close_study(study=study, now=NOW)
    return study


def test_a_closed_study_shows_its_report_to_every_member():
    study = a_closed_study()

    for browser in (cleo(), a_reader(study)):
        page = browser.get("/studies/snow/report/")
        assert page.status_code == 200
        assert ZEBRA in page.text
        assert "Naturalness" in page.text


@pytest.mark.parametrize("address", ["/studies/snow/report/", "/studies/snow/report/comparisons.csv"])
def test_the_report_of_a_running_study_is_refused_with_its_reason(address):
    a_planted_study()

    answer = cleo().get(address)

    assert answer.status_code == 409
    assert "The results are hidden for now." in answer.text
    assert planted_in(answer.text) == []


@pytest.mark.parametrize("address", ["/studies/snow/report/", "/studies/snow/report/comparisons.csv"])
def test_strangers_find_no_report_and_nobody_does_without_signing_in(address):
    a_closed_study()

    assert dov().get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_tables_can_be_taken_as_csv():
    a_closed_study()

    answer = cleo().get("/studies/snow/report/comparisons.csv")

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="snow-comparisons.csv"'
    assert [row["criterion"] for row in rows] == ["Naturalness", "Coherence", "Trait consistency"]


def test_a_table_that_there_is_not_is_not_found():
    a_closed_study()

    assert cleo().get("/studies/snow/report/secrets.csv").status_code == 404


def test_a_dry_run_is_marked_on_its_report():
    a_closed_study()
    Study.objects.update(simulated=True)

    page = cleo().get("/studies/snow/report/").text

    assert "Simulated annotators" in page
    assert "No person judged anything here" in page


def test_a_study_that_nobody_judged_has_a_clear_page():
    study = a_planted_study()
    study.slots.update(answered_at=None)
    close_study(study=study, now=NOW)

    assert "There is nothing to analyse: not one judgment counts." in cleo().get("/studies/snow/report/").text


def test_numbers_are_had_once_for_the_same_judgments_and_anew_for_others():
    study = a_closed_study()
    browser = cleo()

    first = browser.get("/studies/snow/report/").text
    assert browser.get("/studies/snow/report/").text == first
    study.annotators.filter(code="A-BO").update(state="withdrawn")

    assert "24 judgments" in browser.get("/studies/snow/report/").text.replace("\u00a0", " ")


def test_names_of_studies_may_have_dots_and_dashes():
    study = a_study("snow.v2-final", contexts=1)
    browser = a_reader(study)
    close_study(study=study, now=NOW)

    assert browser.get("/studies/snow.v2-final/report/").status_code == 200
