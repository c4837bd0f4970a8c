"""An open study in a real browser: amended, extended, watched and closed, by its researcher and its annotator."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from evaluation.models import Judgment, Membership, Study
from tests.browser.conftest import LAPTOP, PHONE, violations, wide
from tests.browser.judging import come_in, pair_up, pick, press
from tests.browser.test_research import sign_in
from tests.evaluation.builders import a_researcher, an_annotator
from tests.evaluation.views.builders import NATURALNESS, a_study
from tests.evaluation.views.people import a_planted_study

pytestmark = pytest.mark.django_db(transaction=True)
SIGHT = [
    pytest.param({"viewport": viewport, "color_scheme": scheme}, id=f"{viewport['width']}-{scheme}")
    for viewport in (LAPTOP, PHONE)
    for scheme in ("light", "dark")
]
PAGES = ("", "amend/", "extend/", "members/", "audit/", "reports/", "close/", "people/")
REWORDED = "Which would somebody really say here?"


@pytest.fixture(autouse=True)
def _nothing_kept_by_another_test():
    cache.clear()


def a_watched_study() -> Study:
    """The planted study with a report, a reader, pay, an amendment and something out."""
    study = a_planted_study(design={"pay": {"currency": "EUR", "per_hour": "12", "floor": "10"}})
    first = study.slots.answered().first()
    study.slots.filter(pk=first.pk).update(problem="broken", comment="The second reply is cut off.")
    Membership.objects.create(study=study, researcher=a_researcher("bo@example.org"), role="reader")
    study.amendments.create(
        text="The question on naturalness changed: two annotators asked",
        change={"judgments": 12, "changes": [], "results_seen": False},
        made_at=timezone.now(),
    )
    last = study.slots.order_by("-position").first()
    study.slots.filter(pk=last.pk).update(
        annotator=an_annotator(study, "A-NEW"), answered_at=None, leased_until=timezone.now() + timedelta(hours=1)
    )
    return study


# Each page once by default: `test_every_page`.
@pytest.mark.slow
@pytest.mark.parametrize("sight", SIGHT)
def test_no_page_of_an_open_study_has_a_violation_or_scrolls_sideways(live_server, a_page, sight):
    a_watched_study()
    page = a_page(**sight)
    sign_in(page, live_server)

    found = {}
    for address in PAGES:
        page.goto(f"{live_server.url}/studies/snow/{address}")
        found[address] = violations(page) + (["scrolls sideways"] if wide(page) else [])

    assert {address: wrong for address, wrong in found.items() if wrong} == {}


def test_the_live_part_is_swapped_by_itself_can_be_stopped_and_is_left_alone_in_use(live_server, a_page):
    study = a_watched_study()
    page = a_page()
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/studies/snow/")
    # As htmx would after fifteen seconds.
    ask = "htmx.trigger('#live', 'ask'); htmx.ajax('GET', '/studies/snow/live/', {source: '#live', target: '#live'})"
    study.slots.filter(answered_at=None).update(answered_at=timezone.now())

    stop = page.get_by_role("button", name="Stop updating")
    stop.click()
    page.evaluate(ask)
    page.wait_for_timeout(500)
    stopped = page.get_by_text("15 of 16").is_visible()
    stop.click()
    page.get_by_role("region", name="Who judges").focus()
    page.evaluate(ask)
    page.wait_for_timeout(500)
    in_use = page.get_by_text("15 of 16").is_visible()
    stop.focus()
    page.evaluate(ask)
    page.get_by_text("16 of 16").wait_for()

    assert (stopped, in_use) == (True, True)


def test_a_study_is_opened_amended_extended_and_closed_and_its_report_lists_it(live_server, a_page):
    study = a_study(pairs=3, criteria=(NATURALNESS,), state=Study.State.DRAFT, opened_at=None, ethics="none")
    Membership.objects.create(study=study, researcher=a_researcher(), role=Membership.Role.OWNER)
    cleo, ada = a_page(), a_page()
    sign_in(cleo, live_server)
    here = f"{live_server.url}/studies/{study.name}/"

    def at(page: Any, path: str) -> None:
        page.goto(here + path)

    at(cleo, "open/")
    press(cleo, "Open it")
    cleo.get_by_text("The study is open.").wait_for()
    come_in(ada, live_server, study)
    pick(ada, "Naturalness", "Reply 1")
    press(ada, "Submit")
    pair_up(ada, 2)

    at(cleo, "amend/")
    cleo.get_by_label("Question on naturalness").fill(REWORDED)
    cleo.get_by_label("Consent").fill("We keep your answers for **ten years**.")
    cleo.get_by_label("Why").fill("two people asked what natural means")
    press(cleo, "Amend it")
    cleo.get_by_text("The study is amended.").wait_for()

    # The pair that is on the page already is answered as it was shown; then the new text is put to Ada.
    pick(ada, "Naturalness", "Reply 2")
    press(ada, "Submit")
    ada.get_by_text("This text has changed since you agreed to it.").wait_for()
    assert violations(ada) == []
    ada.get_by_text("ten years").wait_for()
    press(ada, "I agree, go on")
    ada.get_by_role("group", name=REWORDED).wait_for()
    pick(ada, "Naturalness", "About equal")
    press(ada, "Submit")
    ada.get_by_role("heading", name="Thank you.").wait_for()
    assert list(Judgment.objects.order_by("pk").values_list("criterion_version", flat=True)) == [1, 1, 2]

    at(cleo, "extend/")
    cleo.get_by_label("Judgments of each pair").fill("2")
    cleo.get_by_label("Why").fill("one judgment tells too little")
    press(cleo, "Extend it")
    cleo.get_by_text("The study is extended by 3 slots.").wait_for()
    at(cleo, "close/")
    press(cleo, "Close it for good")
    cleo.get_by_text("The study is closed.").wait_for()
    at(cleo, "report/")

    table = cleo.get_by_role("region", name="Amendments")
    assert "two people asked what natural means" in table.inner_text()
    assert "one judgment tells too little" in table.inner_text()
    assert violations(cleo) == []
