"""Prolific's path from end to end, and withdrawing, in a real browser."""

import re

import pytest

from evaluation.models import Annotator, Judgment
from tests.browser.conftest import PHONE, SIGHTS, violations, wide
from tests.browser.judging import come_in, first_pair_up, pair_up, pick, press
from tests.evaluation.views.builders import NATURALNESS, a_study
from tests.evaluation.views.test_recruited import ADA, BO, from_prolific, in_the_frame, recruited

pytestmark = pytest.mark.django_db(transaction=True)


def prolific_stands_in(page) -> list[str]:
    """Answers for app.prolific.com, and the addresses that it was asked for."""
    asked: list[str] = []

    def received(route) -> None:
        asked.append(route.request.url)
        route.fulfill(body="<title>Prolific</title><h1>Submission received</h1>", content_type="text/html")

    page.route("https://app.prolific.com/**", received)
    return asked


def test_from_prolific_through_every_pair_and_back_with_the_code(live_server, a_page):
    recruited(pairs=1, criteria=(NATURALNESS,))
    page = a_page()
    asked = prolific_stands_in(page)

    page.goto(live_server.url + from_prolific())
    press(page, "I agree")
    press(page, "Show the first pair")
    first_pair_up(page)
    pick(page, "Naturalness", "Reply 1")
    press(page, "Submit")
    page.get_by_role("heading", name="Thank you.").wait_for()
    page.get_by_role("link", name="Back to Prolific").click()
    page.get_by_role("heading", name="Submission received").wait_for()

    assert asked == ["https://app.prolific.com/submissions/complete?cc=DONE1234"]
    assert Judgment.objects.count() == 1


def test_declining_leads_back_to_prolific(live_server, a_page):
    recruited()
    page = a_page()
    asked = prolific_stands_in(page)

    page.goto(live_server.url + from_prolific())
    press(page, "No, thank you")
    page.get_by_role("link", name="Back to Prolific").click()
    page.get_by_role("heading", name="Submission received").wait_for()

    assert (asked[0].partition("cc=")[2], Annotator.objects.count()) == ("NOPE1234", 0)


@pytest.mark.parametrize("sight", SIGHTS)
def test_withdrawing_and_the_platforms_pages_have_no_violation_and_fit(live_server, a_page, sight):
    study, page = a_study(name="own", public_id="ownlinks", pairs=1), a_page(**sight)
    recruited()
    found = {}

    def look(name: str, heading: str) -> None:
        page.get_by_role("heading", name=re.compile(heading)).first.wait_for()
        found[name] = [*violations(page), *(["scrolls sideways"] if wide(page) else [])]

    page.goto(live_server.url + from_prolific())
    press(page, "I agree")
    page.goto(live_server.url + from_prolific("5f00000000000000000000b0"))
    look("another participant", "Somebody else took part")
    page.goto(live_server.url + from_prolific(STUDY_ID=""))
    look("ids missing", "Please open this study from Prolific")
    come_in(page, live_server, study)
    press(page, "Instructions")
    page.get_by_role("link", name="Withdraw from the study").click()
    look("asked", "Do you want to withdraw")
    press(page, "Withdraw and delete my answers")
    look("withdrawn", "Thank you")

    assert found == {name: [] for name in found}
    assert [each.state for each in Annotator.objects.filter(study=study)] == ["withdrawn"]


@pytest.mark.parametrize("preview", [True, False])
def test_the_frame_of_mechanical_turk_has_no_violation(live_server, a_page, preview):
    recruited("mturk")
    page = a_page(viewport=PHONE)

    page.goto(live_server.url + in_the_frame(assignmentId="ASSIGNMENT_ID_NOT_AVAILABLE" if preview else "3ASSIGNMENT1"))

    assert (violations(page), wide(page)) == ([], False)


def test_a_second_participant_in_the_same_browser_is_told_so_and_each_goes_on_as_themselves(live_server, a_page):
    recruited(pairs=3, criteria=(NATURALNESS,))
    page = a_page()
    page.goto(live_server.url + from_prolific(ADA))
    press(page, "I agree")
    press(page, "Show the first pair")
    first_pair_up(page)
    pick(page, "Naturalness", "Reply 1")
    press(page, "Submit")
    pair_up(page, 2)

    page.goto(live_server.url + from_prolific(BO))
    page.get_by_role("heading", name="Somebody else took part in this browser.").wait_for()
    press(page, "Go on as myself")
    page.get_by_role("button", name="I agree").wait_for()
    press(page, "I agree")
    press(page, "Show the first pair")
    first_pair_up(page)
    bo_begins = page.get_by_text(re.compile(r"^\s*Pair 1 of ")).first.is_visible()
    page.goto(live_server.url + from_prolific(ADA))
    press(page, "Go on as myself")
    pair_up(page, 2)

    assert bo_begins
    assert {
        each.participant: each.slots.filter(answered_at__isnull=False).count() for each in Annotator.objects.all()
    } == {
        ADA: 1,
        BO: 0,
    }


def test_from_the_frame_of_mechanical_turk_through_every_pair_and_handed_in(live_server, a_page):
    recruited("mturk", pairs=1, criteria=(NATURALNESS,))
    frame, handed_in = a_page(), []

    def received(route) -> None:
        handed_in.append(route.request.post_data)
        route.fulfill(body="<title>MTurk</title><h1>Submitted</h1>", content_type="text/html")

    frame.route("https://workersandbox.mturk.com/**", received)
    frame.goto(live_server.url + in_the_frame(assignmentId="ASSIGNMENT_ID_NOT_AVAILABLE"))
    frame.get_by_text("This is a preview").wait_for()
    assert Annotator.objects.count() == 0

    frame.goto(live_server.url + in_the_frame())
    with frame.context.expect_page() as opened:
        frame.get_by_role("link", name="Open the study").click()
    page = opened.value
    press(page, "I agree")
    press(page, "Show the first pair")
    first_pair_up(page)
    frame.get_by_role("link", name="I have finished it").click()
    frame.get_by_text("There are still pairs for you").wait_for()
    pick(page, "Naturalness", "Reply 2")
    press(page, "Submit")
    page.get_by_text("hand in the HIT there").wait_for()
    frame.get_by_role("link", name="I have finished it").click()
    press(frame, "Hand in the HIT")
    frame.get_by_role("heading", name="Submitted").wait_for()

    code = Annotator.objects.get().code
    assert handed_in == [f"assignmentId=3ASSIGNMENT1&annotator={code}"]
    assert Judgment.objects.get().choice == "right"
