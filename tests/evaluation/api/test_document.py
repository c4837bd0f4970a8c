"""The OpenAPI document: every operation with its refusals and examples, true of what is answered."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern
from jsonschema import Draft202012Validator

from evaluation.api import urls
from evaluation.studies.life import close_study
from tests.cast import NOW
from tests.evaluation.api.builders import a_front_end, a_script, claimed, sent
from tests.evaluation.views.people import a_planted_study

pytestmark = pytest.mark.django_db

# Refusals that any operation can meet.
ALWAYS = {"403", "405", "406", "429"}


@pytest.fixture(scope="module")
def document(django_db_blocker) -> dict[str, Any]:
    with django_db_blocker.unblock():
        found: dict[str, Any] = Client().get("/api/schema/?format=json").json()
    return found


def operations(document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, verbs in document["paths"].items():
        for verb, said in verbs.items():
            yield path, verb, said


def faults(document, schema, value) -> list[str]:
    """Where `value` is not what `schema` says."""
    whole = {"components": document["components"], **schema}
    return [f"{each.json_path}: {each.message}" for each in Draft202012Validator(_plain(whole)).iter_errors(value)]


def _plain(schema: Any) -> Any:
    """A schema of OpenAPI 3.0 as JSON Schema has it: what may be null says so by its type."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _plain(value) for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") else plain


def test_every_address_of_the_api_is_in_it(document):
    described = {re.sub(r"\{\w+\}", "*", path) for path in document["paths"]}

    addresses = {
        "/api/" + re.sub(r"<[\w:]+>", "*", str(each.pattern))
        for each in urls.urlpatterns
        if isinstance(each, URLPattern)
    }

    assert addresses - described == {"/api/schema/", "/api/docs/", "/api/"}


def test_every_operation_says_what_it_is_and_how_it_refuses(document):
    for path, verb, said in operations(document):
        assert all(said.get(key) for key in ("summary", "description", "operationId")), (path, verb)
        assert set(said["responses"]) >= ALWAYS, (path, verb)
        for status, answer in said["responses"].items():
            if int(status) >= 400:
                problem = answer["content"]["application/json"]["schema"]
                assert problem == {"$ref": "#/components/schemas/ProblemOut"}, (path, verb, status)


def test_no_two_operations_have_one_name(document):
    names = [said["operationId"] for _, _, said in operations(document)]

    assert len(names) == len(set(names)) > 35


def test_the_two_ways_of_signing_in_are_told_apart(document):
    ways = {path: said.get("security") for path, _, said in operations(document)}

    assert ways["/api/v1/studies/{name}/"] == [{"token": []}, {"cookieAuth": []}]
    assert ways["/api/v1/annotate/claim/"] == [{"annotator": []}]
    assert ways["/api/v1/annotate/enter/"] in (None, [{}])


def test_examples_are_what_their_schemas_say(document):
    looked = 0
    for path, verb, said in operations(document):
        bodies = [*said["responses"].values(), *([said["requestBody"]] if "requestBody" in said else [])]
        for content in (each for body in bodies for each in body.get("content", {}).values()):
            for name, example in content.get("examples", {}).items():
                looked += 1
                assert faults(document, content["schema"], example["value"]) == [], (path, verb, name)
    assert looked > 150


def test_answers_are_what_their_schemas_say(document):
    study = a_planted_study()
    client, script = a_front_end(study), a_script()
    answers = {
        ("/api/v1/annotate/me/", "get"): client.get("/api/v1/annotate/me/").json(),
        ("/api/v1/annotate/claim/", "post"): claimed(client),
        ("/api/v1/studies/{name}/invites/", "post"): sent(
            script, "/api/v1/studies/snow/invites/", {"kind": "open"}
        ).json(),
    }
    close_study(study=study, now=NOW)
    for path in (
        "",
        "progress/",
        "audit/",
        "annotators/",
        "invites/",
        "judgments/",
        "report/",
        "amendments/",
        "members/",
        "jobs/",
    ):
        answers["/api/v1/studies/{name}/" + path, "get"] = script.get(f"/api/v1/studies/snow/{path}").json()
    answers["/api/v1/studies/", "get"] = script.get("/api/v1/studies/").json()

    for (path, verb), answer in answers.items():
        said = document["paths"][path][verb]["responses"]
        schema = said["201" if "201" in said else "200"]["content"]["application/json"]["schema"]
        assert faults(document, schema, answer) == [], path


def test_the_parts_of_a_report_are_all_in_it(document):
    study = a_planted_study()
    close_study(study=study, now=NOW)

    report = a_script().get("/api/v1/studies/snow/report/").json()

    assert sorted(document["components"]["schemas"]["ReportOut"]["properties"]) == sorted(report)


def test_the_docs_load_nothing_from_elsewhere_and_have_nothing_inline():
    page = Client().get("/api/docs/")

    assert re.findall(r"<style|\sstyle=|\son\w+=|https?://", page.text) == []
    assert re.findall(r"<script(?! src=)", page.text) == []
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    (script,) = [each for each in re.findall(r'src="([^"]+)"', page.text) if "docs" in each]
    assert Client().get(script).headers["Content-Type"].startswith("application/javascript")


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
@pytest.mark.parametrize("address", ["/api/v2/studies/", "/api/v1/studies/snow/invites/x/revoke/", "/api/a%0Ab/"])
def test_what_is_not_there_is_said_in_the_same_shape(method, address):
    answer = getattr(Client(enforce_csrf_checks=True), method)(address)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
