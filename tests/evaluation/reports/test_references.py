"""What the method text cites is listed, and nothing else is."""

import re

import pytest

from evaluation.reports.build import build_report
from evaluation.reports.references import REFERENCES, references_in
from evaluation.stats.data.declared import StudyInfo
from tests.evaluation.reports.builders import an_info, some_rows, three_systems


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Holm's (1979) correction", 1),
        ("two one-sided tests (Schuirmann 1987)", 1),
        ("variance (Cameron, Gelbach and Miller 2011), and again (Cameron, Gelbach and Miller 2011)", 1),
        ("Holm's correction", 0),
        ("a holm of 1979", 0),
    ],
)
def test_a_work_is_listed_once_where_it_is_named_with_its_year(text, count):
    assert len(references_in([text])) == count


def test_the_list_is_in_the_order_of_authors_and_says_each_year():
    listed = [reference.listed for reference in REFERENCES]

    assert listed == sorted(listed)
    assert all(f"({reference.year})" in reference.listed for reference in REFERENCES)


@pytest.mark.parametrize(
    ("rows", "info"),
    [(some_rows(), an_info()), (three_systems(), StudyInfo()), (some_rows(contexts=30, strength=3.0), an_info())],
)
def test_every_year_in_the_methods_belongs_to_a_work_that_is_listed(rows, info):
    report = build_report(rows, info)

    years = set(re.findall(r"\b(19\d\d|20[0-2]\d)\b", " ".join(report.methods).replace("2000 resamples", "")))
    listed = {re.search(r"\((\d{4})\)", each).group(1) for each in report.references}
    assert len(report.references) > 5
    assert years <= listed
