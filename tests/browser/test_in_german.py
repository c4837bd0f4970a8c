"""German words are longer: the pages still fit, and what the script says is German."""

import os
from pathlib import Path

import pytest

from tests.browser.conftest import LAPTOP, PHONE, violations, wide
from tests.browser.judging import said
from tests.evaluation.views.builders import COHERENCE, FIVE_STEPS, NATURALNESS, a_link, a_study

pytestmark = pytest.mark.django_db(transaction=True)
EVERY_ANSWER = NATURALNESS | {"name": "Natürlichkeit", "options": ["tie", "both_bad", "cannot_judge"]}
SHOTS = os.environ.get("PARLEY_SHOTS", "")


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["1280", "360"])
def test_judging_in_german_fits_and_speaks_german(live_server, a_page, viewport):
    study, page = a_study(criteria=(EVERY_ANSWER, COHERENCE, FIVE_STEPS | {"key": "steps"}), language="de"), None
    page = a_page(viewport=viewport, locale="en-GB")
    page.goto(live_server.url + a_link(study))
    page.get_by_role("button", name="Ich stimme zu, beginnen").click()
    page.get_by_role("button", name="Das erste Paar zeigen").click()
    page.locator("#sheet").wait_for()
    page.wait_for_load_state("load")
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"german.{viewport['width']}.png", full_page=True, caret="initial")

    found = violations(page)
    page.keyboard.press("Enter")
    said(page, "Diese Frage ist noch offen.")
    for key in ("1", "2", "3"):
        page.keyboard.press(key)
    said(page, "Alles beantwortet. Enter: Absenden.")
    page.set_viewport_size({"width": 320, "height": 640})

    assert (found, wide(page)) == ([], False)
