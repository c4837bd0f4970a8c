"""How people were treated, in the report: ethics, warnings, skips, form and background, each where there is any."""

from dataclasses import asdict

from evaluation.reports.build import build_report
from evaluation.reports.treatment import (
    treatment_answers,
    treatment_cautions,
    treatment_methods,
    treatment_paragraphs,
    treatment_tables,
)
from evaluation.stats.data.conduct import Conduct, FormFound, SkippedPair
from evaluation.stats.data.declared import StudyInfo
from evaluation.stats.data.rows import JudgmentRow

SKIPPED = SkippedPair("c1", "p", "pt", "personachat", skipped=2, judged=1)
TOLD = FormFound("p", "pt", pairs=60, accuracy=0.75, low=0.63, high=0.84, by=("pt has more words in 80 % of pairs",))


def an_analysis(**conduct):
    return {"study": {"display": "detokenised", "conduct": asdict(Conduct(**conduct))}}


def test_what_annotators_were_told_and_shown_is_a_paragraph():
    (said,) = treatment_methods(
        an_analysis(layout="one-per-page", content_warning="Rude replies.", may_skip=True, ethics="Board, 2026-114")
    )

    assert "with spaces before punctuation closed and sentences capitalised, by one function for all of them" in said
    assert "Questions came one at a time." in said
    assert "annotators were warned: “Rude replies.”" in said
    assert "Any pair could be passed over" in said
    assert said.endswith("Ethics approval: Board, 2026-114.")


def test_a_file_from_elsewhere_says_nothing_of_it():
    nothing = {"study": {}}

    assert (treatment_methods(nothing), treatment_paragraphs(nothing), treatment_tables(nothing)) == ((), (), ())
    assert (treatment_cautions(nothing), [text for _n, text in treatment_answers(nothing) if text]) == ((), [])


def test_that_there_is_no_approval_is_said_too():
    assert dict(treatment_answers(an_analysis(ethics="none"))) == {"5.1": "No ethics approval was stated (“none”)."}


def test_form_that_tells_is_a_sentence_a_table_and_a_caution():
    analysis = an_analysis(form=(TOLD,))

    assert "a classifier tells p from pt in 75 % of 60 pairs" in treatment_paragraphs(analysis)[0].replace("\xa0", " ")
    assert [table.key for table in treatment_tables(analysis)] == ["form"]
    assert "tells p from pt in 75" in treatment_cautions(analysis)[0].text


def test_form_that_does_not_tell_is_no_caution():
    assert treatment_cautions(an_analysis(form=(FormFound("p", "pt", 60, 0.55, 0.42, 0.67),))) == ()


def test_pairs_that_were_often_passed_over_are_listed_and_cautioned_about():
    analysis = an_analysis(may_skip=True, skips={"A-1": 1, "A-2": 1}, skipped_pairs=(SKIPPED,))

    (said,) = treatment_paragraphs(analysis)
    assert said.replace("\xa0", " ").startswith("2 looks were passed over, by 2 annotators, of 1 judged pair.")
    (table,) = treatment_tables(analysis)
    assert table.rows == (("c1", "personachat", "p", "pt", 2, 1, 2 / 3, "often"),)
    assert "was passed over by one in three or more" in treatment_cautions(analysis)[0].text


def test_who_judged_is_a_table_and_an_answer_of_the_datasheet():
    analysis = an_analysis(background={"Age": [("25-34", 12), ("35-44 or not said", 7)], "First language": []})

    (table,) = treatment_tables(analysis)

    assert table.rows == (("Age", "25-34", 12), ("Age", "35-44 or not said", 7))
    assert "Age: 25-34 12, 35-44 or not said 7" in dict(treatment_answers(analysis))["3.2.5"]


def test_a_whole_report_has_them_in_their_places():
    rows = [
        JudgmentRow(f"c{number}", f"A-{number % 3}", "naturalness", "pt", first="p", second="pt")
        for number in range(12)
    ]
    info = StudyInfo(systems=("p", "pt"), display="as-is", conduct=Conduct(ethics="none", form=(TOLD,)))

    report = build_report(rows, info)

    assert any("shown as they came" in each for each in report.methods)
    assert any("a classifier tells" in each for each in report.instrument)
    assert any(table.key == "form" for table in report.tables)
    assert report.analysis["study"]["conduct"]["ethics"] == "none"
