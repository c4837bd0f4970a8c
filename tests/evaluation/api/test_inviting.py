"""Links over the API: told once, listed without their token, revoked."""

import re

import pytest
from django.test import Client

from evaluation.models import Invite
from tests.evaluation.api.builders import a_script, sent
from tests.evaluation.builders import a_researcher, a_study

pytestmark = pytest.mark.django_db

INVITES = "/api/v1/studies/snow/invites/"


def test_links_are_told_once_and_lead_into_the_study():
    study = a_study(contexts=1, owner=a_researcher())
    script = a_script()

    made = sent(script, INVITES, {"kind": "personal", "count": 2, "label": "students", "days": 30}).json()["links"]
    listed = script.get(INVITES)

    assert [each["number"] for each in listed.json()["results"]] == [each["number"] for each in reversed(made)]
    assert not any(each["token"] in listed.text for each in made)
    assert re.fullmatch(r"http://testserver/j/[\w-]{20,}/", made[0]["url"])
    assert Client().get(made[0]["url"]).headers["Location"] == f"/s/{study.public_id}/"


def test_an_open_link_is_one_however_many_are_asked_for():
    a_study(owner=a_researcher())

    made = sent(a_script(), INVITES, {"kind": "open", "count": 9}).json()["links"]

    assert (len(made), Invite.objects.get().personal) == (1, False)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "secret"}, "kind"),
        ({"kind": "open", "days": 0}, "days"),
        ({"kind": "personal", "count": 501}, "count"),
        ({"kind": "open", "label": "all"}, "label"),
        ({"kind": "open", "lable": "x"}, "lable"),
        ({}, "kind"),
    ],
)
def test_what_cannot_be_is_refused_and_no_link_is_made(body, field):
    a_study(owner=a_researcher())

    answer = sent(a_script(), INVITES, body)

    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (400, [field])
    assert not Invite.objects.exists()


def test_nobody_is_invited_into_a_closed_study():
    a_study(owner=a_researcher(), state="closed")

    assert sent(a_script(), INVITES, {"kind": "open"}).status_code == 409


def test_a_revoked_link_lets_nobody_in():
    a_study(owner=a_researcher())
    script = a_script()
    (made,) = sent(script, INVITES, {"kind": "personal"}).json()["links"]

    first = sent(script, f"{INVITES}{made['number']}/revoke/").json()
    again = sent(script, f"{INVITES}{made['number']}/revoke/").json()

    assert (first, again) == ({"revoked": True}, {"revoked": False})
    assert Client().get(made["url"]).status_code == 404
    assert script.get(INVITES).json()["results"][0]["works"] is False


def test_another_studys_link_is_not_revoked_by_its_number():
    a_study(owner=a_researcher())
    other = a_study("rain")
    invite = Invite.objects.create(study=other, token_digest="x", created_at=other.created_at)

    assert sent(a_script(), f"{INVITES}{invite.pk}/revoke/").json() == {"revoked": False}
    assert sent(a_script(), f"{INVITES}{10**30}/revoke/").json() == {"revoked": False}
