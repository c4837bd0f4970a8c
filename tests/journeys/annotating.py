"""Annotators who judge in a real browser, as people do: they look at the page and click."""

import random
import re
from dataclasses import dataclass
from typing import Any

# What an annotator prefers, from what stands on the page alone.
ANSWERS = ("Reply 1", "About equal", "Reply 2")


@dataclass(frozen=True)
class Judged:
    """One pair as it stood on the page, and the sides clicked, by criterion."""

    replies: tuple[str, str]
    clicked: dict[str, str]


def judge_everything(page: Any, link: str, *, seed: int) -> list[Judged]:
    """Follow `link`, agree, read, and judge pairs until the thanks; returns what was shown and clicked on each."""
    rng = random.Random(seed)
    page.goto(link)
    page.get_by_role("button", name="I agree").click()
    page.get_by_role("button", name="Show the first pair").click()
    judged: list[Judged] = []
    while True:
        page.locator("#sheet, main h1:has-text('Thank you')").first.wait_for()
        if not page.locator("#sheet").count():
            return judged
        progress = page.get_by_text(re.compile(r"^\s*Pair \d+ of ")).first.inner_text()
        number = int(re.search(r"\d+", progress).group())  # type: ignore[union-attr]
        first, second = (page.locator("article").nth(place).locator("p").inner_text() for place in (0, 1))
        clicked = {}
        for group in page.get_by_role("group", name=re.compile("Naturalness|Coherence")).all():
            answer = rng.choice(ANSWERS)
            radio = group.get_by_role("radio", name=answer)
            radio.check(force=True)
            clicked[str(radio.get_attribute("name")).removeprefix("answer.")] = str(radio.get_attribute("value"))
        judged.append(Judged((first, second), clicked))
        page.get_by_role("button", name="Submit").click()
        page.wait_for_function(
            "number => !document.querySelector('#sheet') || !document.body.innerText.includes(`Pair ${number} of `)",
            arg=number,
        )
