"""Every page of the site, in both themes, wide and narrow: nothing that axe would find, nothing cut off, a title.

`PARLEY_SHOTS=DIR` keeps a picture of each in its four forms, to be looked at.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from tests.browser.conftest import LAPTOP, PHONE, violations, wide
from tests.browser.every_page import NO_PAGE, WAYS, Visit, addresses

pytestmark = pytest.mark.django_db(transaction=True)
NARROWEST = {"width": 320, "height": 640}
FORMS = [(viewport, scheme) for viewport in (LAPTOP, PHONE) for scheme in ("light", "dark")]
SHOTS = os.environ.get("PARLEY_SHOTS", "")
# Drawn in the browser by Swagger UI, which is others' work: our frame around it is what we answer for.
NOT_OURS = {"api-docs": "#swagger-ui"}


@pytest.fixture(autouse=True)
def _nothing_from_another_test():
    cache.clear()


def test_every_address_is_reached_or_said_to_be_no_page():
    reached = {name.partition(" · ")[0] for ways in WAYS.values() for name in ways}
    named = {name for name in addresses() if not name.startswith("api-") or name in reached}

    # A new page gets its way in `every_page.py`.
    assert sorted(named - reached - set(NO_PAGE)) == []
    assert sorted(reached & set(NO_PAGE)) == []


@pytest.mark.parametrize("group", WAYS)
def test_every_page_is_as_it_should_be(live_server, a_page, parley_home, group):
    visit = Visit(a_page(), live_server.url, made={"home": parley_home})
    found = {}

    for name, way in WAYS[group].items():
        visit.page.set_viewport_size(LAPTOP)
        way(visit)
        visit.page.wait_for_load_state("load")
        if wrong := what_is_wrong(visit.page, name):
            found[name] = wrong

    assert found == {}


def what_is_wrong(page: Any, name: str) -> list[str]:
    wrong = []
    if name in NOT_OURS:
        page.evaluate(f"document.querySelector('{NOT_OURS[name]}').replaceChildren()")
    for viewport, scheme in FORMS:
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        found = violations(page, colours_alone=scheme == "dark")
        wrong += [f"{viewport['width']} {scheme}: {each}" for each in found]
        if SHOTS:
            file = Path(SHOTS) / f"{name.replace(' ', '-')}.{viewport['width']}.{scheme}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=file, full_page=True, caret="initial")
    page.set_viewport_size(NARROWEST)
    if wide(page):
        wrong.append(f"scrolls sideways at {NARROWEST['width']}")
    page.set_viewport_size(LAPTOP)
    page.emulate_media(color_scheme="light")
    title = page.title().strip()
    if not title or title == "Parley":
        wrong.append(f"the title says nothing of the page: {title!r}")
    headings = page.locator("h1:visible").count()
    if headings != 1:
        wrong.append(f"{headings} main headings")
    return wrong
