"""First sight is light, and nothing is lost: measured in a real browser, the weights on the site as it is served."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from evaluation.models import Judgment, Slot
from tests.browser.conftest import LAPTOP
from tests.browser.judging import come_in, first_pair_up, pair_up, picked, press, stored, until, until_kept
from tests.evaluation.views.builders import COHERENCE, NATURALNESS, a_link, a_study
from tests.evaluation.views.known import add_known_pairs
from tests.served_site import Site

pytestmark = pytest.mark.django_db(transaction=True)
ENGAGING = NATURALNESS | {"key": "engagingness", "name": "Engagingness", "question": "Which is more engaging?"}
THREE = (NATURALNESS, COHERENCE, ENGAGING)
MOST_REQUESTS, MOST_BYTES = 8, 100_000
# The next pair with its questions, as a part of a page.
MOST_OF_A_JUDGMENT = 15_000
# Milliseconds from the last key to the last draft sent.
SENT_AFTER = """performance.timeOrigin - window.pressed + Math.max(...performance.getEntriesByType("resource")
  .filter((each) => each.name.endsWith("/draft/")).map((each) => each.startTime))"""
KEYS = {"1": "left", "0": "tie", "2": "right"}


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Site]:
    """The site under production settings: files hashed, compressed, and cached for good."""
    with Site(tmp_path_factory.mktemp("served"), settings={"ALLOWED_HOSTS": "127.0.0.1,parley.test"}) as site:
        site.start()
        yield site


def weighed(page: Any) -> list[tuple[str, str, int]]:
    """Every answer from now on: method, address, and bytes with the headers, as they come over the wire."""
    seen: list[tuple[str, str, int]] = []

    def finished(request: Any) -> None:
        sizes = request.sizes()
        seen.append((request.method, request.url, sizes["responseBodySize"] + sizes["responseHeadersSize"]))

    page.on("requestfinished", finished)
    return seen


@pytest.mark.parametrize("traits", [False, True], ids=["three questions", "two and a trait"])
def test_a_judge_page_is_light_at_first_sight_and_a_judgment_is_one_small_request(served, a_page, traits):
    study = served.study(name=f"light-{traits}".lower(), contexts=10, links=1, traits=traits)
    page = a_page()
    page.goto(served.address + re.sub(r"^https?://[^/]+", "", study["links"][0]))
    press(page, "I agree")
    press(page, "Show the first pair")
    first_pair_up(page)

    # Another browser, whose cache is empty.
    fresh = a_page(storage_state=page.context.storage_state())
    first = weighed(fresh)
    fresh.goto(page.url)
    first_pair_up(fresh)
    fresh.wait_for_timeout(500)
    assert len(first) <= MOST_REQUESTS, first
    assert sum(size for *_, size in first) <= MOST_BYTES, first

    after = weighed(fresh)
    for number in (2, 3):
        for key in ("1", "0", "Enter") if traits else ("1", "0", "2", "Enter"):
            fresh.keyboard.press(key)
        if traits:
            fresh.locator("input[name^='answer.trait']").first.wait_for(state="attached")
            for key in ("2", "Enter"):
                fresh.keyboard.press(key)
        pair_up(fresh, number)
    fresh.wait_for_timeout(300)
    submits = [size for method, url, size in after if method == "POST" and url.endswith("/judge/")]
    others = [each for each in after if not each[1].endswith(("/judge/", "/draft/"))]

    assert others == []
    assert len(submits) == (4 if traits else 2)
    assert max(size for *_, size in after) <= MOST_OF_A_JUDGMENT


def test_files_of_the_site_come_compressed_and_are_kept(served, a_page):
    page, found = a_page(), []
    page.on("response", lambda answer: "/static/" in answer.url and found.append(answer.headers))

    page.goto(f"{served.address}/account/login/")
    page.wait_for_load_state("load")

    assert found != []
    for headers in found:
        assert headers.get("content-encoding") in ("br", "gzip") or int(headers["content-length"]) < 1000
        assert "immutable" in headers["cache-control"]


def test_three_questions_fit_a_laptop_without_scrolling(live_server, a_page):
    study, page = a_study(criteria=THREE), a_page(viewport=LAPTOP)
    come_in(page, live_server, study)

    assert page.locator("#questions fieldset").count() == 3
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert page.locator(".send button").bounding_box()["y"] < LAPTOP["height"]


def test_of_24_judgments_each_is_recorded_on_the_side_on_the_screen(live_server, a_page):
    study, page = a_study(pairs=8, criteria=THREE), a_page()
    add_known_pairs(study, checks=0)
    come_in(page, live_server, study)
    seen = {}

    for number in range(1, 9):
        pair_up(page, number)
        replies = [text.split(":")[0].lower() for text in page.locator(".response p").all_text_contents()]
        for place, criterion in enumerate(THREE):
            key = "102"[(number + place) % 3]
            page.keyboard.press(key)
            chosen = {"left": replies[0], "right": replies[1]}.get(KEYS[key], "tie")
            seen[replies[0], criterion["key"]] = (replies[0], chosen)
        page.keyboard.press("Enter")
    page.get_by_role("heading", name="Thank you.").wait_for()

    recorded = {}
    for each in Judgment.objects.select_related("slot__item", "criterion", "displayed_left"):
        shown = each.displayed_left.text.partition(" :")[0]
        sides = {"left": each.slot.left(), "right": each.slot.right()}
        answer = sides[each.choice].text.partition(" :")[0] if each.choice in sides else each.choice
        recorded[shown, each.criterion.key] = (shown, answer)
    assert len(recorded) == Judgment.objects.count() == 24
    assert recorded == seen
    assert {chosen.split()[0] for _, chosen in seen.values()} == {"first", "second", "tie"}


def test_one_second_after_a_key_nothing_is_lost_when_the_browser_dies(live_server, a_page):
    study, page = a_study(criteria=THREE), a_page()
    link = a_link(study)
    page.goto(live_server.url + link)
    press(page, "I agree")
    press(page, "Show the first pair")
    first_pair_up(page)

    page.evaluate("addEventListener('keydown', () => { window.pressed = Date.now() }, true)")
    for key in ("1", "2"):
        page.keyboard.press(key)
    until_kept(page, naturalness="left", coherence="right")
    # By the page's own clock, however long the server of a busy machine then takes.
    until(page, lambda: page.evaluate(SENT_AFTER) > 0)
    assert page.evaluate(SENT_AFTER) < 1000
    # Nothing of this browser is left, its storage neither.
    page.context.close()

    other = a_page()
    other.goto(live_server.url + link)
    first_pair_up(other)
    assert picked(other) == ["answer.naturalness=left", "answer.coherence=right"]


def test_a_reload_at_once_after_a_key_loses_nothing(live_server, a_page):
    study, page = a_study(criteria=THREE), a_page()
    come_in(page, live_server, study)

    for key in ("1", "2", "0"):
        page.keyboard.press(key)
    page.reload()
    first_pair_up(page)

    assert picked(page) == ["answer.naturalness=left", "answer.coherence=right", "answer.engagingness=tie"]


def test_without_a_network_answers_are_kept_and_sent_when_it_is_back(live_server, a_page):
    study, page = a_study(pairs=2, criteria=THREE), a_page()
    come_in(page, live_server, study)

    page.context.set_offline(True)
    for key in ("1", "2", "0", "Enter"):
        page.keyboard.press(key)
    page.get_by_text("Not sent yet").wait_for()
    waiting = (Judgment.objects.count(), picked(page))
    page.context.set_offline(False)
    pair_up(page, 2)

    assert waiting == (0, ["answer.naturalness=left", "answer.coherence=right", "answer.engagingness=tie"])
    assert stored() == [(0, "naturalness", "left"), (0, "coherence", "right"), (0, "engagingness", "tie")]


def test_a_submit_that_arrives_twice_counts_once(live_server, a_page):
    study, page = a_study(pairs=2, criteria=THREE), a_page()
    come_in(page, live_server, study)
    sent = []

    def twice(route: Any) -> None:
        if route.request.method == "POST":
            sent.append(route.fetch().status)
        route.continue_()

    page.route("**/judge/", twice)
    for key in ("1", "2", "0", "Enter"):
        page.keyboard.press(key)
    page.locator(".response p").first.wait_for()
    pair_up(page, 2)

    assert sent == [200]
    assert len(stored()) == 3
    assert Slot.objects.filter(answered_at__isnull=False).count() == 1


def test_whoever_is_forgotten_by_their_browser_comes_back_to_the_same_pair_with_what_was_picked(live_server, a_page):
    study, page = a_study(pairs=3, criteria=THREE), a_page()
    link = a_link(study)
    page.goto(live_server.url + link)
    press(page, "I agree")
    press(page, "Show the first pair")
    first_pair_up(page)
    replies = page.locator(".response p").all_text_contents()
    for key in ("1", "2"):
        page.keyboard.press(key)
    until_kept(page, naturalness="left", coherence="right")

    page.context.clear_cookies()
    page.keyboard.press("0")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Please open your link again.").wait_for()
    page.goto(live_server.url + link)
    first_pair_up(page)

    # The third, picked after the cookie was gone, was kept by the page itself.
    assert picked(page) == ["answer.naturalness=left", "answer.coherence=right", "answer.engagingness=tie"]
    assert page.locator(".response p").all_text_contents() == replies
    press(page, "Submit")
    pair_up(page, 2)
    assert len(stored()) == 3
