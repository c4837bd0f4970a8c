"""The datasheet: what the judgments and the study say is filled in, and nothing else is made up."""

import pytest

from evaluation.reports.agreement_block import OPEN
from evaluation.reports.heds import datasheet_of
from evaluation.reports.places import places
from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import DeclaredCriterion
from evaluation.study_files.heds_questions import NUMBERS
from tests.evaluation.reports.builders import COHERENCE, NATURALNESS, an_info, some_rows

OPENED = {"opened_at": "2026-03-01T08:00:00+00:00"}


def a_sheet(rows=None, **fields):
    analysis = analyse(some_rows() if rows is None else rows, an_info(**fields))
    return datasheet_of(analysis, places(analysis), title="Snow")


def answers(sheet, criterion=""):
    return {answer.number: answer for answer in sheet.answers if answer.criterion == criterion}


def test_every_question_is_there_once_and_those_on_criteria_once_for_each():
    sheet = a_sheet(
        some_rows(criteria=("naturalness", "coherence")), criteria=(NATURALNESS, COHERENCE), opened_at="2026-03-01"
    )

    of_criteria = {number for number in NUMBERS if number.startswith("4.")}
    assert len(NUMBERS) == 62
    assert set(answers(sheet)) == NUMBERS - of_criteria
    assert set(answers(sheet, "Naturalness")) == set(answers(sheet, "Coherence")) == of_criteria
    assert len(sheet.answers) == len(NUMBERS) + len(of_criteria)
    assert [answer.number for answer in sheet.answers][-1] == "5.4"


def test_what_is_known_is_filled_from_the_analysis():
    sheet = a_sheet(**OPENED)

    said = {number: answer.text for number, answer in answers(sheet).items()}
    assert said["3.2.1"] == "6."
    assert said["3.3.1"].startswith("The plan (2\u00a0claims) was frozen in Parley before the first judgment.")
    assert said["3.3.2"] == "Web pages of Parley, in the annotator's own browser."
    of_criterion = {number: answer.text for number, answer in answers(sheet, "Naturalness").items()}
    assert of_criterion["4.3.3"] == "3"
    assert of_criterion["4.3.4"] == "first better, second better, about equal"
    assert of_criterion["4.3.7"] == "Which sounds more like a person?"
    assert of_criterion["4.3.11.1"].startswith("Krippendorff's alpha, ordinal, over items")
    assert of_criterion["4.3.12.1"] == "Not assessed."


def test_of_a_file_from_elsewhere_nothing_is_said_about_how_it_was_judged():
    sheet = a_sheet(name="")

    for number in ("2.1", "3.1.2", "3.2.4", "3.3.2", "3.3.4.2", "3.3.5", "3.3.7"):
        assert answers(sheet)[number].is_open
    assert answers(sheet, "Naturalness")["4.2.1"].is_open
    assert "Parley" not in answers(sheet)["3.3.1"].text


def test_simulated_annotators_are_no_people_on_paper_either():
    sheet = a_sheet(some_rows(kind="simulated"), **OPENED)

    assert answers(sheet)["3.2.1"].text == "6 (simulated annotators, no people)."
    assert answers(sheet)["3.3.7"].is_open


@pytest.mark.parametrize(
    ("criterion", "values"),
    [
        (
            DeclaredCriterion("naturalness", "N", "?", scale="preference5", options=("both_bad",)),
            "first much better, first slightly better, second slightly better, second much better, both bad",
        ),
        (DeclaredCriterion("naturalness", "N", "?", options=()), "first better, second better"),
    ],
)
def test_the_values_of_the_scale_are_those_that_were_offered(criterion, values):
    rows = [row for row in some_rows() if row.choice != "tie"]

    sheet = a_sheet(rows, criteria=(criterion,))

    assert answers(sheet, "N")["4.3.4"].text == values
    assert answers(sheet, "N")["4.3.3"].text == str(len(values.split(", ")))


def test_an_answer_of_the_researchers_stands_before_ours():
    sheet = a_sheet(datasheet={"3.2.2.2": "12 pounds an hour", "3.2.4": "two hours", "naturalness 4.1.1": "goodness"})

    pay = answers(sheet)["3.2.2.2"]
    assert (pay.text, pay.by) == ("12 pounds an hour", "researchers")
    assert answers(sheet)["3.2.4"].text == "two hours"
    assert answers(sheet, "Naturalness")["4.1.1"].text == "goodness"


def test_the_json_tells_open_questions_from_answers_and_whose_they_are():
    sheet = a_sheet(datasheet={"5.1": "the board of the institute"})

    made = sheet.as_json()

    by_number = {(each["number"], each["criterion"]): each for each in made["answers"]}
    assert by_number["1.1.1", None] == {
        "number": "1.1.1",
        "criterion": None,
        "question": "Where the experiment is reported",
        "answer": None,
        "by": None,
    }
    assert by_number["5.1", None]["by"] == "researchers"
    assert by_number["4.3.8", "Naturalness"]["by"] == "parley"
    assert made["open"] == sum(each["answer"] is None for each in made["answers"])


def test_markdown_marks_what_is_open_and_takes_answers_as_they_are():
    made = a_sheet(datasheet={"5.1": "*the* board\n# of all"}).as_markdown()

    assert f"- **1.1.1 Where the experiment is reported**: *{OPEN}*" in made
    assert r"- **5.1 Ethics committee**: \*the\* board \# of all" in made
