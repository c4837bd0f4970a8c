"""Answers to the datasheet: from a file of their own, and from what a study's design says of pay and practice."""

import pytest

from evaluation.study_files.datasheet_file import answers_of_design, read_datasheet
from evaluation.study_files.toml_table import BadToml


def test_a_file_of_answers_is_read_by_number(tmp_path):
    file = tmp_path / "answers.toml"
    file.write_text('pay = "12 pounds an hour"\n"coherence 4.1.2" = "content"\n')

    assert read_datasheet(file, criteria=["coherence"]) == {
        "3.2.2.2": "12 pounds an hour",
        "coherence 4.1.2": "content",
    }


def test_what_is_not_asked_is_refused_with_file_and_line(tmp_path):
    file = tmp_path / "answers.toml"
    file.write_text('pay = "12 pounds"\nwages = "12 pounds"\n')

    with pytest.raises(BadToml, match=r"answers\.toml:2: wages: 'wages' is no question of the datasheet"):
        read_datasheet(file, criteria=["coherence"])


def test_pay_and_practice_of_the_design_are_answers():
    design = {
        "pay": {"currency": "EUR", "per_judgment": "0.20", "floor": "12.50"},
        "practice": {"pairs": 4, "passing": 3, "tries": 2},
    }

    assert answers_of_design(design) == {
        "3.2.2.2": "Paid: 0.20 EUR a pair; at least 12.50 an hour.",
        "3.2.4": "Instructions on a page of their own, then 4 practice pairs with known answers, 3 of them to be right "
        "within 2 tries.",
    }


def test_what_the_researchers_say_themselves_stands_before_it():
    design = {"pay": {"currency": "EUR", "per_hour": "13"}, "datasheet": {"3.2.2.2": "course credit"}}

    assert answers_of_design(design) == {"3.2.2.2": "course credit"}
    assert answers_of_design({"title": "Snow"}) == {}
