"""How a pair lies on the page, from a phone to a wall, and that nothing on it tells the systems."""

import pytest

from tests.browser.conftest import PHONE, wide
from tests.browser.judging import come_in, first_pair_up, pair_up, pick, press
from tests.evaluation.views.builders import FIVE_STEPS, FLUENCY, NATURALNESS, PLANTED, a_link, a_study


def test_everything_for_a_usual_pair_is_in_one_view_on_a_laptop(live_server, a_page):
    study, page = a_study(), a_page()
    come_in(page, live_server, study)
    page.keyboard.press("1")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.get_by_role("group", name="Trait consistency").wait_for()

    bottom = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.send, .cue')].map(e => e.getBoundingClientRect().bottom))"
    )
    assert bottom <= 720
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


@pytest.mark.parametrize("width", [320, 360, 768, 1024, 2560])
def test_nothing_scrolls_sideways_and_everything_can_be_touched(live_server, a_page, width):
    study, page = (
        a_study(criteria=(NATURALNESS, FIVE_STEPS | {"key": "five"}, FLUENCY)),
        a_page(viewport={"width": width, "height": 740}),
    )
    pages = []

    page.goto(live_server.url + a_link(study))
    pages.append(wide(page))
    press(page, "I agree")
    pages.append(wide(page))
    press(page, "Show the first pair")
    first_pair_up(page)
    page.get_by_text("Comment", exact=True).click()
    page.get_by_text("Report a problem").click()
    pages.append(wide(page))

    small = page.evaluate(
        """[...document.querySelectorAll('button, .button, summary, .segments label, .aside div label')]
           .filter(e => e.getClientRects().length).map(e => [e.textContent.trim(), e.getBoundingClientRect()])
           .filter(([, box]) => box.height < 43.9 || box.width < 43.9).map(([words]) => words)"""
    )
    assert pages == [False, False, False]
    assert width > 640 or small == []


def test_on_a_phone_the_button_never_lies_over_what_has_the_focus(live_server, a_page):
    study, page = a_study(), a_page(viewport=PHONE, has_touch=True)
    come_in(page, live_server, study)
    pick(page, "Naturalness", "Reply 1")
    pick(page, "Coherence", "Reply 1")

    press(page, "Continue")
    page.locator(":focus[name='answer.trait_consistency']").wait_for()

    row, bar = (page.locator(each).bounding_box() for each in ("[data-current] .segments", ".send"))
    assert row["y"] + row["height"] <= bar["y"]


def test_a_whole_session_leaks_nothing_of_what_was_planted(live_server, a_page):
    study, page = a_study(pairs=2), a_page()
    answers, seen = [], []
    page.on("response", lambda response: answers.append(response))

    def keep() -> None:
        """The page as it stands, and all that came since the last time."""
        seen.extend((page.content(), page.url))
        for response in answers:
            seen.append(f"{response.url} {response.request.post_data} {response.all_headers()}")
            if response.request.resource_type in ("xhr", "fetch") and response.status == 200:
                seen.append(response.text())
        answers.clear()

    page.goto(live_server.url + a_link(study))
    keep()
    press(page, "I agree")
    page.wait_for_url("**/instructions/")
    keep()
    press(page, "Show the first pair")
    first_pair_up(page)
    for number in (1, 2):
        pair_up(page, number)
        for key in ("1", "0", "Enter"):
            page.keyboard.press(key)
        page.get_by_role("group", name="Trait consistency").wait_for()
        keep()
        page.keyboard.press("2")
        page.keyboard.press("Enter")
    page.get_by_role("heading", name="Thank you.").wait_for()
    seen += [page.content(), str(page.context.cookies()), page.evaluate("JSON.stringify(localStorage)")]

    assert len(seen) > 30
    assert [word for word in PLANTED if any(word.lower() in each.lower() for each in seen)] == []
