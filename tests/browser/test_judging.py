"""Judging in a real browser: with the mouse, with the keyboard alone, and without a script."""

import random

from evaluation.models import Judgment
from tests.browser.judging import (
    WITHOUT_TRAITS,
    come_in,
    focused,
    pair_up,
    pick,
    picked,
    press,
    said,
    stored,
)
from tests.evaluation.views.builders import FIVE_STEPS, FLUENCY, a_link, a_study


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


def test_what_was_said_of_a_pair_is_gone_with_it(live_server, a_page):
    study, page = a_study(pairs=3, criteria=WITHOUT_TRAITS), a_page()
    come_in(page, live_server, study)
    for number in (1, 2):
        pair_up(page, number)
        for key in ("1", "0"):
            page.keyboard.press(key)
        said(page, "All answered. Enter: Submit.")
        # At once, too: what was still to be said is not said of the next one.
        page.keyboard.press("Enter")
        pair_up(page, number + 1)
        page.wait_for_timeout(200)
        assert page.locator("#say").text_content() == ""

    for key in ("1", "0", "Enter"):
        page.keyboard.press(key)
    page.get_by_role("heading", name="Thank you.").wait_for()
    page.wait_for_timeout(200)
    assert page.locator("#say").count() == 0 or page.locator("#say").text_content() == ""


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
