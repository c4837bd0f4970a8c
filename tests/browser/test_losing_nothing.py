"""Nothing that was picked is lost: cut lines, a busy server, reloads, another device, a change of mind."""

from typing import Any

import pytest

from evaluation.models import Annotator, Judgment, JudgmentRevision, Slot
from tests.browser.conftest import PHONE
from tests.browser.judging import WITHOUT_TRAITS, come_in, first_pair_up, pair_up, pick, picked, press, stored, until
from tests.evaluation.views.builders import a_link, a_study


@pytest.mark.parametrize("reached", [False, True], ids=["before it arrived", "after it was counted"])
def test_a_submit_that_is_cut_off_is_sent_again_and_counted_once(live_server, a_page, reached):
    study, page = a_study(pairs=2, criteria=WITHOUT_TRAITS), a_page()
    come_in(page, live_server, study)
    cut = []

    def cut_off(route: Any) -> None:
        if route.request.method != "POST" or len(cut) >= 2:
            route.continue_()
            return
        cut.append(route.request.post_data)
        if reached:
            route.fetch()
        route.abort("connectionreset")

    page.route("**/judge/", cut_off)
    pick(page, "Naturalness", "Reply 1")
    pick(page, "Coherence", "Reply 2")
    press(page, "Submit")
    page.get_by_text("Not sent yet").wait_for()
    shown = picked(page)
    page.keyboard.press("0")
    press(page, "Try now")
    pair_up(page, 2)

    assert shown == ["answer.naturalness=left", "answer.coherence=right"]
    assert stored() == [(0, "naturalness", "left"), (0, "coherence", "right")]
    assert (JudgmentRevision.objects.count(), len(cut)) == (0, 2)


def test_a_server_that_is_busy_is_asked_again_by_itself(live_server, a_page):
    study, page = a_study(pairs=2, criteria=WITHOUT_TRAITS), a_page()
    come_in(page, live_server, study)
    times = []

    def busy_once(route: Any) -> None:
        if route.request.method == "POST" and not times:
            times.append(1)
            route.fulfill(status=503, body="busy")
        else:
            route.continue_()

    page.route("**/judge/", busy_once)
    for key in ("1", "2", "Enter"):
        page.keyboard.press(key)

    pair_up(page, 2)
    assert len(stored()) == 2


def test_a_sheet_can_be_sent_the_moment_it_appears(live_server, a_page):
    study, page = a_study(pairs=2), a_page()
    come_in(page, live_server, study)
    page.evaluate(
        """() => {
          window.sameDocument = true;
          const watcher = new MutationObserver(() => {
            const answer = document.querySelector("[name='answer.trait_consistency']");
            if (!answer) return;
            watcher.disconnect();
            answer.checked = true;
            document.querySelector(".send button").click();
          });
          watcher.observe(document.getElementById("main"), { childList: true, subtree: true });
        }"""
    )

    for key in ("1", "0", "Enter"):
        page.keyboard.press(key)
    pair_up(page, 2)

    assert page.evaluate("window.sameDocument") is True
    assert [choice for _, _, choice in stored()] == ["left", "tie", "left"]


def test_a_browser_that_lost_its_cookie_is_told_so_and_nothing_is_shown_twice(live_server, a_page):
    study, page = a_study(criteria=WITHOUT_TRAITS), a_page()
    come_in(page, live_server, study)
    page.context.clear_cookies(name=f"parley-{study.public_id}")

    for key in ("1", "2", "Enter"):
        page.keyboard.press(key)

    page.get_by_role("heading", name="Please open your link again.").wait_for()
    assert (page.locator("main").count(), Judgment.objects.count()) == (1, 0)


def test_a_draft_survives_a_reload(live_server, a_page):
    study, page = a_study(criteria=WITHOUT_TRAITS), a_page()
    come_in(page, live_server, study)

    with page.expect_response("**/draft/"):
        pick(page, "Coherence", "Reply 2")
    page.evaluate("localStorage.clear()")
    page.reload()

    assert picked(page) == ["answer.coherence=right"]


def test_a_draft_survives_a_reload_when_the_server_never_got_it(live_server, a_page):
    study, page = a_study(criteria=WITHOUT_TRAITS), a_page()
    come_in(page, live_server, study)
    page.route("**/draft/", lambda route: route.abort("internetdisconnected"))

    pick(page, "Coherence", "Reply 2")
    page.get_by_text("Comment", exact=True).click()
    page.get_by_label("A comment on this pair").fill("Both are odd.")
    until(page, lambda: "Both are odd." in page.evaluate("Object.values(localStorage).join()"))
    page.reload()

    assert picked(page) == ["answer.coherence=right"]
    assert page.get_by_label("A comment on this pair").input_value() == "Both are odd."


def test_leaving_and_coming_back_on_another_device_goes_on_at_the_same_place(live_server, a_page):
    study, laptop, phone = a_study(pairs=3, criteria=WITHOUT_TRAITS), a_page(), a_page(viewport=PHONE, has_touch=True)
    link = live_server.url + a_link(study)
    laptop.goto(link)
    press(laptop, "I agree")
    press(laptop, "Show the first pair")
    first_pair_up(laptop)
    for key in ("1", "1", "Enter"):
        laptop.keyboard.press(key)
    pair_up(laptop, 2)
    with laptop.expect_response("**/draft/"):
        laptop.keyboard.press("2")
    press(laptop, "Pause")
    laptop.get_by_role("heading", name="Take your time.").wait_for()

    phone.goto(link)

    pair_up(phone, 2)
    assert picked(phone) == ["answer.naturalness=right"]
    assert Annotator.objects.count() == 1


def test_the_last_answer_can_be_changed(live_server, a_page):
    study, page = a_study(pairs=2, criteria=WITHOUT_TRAITS), a_page()
    come_in(page, live_server, study)
    for key in ("1", "1", "Enter"):
        page.keyboard.press(key)
    pair_up(page, 2)

    page.get_by_role("button", name="Back").click()
    page.get_by_text("You are changing your last answer.").wait_for()
    pick(page, "Naturalness", "Reply 2")
    press(page, "Save the change")

    pair_up(page, 2)
    assert stored() == [(0, "naturalness", "right"), (0, "coherence", "left")]
    assert JudgmentRevision.objects.count() == 1


def test_a_comment_and_a_problem_go_along_and_hold_nothing_up(live_server, a_page):
    study, page = a_study(pairs=2, criteria=WITHOUT_TRAITS), a_page()
    come_in(page, live_server, study)

    page.get_by_text("Comment", exact=True).click()
    page.get_by_label("A comment on this pair").fill("1 and 2 are alike?\nyes")
    page.get_by_text("Report a problem").click()
    page.get_by_label("Nonsense").check()
    pick(page, "Naturalness", "About equal")
    pick(page, "Coherence", "About equal")
    press(page, "Submit")
    pair_up(page, 2)

    slot = Slot.objects.get(position=0)
    assert (slot.comment.splitlines(), slot.problem) == (["1 and 2 are alike?", "yes"], "nonsense")
    assert page.get_by_label("A comment on this pair").input_value() == ""


@pytest.mark.parametrize(("viewport", "layout"), [({"width": 1280, "height": 720}, "side-by-side"), (PHONE, "stacked")])
def test_the_layout_and_the_active_seconds_are_recorded(live_server, a_page, viewport, layout):
    study, page = a_study(pairs=2, criteria=WITHOUT_TRAITS), a_page(viewport=viewport)
    come_in(page, live_server, study)

    page.wait_for_timeout(1200)
    for key in ("1", "1", "Enter"):
        page.keyboard.press(key)
    pair_up(page, 2)

    slot = Slot.objects.get(position=0)
    assert slot.layout == layout
    assert 1.0 < slot.seconds <= (slot.answered_at - slot.claimed_at).total_seconds()


def test_seconds_go_on_over_a_lock_and_a_reload(live_server, a_page):
    study, page = a_study(pairs=2), a_page()
    come_in(page, live_server, study)

    page.wait_for_timeout(700)
    for key in ("1", "1", "Enter"):
        page.keyboard.press(key)
    page.get_by_role("group", name="Trait consistency").wait_for()
    page.wait_for_timeout(700)
    with page.expect_response("**/draft/"):
        page.keyboard.press("1")
    page.reload()
    page.keyboard.press("Enter")
    pair_up(page, 2)

    assert Slot.objects.get(position=0).seconds > 1.4
