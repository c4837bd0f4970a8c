"""Becoming an annotator: links that are known by digest alone, and who they lead to."""

import re
from datetime import timedelta

import pytest

from evaluation.annotators.joining import (
    LinkUnknown,
    consent_version,
    create_invite,
    find_invite,
    finish_instructions,
    give_consent,
    join,
)
from evaluation.models import Annotator, Invite
from tests.cast import NOW
from tests.evaluation.builders import a_study, an_annotator

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_a_links_token_leads_to_its_invite_and_is_kept_nowhere():
    made = create_invite(study=a_study(), personal=True, now=NOW)

    assert find_invite(made.token, now=NOW) == made.invite
    assert made.token not in str(Invite.objects.values().get())


@pytest.mark.parametrize("gone", ["revoked", "expired", "never"])
def test_a_link_that_does_not_work_does_not_say_why(gone):
    made = create_invite(study=a_study(), personal=True, now=NOW, expires_at=NOW + timedelta(days=1))
    if gone == "revoked":
        Invite.objects.update(revoked_at=NOW)
    token = made.token if gone != "never" else "never-given-out"

    with pytest.raises(LinkUnknown, match="this link is not known, or no longer works"):
        find_invite(token, now=NOW + timedelta(days=2 if gone == "expired" else 0))


def test_a_personal_link_always_leads_to_the_same_annotator():
    study = a_study()
    invite = create_invite(study=study, personal=True, now=NOW).invite
    bo = an_annotator(study, "A-BO")

    ada = join(invite=invite, known=None, now=NOW)

    assert join(invite=invite, known=None, now=NOW) == ada
    assert join(invite=invite, known=bo, now=NOW) == ada


def test_an_open_link_makes_one_annotator_for_each_browser():
    invite = create_invite(study=a_study(), personal=False, now=NOW).invite

    ada, bo = (join(invite=invite, known=None, now=NOW) for _ in range(2))

    assert ada != bo
    assert join(invite=invite, known=ada, now=NOW) == ada


def test_whom_a_browser_remembers_from_another_study_is_somebody_new_here():
    invite = create_invite(study=a_study(), personal=False, now=NOW).invite
    elsewhere = an_annotator(a_study("rain"))

    assert join(invite=invite, known=elsewhere, now=NOW) != elsewhere


def test_a_code_says_nothing_about_its_annotator():
    invite = create_invite(study=a_study(), personal=False, now=NOW).invite

    codes = [join(invite=invite, known=None, now=NOW).code for _ in range(20)]

    assert len(set(codes)) == 20
    assert all(re.fullmatch(r"A-[2-9A-HJ-NP-Z]{3}", code) for code in codes)


def test_consent_is_kept_with_its_time_and_the_version_agreed_to():
    study = a_study()
    ada = an_annotator(study, state="arrived", consented_at=None, instructed_at=None)
    version = consent_version(study)

    give_consent(annotator=ada, now=NOW)
    study.consent = "Something else."

    kept = Annotator.objects.get()
    assert (kept.consented_at, kept.consent_version) == (NOW, version)
    assert consent_version(study) != version


def test_agreeing_again_on_another_device_keeps_the_first_time():
    ada = an_annotator(a_study(), state="arrived", consented_at=None, instructed_at=None)
    give_consent(annotator=ada, now=NOW)

    give_consent(annotator=Annotator.objects.get(), now=NOW + timedelta(hours=1))

    assert Annotator.objects.get().consented_at == NOW


def test_reading_the_instructions_makes_an_annotator_active_and_reading_them_again_changes_nothing():
    ada = an_annotator(a_study(), state="arrived", instructed_at=None)

    for minutes in (0, 5):
        finish_instructions(annotator=ada, now=NOW + timedelta(minutes=minutes))

    kept = Annotator.objects.get()
    assert (kept.state, kept.instructed_at) == ("active", NOW)
