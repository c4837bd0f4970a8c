import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from evaluation.models import Annotator, AuditEntry, Membership
from tests.cast import DOV
from tests.evaluation.builders import a_researcher, an_annotator, judge_all
from tests.evaluation.known_pairs import a_checked_study

pytestmark = pytest.mark.django_db
PLACE, CSV = "/studies/snow/people/", "/studies/snow/people/pay.csv"
PAY = {"pay": {"currency": "EUR", "per_judgment": "0.20", "floor": "40"}}


@pytest.fixture
def cleo() -> Client:
    """Cleo, signed in, in whose study Ada and Bo have judged."""
    study = a_checked_study(contexts=6, k=2, owner=a_researcher(), rules=("checks_wrong >= 9",), design=PAY)
    for code in ("A-ADA", "A-BO2"):
        judge_all(study, an_annotator(study, code, participant=f"prolific-{code}"))
    client = Client()
    client.force_login(a_researcher())
    return client


def test_the_page_shows_checks_pay_and_rules_and_nothing_by_system(cleo):
    page = cleo.get(PLACE).content.decode()

    for words in ("A-ADA", "checks_wrong &gt;= 9", "Checks right", "To be paid", "below the floor that was promised"):
        assert words in page
    assert "prolific" not in page
    assert '"pt"' not in page


def test_somebody_is_left_out_by_hand_and_taken_back(cleo):
    out = cleo.post(PLACE, {"annotator": "A-ADA", "do": "exclude", "because": "guessed"}, follow=True).content.decode()
    left_out = Annotator.objects.get(code="A-ADA").excluded_by
    cleo.post(PLACE, {"annotator": "A-ADA", "do": "include", "because": "a mistake of ours"})

    assert "A-ADA is left out. Their pairs are open again." in out
    assert (left_out, Annotator.objects.get(code="A-ADA").excluded_by) == ("by hand: guessed", "")
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "made_by__email")) == [
        ("excluded", "cleo@example.org"),
        ("included", "cleo@example.org"),
    ]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"annotator": "A-ADA", "do": "exclude"}, "Say whom you mean, and why"),
        ({"annotator": "A-NOBODY", "do": "exclude", "because": "x"}, "No annotator &#x27;A-NOBODY&#x27; in snow"),
        ({"annotator": "A-ADA", "do": "include", "because": "x"}, "A-ADA is not left out."),
    ],
)
def test_what_cannot_be_done_is_said(cleo, form, said):
    assert said in cleo.post(PLACE, form, follow=True).content.decode()


def test_the_pay_list_is_a_file_for_those_who_pay(cleo):
    response = cleo.get(CSV)

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert [line.split(",")[:2] for line in response.content.decode().splitlines()[1:]] == [
        ["A-ADA", "prolific-A-ADA"],
        ["A-BO2", "prolific-A-BO2"],
    ]


def test_readers_see_and_do_not_act_and_strangers_see_nothing(cleo):
    reader, stranger = Client(), Client()
    reader.force_login(a_researcher("eve@example.org"))
    stranger.force_login(a_researcher(DOV))
    study = Annotator.objects.first().study
    Membership.objects.create(study=study, researcher=a_researcher("eve@example.org"), role=Membership.Role.READER)

    form = {"annotator": "A-ADA", "do": "exclude", "because": "guessed"}
    statuses = [
        [each.get(PLACE).status_code, each.get(CSV).status_code, each.post(PLACE, form).status_code]
        for each in (reader, stranger)
    ]

    assert statuses == [[200, 404, 404], [404, 404, 404]]
    assert Client().get(PLACE).status_code == 302
    assert b"Leave out" not in reader.get(PLACE).content


def test_the_page_takes_the_same_queries_for_two_people_as_for_five(cleo, django_assert_num_queries):
    study = Annotator.objects.first().study
    with CaptureQueriesContext(connection) as two:
        cleo.get(PLACE)
    for code in ("A-CY3", "A-DI4", "A-EL5"):
        judge_all(study, an_annotator(study, code))

    with django_assert_num_queries(len(two)):
        cleo.get(PLACE)


def test_the_study_page_leads_there(cleo):
    page = cleo.get("/studies/snow/").content.decode()

    assert PLACE in page
    assert "Pay so far: " in page
