"""How values and differences are read."""

import pytest

from generation.corpus.rates import Rate
from generation.corpus.summary import summarise
from generation.describing.differences import Difference
from generation.describing.rows import GROUPS, PAIRED, ROWS, read, read_difference, read_interval
from tests.builders import a_dialogue


def test_every_measure_of_a_summary_has_its_row_once():
    rates = summarise([a_dialogue()], sentiment=len).rates
    shown = [name for _, names in GROUPS for name in names]

    assert sorted(shown) == sorted(ROWS) == sorted(rates)
    assert set(PAIRED) <= set(ROWS)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("leak_rate", 0.0532, "5.3\u202f%"),
        ("mtld", 51.33, "51.3"),
        ("sentiment", -0.25, "\u22120.250"),
        ("mattr", None, "\u2013"),
    ],
)
def test_a_value_is_read_in_its_own_form(name, value, text):
    assert read(name, value) == text


def test_an_interval_is_read_where_there_is_one():
    assert read_interval("leak_rate", Rate(0.05, 100, 0.04, 0.06)) == "4.0\u202f% to 6.0\u202f%"
    assert read_interval("leak_rate", Rate(0.05, 100)) == ""


@pytest.mark.parametrize(
    ("name", "difference", "text"),
    [
        ("leak_rate", Difference(0.05, 0.2, 0.15, 0.14, 0.163, 99), "+15.0 points (+14.0 to +16.3)"),
        ("mtld_in_dialogues", Difference(50, 45, -5, -6, 0.01, 99), "\u22125.0 (\u22126.0 to 0.0)"),
        ("mattr", Difference(0.7, 0.8, 0.1, None, None, 9, "few"), "+0.100"),
        ("mattr", Difference(None, None, None, None, None, 0, "none"), ""),
        ("mtld", None, ""),
    ],
)
def test_shares_differ_by_points_and_what_is_rounded_away_has_no_sign(name, difference, text):
    assert read_difference(name, difference) == text
