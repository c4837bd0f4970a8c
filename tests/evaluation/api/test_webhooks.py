"""A study's webhooks over the API: the same addresses are called as on the page, and the secret is told once."""

import json

import pytest

from evaluation.models import AuditEntry, Membership, Webhook
from evaluation.queue.webhooks import MOST_PER_STUDY, deliver_due, secret_of
from tests.cast import DOV, NOW
from tests.evaluation.api.builders import a_script, sent
from tests.evaluation.builders import a_researcher, a_study
from tests.evaluation.receiver import receiving

pytestmark = pytest.mark.django_db
PLACE = "/api/v1/studies/snow/webhooks/"


def test_an_address_is_added_tried_and_removed(receiver):
    a_study(owner=a_researcher())
    script = a_script()

    made = sent(script, PLACE, {"address": receiver.address(), "events": ["study.closed"]})
    place = f"{PLACE}{made.json()['number']}/"
    tried = sent(script, f"{place}try/")
    waits = sent(script, f"{place}try/")
    deliver_due(now=NOW.replace(year=2100))
    (listed,) = script.get(PLACE).json()["results"]
    tried_again = sent(script, f"{place}try/")
    gone = sent(script, f"{place}remove/")

    assert (made.status_code, made.json()["secret"]) == (201, secret_of(Webhook(pk=made.json()["number"], nonce=NONCE)))
    assert (tried.status_code, tried.json()["event"], tried.json()["delivered_at"]) == (202, "webhook.tried", None)
    assert (waits.status_code, waits.json()["code"]) == (409, "still_waiting")
    (_, headers, body) = receiver.came[0]
    assert (headers["Parley-Event"], json.loads(body)["study"]) == ("webhook.tried", "snow")
    assert [each["delivered_at"] is None for each in listed["deliveries"]] == [False]
    assert (tried_again.status_code, tried_again.json()["subject"]) == (202, "2")
    assert gone.json() == {"address": receiver.address()}
    assert not Webhook.objects.exists()
    assert [each.action for each in AuditEntry.objects.order_by("pk")] == ["webhook added", "webhook removed"]


NONCE = "0" * 32


@pytest.fixture(autouse=True)
def a_known_nonce(monkeypatch):
    monkeypatch.setattr("evaluation.queue.webhooks.secrets.token_hex", lambda size: NONCE)


def test_what_a_try_that_was_not_taken_met_is_told(settings):
    with receiving(status=500) as server:
        settings.WEBHOOK_HOSTS, settings.WEBHOOK_PRIVATE = list(server.rules.hosts), True
        a_study(owner=a_researcher())
        script = a_script()
        number = sent(script, PLACE, {"address": server.address()}).json()["number"]
        sent(script, f"{PLACE}{number}/try/")
        deliver_due(now=NOW.replace(year=2100))

    (delivery,) = script.get(PLACE).json()["results"][0]["deliveries"]
    assert (delivery["tries"], delivery["delivered_at"]) == (1, None)
    assert "answered 500" in delivery["error"]


def test_the_secret_is_in_no_list(receiver):
    a_study(owner=a_researcher())
    secret = sent(a_script(), PLACE, {"address": receiver.address()}).json()["secret"]

    assert secret not in a_script().get(PLACE).text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"address": "https://elsewhere.example.org/"}, "address"),
        ({"address": "http://hooks.example.org/"}, "address"),
        ({"address": "https://169.254.169.254/latest"}, "address"),
        ({"address": "https://hooks.example.org@evil.test/"}, "address"),
        ({"address": ""}, "address"),
        ({"address": "https://hooks.example.org/", "events": []}, "events"),
        ({"address": "https://hooks.example.org/", "events": ["study.opened"]}, "events"),
        ({"address": "https://hooks.example.org/", "secret": "mine"}, "secret"),
    ],
)
def test_an_address_that_is_not_called_is_refused(body, field, settings):
    settings.WEBHOOK_HOSTS, settings.WEBHOOK_PRIVATE = ["hooks.example.org"], False
    a_study(owner=a_researcher())

    answer = sent(a_script(), PLACE, body)

    assert answer.status_code == 400
    assert {each["field"].partition(".")[0] for each in answer.json()["errors"]} == {field}
    assert not Webhook.objects.exists()


def test_a_listed_host_that_leads_into_a_private_network_is_not_reached(settings):
    settings.WEBHOOK_HOSTS, settings.WEBHOOK_PRIVATE = ["localhost"], False
    a_study(owner=a_researcher())
    script = a_script()

    number = sent(script, PLACE, {"address": "https://localhost/hook"}).json()["number"]
    sent(script, f"{PLACE}{number}/try/")
    deliver_due(now=NOW.replace(year=2100))

    (delivery,) = script.get(PLACE).json()["results"][0]["deliveries"]
    assert "not on the public internet" in delivery["error"]


def test_the_same_address_twice_and_one_too_many_are_refused(receiver):
    a_study(owner=a_researcher())
    for number in range(MOST_PER_STUDY):
        assert sent(a_script(), PLACE, {"address": receiver.address(f"/{number}")}).status_code == 201

    too_many = sent(a_script(), PLACE, {"address": receiver.address("/more")})
    Webhook.objects.last().delete()
    twice = sent(a_script(), PLACE, {"address": receiver.address("/1")})

    assert [each.json()["errors"][0]["field"] for each in (too_many, twice)] == ["address", "address"]
    assert "at most 10" in too_many.json()["errors"][0]["detail"]
    assert "already" in twice.json()["errors"][0]["detail"]


def test_readers_and_strangers_find_no_webhook(receiver):
    study = a_study(owner=a_researcher())
    number = sent(a_script(), PLACE, {"address": receiver.address()}).json()["number"]

    for make_reader in (False, True):
        if make_reader:
            Membership.objects.create(study=study, researcher=a_researcher(DOV), role="reader")
        script = a_script(DOV)
        answers = [script.get(PLACE), sent(script, PLACE, {"address": receiver.address("/2")})]
        answers += [sent(script, f"{PLACE}{number}/{verb}/") for verb in ("try", "remove")]
        assert [each.status_code for each in answers] == [404] * 4
    assert Webhook.objects.count() == 1


def test_another_studys_webhook_is_not_found_by_its_number(receiver):
    a_study(owner=a_researcher())
    a_study("rain", owner=a_researcher(DOV))
    number = sent(a_script(DOV), "/api/v1/studies/rain/webhooks/", {"address": receiver.address()}).json()["number"]

    for each in (number, 10**30):
        assert sent(a_script(), f"{PLACE}{each}/try/").status_code == 404
        assert sent(a_script(), f"{PLACE}{each}/remove/").status_code == 404


def test_a_token_that_may_only_read_lists_and_changes_nothing(receiver):
    a_study(owner=a_researcher())
    number = sent(a_script(), PLACE, {"address": receiver.address()}).json()["number"]
    script = a_script(scopes=("read",))

    assert script.get(PLACE).status_code == 200
    assert sent(script, PLACE, {"address": receiver.address("/2")}).status_code == 403
    assert sent(script, f"{PLACE}{number}/try/").status_code == 403
