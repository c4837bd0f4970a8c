"""Judging on a phone with one thumb: what matters is in sight, in words, and stays put."""

import os
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import FLAGS, PHONE, wide
from tests.browser.judging import WITHOUT_TRAITS, come_in, focused, pair_up, pick, picked, press, said, stored, until
from tests.browser.test_kinds import a_study_of_dialogues
from tests.evaluation.views.builders import COHERENCE, FIVE_STEPS, NATURALNESS, a_link, a_study
from tests.evaluation.views.known import add_known_pairs

SMALL = {"viewport": {"width": 360, "height": 640}, "has_touch": True}
NARROW = {"viewport": {"width": 320, "height": 640}, "has_touch": True}
WITH_A_REASON = FIVE_STEPS | {"reason": "required"}


@pytest.fixture
def large_text(chromium) -> Iterator[Any]:
    """A page in a browser whose reader has set text to twice its size."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    browser = chromium.browser_type.launch(executable_path=path, args=[*FLAGS, "--blink-settings=defaultFontSize=32"])
    page = browser.new_page(**SMALL)
    page.set_default_timeout(20_000)
    yield page
    browser.close()


def in_sight(page: Any, selector: str) -> bool:
    """Whether all of it is in the window, and above the button at the bottom."""
    return page.evaluate(
        """(selector) => {
          const box = document.querySelector(selector).getBoundingClientRect();
          const bar = document.querySelector(".send");
          const bottom = getComputedStyle(bar).position === "sticky" ? bar.getBoundingClientRect().top : innerHeight;
          return box.height > 0 && box.top >= 0 && box.bottom <= bottom + 1;
        }""",
        selector,
    )


def test_what_is_missing_is_said_beside_its_question_until_it_is_answered(live_server, a_page):
    study, page = a_study(criteria=(WITH_A_REASON, COHERENCE)), a_page(**SMALL)
    come_in(page, live_server, study)
    steps = []

    def note() -> None:
        steps.append([each.strip() for each in page.locator(".needed").all_inner_texts()])

    note()
    press(page, "Submit")
    note()
    pick(page, "Naturalness", "Reply 1, much")
    note()
    page.get_by_label("Why?").fill("It answers.")
    note()
    pick(page, "Coherence", "About equal")
    note()

    still_open, no_reason = "This one is still open.", "A reason is still missing here."
    assert steps == [["", ""], [still_open, still_open], [no_reason, still_open], ["", still_open], ["", ""]]


def test_an_open_question_comes_into_sight_with_its_words(live_server, a_page):
    study, page = a_study(criteria=WITHOUT_TRAITS), a_page(**NARROW)
    come_in(page, live_server, study)
    pick(page, "Coherence", "Reply 1")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")

    press(page, "Submit")
    said(page, "This one is still open.")

    assert (focused(page), in_sight(page, ".missing")) == ("answer.naturalness", True)


@pytest.mark.parametrize("script", [True, False])
def test_a_practice_pair_sent_without_an_answer_comes_back_at_its_question(live_server, a_page, script):
    study, page = a_study(criteria=(NATURALNESS, COHERENCE)), a_page(**SMALL, java_script_enabled=script)
    add_known_pairs(study, practice=1)
    page.goto(live_server.url + a_link(study))
    press(page, "I agree")
    press(page, "Show the first practice pair")

    press(page, "See the answer")
    page.get_by_text("Please answer every question first.").wait_for()

    page.locator(".missing input:focus").wait_for()
    assert page.locator(".needed").inner_text() == "This one is still open."
    if script:
        until(page, lambda: in_sight(page, ".missing .segments"))


def test_a_question_that_was_sent_stays_as_it_was_sent_until_the_answer_comes(live_server, a_page):
    study, page = a_study(pairs=2, criteria=WITHOUT_TRAITS), a_page(**SMALL)
    come_in(page, live_server, study)
    held = []
    page.route("**/judge/", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    pick(page, "Naturalness", "Reply 1")
    pick(page, "Coherence", "Reply 2")

    press(page, "Submit")
    until(page, lambda: len(held) == 1)
    page.locator("label").filter(has_text="About equal").first.click(force=True)
    page.keyboard.press("0")
    meanwhile = picked(page)
    held[0].continue_()
    pair_up(page, 2)

    assert meanwhile == ["answer.naturalness=left", "answer.coherence=right"]
    assert (stored(), picked(page)) == ([(0, "naturalness", "left"), (0, "coherence", "right")], [])


@pytest.mark.parametrize("button", [".skips", ".send button"])
def test_the_second_click_of_two_is_not_meant_for_the_pair_that_came_between(live_server, a_page, button):
    study, page = a_study(pairs=3, criteria=WITHOUT_TRAITS, may_skip=True), a_page()
    come_in(page, live_server, study)
    page.evaluate(
        """(button) => {
          const click = () =>
            document.querySelector(button)
              .dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, detail: 1 }));
          const once = { once: true };
          document.addEventListener("htmx:afterSettle", () => setTimeout(click, 50), once);
        }""",
        button,
    )
    posted = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)

    press(page, "Skip this pair")
    said(page, "Skipped. Here is another one.")
    page.wait_for_timeout(600)
    meanwhile = (len([each for each in posted if each.endswith("/judge/")]), page.locator(".missing").count())
    press(page, "Submit")

    assert meanwhile == (1, 0)
    # Later, it is meant.
    said(page, "This one is still open.")


def test_a_cut_line_is_said_once_in_sight_and_its_button_keeps_the_focus(live_server, a_page):
    study, page = a_study(pairs=2, criteria=WITHOUT_TRAITS), a_page(**SMALL)
    come_in(page, live_server, study)
    page.evaluate(
        """() => {
          window.alerts = 0;
          const watcher = new MutationObserver(() => { window.alerts += 1; });
          watcher.observe(document.getElementById("trouble"), { childList: true, subtree: true });
        }"""
    )
    page.route("**/judge/", lambda route: route.abort("connectionreset"))
    pick(page, "Naturalness", "Reply 1")
    pick(page, "Coherence", "Reply 2")
    page.evaluate("scrollTo(0, 0)")

    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Not sent yet").wait_for()
    seen = in_sight(page, "#trouble .notice")
    page.get_by_role("button", name="Try now").focus()
    with page.expect_event("requestfailed"):
        page.keyboard.press("Enter")
    page.wait_for_timeout(300)

    assert (seen, page.evaluate("alerts")) == (True, 1)
    assert page.evaluate("document.activeElement.textContent") == "Try now"
    page.unroute("**/judge/")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Take your time.").wait_for()


def test_a_skip_is_announced(live_server, a_page):
    study, page = a_study(pairs=2, criteria=WITHOUT_TRAITS, may_skip=True), a_page(**SMALL)
    come_in(page, live_server, study)

    press(page, "Skip this pair")

    said(page, "Skipped. Here is another one.")


@pytest.mark.parametrize("summary", ["Comment", "Report a problem"])
def test_what_opens_below_comes_into_sight(live_server, a_page, summary):
    study, page = a_study(criteria=WITHOUT_TRAITS), a_page(**SMALL)
    come_in(page, live_server, study)
    page.get_by_text(summary, exact=True).evaluate("each => each.scrollIntoView({ block: 'end' })")

    page.get_by_text(summary, exact=True).click()

    page.locator(".aside[open]").wait_for()
    until(page, lambda: in_sight(page, ".aside[open]"))


def test_the_keyboard_of_a_phone_makes_the_page_lower(live_server, a_page):
    study, page = a_study(criteria=WITHOUT_TRAITS), a_page(**SMALL)
    come_in(page, live_server, study)

    says = page.locator("meta[name=viewport]").get_attribute("content")
    page.get_by_text("Comment", exact=True).click()
    # As the browser does it once it was asked to.
    page.set_viewport_size({"width": 360, "height": 340})
    page.get_by_label("A comment on this pair").focus()
    page.get_by_label("A comment on this pair").fill("Both are odd.")

    assert "interactive-widget=resizes-content" in says
    assert in_sight(page, "#comment")
    assert page.locator(".send button").bounding_box()["y"] < 340 - 44


def test_text_at_twice_its_size_fits_a_phone(live_server, large_text):
    study, page = a_study(), large_text
    come_in(page, live_server, study)
    found = []

    def look() -> None:
        cut = page.evaluate(
            """[...document.querySelectorAll("button, .send p, .progress p, dialog[open] h2")]
                 .filter(each => each.getClientRects().length && !each.closest(".hidden"))
                 .filter(each => {
                   const box = each.getBoundingClientRect();
                   return box.left < -1 || box.right > innerWidth + 1 || each.scrollWidth > each.clientWidth + 1;
                 }).map(each => each.textContent.trim())"""
        )
        found.append((wide(page), cut))

    look()
    page.get_by_role("button", name="Instructions").click()
    look()
    press(page, "Close")
    pick(page, "Naturalness", "Reply 1")
    pick(page, "Coherence", "Reply 1")
    press(page, "Continue")
    page.get_by_role("group", name=re.compile("Trait")).wait_for()
    look()

    assert found == [(False, [])] * 3


def test_no_answer_is_cut_on_the_narrowest_phone(live_server, a_page):
    study, page = a_study_of_dialogues(), a_page(**NARROW)
    come_in(page, live_server, study)
    # In bold, as what is picked is.
    for criterion in ("Naturalness", "Coherence"):
        pick(page, criterion, "Conversation 1" if criterion == "Coherence" else "Conversation 2")

    cut = page.evaluate(
        """[...document.querySelectorAll(".segments span")]
             .filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent.trim())"""
    )

    assert cut == []


def test_no_key_is_spoken_of_where_there_is_no_keyboard(live_server, a_page):
    study, page = a_study(), a_page(viewport=PHONE, has_touch=True)
    come_in(page, live_server, study)

    press(page, "Instructions")
    page.get_by_role("dialog", name="Instructions").wait_for()

    assert page.locator("kbd").evaluate_all("all => all.filter(each => each.getClientRects().length).length") == 0
