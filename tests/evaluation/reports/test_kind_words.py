"""A report of whole dialogues or personas speaks of these, and not of replies."""

import pytest

from evaluation.reports.build import build_report
from evaluation.reports.kind_words import said_of
from evaluation.stats.data.declared import DeclaredCriterion, Plan, StudyInfo
from tests.evaluation.stats.builders import a_judgment, a_study

COHERENCE = DeclaredCriterion("naturalness", "Naturalness", "Which?", "preference", ("tie",))
EXTRAVERSION = DeclaredCriterion("extraversion", "Extraversion", "?", "label", ("high", "low", "unclear"))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("pair", "Of two responses the longer reply of p-response was preferred in 3 contexts."),
        ("dialogues", "Of two dialogues the longer dialogue of p-response was preferred in 3 contexts."),
        ("persona", "Of two answers the longer reply of p-response was preferred in 3 personas."),
    ],
)
def test_words_change_and_names_do_not(kind, said):
    assert said_of(kind, "Of two responses the longer reply of p-response was preferred in 3 contexts.") == said


def test_a_report_of_dialogues_has_no_reply_in_it():
    info = StudyInfo(
        systems=("pt", "p"),
        criteria=(COHERENCE,),
        plan=Plan(declared=True),
        kind="dialogues",
        name="snow",
        opened_at="2026-11-24",
    )

    report = build_report(a_study(), info)

    texts = [*report.methods, *report.instrument, *(table.note for table in report.tables)]
    texts += [table.caption for table in report.tables] + [report.sides.caption if report.sides else ""]
    texts += [answer.text for answer in report.datasheet.answers]
    assert "as a preference between two dialogues" in report.methods[0]
    assert [text for text in texts if "reply" in text.lower() or "replies" in text.lower()] == []
    assert "Text: a whole dialogue between two speakers." in texts


def test_a_report_of_personas_counts_personas():
    rows = [
        a_judgment(
            "high", context=f"p{number}", annotator=f"a{annotator}", criterion="extraversion", first="", second=""
        )
        for number in range(8)
        for annotator in range(3)
    ]

    report = build_report(rows, StudyInfo(criteria=(EXTRAVERSION,), plan=Plan(declared=True), kind="persona"))

    assert report.methods[0].startswith("Three annotators gave 24\u00a0judgments on 8\u00a0personas.")
    assert report.size.endswith("8\u00a0personas, 3\u00a0annotators") or "8\u00a0personas" in report.size
