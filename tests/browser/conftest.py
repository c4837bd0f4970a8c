"""A real Chromium for the tests in this folder, and what every page in it must keep to."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parent / "vendor" / "axe-core" / "4.14.1" / "axe.min.js"
COLOURS = ("color-contrast", "link-in-text-block")
LAPTOP = {"width": 1280, "height": 720}
PHONE = {"width": 360, "height": 740}
# A laptop in the light and a phone in the dark by default; each with each among the slow tests, and of every page once
# in `test_every_page`.
SIGHTS = [
    pytest.param(
        {"viewport": viewport, "color_scheme": scheme},
        id=f"{viewport['width']}-{scheme}",
        marks=() if (viewport is PHONE) == (scheme == "dark") else pytest.mark.slow,
    )
    for viewport in (LAPTOP, PHONE)
    for scheme in ("light", "dark")
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


# Of a module, not of the session: while it runs there is an event loop in this thread, in which other tests' own
# `asyncio.run` would refuse to work.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser; the tests are skipped where there is none."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        if os.environ.get("PARLEY_REQUIRE_ALL"):
            pytest.fail("Chromium is required here and is not installed; CHROMIUM may name it")
        pytest.skip("Chromium is not installed; CHROMIUM may name it")
    from playwright.sync_api import sync_playwright

    # Playwright leaves an event loop in this thread, where Django's ORM would refuse to work.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            yield browser
            browser.close()
    finally:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


@pytest.fixture
def a_page(chromium) -> Iterator[Callable[..., Any]]:
    """Makes a page in a browser profile of its own; at the end none may have broken a script or a policy."""
    contexts, complaints = [], []

    def make(*, viewport: dict[str, int] = LAPTOP, **options: Any) -> Any:
        context = chromium.new_context(viewport=viewport, **options)
        # Generous, since two cores may be busy with other tests: it is waited as long only where something is wrong.
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda message: "Content Security Policy" in message.text and complaints.append(message.text)
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def violations(page: Any, *, colours_alone: bool = False) -> list[str]:
    """What axe finds wrong with the page as it stands: rule and places. WCAG 2.2 AA and good practice.

    `colours_alone` asks only what another theme could change.
    """
    # Evaluated, not added as a script: the content security policy would refuse that.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    asked = {"resultTypes": ["violations"]} | ({"runOnly": list(COLOURS)} if colours_alone else {})
    found = page.evaluate("async (asked) => (await axe.run(document, asked)).violations", asked)
    return [
        f"{each['id']}: "
        + ", ".join(json.dumps(node["target"]) + " " + node["failureSummary"] for node in each["nodes"])
        for each in found
    ]


def wide(page: Any) -> bool:
    """Whether the page scrolls sideways."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
