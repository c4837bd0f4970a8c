import csv
import io
import json
from decimal import Decimal

import pytest
from django.core.management import call_command

from evaluation.annotators.paying import NoPay, pay_list, write_pay_list
from evaluation.annotators.withdrawing import withdraw
from evaluation.models import Annotator
from tests.cast import NOW
from tests.evaluation.builders import a_slot, a_study, an_annotator, answer

pytestmark = pytest.mark.django_db


def a_paid_study(seconds, **pay):
    """A study in which A-ADA, A-BO2, ... took these seconds on their pairs."""
    study = a_study(contexts=0, design={"pay": {"currency": "EUR", **pay}})
    for code, each in seconds.items():
        annotator = an_annotator(study, code)
        for taken in each:
            slot = a_slot(study, annotator=annotator)
            answer(slot, annotator, now=slot.leased_until)
            type(slot).objects.filter(pk=slot.pk).update(seconds=taken)
    return study


def test_pay_for_each_pair_comes_to_so_much_in_an_hour():
    # 0.20 a pair: 30 s are 24.00 an hour, 60 s are 12.00, 90 s are 8.00.
    study = a_paid_study({"A-ADA": [30.0, 30.0], "A-BO2": [60.0], "A-CY3": [90.0]}, per_judgment="0.20", floor="12.50")

    paid = pay_list(study)

    assert [(each.annotator, each.due, each.hourly) for each in paid.wages] == [
        ("A-ADA", Decimal("0.40"), Decimal("24.00")),
        ("A-BO2", Decimal("0.20"), Decimal("12.00")),
        ("A-CY3", Decimal("0.20"), Decimal("8.00")),
    ]
    # The 10th percentile of 8, 12, 24 lies a fifth of the way from 8 to 12.
    assert (paid.total, paid.median_hourly, paid.low_hourly) == (Decimal("0.80"), Decimal("12.00"), Decimal("8.80"))
    assert paid.below_floor


def test_pay_by_the_hour_is_of_active_time_and_never_rounded_down():
    # 36 an hour is a cent a second.
    study = a_paid_study({"A-ADA": [10.0, 0.4], "A-BO2": []}, per_hour="36", floor="12")

    paid = pay_list(study)

    assert [each.due for each in paid.wages] == [Decimal("0.11"), Decimal("0.00")]
    assert [each.hourly for each in paid.wages] == [Decimal("38.08"), None]
    assert not paid.below_floor


def test_a_pair_without_a_time_takes_the_usual_one():
    study = a_paid_study({"A-ADA": [20.0, None], "A-BO2": [None, None]}, per_judgment="0.10")

    assert [each.seconds for each in pay_list(study).wages] == [40.0, 40.0]


def test_the_ended_and_the_withdrawn_are_paid_and_simulated_annotators_are_not():
    study = a_paid_study({"A-ADA": [20.0], "A-BO2": [20.0], "S-01": [20.0]}, per_judgment="0.10")
    Annotator.objects.filter(code="A-ADA").update(state="ended", excluded_by="checks_wrong >= 2")
    withdraw(annotator=Annotator.objects.get(code="A-BO2"), now=NOW)
    Annotator.objects.filter(code="S-01").update(kind="simulated")

    assert [(each.annotator, each.state, str(each.due)) for each in pay_list(study).wages] == [
        ("A-ADA", "ended", "0.10"),
        ("A-BO2", "withdrawn", "0.10"),
    ]
    assert pay_list(study).wages[1].hourly == Decimal("18.00")


def test_the_list_is_a_table_that_no_spreadsheet_runs():
    study = a_paid_study({"A-ADA": [20.0]}, per_judgment="0.10")
    Annotator.objects.update(participant="=HYPERLINK(1)")
    out = io.StringIO()

    write_pay_list(pay_list(study), out)

    assert list(csv.DictReader(io.StringIO(out.getvalue()))) == [
        {
            "annotator": "A-ADA",
            "participant": "'=HYPERLINK(1)",
            "state": "active",
            "excluded_by": "",
            "pairs": "1",
            "seconds": "20.0",
            "due": "0.10",
            "hourly": "18.00",
            "currency": "EUR",
        }
    ]


def test_a_study_that_says_nothing_of_pay_has_no_list():
    with pytest.raises(NoPay, match="snow says nothing of pay"):
        pay_list(a_study())


def test_the_command_writes_the_list_and_says_what_it_comes_to(tmp_path, capsys):
    a_paid_study({"A-ADA": [30.0, 30.0]}, per_judgment="0.10", floor="13")

    call_command("export_pay", "snow", "--to", str(tmp_path / "pay.csv"), "--json")

    said = capsys.readouterr()
    assert json.loads(said.out)["total"] == "0.20"
    assert "the median is below the floor" in said.err
    assert (tmp_path / "pay.csv").read_text(encoding="utf-8").count("\n") == 2
