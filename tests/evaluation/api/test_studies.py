"""A researcher's studies over the API: tokens with scopes and expiry, strangers, states, and what is hidden."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluation.models import ApiToken, AuditEntry, Job, Membership, Study, Webhook
from evaluation.queue.webhooks import try_webhook
from tests.cast import DOV
from tests.evaluation.api.builders import a_script, sent
from tests.evaluation.builders import a_researcher, a_study, an_annotator, judge_all
from tests.evaluation.views.people import a_planted_study, cleo, dov, planted_in

pytestmark = pytest.mark.django_db

LIST = "/api/v1/studies/"
SNOW = f"{LIST}snow/"
LISTS = ("annotators", "amendments", "invites", "members", "jobs", "webhooks")
READ = (SNOW, f"{SNOW}progress/", f"{SNOW}audit/", *(f"{SNOW}{each}/" for each in LISTS))
ALL = (LIST, *READ, f"{SNOW}judgments/", f"{SNOW}report/")


def test_a_script_lists_its_studies():
    study = a_study(contexts=2, owner=a_researcher())
    judge_all(study, an_annotator(study), "left")

    answer = a_script().get(LIST)

    assert answer.json() == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [
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
        ],
    }


def test_a_long_list_comes_in_parts():
    for number in range(3):
        a_study(f"study{number}", owner=a_researcher())

    first = a_script().get(f"{LIST}?limit=2").json()
    rest = a_script().get(first["next"]).json()

    assert (first["count"], [each["name"] for each in first["results"] + rest["results"]]) == (
        3,
        ["study0", "study1", "study2"],
    )


def test_progress_says_how_far_a_study_is():
    study = a_study(contexts=2, owner=a_researcher())
    judge_all(study, an_annotator(study), "left")

    answer = a_script().get(f"{SNOW}progress/").json()

    assert {key: answer[key] for key in ("slots", "slots_done", "slots_out", "slots_free", "judgments")} == {
        "slots": 2,
        "slots_done": 2,
        "slots_out": 0,
        "slots_free": 0,
        "judgments": 2,
    }
    assert (answer["annotators"], answer["days"]) == (1, [{"day": "2026-11-24", "judgments": 2}])


@pytest.mark.parametrize("address", [LIST, *READ])
def test_nothing_of_a_running_study_is_by_system(address):
    a_planted_study()

    answer = a_script().get(address)

    assert answer.status_code == 200
    assert planted_in(answer.text + str(answer.headers)) == []


@pytest.mark.parametrize("address", ALL[1:])
def test_strangers_find_nothing(address):
    a_planted_study()
    Study.objects.update(state="closed")

    assert a_script(DOV).get(address).status_code == 404
    assert dov().get(address).status_code == 404


@pytest.mark.parametrize("address", ALL)
def test_without_token_or_session_nothing_is_answered(address):
    a_study(contexts=1, owner=a_researcher())

    for client in (
        Client(),
        Client(headers={"Authorization": "Token made-up"}),
        Client(headers={"Authorization": "Token mädé-up"}),
        Client(headers={"Authorization": "Token a b"}),
        Client(headers={"Authorization": "Token " + "x" * 5000}),
        Client(headers={"Authorization": "Basic Y2xlbzp4"}),
    ):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Token")


@pytest.mark.parametrize("address", ALL)
def test_a_token_without_the_scope_reads_nothing(address):
    a_study(contexts=1, owner=a_researcher())

    answer = a_script(scopes=("write",)).get(address)

    assert (answer.status_code, answer.json()["detail"]) == (403, "This token does not have the scope 'read'.")


@pytest.mark.parametrize("verb", ["open", "pause", "close", "unblind"])
def test_a_token_that_may_only_read_and_a_session_change_nothing(verb):
    a_study(contexts=1, owner=a_researcher())

    by_token = sent(a_script(scopes=("read",)), f"{SNOW}{verb}/", {"confirm": "snow"})
    by_session = sent(cleo(), f"{SNOW}{verb}/", {"confirm": "snow"})

    assert (by_token.status_code, by_session.status_code) == (403, 403)
    assert "scope 'write'" in by_token.json()["detail"]
    assert Study.objects.get().state == "open"


def test_an_expired_token_reads_nothing():
    a_study(contexts=1, owner=a_researcher())

    answer = a_script(expiry=timezone.now() - timedelta(minutes=1)).get(LIST)

    assert answer.status_code == 401
    assert not ApiToken.objects.filter(user=a_researcher()).exists()


def test_a_token_of_somebody_who_may_no_longer_sign_in_reads_nothing():
    script = a_script()
    cleo = a_researcher()
    cleo.is_active = False
    cleo.save()

    assert script.get(LIST).status_code == 401


def test_who_signed_in_may_read_too():
    a_study(contexts=1, owner=a_researcher())

    assert cleo().get(SNOW).status_code == 200


def test_a_study_is_opened_paused_opened_again_and_closed():
    a_study(contexts=1, owner=a_researcher(), state="draft", ethics="none")
    script = a_script()

    states = [
        sent(script, f"{SNOW}{verb}/", body).json()["state"]
        for verb, body in (("open", {}), ("pause", {}), ("open", {}), ("close", {"confirm": "snow"}))
    ]

    assert states == ["open", "paused", "open", "closed"]
    log = script.get(f"{SNOW}audit/").json()["results"]
    assert [each["action"] for each in log] == ["closed", "opened", "paused", "opened"]
    assert {each["made_by"] for each in log} == {"Cleo"}


@pytest.mark.parametrize(
    ("state", "verb", "code"),
    [("draft", "pause", "wrong_state"), ("closed", "open", "wrong_state"), ("draft", "open", "not_ready")],
)
def test_what_a_state_does_not_allow_is_refused_with_a_reason(state, verb, code):
    a_study(owner=a_researcher(), state=state)

    answer = sent(a_script(), f"{SNOW}{verb}/")

    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert Study.objects.get().state == state


@pytest.mark.parametrize("verb", ["close", "unblind"])
@pytest.mark.parametrize("body", [{}, {"confirm": "yes"}])
def test_what_cannot_be_taken_back_has_to_be_meant(verb, body):
    a_study(contexts=1, owner=a_researcher())

    answer = sent(a_script(), f"{SNOW}{verb}/", body)

    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (400, ["confirm"])
    assert Study.objects.get(state="open", unblinded_at=None)


def test_unblinding_is_its_own_verb_and_is_logged():
    a_study(contexts=1, owner=a_researcher())

    answer = sent(a_script(), f"{SNOW}unblind/", {"confirm": "snow"}).json()

    assert (answer["shows_results"], answer["state"]) == (True, "open")
    assert AuditEntry.objects.get().action == "unblinded"


def test_readers_look_and_do_not_act():
    study = a_study(contexts=1, owner=a_researcher())
    Membership.objects.create(study=study, researcher=a_researcher(DOV), role="reader")

    assert a_script(DOV).get(SNOW).status_code == 200
    assert sent(a_script(DOV), f"{SNOW}pause/").status_code == 404
    assert a_script(DOV).get(f"{SNOW}invites/").status_code == 404


@pytest.mark.parametrize("address", [LIST, f"{SNOW}audit/", f"{SNOW}annotators/", f"{SNOW}invites/"])
@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=99999",
        "limit=all",
        "limit=",
        "offset=-1",
        "offset=",
        "study__memberships__role=owner",
        "ordering=password",
        "x=1",
    ],
)
def test_only_what_is_declared_can_be_asked_for(address, query):
    a_study(owner=a_researcher())

    answer = a_script().get(f"{address}?{query}")

    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (400, [query.partition("=")[0]])


@pytest.mark.parametrize("address", [LIST, *READ])
def test_a_page_takes_as_many_queries_for_one_row_as_for_three(address):
    study = a_study(contexts=4, owner=a_researcher())
    script, counts = a_script(), []
    for rows in (1, 3):
        for number in range(rows):
            a_study(f"study{rows}{number}", contexts=2, owner=a_researcher())
            judge_all(study, an_annotator(study, f"A-{rows}{number}"))
            sent(script, f"{SNOW}invites/", {"kind": "open"})
            AuditEntry.objects.create(study=study, action="x", made_by=a_researcher(), made_at=timezone.now())
            somebody = a_researcher(f"{rows}{number}@example.org")
            Membership.objects.create(study=study, researcher=somebody, role="reader")
            job = Job.objects.create(study=study, kind="report", state="done", made_at=timezone.now(), made_by=somebody)
            hook = Webhook.objects.create(study=study, address=f"https://x.test/{job.pk}", made_at=timezone.now())
            try_webhook(webhook=hook, now=timezone.now())
        with CaptureQueriesContext(connection) as asked:
            assert script.get(address).status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_what_a_planned_look_found_stays_hidden_in_the_trail_while_results_are():
    study = a_study(contexts=1, owner=a_researcher())
    AuditEntry.objects.create(study=study, action="looked", detail={"p": 0.01}, made_at=timezone.now())

    hidden = a_script().get(f"{SNOW}audit/").json()["results"]
    Study.objects.update(state="closed")
    shown = a_script().get(f"{SNOW}audit/").json()["results"]

    assert ([each["detail"] for each in hidden], [each["detail"] for each in shown]) == ([{}], [{"p": 0.01}])
