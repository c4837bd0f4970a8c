from evaluation.reports.build import build_report
from evaluation.reports.judges import judges_table
from evaluation.reports.render import report_html
from evaluation.stats.data.declared import StudyInfo
from tests.evaluation.stats.builders import judgments
from tests.evaluation.stats.machines.test_judges import INFO, machine


def a_report():
    votes = [["pt", "pt", "pt", "p"] if number % 3 else ["p", "p", "p", "pt"] for number in range(45)]
    return build_report(judgments(votes) + machine([each[0] for each in votes]), INFO)


def test_a_report_has_a_row_for_each_model_and_criterion():
    table = next(table for table in a_report().tables if table.key == "judges")

    (cells,) = table.shown_rows()
    assert [cell.text.replace("\u00a0", " ") for cell in cells][:5] == ["mock", "Naturalness", "45", "50 %", "100 %"]
    assert cells[-3].text.replace("\u00a0", " ") == "100 %"


def test_the_page_says_what_it_is_and_that_nothing_of_it_enters_the_results():
    page = report_html(a_report())

    assert "Language models beside people" in page
    assert "Nothing of it enters the results of people." in page


def test_without_a_model_there_is_no_table():
    assert judges_table(build_report(judgments([["pt"]] * 8), StudyInfo()).analysis) is None
