"""What happens in a study is told to its addresses: written down with it, signed, tried again, told once."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction

from evaluation.judging.assignment import claim_next
from evaluation.models import AuditEntry, Delivery, Study
from evaluation.queue.webhooks import (
    AGAIN_AFTER,
    ANNOTATOR_FINISHED,
    EVENTS,
    MOST_PER_STUDY,
    STUDY_CLOSED,
    BadWebhook,
    add_webhook,
    announce,
    deliver_due,
    remove_webhook,
    secret_of,
)
from evaluation.studies.life import close_study
from tests.cast import NOW
from tests.evaluation.builders import a_study, an_annotator, judge_all
from tests.evaluation.receiver import Receiver

pytestmark = pytest.mark.django_db


def told(server: Receiver) -> list[dict]:
    return [json.loads(body) for _, _, body in server.came]


def test_closing_a_study_is_told_once_and_signed(receiver):
    study = a_study()
    webhook = add_webhook(study=study, address=receiver.address(), events=EVENTS, now=NOW)

    close_study(study=study, now=NOW)
    assert deliver_due(now=NOW) == (1, 0)
    assert deliver_due(now=NOW + timedelta(days=1)) == (0, 0)

    (_, headers, body), (said,) = receiver.came[0], told(receiver)
    assert said["event"] == headers["Parley-Event"] == STUDY_CLOSED
    assert said["study"] == "snow"
    moment, found = (part.partition("=")[2] for part in headers["Parley-Signature"].split(","))
    assert moment == str(int(NOW.timestamp()))
    expected = hmac.new(secret_of(webhook).encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert found == expected


def test_a_finished_annotator_is_told_of_by_code_alone_and_once(receiver):
    study = a_study(contexts=2)
    ada = an_annotator(study, participant="pid-5f8a")
    add_webhook(study=study, address=receiver.address(), events=[ANNOTATOR_FINISHED], now=NOW)

    judge_all(study, ada)
    claim_next(study=study, annotator=ada, now=NOW)
    deliver_due(now=NOW + timedelta(days=1))

    (said,) = told(receiver)
    assert said["annotator"] == "A-ADA"
    assert "pid-5f8a" not in json.dumps(said)


def test_nothing_is_told_of_what_did_not_happen(receiver):
    study = a_study()
    add_webhook(study=study, address=receiver.address(), events=EVENTS, now=NOW)

    with transaction.atomic():
        close_study(study=study, now=NOW)
        transaction.set_rollback(True)

    assert Delivery.objects.count() == 0
    assert deliver_due(now=NOW) == (0, 0)


def test_only_the_events_that_were_asked_for_are_told(receiver):
    study = a_study()
    add_webhook(study=study, address=receiver.address(), events=[ANNOTATOR_FINISHED], now=NOW)

    close_study(study=study, now=NOW)

    assert Delivery.objects.count() == 0


def test_what_is_not_taken_is_tried_again_later_and_later_and_then_given_up(receiver):
    study = a_study()
    add_webhook(study=study, address=receiver.address(), events=EVENTS, now=NOW)
    close_study(study=study, now=NOW)
    receiver.status, now = 503, NOW

    for minutes in (*AGAIN_AFTER, None):
        assert deliver_due(now=now) == (0, 1)
        delivery = Delivery.objects.get()
        assert "answered 503" in delivery.error
        if minutes is None:
            break
        assert delivery.due_at == now + timedelta(minutes=minutes)
        assert deliver_due(now=delivery.due_at - timedelta(seconds=1)) == (0, 0)
        now = delivery.due_at

    assert Delivery.objects.get().given_up_at == now
    assert deliver_due(now=now + timedelta(days=30)) == (0, 0)
    assert len(receiver.came) == len(AGAIN_AFTER) + 1
    assert len({headers["Parley-Delivery"] for _, headers, _ in receiver.came}) == 1


def test_a_receiver_that_comes_back_gets_what_it_missed(receiver):
    study = a_study()
    add_webhook(study=study, address=receiver.address(), events=EVENTS, now=NOW)
    close_study(study=study, now=NOW)
    receiver.status = 500
    deliver_due(now=NOW)
    receiver.status = 200

    assert deliver_due(now=NOW + timedelta(minutes=1)) == (1, 0)
    assert Delivery.objects.get().delivered_at == NOW + timedelta(minutes=1)


def test_somebody_who_died_over_a_delivery_leaves_it_to_the_next(receiver):
    study = a_study()
    add_webhook(study=study, address=receiver.address(), events=EVENTS, now=NOW)
    announce(study=study, event=STUDY_CLOSED, now=NOW)
    # Taken, and never put down as done: as after a kill.
    Delivery.objects.update(due_at=NOW + timedelta(minutes=2), tries=1)

    assert deliver_due(now=NOW + timedelta(minutes=1)) == (0, 0)
    assert deliver_due(now=NOW + timedelta(minutes=2)) == (1, 0)


def test_a_host_that_is_no_longer_listed_is_not_called(receiver, settings):
    study = a_study()
    add_webhook(study=study, address=receiver.address(), events=EVENTS, now=NOW)
    close_study(study=study, now=NOW)
    settings.WEBHOOK_HOSTS = ["hooks.example.org"]

    assert deliver_due(now=NOW) == (0, 1)
    assert receiver.came == []


@pytest.mark.parametrize(
    ("address", "events", "why"),
    [
        ("https://elsewhere.example.org/", EVENTS, "address: expected one of the hosts"),
        ("http://127.0.0.1/", EVENTS, "address: "),
        (None, [], "events: expected some of"),
        (None, ["study.opened"], "got study.opened"),
    ],
)
def test_what_cannot_be_told_is_refused(receiver, address, events, why):
    study = a_study()

    with pytest.raises(BadWebhook, match=why):
        add_webhook(study=study, address=address or receiver.address(), events=events, now=NOW)

    assert not study.webhooks.exists()


def test_an_address_stands_once_and_a_study_has_so_many(receiver):
    study = a_study()
    for number in range(MOST_PER_STUDY):
        add_webhook(study=study, address=receiver.address(f"/{number}"), events=EVENTS, now=NOW)

    with pytest.raises(BadWebhook, match="at most"):
        add_webhook(study=study, address=receiver.address("/more"), events=EVENTS, now=NOW)
    remove_webhook(webhook=study.webhooks.last(), now=NOW)
    with pytest.raises(BadWebhook, match="already"):
        add_webhook(study=study, address=receiver.address("/0"), events=EVENTS, now=NOW)


def test_secrets_differ_and_stand_nowhere_in_the_database(receiver):
    study = a_study()
    one = add_webhook(study=study, address=receiver.address("/1"), events=EVENTS, now=NOW)
    two = add_webhook(study=study, address=receiver.address("/2"), events=EVENTS, now=NOW)

    assert secret_of(one) != secret_of(two)
    assert secret_of(one) not in json.dumps(list(study.webhooks.values("address", "nonce", "events")))


def test_adding_and_removing_leave_a_line_without_the_address_path(receiver):
    study = a_study()
    webhook = add_webhook(study=study, address=receiver.address("/token-of-theirs"), events=EVENTS, now=NOW)
    remove_webhook(webhook=webhook, now=NOW)

    lines = AuditEntry.objects.filter(study=study, action__startswith="webhook").order_by("pk")
    assert [line.action for line in lines] == ["webhook added", "webhook removed"]
    assert "token-of-theirs" not in json.dumps([line.detail for line in lines])


def test_the_command_sends_what_is_due(receiver, capsys):
    study = a_study()
    add_webhook(study=study, address=receiver.address(), events=EVENTS, now=NOW)
    call_command("close_study", "snow")
    assert Study.objects.get(pk=study.pk).is_closed()

    call_command("deliver_webhooks")

    assert len(receiver.came) == 1
    assert "1 deliveries were taken, 0 were not" in capsys.readouterr().out
