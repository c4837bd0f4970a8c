"""Judgments and reports over the API: hidden while a study runs, and then what the commands write."""

import json

import pytest

from evaluation.models import Study
from evaluation.reports.build import report_of
from evaluation.results.exporting import rows_of
from evaluation.studies.life import close_study
from tests.cast import NOW
from tests.evaluation.api.builders import a_script
from tests.evaluation.views.people import ZEBRA, a_planted_study

pytestmark = pytest.mark.django_db

JUDGMENTS, REPORT = "/api/v1/studies/snow/judgments/", "/api/v1/studies/snow/report/"


@pytest.mark.parametrize("address", [JUDGMENTS, REPORT])
@pytest.mark.parametrize("state", ["draft", "open", "paused"])
def test_results_are_refused_with_a_reason_while_the_study_runs(address, state):
    a_planted_study()
    Study.objects.update(state=state)

    answer = a_script().get(address)

    assert answer.status_code == 409
    assert answer.json() == {
        "code": "results_hidden",
        "detail": f"snow is {state}: results by system stay hidden until it is closed, or unblinded on purpose",
        "errors": [],
    }


def test_judgments_of_a_closed_study_come_in_the_long_format_a_page_at_a_time():
    study = a_planted_study()
    close_study(study=study, now=NOW)
    script = a_script()

    first = script.get(f"{JUDGMENTS}?limit=40").json()
    rest = script.get(first["next"]).json()

    rows = rows_of(study)
    assert (first["count"], rest["next"]) == (len(rows), None)
    assert [each["choice"] for each in first["results"] + rest["results"]] == [row.choice for row in rows]
    assert first["results"][0]["context"] == rows[0].context


@pytest.mark.parametrize("wanted", ["limit=0", "limit=99999", "limit=all", "offset=-1"])
def test_a_page_that_cannot_be_is_refused_and_named(wanted):
    close_study(study=a_planted_study(), now=NOW)

    answer = a_script().get(f"{JUDGMENTS}?{wanted}")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, wanted.partition("=")[0])


def test_beyond_the_last_judgment_there_is_none():
    close_study(study=a_planted_study(), now=NOW)

    assert a_script().get(f"{JUDGMENTS}?offset=900000000").json()["results"] == []


def test_the_report_of_a_closed_study_is_that_of_the_command():
    study = a_planted_study()
    close_study(study=study, now=NOW)

    answer = a_script().get(REPORT)

    assert answer.json() == json.loads(json.dumps(report_of(study).analysis))
    assert ZEBRA in answer.text


def test_an_unblinded_study_answers_and_says_that_it_was():
    a_planted_study()
    Study.objects.update(unblinded_at=NOW)

    assert a_script().get(REPORT).json()["study"]["unblinded_early"] is True


def test_a_page_of_judgments_takes_as_many_queries_for_one_as_for_forty(django_assert_num_queries):
    close_study(study=a_planted_study(), now=NOW)
    script = a_script()

    for limit in (1, 40):
        # The token, the membership, how many there are, and the rows with all that they name.
        with django_assert_num_queries(4):
            script.get(f"{JUDGMENTS}?limit={limit}")
