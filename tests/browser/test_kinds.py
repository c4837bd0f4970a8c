"""Two whole conversations side by side, and a persona to be labelled, judged in a real browser."""

import re

import pytest

from evaluation.models import Judgment
from tests.browser.conftest import LAPTOP, SIGHTS, violations, wide
from tests.browser.judging import come_in, first_pair_up, pick, picked, press, until
from tests.evaluation.builders import EXTRAVERSION, a_persona_item, a_slot, a_study, two_dialogues
from tests.evaluation.views.builders import a_link

pytestmark = pytest.mark.django_db(transaction=True)
LONG = tuple(f"this is turn {place} of a talk that goes on , and on , and says little ." for place in range(24))
COHERENCE = {
    "key": "coherence",
    "name": "Coherence",
    "question": "In which do the turns follow better?",
    "help": "Why.",
}
THREE = (
    {"key": "naturalness", "name": "Naturalness", "question": "Which sounds more like two people who really talk?"},
    COHERENCE,
    {"key": "engagingness", "name": "Engagingness", "question": "Which would you rather go on with yourself?"},
)
TRAITS = tuple(
    {**EXTRAVERSION, "key": key, "name": key.capitalize(), "question": question}
    for key, question in (
        ("openness", "Is this person more curious, imaginative and open to new things, or more conventional?"),
        ("conscientiousness", "Is this person more organized, planful and reliable, or more careless?"),
        ("extraversion", "Is this person more outgoing, talkative and energetic, or more reserved and quiet?"),
        ("agreeableness", "Is this person more warm, kind and trusting, or more critical, blunt and stubborn?"),
        ("neuroticism", "Is this person more anxious, moody and easily worried, or more calm and steady?"),
    )
)


def a_study_of_dialogues(*, items=2, criteria=THREE, texts=(LONG, LONG[::-1]), **fields):
    study = a_study(criteria=criteria, design={"kind": "dialogues", "show": ["personas"]}, **fields)
    for number in range(items):
        item = two_dialogues(study, f"personachat/test/{number}", first=texts[0], second=texts[1])
        a_slot(study, item=item, swapped=number % 2 == 1)
    return study


def a_study_of_personas(*, items=2, criteria=TRAITS):
    study = a_study(systems=(), criteria=criteria, design={"kind": "persona"})
    for number in range(items):
        facts = (f"i have {number} cats.", "i like to ski.", "i work as a nurse.", "i talk to everybody.")
        a_slot(study, item=a_persona_item(study, f"persona-{number}", persona=facts))
    return study


def come_to_the_first_description(page, live_server, study):
    page.goto(live_server.url + a_link(study))
    page.get_by_role("button", name="I agree").click()
    page.get_by_role("button", name="Show the first description").click()
    first_pair_up(page)


def box(page, selector):
    return page.locator(selector).first.bounding_box()


@pytest.mark.parametrize("sight", SIGHTS)
def test_two_conversations_are_judged_with_no_violation(live_server, a_page, sight):
    study, page = a_study_of_dialogues(), a_page(**sight)
    come_in(page, live_server, study)
    found = [violations(page)]
    assert not wide(page)

    for number in (1, 2):
        page.get_by_text(re.compile(rf"^\s*Pair {number} of 2")).first.wait_for()
        for name, answer in (
            ("Naturalness", "Conversation 1"),
            ("Coherence", "About equal"),
            ("Engagingness", "Conversation 2"),
        ):
            pick(page, name, answer)
        found.append(violations(page))
        press(page, "Submit")

    page.get_by_role("heading", name="Thank you.").wait_for()
    assert found == [[]] * 3
    stored = Judgment.objects.order_by("slot__position", "criterion__position").select_related("displayed_left__system")
    assert [(each.choice, each.displayed_left.system.name) for each in stored] == [
        *(("left", "p"), ("tie", "p"), ("right", "p")),
        *(("left", "pt"), ("tie", "pt"), ("right", "pt")),
    ]
    assert set(study.slots.values_list("layout", flat=True)) == {
        "side-by-side" if sight["viewport"] == LAPTOP else "stacked"
    }


def test_on_a_laptop_the_conversations_scroll_and_the_questions_stay_in_sight(live_server, a_page):
    study, page = a_study_of_dialogues(items=1), a_page()
    come_in(page, live_server, study)

    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    for place in ("#questions fieldset:last-of-type", ".send button"):
        there = box(page, place)
        assert there["y"] >= 0
        assert there["y"] + there["height"] <= LAPTOP["height"]
    regions = page.locator(".transcript")
    assert [each.evaluate("one => one.scrollHeight > one.clientHeight + 200") for each in regions.all()] == [True, True]
    # Each by itself, by the keyboard alone.
    page.get_by_role("region", name="Conversation 2").focus()
    page.keyboard.press("End")
    until(page, lambda: regions.nth(1).evaluate("one => one.scrollTop") > 100)
    assert regions.nth(0).evaluate("one => one.scrollTop") == 0
    page.keyboard.press("2")
    assert picked(page) == ["answer.naturalness=right"]


def test_many_questions_scroll_beside_the_conversations_and_the_button_stays(live_server, a_page):
    many = tuple({**COHERENCE, "key": f"question-{number}", "name": f"Question {number}"} for number in range(9))
    study, page = a_study_of_dialogues(items=1, criteria=many), a_page()
    come_in(page, live_server, study)

    send = box(page, ".send button")
    assert send["y"] + send["height"] <= LAPTOP["height"]
    assert page.locator("#choice").evaluate("one => one.scrollHeight > one.clientHeight")
    page.locator("#questions fieldset:last-of-type input").first.focus()
    last = box(page, "#questions fieldset:last-of-type .segments")
    assert last["y"] + last["height"] <= box(page, ".actions")["y"] + 1


def test_conversations_are_judged_with_the_keyboard_alone(live_server, a_page):
    study, page = a_study_of_dialogues(items=2), a_page()
    come_in(page, live_server, study)

    for number in (1, 2):
        page.get_by_text(re.compile(rf"^\s*Pair {number} of 2")).first.wait_for()
        for key in ("1", "0", "2", "Enter"):
            page.keyboard.press(key)

    page.get_by_role("heading", name="Thank you.").wait_for()
    stored = Judgment.objects.order_by("slot__position", "criterion__position").values_list("choice", flat=True)
    assert list(stored) == ["left", "tie", "right"] * 2


def test_without_a_script_conversations_are_judged_too(live_server, a_page):
    study, page = a_study_of_dialogues(items=1), a_page(java_script_enabled=False)
    come_in(page, live_server, study)

    for group in page.locator("fieldset.criterion").all():
        group.get_by_role("radio", name="About equal").check(force=True)
    press(page, "Submit")

    page.get_by_role("heading", name="Thank you.").wait_for()
    assert list(Judgment.objects.values_list("choice", flat=True)) == ["tie"] * 3


def test_without_a_script_a_persona_is_labelled_too(live_server, a_page):
    study, page = a_study_of_personas(items=1), a_page(java_script_enabled=False)
    come_to_the_first_description(page, live_server, study)

    for group in page.locator("fieldset.criterion").all():
        group.get_by_role("radio", name="Cannot tell").check(force=True)
    press(page, "Submit")

    page.get_by_role("heading", name="Thank you.").wait_for()
    assert list(Judgment.objects.values_list("value", flat=True)) == ["unclear"] * 5


def test_right_to_left_conversations_are_mirrored(live_server, a_page):
    hebrew = ("שלום ! מה שלומך ?", "טוב , תודה .", "מה אתה עושה ?", "אני אופה לחם .")
    study, page = a_study_of_dialogues(items=1, texts=(hebrew, hebrew[::-1]), language="he"), a_page()
    come_in(page, live_server, study)

    first, second = (each.bounding_box() for each in page.locator(".conversation").all())

    assert page.evaluate("document.documentElement.dir") == "rtl"
    # The first on the page is where reading begins, and the questions stand at the end.
    assert first["x"] > second["x"] > box(page, "#choice")["x"]
    assert violations(page) == []
    page.keyboard.press("1")
    assert picked(page) == ["answer.naturalness=left"]


@pytest.mark.parametrize("sight", SIGHTS)
def test_a_persona_is_labelled_with_no_violation(live_server, a_page, sight):
    study, page = a_study_of_personas(), a_page(**sight)
    come_to_the_first_description(page, live_server, study)
    found = [violations(page)]
    assert not wide(page)
    if sight["viewport"] == LAPTOP:
        # Five questions and the button, all in one view.
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")

    for number in (1, 2):
        page.get_by_text(re.compile(rf"^\s*Description {number} of 2")).first.wait_for()
        for key in "12312":
            page.keyboard.press(key)
        found.append(violations(page))
        page.keyboard.press("Enter")

    page.get_by_role("heading", name="Thank you.").wait_for()
    assert found == [[]] * 3
    stored = Judgment.objects.order_by("slot__position", "criterion__position")
    assert list(stored.values_list("criterion__key", "value"))[:5] == [
        ("openness", "high"),
        ("conscientiousness", "low"),
        ("extraversion", "unclear"),
        ("agreeableness", "high"),
        ("neuroticism", "low"),
    ]
