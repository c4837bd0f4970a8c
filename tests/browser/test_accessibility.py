"""Every page that annotators meet, under axe, light and dark."""

import hashlib
import json
from pathlib import Path

import pytest

from evaluation.models import Study
from tests.browser.conftest import SIGHTS, violations
from tests.browser.judging import come_in, first_pair_up, pair_up, press
from tests.evaluation.views.builders import FIVE_STEPS, FLUENCY, a_link, a_study

pytestmark = pytest.mark.django_db(transaction=True)
VENDOR = Path(__file__).parent / "vendor"


def test_axe_finds_what_is_wrong(live_server, a_page):
    study, page = a_study(), a_page()
    come_in(page, live_server, study)
    page.evaluate("document.querySelector('label[for=comment]').remove(); document.querySelector('.aside').open = true")

    assert [each for each in violations(page) if each.startswith("label:")] != []


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_way_in_and_out_has_no_violation(live_server, a_page, sight):
    study, page = a_study(pairs=1), a_page(**sight)
    found = {}

    def look(name: str, *, heading: str = "") -> None:
        if heading:
            page.get_by_role("heading", name=heading).wait_for()
        found[name] = violations(page)

    page.goto(live_server.url + a_link(study))
    look("consent")
    press(page, "I agree")
    look("instructions", heading="How it works")
    press(page, "Show the first pair")
    first_pair_up(page)
    look("judge")
    page.keyboard.press("?")
    look("keys")
    page.keyboard.press("Escape")
    press(page, "Instructions")
    look("instructions over the pair")
    press(page, "Close")
    press(page, "Continue")
    look("missing answers")
    page.keyboard.press("1")
    page.keyboard.press("1")
    page.get_by_text("Comment", exact=True).click()
    page.get_by_text("Report a problem").click()
    look("comment and problem")
    press(page, "Continue")
    page.get_by_role("group", name="Trait consistency").wait_for()
    look("judge, locked")
    page.keyboard.press("2")
    press(page, "Submit")
    look("end", heading="Thank you.")
    page.get_by_role("link", name="Change my last answer").click()
    page.get_by_text("You are changing your last answer.").wait_for()
    look("changing")
    press(page, "Pause")
    look("pause", heading="Take your time.")
    page.goto(f"{live_server.url}/j/unknown/")
    look("unknown link")
    Study.objects.update(state=Study.State.CLOSED)
    page.goto(f"{live_server.url}/s/{study.public_id}/judge/")
    look("closed")

    assert found == {name: [] for name in found}
    assert len(found) == 13


def test_five_steps_ratings_and_trouble_have_no_violation(live_server, a_page):
    study, page = a_study(pairs=2, criteria=(FIVE_STEPS, FLUENCY)), a_page()
    come_in(page, live_server, study)
    page.route("**/judge/", lambda route: route.abort("connectionreset"))

    fresh = violations(page)
    for key in ("1", "2", "3", "Enter"):
        page.keyboard.press(key)
    page.get_by_text("Not sent yet").wait_for()

    assert (fresh, violations(page)) == ([], [])
    page.unroute("**/judge/")
    press(page, "Try now")
    pair_up(page, 2)


def test_what_is_vendored_is_what_was_fetched():
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))

    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.rglob("*.js")
    }

    assert found == {name: entry["sha256"] for name, entry in manifest.items()}
    assert all((VENDOR / name).with_name("LICENSE").is_file() for name in manifest)
