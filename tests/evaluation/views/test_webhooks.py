"""A study's webhooks on the site."""

import pytest

from evaluation.models import Delivery, Webhook
from evaluation.queue.webhooks import deliver_due, secret_of
from evaluation.studies.life import close_study
from tests.cast import NOW
from tests.evaluation.views.people import a_planted_study, a_reader, cleo, dov

pytestmark = pytest.mark.django_db
PAGE = "/studies/snow/webhooks/"


def test_an_address_is_added_told_and_removed(receiver):
    study = a_planted_study()

    page = cleo().post(PAGE, {"address": receiver.address(), "study_closed": "on"}, follow=True)
    webhook = Webhook.objects.get()
    assert webhook.events == ["study.closed"]
    assert secret_of(webhook) in page.text
    close_study(study=study, now=NOW)
    assert "to be sent" in cleo().get(PAGE).text
    deliver_due(now=NOW)
    assert "taken" in cleo().get(PAGE).text
    assert len(receiver.came) == 1

    cleo().post(f"{PAGE}{webhook.pk}/remove/")
    assert not Webhook.objects.exists()
    assert not Delivery.objects.exists()


def test_an_address_is_tried_one_message_at_a_time(receiver):
    a_planted_study()
    cleo().post(PAGE, {"address": receiver.address(), "study_closed": "on"})
    place = f"{PAGE}{Webhook.objects.get().pk}/try/"

    assert "webhook.tried" in cleo().post(place, follow=True).text
    assert "still waits to be sent" in cleo().post(place, follow=True).text
    deliver_due(now=NOW.replace(year=2100))

    assert (len(receiver.came), Delivery.objects.get().subject) == (1, "1")
    assert dov().post(place).status_code == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"address": "https://elsewhere.example.org/", "study_closed": "on"}, "Expected one of the hosts"),
        ({"address": "", "study_closed": "on"}, "This field is required"),
        ({"address": "http://127.0.0.1:1/"}, "Expected some of"),
    ],
)
def test_what_cannot_be_called_is_said_at_the_form_which_keeps_what_was_typed(receiver, typed, said):
    a_planted_study()

    answer = cleo().post(PAGE, typed)

    assert answer.status_code == 400
    assert said in answer.text
    assert typed["address"] in answer.text
    assert not Webhook.objects.exists()


def test_readers_and_strangers_see_no_secret(receiver):
    study = a_planted_study()

    assert a_reader(study).get(PAGE).status_code == 404
    assert dov().get(PAGE).status_code == 404


def test_a_server_that_calls_nobody_says_so():
    a_planted_study()

    page = cleo().get(PAGE).text

    assert "This server calls nobody" in page
    assert "deliver_webhooks" in page
