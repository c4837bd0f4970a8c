"""Judging in a real browser: with the mouse, with the keyboard, without a script, and with a network that breaks."""

import random
import re
from typing import Any

import pytest

from evaluation.models import Annotator, Judgment, JudgmentRevision, Slot, Study
from tests.browser.conftest import PHONE, wide
from tests.evaluation.views.builders import COHERENCE, FIVE_STEPS, FLUENCY, NATURALNESS, PLANTED, a_link, a_study

pytestmark = pytest.mark.django_db(transaction=True)
WITHOUT_TRAITS = (NATURALNESS, COHERENCE)


def come_in(page: Any, live_server: Any, study: Study) -> None:
    """Follow a fresh link, agree, read, and see the first pair."""
    page.goto(live_server.url + a_link(study))
    page.get_by_role("button", name="I agree").click()
    page.get_by_role("button", name="Show the first pair").click()
    first_pair_up(page)


def first_pair_up(page: Any) -> None:
    """Wait until the judge page is there, its script too."""
    page.wait_for_url("**/judge/")
    page.locator("#sheet").wait_for()
    page.wait_for_load_state("load")


def pick(page: Any, criterion: str, answer: str) -> None:
    page.get_by_role("group", name=re.compile(criterion)).get_by_role("radio", name=answer).check(force=True)


def press(page: Any, button: str) -> None:
    page.get_by_role("button", name=button).click()


def pair_up(page: Any, number: int) -> None:
    """Wait until the pair with this number is on the page."""
    page.get_by_text(re.compile(rf"^\s*Pair {number} of ")).first.wait_for()


def picked(page: Any) -> list[str]:
    return page.eval_on_selector_all("#questions input:checked", "all => all.map(one => `${one.name}=${one.value}`)")


def stored() -> list[tuple[int, str, str]]:
    rows = Judgment.objects.order_by("slot__position", "criterion__position")
    return [(row.slot.position, row.criterion.key, row.choice) for row in rows.select_related("slot", "criterion")]


def focused(page: Any) -> str:
    return page.evaluate("document.activeElement.name ?? document.activeElement.id ?? ''")


def said(page: Any, words: str) -> None:
    """Wait until screen readers are told `words`."""
    page.locator("#say").get_by_text(words, exact=True).wait_for(state="attached")


def test_the_whole_way_with_the_mouse(live_server, a_page):
    study, page = a_study(pairs=2), a_page()
    come_in(page, live_server, study)

    for number in (1, 2):
        pair_up(page, number)
        pick(page, "Naturalness", "Reply 1")
        pick(page, "Coherence", "About equal")
        press(page, "Continue")
        pick(page, "Trait consistency", "Reply 2")
        press(page, "Submit")

    page.get_by_role("heading", name="Thank you.").wait_for()
    assert stored() == [
        (number, key, choice)
        for number in (0, 1)
        for key, choice in (("naturalness", "left"), ("coherence", "tie"), ("trait_consistency", "right"))
    ]


def test_the_whole_way_with_the_keyboard_alone(live_server, a_page):
    study, page = a_study(pairs=2), a_page()

    def tab_to(words: str) -> None:
        for _ in range(12):
            page.keyboard.press("Tab")
            if words in page.evaluate("document.activeElement.textContent"):
                return
        raise AssertionError(f"no way to {words!r} by Tab")

    page.goto(live_server.url + a_link(study))
    tab_to("I agree")
    page.keyboard.press("Enter")
    page.wait_for_url("**/instructions/")
    tab_to("Show the first pair")
    page.keyboard.press("Enter")
    page.wait_for_url("**/judge/")
    for number in (1, 2):
        pair_up(page, number)
        for key in ("1", "0", "Enter"):
            page.keyboard.press(key)
        page.get_by_role("group", name="Trait consistency").wait_for()
        for key in ("2", "Enter"):
            page.keyboard.press(key)

    page.get_by_role("heading", name="Thank you.").wait_for()
    assert [choice for _, _, choice in stored()] == ["left", "tie", "right"] * 2


def test_keys_act_on_the_marked_question_and_move_to_the_next_open_one(live_server, a_page):
    study, page = a_study(criteria=WITHOUT_TRAITS), a_page()
    come_in(page, live_server, study)

    steps = []
    for key in ("Enter", "2", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "1"):
        page.keyboard.press(key)
        steps.append((key, *(each.partition("=")[2] for each in picked(page)), focused(page)))

    assert steps == [
        ("Enter", "answer.naturalness"),
        ("2", "right", "answer.coherence"),
        ("ArrowRight", "right", "left", "answer.coherence"),
        ("ArrowRight", "right", "tie", "answer.coherence"),
        ("ArrowRight", "right", "right", "answer.coherence"),
        ("ArrowLeft", "right", "tie", "answer.coherence"),
        # All is answered: the last question stays the one that keys act on.
        ("1", "right", "left", "answer.coherence"),
    ]
    said(page, "All answered. Enter: Submit.")
    assert Judgment.objects.count() == 0


def test_five_steps_and_ratings_are_answered_by_their_digits(live_server, a_page):
    study, page = a_study(pairs=1, criteria=(FIVE_STEPS, FLUENCY)), a_page()
    come_in(page, live_server, study)

    for key in ("5", "2", "4"):
        page.keyboard.press(key)

    assert picked(page) == ["answer.naturalness=right:2", "answer.fluency.left=2", "answer.fluency.right=4"]
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Thank you.").wait_for()
    assert Judgment.objects.count() == 3


def test_arrows_are_mirrored_in_text_from_right_to_left(live_server, a_page):
    study, page = a_study(criteria=WITHOUT_TRAITS), a_page()
    come_in(page, live_server, study)
    page.evaluate("document.documentElement.dir = 'rtl'")

    page.keyboard.press("ArrowLeft")

    assert picked(page) == ["answer.naturalness=left"]
    page.keyboard.press("ArrowLeft")
    assert picked(page) == ["answer.naturalness=tie"]


def test_the_question_mark_shows_the_keys_and_escape_leads_back(live_server, a_page):
    study, page = a_study(), a_page()
    come_in(page, live_server, study)
    page.keyboard.press("1")

    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    page.keyboard.press("2")
    page.keyboard.press("Escape")

    assert page.get_by_role("dialog").count() == 0
    assert (picked(page), focused(page)) == (["answer.naturalness=left"], "answer.coherence")


def test_the_instructions_open_over_the_pair_and_lose_nothing(live_server, a_page):
    study, page = a_study(), a_page()
    come_in(page, live_server, study)
    pick(page, "Naturalness", "Reply 2")

    press(page, "Instructions")
    page.get_by_role("dialog").get_by_text("Which reply would a person really give?").wait_for()
    press(page, "Close")

    assert (page.url.rpartition("/s/")[2], picked(page)) == ("k3p9w2xq/judge/", ["answer.naturalness=right"])


def test_the_side_recorded_is_the_side_shown(live_server, a_page):
    study, page, dice = a_study(pairs=6, criteria=WITHOUT_TRAITS), a_page(), random.Random(7)
    come_in(page, live_server, study)
    seen = {}

    for number in range(1, 7):
        pair_up(page, number)
        texts = page.locator(".response p").all_text_contents()
        side = dice.choice(("1", "2"))
        seen[number - 1] = (texts[0][:8], texts[int(side) - 1][:8])
        page.keyboard.press(side)
        page.keyboard.press("0")
        page.keyboard.press("Enter")
    page.get_by_role("heading", name="Thank you.").wait_for()

    recorded = {}
    for judgment in Judgment.objects.filter(criterion__key="naturalness").select_related(
        "slot__item", "displayed_left"
    ):
        slot = judgment.slot
        chosen = slot.left() if judgment.choice == "left" else slot.right()
        recorded[slot.position] = tuple(
            each.text.replace(" :", ":")[:8].capitalize() for each in (judgment.displayed_left, chosen)
        )
    assert recorded == seen
    assert {left.split()[0] for left, _ in seen.values()} == {"First", "Second"}


def test_traits_appear_only_once_the_first_answers_are_locked(live_server, a_page):
    study, page = a_study(), a_page()
    come_in(page, live_server, study)
    answers = []
    page.on("response", lambda response: answers.append(response.text()) if "/judge/" in response.url else None)

    before = page.content()
    page.keyboard.press("1")
    page.keyboard.press("2")
    ready = page.content()
    page.keyboard.press("Enter")
    page.get_by_role("group", name="Trait consistency").wait_for()

    assert ["outgoing" in text for text in (before, ready, page.content())] == [False, False, True]
    assert page.locator("#questions fieldset:disabled").count() == 2
    page.locator(":focus[name='answer.trait_consistency']").wait_for()
    said(page, "The answers above are kept. More follows.")
    assert len(answers) == 1


def test_without_a_script_the_whole_way_works_too(live_server, a_page):
    study, page = a_study(pairs=2), a_page(java_script_enabled=False)
    come_in(page, live_server, study)

    for number in (1, 2):
        pair_up(page, number)
        pick(page, "Naturalness", "Reply 1")
        press(page, "Continue")
        page.get_by_text("Please answer every question first.").wait_for()
        pick(page, "Coherence", "Reply 2")
        press(page, "Continue")
        pick(page, "Trait consistency", "About equal")
        # Enter in a row presses the form's own button, not one of those in the bar above it.
        page.get_by_role("group", name="Trait").get_by_role("radio", name="About equal").press("Enter")

    page.get_by_role("heading", name="Thank you.").wait_for()
    assert [choice for _, _, choice in stored()] == ["left", "right", "tie"] * 2


def test_without_a_script_a_look_at_the_instructions_keeps_what_was_picked(live_server, a_page):
    study, page = a_study(), a_page(java_script_enabled=False)
    come_in(page, live_server, study)
    pick(page, "Coherence", "Reply 2")

    press(page, "Instructions")
    page.get_by_role("link", name="Back to where you were").click()

    page.locator("#sheet").wait_for()
    assert page.get_by_role("group", name="Coherence").get_by_role("radio", name="Reply 2").is_checked()


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
    page.wait_for_timeout(600)
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
