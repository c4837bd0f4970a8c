"""Power and cost while a study is designed: of a draft as of a study, from the one planner."""

import pytest

from evaluation.drafts import drafting
from evaluation.models import Study
from tests.cast import DOV, NOW
from tests.evaluation.builders import a_researcher, a_study
from tests.evaluation.uploads import TWO, responses_of

pytestmark = pytest.mark.django_db
PAY = "[pay]\nper_hour = 12\ncurrency = 'EUR'\n"


def a_draft(owner, toml=TWO + PAY, contexts=12):
    draft = drafting.begin(owner=owner, now=NOW, name="sized", toml=toml)
    uploads = {f"{name}.jsonl": responses_of(name, contexts=contexts) for name in ("p", "pt")}
    drafting.put_files(draft=draft, uploads=uploads, now=NOW)
    return draft


def test_contexts_times_judgments_times_seconds_times_pay(client, cleo):
    draft = a_draft(cleo)

    page = client.get(f"/drafts/{draft.pk}/size/").content.decode().replace("\N{NO-BREAK SPACE}", " ")

    # 12 contexts, 3 judgments each, 30 seconds: 36 judgments, 0.3 hours, 3.60 euros.
    assert "36 judgments of 30 seconds each are 0.3 hours of work; at 12.00 EUR an hour that is 3.60 EUR." in page
    assert "find a net preference of .14" in page
    assert "Power over pay" in page


def test_what_is_typed_is_worked_out(client, cleo):
    draft = a_draft(cleo)
    said = {"effect": "0.5", "annotators": "10", "contexts": "100", "votes": "2", "seconds": "60", "hourly": "9"}

    answer = client.get(f"/drafts/{draft.pk}/size/", said, headers={"HX-Request": "true"})

    page = answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert page.lstrip().startswith('<div class="verdict">')
    # 100 contexts, 2 judgments each, a minute: 200 minutes.
    assert "200 judgments of 60 seconds each are 3.3 hours of work; at 9.00 EUR an hour that is 30.00 EUR." in page
    assert "find a net preference of .50 in 100 % of studies" in page


def test_pay_by_the_pair(client, cleo):
    draft = a_draft(cleo, toml=TWO + "[pay]\nper_judgment = 0.1\ncurrency = 'USD'\n")

    page = client.get(f"/drafts/{draft.pk}/size/").content.decode().replace("\N{NO-BREAK SPACE}", " ")

    assert "at 0.10 USD a pair that is 3.60 USD, or 12.00 USD an hour." in page


def test_the_plan_of_the_study_counts(client, cleo):
    toml = TWO + '[plan]\nalpha = 0.02\nhypotheses = [{ criterion = "naturalness", better = "p" }, '
    toml += '{ criterion = "naturalness", better = "pt" }]\n'
    draft = a_draft(cleo, toml=toml)

    assert "at .01 (.02 over a family of 2)" in client.get(f"/drafts/{draft.pk}/size/").content.decode()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"effect": "x"}, "Net preference to be found: Enter a number."),
        ({"effect": "2"}, "effect: expected a net preference between 0 and 1, got 2.0"),
        ({"annotators": "1"}, "annotators: expected 2 to 5000, got 1"),
        ({"seconds": "0"}, "seconds: expected more than 0, got 0.0"),
        ({"contexts": "1000000"}, "contexts: expected 2 to 20000, got 1000000"),
    ],
)
def test_what_cannot_be_meant_is_told(client, cleo, said, told):
    draft = a_draft(cleo)

    answer = client.get(f"/drafts/{draft.pk}/size/", said)

    assert answer.status_code == 200
    assert told in answer.content.decode()


def test_what_is_wrong_with_the_draft_is_told(client, cleo):
    draft = a_draft(cleo, toml=TWO.replace("pt.jsonl", "gone.jsonl"))

    assert "expected the name of an uploaded file" in client.get(f"/drafts/{draft.pk}/size/").content.decode()


def test_a_study_that_compares_nothing(client, cleo):
    toml = TWO.replace('key = "naturalness"', 'key = "fluency"\nquestion = "How fluent?"\nscale = "rating"\nmax = 5')
    draft = a_draft(cleo, toml=toml)

    assert "nothing is compared" in client.get(f"/drafts/{draft.pk}/size/").content.decode()


def test_a_draft_and_the_study_made_of_it_say_the_same(client, cleo):
    draft = a_draft(cleo)
    drafting.make_study(draft=draft, now=NOW)
    part = {"HX-Request": "true"}

    of_draft = client.get(f"/drafts/{draft.pk}/size/", headers=part).content
    of_study = client.get("/studies/sized/size/", headers=part).content

    assert of_draft == of_study


def test_a_study_without_a_pair(client, cleo):
    a_study("snow", state=Study.State.DRAFT, owner=cleo)

    assert "snow has no pair to judge" in client.get("/studies/snow/size/").content.decode()


def test_strangers_see_neither(client, cleo):
    draft = a_draft(cleo)
    drafting.make_study(draft=draft, now=NOW)
    client.force_login(a_researcher(DOV))

    assert client.get(f"/drafts/{draft.pk}/size/").status_code == 404
    assert client.get("/studies/sized/size/").status_code == 404
