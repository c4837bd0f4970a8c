"""No cell is a formula."""

import pytest

from generation.spreadsheets import harmless


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_compute_stands_behind_an_apostrophe(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "pt", "1-1", "'=1"])
def test_everything_else_stays(text):
    assert harmless(text) == text
