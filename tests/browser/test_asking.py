"""What a study may ask for, in a real browser: reasons, a question at a time, skipping, a warning, the background."""

import re
from typing import Any

import pytest

from evaluation.judging.submitting import DRAFT_COMMENT, DRAFT_PROBLEM
from evaluation.models import Background, Judgment, LostLook, Slot
from tests.browser.conftest import PHONE, violations, wide
from tests.browser.judging import come_in, pair_up, press, stored, until_kept
from tests.evaluation.views.builders import COHERENCE, FLUENCY, NATURALNESS, TRAIT, a_link, a_study

pytestmark = pytest.mark.django_db(transaction=True)
WHY = {**NATURALNESS, "options": ["tie", "cannot_judge"], "reason": "required"}
WARNING = "Some replies speak of violence. Look after yourself."


def reasons() -> list[str]:
    return list(Judgment.objects.order_by("criterion__position").values_list("reason", flat=True))


def test_a_required_reason_is_asked_for_by_the_keys_alone(a_page, live_server):
    page = a_page()
    come_in(page, live_server, a_study(criteria=(WHY, COHERENCE)))

    assert page.locator(".reason input").is_hidden()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.locator(".reason input").wait_for(state="visible")
    page.keyboard.type("it takes up 1 question")
    page.keyboard.press("Enter")
    page.keyboard.press("2")
    page.keyboard.press("Enter")

    pair_up(page, 2)
    assert stored() == [(0, "naturalness", "left"), (0, "coherence", "right")]
    assert reasons() == ["it takes up 1 question", ""]


def test_cannot_judge_asks_why_and_another_answer_does_not(a_page, live_server):
    page = a_page()
    come_in(page, live_server, a_study(criteria=({**NATURALNESS, "options": ["tie", "cannot_judge"]},)))

    page.keyboard.press("1")
    assert page.locator(".reason input").is_hidden()
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    page.keyboard.type("both are cut off")
    page.keyboard.press("Enter")

    pair_up(page, 2)
    assert (stored(), reasons()) == ([(0, "naturalness", "cannot_judge")], ["both are cut off"])


def test_a_reason_that_the_server_has_survives_a_reload(a_page, live_server):
    page = a_page()
    come_in(page, live_server, a_study(criteria=(WHY,)))
    page.keyboard.press("1")
    page.locator(".reason input").fill("warm")

    until_kept(page, **{"naturalness": "left", "naturalness.reason": "warm"})
    page.evaluate("localStorage.clear()")
    page.reload()

    assert page.locator(".reason input").input_value() == "warm"


def test_a_comment_is_kept_on_the_server_too(a_page, live_server):
    page = a_page()
    come_in(page, live_server, a_study(criteria=(NATURALNESS,)))
    page.get_by_text("Comment", exact=True).click()
    page.get_by_label("A comment on this pair").fill("odd spelling")
    page.get_by_text("Report a problem").click()
    page.get_by_label("Nonsense").check()

    until_kept(page, **{DRAFT_COMMENT: "odd spelling", DRAFT_PROBLEM: "nonsense"})
    page.evaluate("localStorage.clear()")
    page.reload()

    assert page.locator("#comment").input_value() == "odd spelling"
    assert page.locator("input[name=problem]:checked").input_value() == "nonsense"


def test_one_question_at_a_time_by_the_keys_alone(a_page, live_server):
    page = a_page()
    come_in(page, live_server, a_study(criteria=(NATURALNESS, COHERENCE, TRAIT), layout="one-per-page"))

    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.get_by_text("Question 2 of 2").wait_for()
    page.reload()
    page.get_by_text("Question 2 of 2").wait_for()
    assert "outgoing" not in page.content()
    page.keyboard.press("0")
    page.keyboard.press("Enter")
    page.get_by_text("outgoing, talkative").wait_for()
    page.keyboard.press("2")
    page.keyboard.press("Enter")

    pair_up(page, 2)
    assert stored() == [
        (0, "naturalness", "left"),
        (0, "coherence", "tie"),
        (0, "trait_consistency", "right"),
    ]


@pytest.mark.parametrize("script", [True, False])
def test_one_can_go_back_a_question_and_change_it(a_page, live_server, script):
    page = a_page(java_script_enabled=script)
    come_in(page, live_server, a_study(criteria=(NATURALNESS, COHERENCE), layout="one-per-page"))

    page.get_by_role("radio", name="Reply 1").check(force=True)
    press(page, "Next question")
    page.get_by_text("Question 2 of 2").wait_for()
    press(page, "Question before")
    page.get_by_text("Question 1 of 2").wait_for()
    page.get_by_role("radio", name="Reply 2").check(force=True)
    press(page, "Next question")
    page.get_by_text("Question 2 of 2").wait_for()
    page.get_by_role("radio", name="About equal").check(force=True)
    press(page, "Submit")

    pair_up(page, 2)
    assert stored() == [(0, "naturalness", "right"), (0, "coherence", "tie")]


@pytest.mark.parametrize("script", [True, False])
def test_a_pair_is_skipped_with_one_click_and_another_comes(a_page, live_server, script):
    page = a_page(java_script_enabled=script)
    come_in(page, live_server, a_study(criteria=(NATURALNESS,), may_skip=True))
    before = Slot.objects.get(annotator__isnull=False)

    page.get_by_role("radio", name="Reply 1").check(force=True)
    press(page, "Skip this pair")
    page.get_by_text(re.compile("^First 1|^Second 1")).first.wait_for()

    before.refresh_from_db()
    assert (before.annotator, Judgment.objects.count()) == (None, 0)
    assert LostLook.objects.get().context_id == before.context_id
    assert page.locator("#questions input:checked").count() == 0


def test_reasons_and_seven_steps_fit_a_laptop_without_scrolling(a_page, live_server):
    page = a_page()
    seven = {**FLUENCY, "range": {"min": 1, "max": 7, "ends": ["badly", "very well"]}}
    come_in(page, live_server, a_study(criteria=(WHY, COHERENCE, TRAIT)))
    for key in "110":
        page.keyboard.press(key)
        if page.locator(".reason input").is_visible() and not page.locator(".reason input").input_value():
            page.locator(".reason input").fill("warm")
            page.keyboard.press("Enter")

    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    other = a_page()
    come_in(other, live_server, a_study(name="seven", public_id="seven", criteria=(seven, COHERENCE)))
    assert other.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert "7: very well" in other.content()


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_warning_background_reasons_and_skip_are_accessible(a_page, live_server, viewport):
    page: Any = a_page(**({"viewport": viewport} if viewport else {}))
    study = a_study(
        criteria=(WHY, COHERENCE),
        layout="one-per-page",
        content_warning=WARNING,
        may_skip=True,
        ethics="Ethics board of the faculty, 2026-114",
        design={"background": ["language", "age_band", "chatbots"]},
    )
    page.goto(live_server.url + a_link(study))
    found = {"consent": (violations(page), wide(page))}
    assert WARNING in page.content()
    press(page, "I agree")
    page.get_by_role("heading", name="About you").wait_for()
    found["background"] = (violations(page), wide(page))
    page.get_by_label("25-34").check()
    press(page, "Go on")
    press(page, "Show the first pair")
    page.locator("#sheet").wait_for()
    page.get_by_role("radio", name="Reply 1").check(force=True)
    found["judge"] = (violations(page), wide(page))

    assert found == dict.fromkeys(("consent", "background", "judge"), ([], False))
    assert list(Background.objects.values_list("answers", flat=True)) == [{"age_band": "25-34"}]
