"""The page of `describe`, opened from the disk as its reader opens it."""

from pathlib import Path

import pytest

from generation.describing.page import page_html
from tests.browser.conftest import LAPTOP, PHONE, violations, wide
from tests.generation.describing.builders import a_description

SIGHT = [
    pytest.param({"viewport": viewport, "color_scheme": scheme}, id=f"{viewport['width']}-{scheme}")
    for viewport, scheme in ((LAPTOP, "light"), (LAPTOP, "dark"), (PHONE, "light"))
]


@pytest.fixture
def file(parley_home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "description.html"
    path.write_text(page_html(a_description(parley_home)), encoding="utf-8")
    return path


@pytest.mark.parametrize("sight", SIGHT)
def test_it_has_no_violation_and_does_not_scroll_sideways(a_page, file, sight):
    page = a_page(**sight)

    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")

    assert (violations(page), wide(page)) == ([], False)


def test_what_is_drawn_is_as_wide_as_it_should_be(a_page, file):
    page = a_page()
    page.goto(file.as_uri())

    strip, bar = (page.locator(each).first.bounding_box() for each in (".strip", ".strip rect"))

    # Turns per dialogue of the builders: 6 of the axis's length, which the offline author's 11 or so set to 15.
    assert bar["width"] / strip["width"] == pytest.approx(6 / 15, abs=0.01)
