"""An annotator's moves on the judge page, and what the database has of them."""

import re
import time
from collections.abc import Callable
from typing import Any

from evaluation.models import Draft, Judgment, Study
from tests.evaluation.views.builders import COHERENCE, NATURALNESS, a_link

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


def until(page: Any, so: Callable[[], bool]) -> None:
    """Wait until it is so, while the page goes on: on a busy machine that takes longer than by itself."""
    ends = time.monotonic() + 20
    while not so():
        assert time.monotonic() < ends, "not within 20 s"
        page.wait_for_timeout(50)


def until_kept(page: Any, **answers: str) -> None:
    """Wait until the server has the draft with these answers, comment and problem."""
    until(page, lambda: any(answers.items() <= each.answers.items() for each in Draft.objects.all()))


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
