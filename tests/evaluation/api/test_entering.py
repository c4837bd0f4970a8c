"""The way in: what a link leads to, agreement to the text that was read, and tokens that are kept as hashes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from evaluation.annotators.annotator_tokens import MOST_TOKENS, create_annotator_token
from evaluation.models import Annotator, AnnotatorToken, Invite, Study
from evaluation.studies.life import pause_study
from tests.cast import NOW
from tests.evaluation.api.builders import a_front_end, an_invite, sent
from tests.evaluation.builders import a_study, an_annotator

pytestmark = pytest.mark.django_db

ENTER, JOIN, ME = "/api/v1/annotate/enter/", "/api/v1/annotate/join/", "/api/v1/annotate/me/"


def entered(invite: str):
    return sent(Client(), ENTER, {"invite": invite})


def joined(invite: str, version: str = ""):
    version = version or entered(invite).json()["study"]["consent_version"]
    return sent(Client(), JOIN, {"invite": invite, "consent_version": version})


def test_a_link_leads_to_the_words_of_a_study_and_no_token():
    study = a_study(content_warning="Some replies are **rude**.")

    answer = entered(an_invite(study)).json()

    assert (answer["stage"], answer["token"]) == ("consent", None)
    assert answer["study"]["title"] == "Which reply is better?"
    assert answer["study"]["content_warning"] == {
        "markdown": "Some replies are **rude**.",
        "html": "<p>Some replies are <strong>rude</strong>.</p>",
    }


def test_a_token_is_told_once_and_kept_as_a_hash():
    token = joined(an_invite(a_study())).json()["token"]

    kept = AnnotatorToken.objects.get()
    assert token not in str(vars(kept))
    assert kept.expires_at - kept.created_at == timedelta(days=180)


def test_a_personal_link_leads_to_the_same_annotator_from_anywhere():
    invite = an_invite(a_study())
    first = joined(invite).json()

    again = entered(invite).json()

    assert again["stage"] == "instructions"
    assert again["token"] not in (None, first["token"])
    assert Annotator.objects.count() == 1


def test_an_open_link_makes_an_annotator_for_each_who_agrees():
    invite = an_invite(a_study(), personal=False)

    codes = {joined(invite).json()["annotator"] for _ in range(3)}

    assert len(codes) == 3


def test_agreeing_to_another_text_than_the_studys_stores_nothing():
    answer = joined(an_invite(a_study()), version="sha256:of-something-else")

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_consent")
    assert Annotator.objects.count() == 0


@pytest.mark.parametrize("address", [ENTER, JOIN])
@pytest.mark.parametrize("invite", ["made-up", "x" * 200, "é"])
def test_a_link_that_was_never_given_out_leads_nowhere(address, invite):
    a_study()
    body = {"invite": invite} | ({"consent_version": "v"} if address == JOIN else {})

    answer = sent(Client(), address, body)

    assert (answer.status_code, answer.json()["code"]) == (404, "link_unknown")


def test_a_revoked_or_expired_link_leads_nowhere():
    study = a_study()
    revoked, expired = an_invite(study), an_invite(study)
    Invite.objects.filter(pk=Invite.objects.order_by("pk")[0].pk).update(revoked_at=NOW)
    Invite.objects.filter(pk=Invite.objects.order_by("pk")[1].pk).update(expires_at=NOW - timedelta(days=400))

    assert [entered(each).status_code for each in (revoked, expired)] == [404, 404]


def test_a_study_that_rests_takes_nobody_in():
    study = a_study()
    invite = an_invite(study)
    pause_study(study=study, now=NOW)

    assert joined(invite).json()["code"] == "study_not_open"
    assert Annotator.objects.count() == 0


def test_an_expired_token_acts_for_nobody():
    client = a_front_end(a_study())
    AnnotatorToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    answer = client.get(ME)

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Annotator")


def test_only_so_many_devices_are_remembered():
    annotator = an_annotator(a_study())

    for _ in range(MOST_TOKENS + 3):
        create_annotator_token(annotator=annotator, now=NOW)

    assert annotator.tokens.count() == MOST_TOKENS


def test_a_changed_consent_text_is_put_to_the_annotator_before_the_next_pair():
    study = a_study(contexts=1)
    client = a_front_end(study)
    Study.objects.update(consent="You may stop at any time. We also keep the time.")

    asked = client.get(ME).json()
    version = asked["study"]["consent_version"]
    answer = sent(client, "/api/v1/annotate/consent/", {"consent_version": version, "agree": True})

    assert asked["stage"] == "consent"
    assert answer.json()["stage"] == "judge"


def test_whoever_does_not_agree_to_the_changed_text_is_asked_for_no_more():
    study = a_study(contexts=1)
    client = a_front_end(study)
    Study.objects.update(consent="You may stop at any time. We also keep the time.")
    version = client.get(ME).json()["study"]["consent_version"]

    sent(client, "/api/v1/annotate/consent/", {"consent_version": version, "agree": False})

    assert study.annotators.get().state == Annotator.State.FINISHED
    assert sent(client, "/api/v1/annotate/claim/").status_code == 409
