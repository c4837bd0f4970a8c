"""Talking to two systems side by side in a real browser: begun, answered while one waits, every page under axe."""

import pytest
from django.utils import timezone

from evaluation.models import AnsweringProcess, TalkReply
from evaluation.talks import talking
from tests.browser.conftest import SIGHTS, violations, wide
from tests.browser.test_research import sign_in
from tests.evaluation.builders import a_researcher

pytestmark = pytest.mark.django_db(transaction=True)
PERSONA = ("i like to ski.", "i have two dogs.")


def here() -> None:
    AnsweringProcess.objects.create(systems=["pt-tiny", "p-tiny"], seen_at=timezone.now())


def put_down(text: str) -> None:
    TalkReply.objects.open().update(state=TalkReply.State.ANSWERED, text=text, settled_at=timezone.now())


def test_a_turn_is_said_and_the_replies_come_by_themselves(live_server, a_page):
    here()
    page = a_page()
    sign_in(page, live_server)

    page.get_by_role("link", name="Talk").click()
    page.get_by_label("Beside it").select_option("p-tiny")
    page.get_by_label("Persona").fill("\n".join(PERSONA))
    page.get_by_label("Extraversion").select_option("high")
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("You say").fill("hi ! what do you like to do ?")
    page.get_by_role("button", name="Say it").click()
    page.get_by_text("Waiting for the reply.").first.wait_for()
    put_down("i like to ski .")

    page.get_by_text("i like to ski .").nth(1).wait_for()
    assert page.get_by_label("You say").is_visible()
    assert page.evaluate("document.activeElement.name") == "text"


@pytest.mark.parametrize("sight", SIGHTS)
def test_no_page_of_a_talk_has_a_violation_or_scrolls_sideways(live_server, a_page, sight):
    here()
    talk = talking.begin(
        by=a_researcher(),
        systems=["pt-tiny", "p-tiny"],
        persona=PERSONA,
        traits={"extraversion": "high"},
        now=timezone.now(),
    )
    for text in ("hi ! what do you like to do ?", "do you have a pet ?"):
        talking.say(talk=talk, text=text, now=timezone.now())
        put_down("i like to ski . " * 3)
    talking.say(talk=talk, text="where do you ski ?", now=timezone.now())
    TalkReply.objects.open().filter(side=0).update(state=TalkReply.State.FAILED, reason="no credit left")
    page = a_page(**sight)
    sign_in(page, live_server)
    found = {}

    for address in ("/talk/", f"/talk/{talk.pk}/"):
        page.goto(live_server.url + address)
        found[address] = (violations(page), wide(page))
    AnsweringProcess.objects.all().delete()
    put_down("in the alps .")
    for address in (f"/talk/{talk.pk}/", "/talk/?"):
        page.goto(live_server.url + address)
        found[f"{address} later"] = (violations(page), wide(page))

    assert list(found.values()) == [([], False)] * 4
