"""Who works on a study, over the API: seen by every member, changed by owners, and one owner stays."""

import pytest

from evaluation.models import AuditEntry, Membership, Study
from tests.cast import CLEO, DOV
from tests.evaluation.api.builders import a_script, sent
from tests.evaluation.builders import a_researcher, a_study

pytestmark = pytest.mark.django_db
PLACE = "/api/v1/studies/snow/members/"


def a_shared_study(role: str = "reader") -> tuple[Study, int]:
    """Cleo's study, on which Dov works too; with the number of his membership."""
    study = a_study(owner=a_researcher())
    return study, Membership.objects.create(study=study, researcher=a_researcher(DOV), role=role).pk


def test_an_owner_lets_somebody_in_changes_their_role_and_lets_them_go():
    a_study(owner=a_researcher())
    a_researcher(DOV)
    script = a_script()

    made = sent(script, PLACE, {"email": DOV.upper(), "role": "reader"})
    number = made.json()["number"]
    changed = sent(script, f"{PLACE}{number}/", {"role": "collaborator"})
    listed = script.get(PLACE).json()
    gone = sent(script, f"{PLACE}{number}/remove/")

    assert (made.status_code, made.json()["email"], made.json()["role"]) == (201, DOV, "reader")
    assert (changed.status_code, changed.json()["role"]) == (200, "collaborator")
    assert [(each["email"], each["role"]) for each in listed["results"]] == [(CLEO, "owner"), (DOV, "collaborator")]
    assert (gone.status_code, gone.json()) == (200, {"email": DOV})
    assert a_script(DOV).get(PLACE).status_code == 404
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "shared",
        "role changed",
        "no longer shared",
    ]


@pytest.mark.parametrize("role", ["reader", "collaborator"])
def test_whoever_is_no_owner_sees_the_members_and_changes_none(role):
    study, number = a_shared_study(role)
    a_researcher("eve@example.org")
    script = a_script(DOV)
    owner = study.memberships.get(role="owner").pk

    answers = [
        sent(script, PLACE, {"email": "eve@example.org", "role": "reader"}),
        sent(script, f"{PLACE}{number}/", {"role": "owner"}),
        sent(script, f"{PLACE}{owner}/remove/"),
    ]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [(403, "not_an_owner")] * 3
    assert script.get(PLACE).json()["count"] == 2
    assert sorted(study.memberships.values_list("role", flat=True)) == sorted(["owner", role])


def test_whoever_is_meant_may_go_themselves():
    study, number = a_shared_study()

    assert sent(a_script(DOV), f"{PLACE}{number}/remove/").json() == {"email": DOV}
    assert study.memberships.count() == 1


def test_the_last_owner_stays_one():
    study = a_study(owner=a_researcher())
    number = study.memberships.get().pk

    for answer in (
        sent(a_script(), f"{PLACE}{number}/", {"role": "reader"}),
        sent(a_script(), f"{PLACE}{number}/remove/"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "cannot_share")
        assert "last owner" in answer.json()["detail"]
    assert study.memberships.get().role == "owner"


def test_strangers_find_no_members():
    a_study(owner=a_researcher())
    stranger = a_script(DOV)

    assert stranger.get(PLACE).status_code == 404
    assert sent(stranger, PLACE, {"email": DOV, "role": "owner"}).status_code == 404


def test_who_has_no_account_or_is_a_member_already_is_refused():
    a_shared_study()

    unknown = sent(a_script(), PLACE, {"email": "nobody@example.org", "role": "reader"})
    twice = sent(a_script(), PLACE, {"email": DOV, "role": "owner"})

    assert (unknown.status_code, twice.status_code) == (409, 409)
    assert "an account is made first" in unknown.json()["detail"]
    assert "change the role instead" in twice.json()["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": DOV}, "role"),
        ({"email": "dov", "role": "reader"}, "email"),
        ({"email": DOV, "role": "boss"}, "role"),
        ({"email": DOV, "role": "reader", "notify": True}, "notify"),
    ],
)
def test_what_cannot_be_is_refused(body, field):
    a_study(owner=a_researcher())

    answer = sent(a_script(), PLACE, body)

    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (400, [field])


def test_a_member_of_another_study_is_not_found_by_their_number():
    a_study(owner=a_researcher())
    other = a_study("rain", owner=a_researcher(DOV)).memberships.get().pk

    for number in (other, 10**30):
        assert sent(a_script(), f"{PLACE}{number}/", {"role": "reader"}).status_code == 404
        assert sent(a_script(), f"{PLACE}{number}/remove/").status_code == 404


def test_a_token_that_may_only_read_lists_and_changes_nothing():
    _, number = a_shared_study()
    script = a_script(scopes=("read",))

    assert script.get(PLACE).status_code == 200
    assert sent(script, f"{PLACE}{number}/", {"role": "owner"}).status_code == 403
    assert sent(script, f"{PLACE}{number}/remove/").status_code == 403
