from dataclasses import replace

from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import Plan, StudyInfo
from tests.evaluation.stats.builders import a_judgment, a_study, judgments

DECLARED = StudyInfo(systems=("pt", "p"), plan=Plan(declared=True))


def warned(rows, info=DECLARED):
    return analyse(rows, info)["warnings"]


def test_a_study_as_it_should_be_has_none():
    assert warned(a_study()) == []


def test_what_makes_a_result_exploratory_or_not_of_people_is_said_first():
    info = replace(DECLARED, plan=Plan(), unblinded_early=True, caveats=("the author is embedded",))

    assert warned([replace(row, annotator_kind="llm") for row in a_study()], info) == [
        "The annotators are language models: these numbers say nothing about people.",
        "No plan was declared before the first judgment: the analysis is exploratory.",
        "Results were looked at before the study was closed: the primary result is exploratory.",
        "the author is embedded.",
    ]


def test_too_little_of_anything_is_said():
    assert warned(judgments([("pt", "p")] * 3)) == [
        "The comparison rests on fewer than 6 clusters: nothing is tested there.",
        "The comparison has fewer than 5 annotators: what comes out holds for these alone, not for others.",
    ]
    assert warned([]) == ["There are no judgments that count."]


def test_several_contexts_of_one_dialogue_are_said():
    rows = [replace(row, cluster=row.context[:-5]) for row in a_study()]

    assert [warning for warning in warned(rows) if "Some clusters hold several contexts" in warning]


def test_ties_that_belong_to_no_comparison_are_said():
    rows = [*a_study(), a_judgment("third", second="third", domain="personachat", context="another")]

    assert "2 pairs of equal responses were shown to nobody; they are counted in no comparison." in warned(
        rows, replace(DECLARED, automatic_ties={"personachat": 2})
    )
