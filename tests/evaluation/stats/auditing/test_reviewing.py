from dataclasses import replace

import pytest

from evaluation.stats.auditing.audit import audit
from evaluation.stats.auditing.reviewing import review
from evaluation.stats.data.declared import DeclaredCriterion, Plan, StudyInfo
from tests.evaluation.stats.builders import a_judgment, a_rating, a_study, judgments


def point(rows, topic, info=None):
    (found,) = [each for each in review(audit(rows, info)) if each.topic == topic]
    return found


def bare(rows):
    """The rows as a file with the required columns alone has them."""
    return [replace(row, displayed_left="", seconds=None, domain="", cluster="") for row in rows]


def test_a_bare_file_is_told_what_it_lacks():
    found = {each.topic: each.status for each in review(audit(bare(a_study(contexts=8))))}

    assert found == {
        "Number of annotators": "weak",
        "Judgments per annotator": "weak",
        "Annotators per item": "given",
        "Agreement on naturalness": "given",
        "Order of the two responses": "missing",
        "Independence of the items": "unknown",
        "Agreement with oneself": "missing",
        "Quality control": "missing",
        "Exclusions": "unknown",
        "Who the annotators are": "unknown",
        "Time on task": "missing",
        "Question and scale": "missing",
        "Hypotheses": "missing",
        "Several tests at once": "given",
        "Instructions": "unknown",
        "Recruitment and pay": "unknown",
        "Consent": "unknown",
        "Ethics review": "unknown",
        "Annotators' background": "unknown",
        "Choice of items": "unknown",
    }


def test_what_a_study_records_is_given():
    rows = a_study(contexts=20, annotators=20)
    rows += [replace(rows[0], look=2), replace(rows[1], is_check=True, context="check"), a_judgment(excluded_by="rule")]
    rows = [replace(row, cluster=row.context.partition("#")[0]) for row in rows]
    wording = DeclaredCriterion("naturalness", "Naturalness", "Which sounds more natural?")
    info = StudyInfo(criteria=(wording,), plan=Plan(declared=True))

    found = {each.topic: each.status for each in review(audit(rows, info))}

    kept = ("Independence of the items", "Agreement with oneself", "Quality control", "Exclusions", "Time on task")
    for topic in (*kept, "Number of annotators", "Order of the two responses", "Question and scale", "Hypotheses"):
        assert found[topic] == "given", topic


def test_one_annotator_to_each_item_is_missing_agreement():
    rows = judgments([["pt"]] * 8)

    assert point(rows, "Annotators per item").status == "missing"
    assert point(rows, "Agreement on naturalness").said == "None can be had: no unit has two judgments."


def test_a_system_that_always_stood_left_is_held_against_the_file():
    rows = [replace(row, displayed_left="pt") for row in judgments([["pt", "p"]] * 8)]

    found = point(rows, "Order of the two responses")

    assert found.status == "weak"
    assert "side and system cannot be told apart" in found.said


def test_who_gave_most_is_named():
    rows = [*judgments([["pt"]] * 9), a_judgment(annotator="bo", context="talk-9")]

    found = point(rows, "Judgments per annotator")

    assert (found.status, found.said) == ("weak", "From 1 to 9; the most, 90% of all, by annotator-0.")


@pytest.mark.parametrize(
    ("rows", "topic", "said"),
    [
        ([], "Judgments", "Not one judgment counts."),
        (
            [a_rating("4")],
            "Order of the two responses",
            "Single responses were judged: there is no order within a pair.",
        ),
        ([a_judgment(annotator_kind="llm")], "Who the annotators are", "The annotators are llm: these numbers say"),
    ],
)
def test_the_edges_have_sentences_too(rows, topic, said):
    assert point(rows, topic).said.startswith(said)
