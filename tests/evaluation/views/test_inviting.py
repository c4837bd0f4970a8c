"""The page of links: made with an end, revoked by a button, and what a platform is given."""

from datetime import timedelta

import pytest
from django.utils import timezone

from evaluation.annotators.joining import create_invite
from evaluation.models import Invite
from tests.evaluation.builders import a_researcher, a_study
from tests.evaluation.views.people import a_reader, cleo, dov

pytestmark = pytest.mark.django_db
PAGE = "/studies/snow/invite/"


def a_linked_study(**fields) -> Invite:
    study = a_study(owner=a_researcher(), **fields)
    return create_invite(study=study, personal=True, label="pilot", now=timezone.now()).invite


def test_links_are_made_that_run_out():
    a_study(owner=a_researcher())

    cleo().post(PAGE, {"kind": "personal", "count": 2, "days": 14})

    assert [each.expires_at - each.created_at for each in Invite.objects.all()] == [timedelta(days=14)] * 2


@pytest.mark.parametrize("days", ["0", "soon", "99999"])
def test_an_end_that_is_none_makes_no_link(days):
    a_study(owner=a_researcher())

    cleo().post(PAGE, {"kind": "open", "count": 1, "days": days})

    assert Invite.objects.count() == 0


def test_a_link_is_revoked_by_its_button_once():
    invite, browser = a_linked_study(), cleo()
    address = f"{PAGE}{invite.pk}/revoke/"

    offered = address in browser.get(PAGE).text
    done = browser.post(address, follow=True)
    again = browser.post(address, follow=True)

    invite.refresh_from_db()
    assert (offered, address in done.text, invite.works(timezone.now())) == (True, False, False)
    assert "The link lets nobody in any more." in done.text
    assert "No such link works in this study." in again.text
    assert invite.study.audit.get().made_by == a_researcher()


def test_strangers_and_readers_revoke_nothing_and_nobody_reaches_another_studys_link():
    invite = a_linked_study()
    a_study("rain", owner=a_researcher())

    refused = [browser.post(f"{PAGE}{invite.pk}/revoke/").status_code for browser in (dov(), a_reader(invite.study))]
    cleo().post(f"/studies/rain/invite/{invite.pk}/revoke/")

    invite.refresh_from_db()
    assert (refused, invite.revoked_at) == ([404, 404], None)


def test_a_link_is_not_revoked_by_looking():
    invite = a_linked_study()

    assert cleo().get(f"{PAGE}{invite.pk}/revoke/").status_code == 405


@pytest.mark.parametrize("platform", ["prolific", "mturk"])
def test_the_page_shows_what_the_studys_platform_is_given(platform):
    study = a_study(owner=a_researcher(), design={"recruiting": {"platform": platform}})

    assert f"http://testserver/{platform}/{study.public_id}/" in cleo().get(PAGE).text
