"""Who works on a study, from its page: let in, given another role, let go."""

import re

import pytest
from django.core.cache import cache

from evaluation.models import Membership, Study
from tests.cast import CLEO
from tests.evaluation.builders import a_researcher, a_study
from tests.evaluation.views.people import a_planted_study, cleo, signed_in

pytestmark = pytest.mark.django_db
ADA = "ada@example.org"


@pytest.fixture(autouse=True)
def _nothing_kept_by_another_test():
    cache.clear()


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def members(study: Study) -> dict[str, str]:
    return dict(study.memberships.values_list("researcher__email", "role"))


def test_an_owner_lets_somebody_in_changes_their_role_and_lets_them_go():
    study = a_planted_study()
    a_researcher(ADA)
    browser = cleo()

    browser.post("/studies/snow/members/", {"email": " Ada@example.org ", "role": "reader"})
    assert members(study) == {CLEO: "owner", ADA: "reader"}
    assert signed_in(ADA).get("/studies/snow/").status_code == 200
    number = study.memberships.get(researcher__email=ADA).pk
    browser.post(f"/studies/snow/members/{number}/", {"role": "collaborator"})
    assert members(study)[ADA] == "collaborator"
    browser.post(f"/studies/snow/members/{number}/", {"role": "gone"})

    assert members(study) == {CLEO: "owner"}
    assert signed_in(ADA).get("/studies/snow/").status_code == 404
    actions = list(study.audit.order_by("pk").values_list("action", flat=True))
    assert actions == ["shared", "role changed", "no longer shared"]


def test_the_last_owner_stays_and_the_second_may_go():
    study = a_planted_study()
    mine = study.memberships.get().pk
    browser = cleo()

    for role in ("gone", "reader"):
        answer = browser.post(f"/studies/snow/members/{mine}/", {"role": role}, follow=True)
        assert "is the last owner" in answer.text
    assert members(study) == {CLEO: "owner"}
    Membership.objects.create(study=study, researcher=a_researcher(ADA), role="owner")
    answer = browser.post(f"/studies/snow/members/{mine}/", {"role": "gone"})

    assert answer.headers["Location"] == "/studies/"
    assert members(study) == {ADA: "owner"}


@pytest.mark.parametrize("role", ["collaborator", "reader"])
def test_who_is_no_owner_says_nothing_of_others_and_may_go(role):
    study = a_planted_study()
    Membership.objects.create(study=study, researcher=a_researcher(ADA), role=role)
    browser, owner = signed_in(ADA), study.memberships.get(role="owner").pk

    browser.post("/studies/snow/members/", {"email": "dov@example.org", "role": "owner"})
    browser.post(f"/studies/snow/members/{owner}/", {"role": "gone"})
    mine = study.memberships.get(researcher__email=ADA).pk
    browser.post(f"/studies/snow/members/{mine}/", {"role": "owner"})
    assert members(study) == {CLEO: "owner", ADA: role}
    assert "Let somebody in" not in browser.get("/studies/snow/members/").text
    browser.post(f"/studies/snow/members/{mine}/", {"role": "gone"})

    assert members(study) == {CLEO: "owner"}


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({"email": "nobody@example.org", "role": "reader"}, "nobody here signs in as"),
        ({"email": CLEO, "role": "reader"}, "works on snow already"),
        ({"email": "no address", "role": "reader"}, "valid email"),
        ({"email": "dov@example.org", "role": "king"}, "valid choice"),
    ],
)
def test_whoever_cannot_be_let_in_is_not(posted, said):
    study = a_planted_study()
    a_researcher("dov@example.org")

    answer = cleo().post("/studies/snow/members/", posted)

    assert said in flat(answer.text).replace("Nobody", "nobody")
    assert members(study) == {CLEO: "owner"}


def test_a_member_of_another_study_is_not_changed_through_this_one():
    a_planted_study()
    other = a_study("other", owner=a_researcher("dov@example.org"))

    cleo().post(f"/studies/snow/members/{other.memberships.get().pk}/", {"role": "gone"})

    assert members(other) == {"dov@example.org": "owner"}


# Amending and extending
