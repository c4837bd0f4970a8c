"""A study of Hebrew dialogues: the desk is mirrored, Reply 1 stands where reading begins, English words stay English.

Parley does not speak Hebrew, so its own words are in English on a page that runs from right to left.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from evaluation.models import Context, Judgment, Response, Study
from tests.browser.conftest import LAPTOP, PHONE, violations, wide
from tests.browser.judging import come_in, pair_up, press
from tests.evaluation.views.builders import COHERENCE, NATURALNESS, TRAIT, a_link, a_study

pytestmark = pytest.mark.django_db(transaction=True)
PERSONA = ["יש לי שלושה כלבים.", "אני אופה לחם כל יום ראשון.", "אני לומד לנגן בצ'לו."]
TURNS = [
    "היי! איך עבר עליך השבוע?",
    "ארוך! ארבע משמרות לילה ברצף, אבל מחר סוף סוף אפשר לישון.",
    "זה נשמע מעייף. יש לך חברה בבית?",
    "שלושה כלבים, אז הבית אף פעם לא שקט.",
    "נחמד. ומה אתה עושה כדי להירגע?",
]
HEBREW = "אני אופה! אין כמו כיכר לחם חמה אחרי לילה במחלקה, והכלבים אוהבים את הקרום."
MIXED = "אני רואה Breaking Bad בטלוויזיה, ואתה?"
ENGLISH = "I like to bake bread. What do you do?"
SHOTS = os.environ.get("PARLEY_SHOTS", "")


def a_hebrew_study(*, replies: tuple[str, str] = (HEBREW, MIXED), pairs: int = 2) -> Study:
    criteria = (
        NATURALNESS | {"name": "טבעיות", "question": "מה נשמע יותר כמו משהו שאדם באמת היה אומר?"},
        COHERENCE | {"name": "רצף", "question": "מה מתאים יותר למה שנאמר קודם?", "help": "תשובה שממשיכה את השיחה."},
        TRAIT | {"name": "התאמה לאופי", "question": "מה מתאים יותר לאדם הזה ({trait_words})?"},
    )
    study = a_study(pairs=pairs, criteria=criteria, language="he", public_title="איזו תשובה טובה יותר?")
    study.consent = "אנחנו חוקרים ב**אוניברסיטה לדוגמה**.\n\n- התשובות נשמרות תחת קוד."
    study.instructions = "## טבעיות\n\nאיזו תשובה אדם באמת היה נותן?"
    study.end_text = "תודה רבה!"
    study.save()
    for context in Context.objects.all():
        context.persona = PERSONA
        context.turns = [{"speaker": place % 2, "text": text} for place, text in enumerate(TURNS)]
        context.save()
    for name, text in zip(("zebra-pt-large", "quokka-p-small"), replies, strict=True):
        Response.objects.filter(system__name=name).update(text=text)
    return study


def left_edge(page: Any, selector: str, place: int = 0) -> float:
    return page.locator(selector).nth(place).bounding_box()["x"]


def shot(page: Any, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(SHOTS) / f"hebrew-{name}.png", full_page=True, caret="initial")


def test_the_desk_is_mirrored_and_its_words_are_marked_as_what_they_are(live_server, a_page):
    study, page = a_hebrew_study(replies=(HEBREW, ENGLISH)), a_page()
    come_in(page, live_server, study)

    html = page.locator("html")
    assert (html.get_attribute("dir"), html.get_attribute("lang")) == ("rtl", "en")
    # Reading begins on the right: there are the conversation, and Reply 1.
    assert left_edge(page, ".scene") > left_edge(page, ".choice")
    assert left_edge(page, ".response", 0) > left_edge(page, ".response", 1)
    assert left_edge(page, ".segments label", 0) > left_edge(page, ".segments label", 2)
    # The partner's turns begin on the right, this person's own end on the left.
    assert left_edge(page, ".turn.own") < left_edge(page, ".turn:not(.own)")
    replies = page.locator(".response p")
    assert replies.evaluate_all("all => all.map(one => [one.lang, getComputedStyle(one).direction])") == [
        ["he", "rtl"],
        ["he", "ltr"],
    ]


def test_keys_and_arrows_follow_the_eye(live_server, a_page):
    study, page = a_hebrew_study(), a_page()
    come_in(page, live_server, study)
    first = page.locator(".response p").first.text_content()

    # From Reply 1 on the right towards Reply 2 on the left.
    picked = []
    for key in ("ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowRight"):
        page.keyboard.press(key)
        picked.append(page.locator("input[name='answer.naturalness']:checked").get_attribute("value"))
    for key in ("0", "0", "Enter"):
        page.keyboard.press(key)
    page.get_by_role("group", name="התאמה לאופי").wait_for()
    for key in ("1", "Enter"):
        page.keyboard.press(key)
    pair_up(page, 2)

    assert picked == ["left", "tie", "right", "tie"]
    judged = {each.criterion.key: each for each in Judgment.objects.select_related("criterion", "slot")}
    shown_first = judged["trait_consistency"].slot.left()
    assert {key: each.choice for key, each in judged.items()} == {
        "naturalness": "tie",
        "coherence": "tie",
        "trait_consistency": "left",
    }
    assert (shown_first.text, judged["trait_consistency"].displayed_left_id) == (first, shown_first.pk)


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["1280", "360"])
def test_no_page_of_it_has_a_violation_or_scrolls_sideways(live_server, a_page, viewport):
    study, page, found = a_hebrew_study(pairs=1), a_page(viewport=viewport), {}

    def look(name: str) -> None:
        page.wait_for_load_state("load")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            shot(page, f"{name}.{viewport['width']}.{scheme}")
            found[f"{name} {scheme}"] = violations(page, colours_alone=scheme == "dark")
        page.set_viewport_size({"width": 320, "height": 640})
        found[f"{name}, narrowest"] = ["scrolls sideways"] if wide(page) else []
        page.set_viewport_size(viewport)

    page.goto(live_server.url + a_link(study))
    look("consent")
    assert page.locator(".prose").first.evaluate("one => getComputedStyle(one).direction") == "rtl"
    press(page, "I agree")
    page.wait_for_url("**/instructions/")
    look("instructions")
    press(page, "Show the first pair")
    page.wait_for_url("**/judge/")
    page.locator("#sheet").wait_for()
    look("judge")
    page.keyboard.press("?")
    look("keys")
    page.keyboard.press("Escape")
    for key in ("1", "2", "Enter"):
        page.keyboard.press(key)
    page.get_by_role("group", name="התאמה לאופי").wait_for()
    look("traits")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Thank you.").wait_for()
    look("end")

    assert {name: wrong for name, wrong in found.items() if wrong} == {}
