"""No table that leaves Parley makes a spreadsheet compute what somebody typed: every export, planted and read."""

import csv
import io

import pytest

from evaluation.annotators.excluding import exclude
from evaluation.annotators.participants import write_participants
from evaluation.models import Annotator, Judgment, Slot, System
from evaluation.reports.build import report_of
from evaluation.results.exporting import info_of, rows_of
from evaluation.results.judgments_file import read_judgments, write_judgments
from evaluation.studies.life import close_study
from generation.spreadsheets import FORMULA
from tests.cast import CLEO, NOW
from tests.evaluation.builders import a_researcher, a_study, an_annotator, judge_all
from tests.evaluation.views.people import cleo

pytestmark = pytest.mark.django_db

# Each way in which a cell begins that is computed.
FORMULAS = ('=cmd|" /C calc"!A0', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1")


@pytest.fixture(params=FORMULAS)
def formula(request) -> str:
    return request.param


def a_planted_study(formula: str):
    """A closed study in whose every text a formula begins."""
    cleo = a_researcher()
    cleo.name = formula
    cleo.save()
    pay = {"pay": {"currency": "EUR", "per_judgment": "0.15"}}
    study = a_study(contexts=4, k=2, owner=cleo, domains=(formula,), design=pay)
    for number, code in enumerate(("A-ADA", "A-BO")):
        judge_all(study, an_annotator(study, code, participant=f"{formula}{number}"), "left")
    Annotator.objects.filter(code="A-BO").update(code=formula)
    for number, system in enumerate(System.objects.order_by("pk")):
        System.objects.filter(pk=system.pk).update(name=f"{formula}{number}")
    Judgment.objects.update(reason=formula)
    Slot.objects.update(comment=formula)
    exclude(annotator=study.annotators.get(code="A-ADA"), because=formula, now=NOW, by=cleo)
    close_study(study=study, now=NOW, by=cleo)
    return study


def computed(table: str) -> list[str]:
    """The cells that a spreadsheet would compute; a number is none."""
    cells = [cell for row in csv.reader(io.StringIO(table, newline="")) for cell in row]
    return [cell for cell in cells if cell.startswith(FORMULA) and not _is_number(cell)]


def there(table: str, formula: str) -> bool:
    """Whether the formula stands in a cell, behind something else: else a test would say nothing."""
    return any(formula.strip()[:4] in cell for row in csv.reader(io.StringIO(table, newline="")) for cell in row)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_exported_judgments_hold_no_formula_and_are_read_back_as_they_were(formula, tmp_path):
    study = a_planted_study(formula)
    rows = rows_of(study)

    write_judgments(tmp_path / "j.csv", rows, info_of(study))

    table = (tmp_path / "j.csv").read_bytes().decode()
    assert computed(table) == []
    assert there(table, formula)
    assert read_judgments(tmp_path / "j.csv") == rows


@pytest.mark.parametrize("address", ["people/pay.csv", "audit/audit.csv"])
def test_tables_of_the_site_hold_no_formula(formula, address):
    study = a_planted_study(formula)

    table = cleo().get(f"/studies/{study.name}/{address}").content.decode()

    assert computed(table) == []
    assert there(table, formula)


def test_tables_of_a_report_hold_no_formula(formula):
    study = a_planted_study(formula)

    tables = report_of(study).tables

    assert tables
    for table in tables:
        assert computed(table.as_csv()) == [], table.key
    assert any(there(table.as_csv(), formula) for table in tables)


def test_participants_hold_no_formula(formula, tmp_path):
    study = a_planted_study(formula)

    write_participants(tmp_path / "p.csv", study, now=NOW)

    assert computed((tmp_path / "p.csv").read_bytes().decode()) == []
    assert a_researcher(CLEO).name == formula
