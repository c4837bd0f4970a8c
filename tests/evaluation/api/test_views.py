"""The API: tokens with scopes and expiry, strangers, what is hidden, and an OpenAPI document that is true."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from evaluation.exporting import rows_of
from evaluation.models import ApiToken, Study
from evaluation.reports.build import report_of
from evaluation.studies import close_study
from evaluation.tokens import create_token
from tests.cast import CLEO, DOV, NOW
from tests.evaluation.builders import a_researcher, a_study, an_annotator, judge_all
from tests.evaluation.views.people import ZEBRA, a_planted_study, cleo, dov, planted_in

pytestmark = pytest.mark.django_db

ONE_STUDY = ("/api/v1/studies/snow/", "/api/v1/studies/snow/judgments/", "/api/v1/studies/snow/report/")


def a_script(email: str = CLEO, **fields) -> Client:
    """A script that sends a token with every request."""
    made = create_token(researcher=a_researcher(email), name="script")
    for key, value in fields.items():
        setattr(made.token, key, value)
    made.token.save()
    return Client(headers={"Authorization": f"Token {made.plain}"})


def test_a_script_lists_its_studies():
    study = a_study(contexts=2, owner=a_researcher())
    judge_all(study, an_annotator(study), "left")

    answer = a_script().get("/api/v1/studies/")

    assert answer.json() == [
        {
            "name": "snow",
            "title": "The study snow",
            "state": "open",
            "simulated": False,
            "shows_results": False,
            "role": "Owner",
            "slots": 2,
            "slots_done": 2,
            "annotators": 1,
        }
    ]


def test_progress_says_how_far_a_study_is():
    study = a_study(contexts=2, owner=a_researcher())
    judge_all(study, an_annotator(study), "left")

    answer = a_script().get("/api/v1/studies/snow/").json()

    assert {key: answer[key] for key in ("slots", "slots_done", "slots_out", "slots_free", "judgments")} == {
        "slots": 2,
        "slots_done": 2,
        "slots_out": 0,
        "slots_free": 0,
        "judgments": 2,
    }
    assert [each["code"] for each in answer["annotators"]] == ["A-ADA"]
    assert answer["days"] == [{"day": "2026-11-24", "judgments": 2}]


@pytest.mark.parametrize("what", ["judgments", "report"])
@pytest.mark.parametrize("state", ["draft", "open", "paused"])
def test_results_are_refused_with_a_reason_while_the_study_runs(what, state):
    a_planted_study()
    Study.objects.update(state=state)

    answer = a_script().get(f"/api/v1/studies/snow/{what}/")

    assert answer.status_code == 409
    assert answer.json() == {
        "detail": f"snow is {state}: results by system stay hidden until it is closed, or unblinded on purpose"
    }


@pytest.mark.parametrize("address", ["/api/v1/studies/", *ONE_STUDY])
def test_nothing_of_a_running_study_is_by_system(address):
    a_planted_study()

    answer = a_script().get(address)

    assert planted_in(answer.text + str(answer.headers)) == []


def test_judgments_of_a_closed_study_come_in_the_long_format_a_page_at_a_time():
    study = a_planted_study()
    close_study(study=study, now=NOW)
    script = a_script()

    first = script.get("/api/v1/studies/snow/judgments/?limit=40").json()
    rest = script.get(first["next"]).json()

    rows = rows_of(study)
    assert (first["count"], rest["next"]) == (len(rows), None)
    assert [each["choice"] for each in first["results"] + rest["results"]] == [row.choice for row in rows]
    assert first["results"][0]["context"] == rows[0].context


@pytest.mark.parametrize("wanted", ["limit=0", "limit=99999", "limit=all", "offset=-1"])
def test_a_page_that_cannot_be_is_refused_and_named(wanted):
    study = a_planted_study()
    close_study(study=study, now=NOW)

    answer = a_script().get(f"/api/v1/studies/snow/judgments/?{wanted}")

    assert (answer.status_code, list(answer.json())) == (400, [wanted.partition("=")[0]])


def test_the_report_of_a_closed_study_is_that_of_the_command():
    study = a_planted_study()
    close_study(study=study, now=NOW)

    answer = a_script().get("/api/v1/studies/snow/report/")

    assert answer.json() == json.loads(json.dumps(report_of(study).analysis))
    assert ZEBRA in answer.text


def test_an_unblinded_study_answers_and_says_that_it_was():
    a_planted_study()
    Study.objects.update(unblinded_at=NOW)

    answer = a_script().get("/api/v1/studies/snow/report/")

    assert answer.json()["study"]["unblinded_early"] is True


@pytest.mark.parametrize("address", ONE_STUDY)
def test_strangers_find_nothing(address):
    study = a_planted_study()
    close_study(study=study, now=NOW)

    assert a_script(DOV).get(address).status_code == 404
    assert dov().get(address).status_code == 404


@pytest.mark.parametrize("address", ["/api/v1/studies/", *ONE_STUDY])
def test_without_token_or_session_nothing_is_answered(address):
    a_study(contexts=1, owner=a_researcher())

    assert Client().get(address).status_code == 401
    assert Client(headers={"Authorization": "Token made-up"}).get(address).status_code == 401


@pytest.mark.parametrize("address", ["/api/v1/studies/", *ONE_STUDY])
def test_a_token_without_the_scope_reads_nothing(address):
    a_study(contexts=1, owner=a_researcher())

    answer = a_script(scopes=["write"]).get(address)

    assert answer.status_code == 403
    assert answer.json() == {"detail": "This token does not have the scope 'read'."}


def test_an_expired_token_reads_nothing():
    a_study(contexts=1, owner=a_researcher())

    answer = a_script(expiry=timezone.now() - timedelta(minutes=1)).get("/api/v1/studies/")

    assert answer.status_code == 401
    assert not ApiToken.objects.filter(user=a_researcher()).exists()


def test_who_signed_in_may_read_too():
    a_study(contexts=1, owner=a_researcher())

    assert cleo().get("/api/v1/studies/snow/").status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", ["/api/v1/studies/", *ONE_STUDY])
def test_there_is_nothing_to_write(method, address):
    a_study(contexts=1, owner=a_researcher())

    assert getattr(a_script(), method)(address).status_code in (403, 405)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_for_one_study_as_for_three(count, django_assert_num_queries):
    for number in range(count):
        a_study(f"study{number}", contexts=2, owner=a_researcher())
    script = a_script()

    # The token, its researcher, and the studies with all their counts.
    with django_assert_num_queries(3):
        script.get("/api/v1/studies/")


def test_the_document_names_every_operation_and_how_to_sign_in():
    document = Client().get("/api/schema/?format=json").json()

    operations = {path: sorted(methods) for path, methods in document["paths"].items()}
    assert operations == {
        "/api/v1/studies/": ["get"],
        "/api/v1/studies/{name}/": ["get"],
        "/api/v1/studies/{name}/judgments/": ["get"],
        "/api/v1/studies/{name}/report/": ["get"],
    }
    judgments = document["paths"]["/api/v1/studies/{name}/judgments/"]["get"]
    assert sorted(judgments["responses"]) == ["200", "400", "401", "403", "404", "409"]
    assert [each["name"] for each in judgments["parameters"]] == ["limit", "name", "offset"]
    assert document["components"]["securitySchemes"]["knoxApiToken"]["name"] == "Authorization"


def test_the_document_is_true_of_the_answers():
    study = a_planted_study()
    close_study(study=study, now=NOW)
    schemas = Client().get("/api/schema/?format=json").json()["components"]["schemas"]
    script = a_script()

    answers = {
        "StudySummaryOut": script.get("/api/v1/studies/").json()[0],
        "StudyProgressOut": script.get("/api/v1/studies/snow/").json(),
        "JudgmentOut": script.get("/api/v1/studies/snow/judgments/").json()["results"][0],
        "ReportOut": script.get("/api/v1/studies/snow/report/").json(),
    }

    for name, answer in answers.items():
        assert sorted(schemas[name]["properties"]) == sorted(answer), name


def test_the_docs_load_nothing_from_elsewhere_and_have_nothing_inline():
    page = Client().get("/api/docs/")

    assert re.findall(r"<style|\sstyle=|\son\w+=|https?://", page.text) == []
    assert re.findall(r"<script(?! src=)", page.text) == []
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    (script,) = [each for each in re.findall(r'src="([^"]+)"', page.text) if "docs" in each]
    assert Client().get(script).headers["Content-Type"].startswith("application/javascript")
