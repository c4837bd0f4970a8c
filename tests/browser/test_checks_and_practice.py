"""Practice, a check that ends somebody kindly, and the researchers' page of people, in a real browser and under axe."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from evaluation.models import Annotator, Membership, Slot
from tests.browser.conftest import LAPTOP, PHONE, violations, wide
from tests.browser.judging import pick, press
from tests.evaluation.builders import a_researcher
from tests.evaluation.views.builders import COHERENCE, NATURALNESS, a_link, a_study
from tests.evaluation.views.known import add_known_pairs

pytestmark = pytest.mark.django_db(transaction=True)
SIGHT = [
    pytest.param({"viewport": viewport, "color_scheme": scheme}, id=f"{viewport['width']}-{scheme}")
    for viewport, scheme in ((LAPTOP, "light"), (PHONE, "dark"))
]
PAY = {"currency": "EUR", "per_judgment": "0.20", "floor": "12"}


def begin(page: Any, live_server: Any, study: Any) -> None:
    """Follow a fresh link, agree, read, and see the first practice pair."""
    page.goto(live_server.url + a_link(study))
    page.get_by_role("button", name="I agree").click()
    page.get_by_role("button", name="Show the first practice pair").click()
    page.wait_for_url("**/practice/")


def practise(page: Any, *, right: bool) -> None:
    """Answer the practice pair that is up, and see what is said of it."""
    first = page.locator(".response p").first.text_content()
    pick(page, "Coherence", "Reply 1" if first.startswith("Right") == right else "Reply 2")
    press(page, "See the answer")
    page.get_by_role("heading", name=re.compile("Yes, that is it|Not quite")).wait_for()


def look(page: Any, name: str) -> list[str]:
    """What axe finds on the page as it stands; a picture of it where PARLEY_PICTURES names a folder."""
    folder = os.environ.get("PARLEY_PICTURES")
    if folder:
        dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        width = page.viewport_size["width"]
        page.screenshot(path=Path(folder) / f"{name}-{width}-{'dark' if dark else 'light'}.png", full_page=True)
    assert not wide(page), name
    return violations(page)


@pytest.mark.parametrize("sight", SIGHT)
def test_practice_teaches_and_leads_to_the_real_pairs_with_no_violation(live_server, a_page, sight):
    study, page = a_study(pairs=1), a_page(**sight)
    add_known_pairs(study, practice=2)
    begin(page, live_server, study)
    found = {"practice": look(page, "practice")}

    practise(page, right=False)
    found["wrong"] = look(page, "wrong")
    page.get_by_role("link", name="Next practice pair").click()
    practise(page, right=True)
    found["again"] = look(page, "again")
    page.get_by_role("link", name="Try again").click()
    page.get_by_text("try 2 of 2").wait_for()
    for link in ("Next practice pair", "Show the first real pair"):
        practise(page, right=True)
        page.get_by_role("link", name=link).click()
    page.wait_for_url("**/judge/")

    assert found == {"practice": [], "wrong": [], "again": []}
    assert Annotator.objects.get().practised_at is not None


def test_practice_works_without_a_script_and_ends_kindly(live_server, a_page):
    study, page = a_study(pairs=1), a_page(java_script_enabled=False)
    add_known_pairs(study, practice=1)
    begin(page, live_server, study)

    practise(page, right=False)
    page.get_by_role("link", name="Try again").click()
    practise(page, right=False)
    page.get_by_role("link", name="Go on").click()

    page.get_by_role("heading", name="Thank you.").wait_for()
    page.get_by_text("We are glad that you tried.").wait_for()


@pytest.mark.parametrize("script", [True, False])
def test_failed_checks_end_somebody_kindly(live_server, a_page, script):
    study, page = a_study(pairs=6, criteria=(NATURALNESS, COHERENCE)), a_page(java_script_enabled=script)
    add_known_pairs(study, checks=4)
    study.plan = {"exclusions": ["checks_wrong >= 2"]}
    study.design |= {"pay": PAY}
    study.save()
    page.goto(live_server.url + a_link(study))
    page.get_by_role("button", name="I agree").click()
    page.get_by_role("button", name="Show the first pair").click()

    for number in range(1, 13):
        page.get_by_text(re.compile(rf"^\s*(Pair {number} of |Thank you\.)")).first.wait_for()
        if page.url.endswith("/end/"):
            break
        first = page.locator(".response p").first.text_content()
        pick(page, "Naturalness", "About equal")
        pick(page, "Coherence", "Reply 1" if first.startswith("Wrong") else "Reply 2")
        press(page, "Submit")

    page.get_by_role("heading", name="Thank you.").wait_for()
    page.get_by_text("is paid as was agreed").wait_for()
    assert page.get_by_role("link").filter(has_text="Change my last answer").count() == 0
    assert "check" not in page.locator("main").inner_text().lower()
    ada = Annotator.objects.get()
    assert (ada.excluded_by, Slot.objects.filter(annotator=ada, answered_at=None).count()) == ("checks_wrong >= 2", 0)
    if script:
        assert look(page, "ended") == []


@pytest.mark.parametrize("sight", SIGHT)
def test_the_page_of_people_has_no_violation(live_server, a_page, sight):
    study, page, client = a_study(pairs=2), a_page(**sight), Client()
    add_known_pairs(study, checks=2)
    study.design |= {"pay": PAY}
    study.save()
    Membership.objects.create(study=study, researcher=a_researcher(), role=Membership.Role.OWNER)
    for number, state in enumerate(("active", "ended")):
        annotator = Annotator.objects.create(
            study=study,
            code=f"A-{number}XY",
            state=state,
            excluded_by="checks_wrong >= 2" if state == "ended" else "",
            created_at=study.created_at,
        )
        slot = study.slots.get(position=number)
        Slot.objects.filter(pk=slot.pk).update(annotator=annotator, answered_at=study.created_at, seconds=70 + number)
    client.force_login(a_researcher())
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )

    page.goto(f"{live_server.url}/studies/{study.name}/people/")
    page.get_by_role("heading", name="People").wait_for()
    found = look(page, "people")
    page.get_by_label("Why").fill("told us that they guessed")
    press(page, "Leave out")

    page.get_by_text("A-0XY is left out.").wait_for()
    assert (found, look(page, "people-done")) == ([], [])
    assert Annotator.objects.get(code="A-0XY").excluded_by == "by hand: told us that they guessed"
