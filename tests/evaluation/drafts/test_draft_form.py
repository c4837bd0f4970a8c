"""The form of a study edits its text: what it knows is changed at its place, and everything else stays as it was."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evaluation.drafts.draft_form import NotToml, document_of, set_text_file
from evaluation.drafts.draft_rows import add_row, move_row, remove_row
from evaluation.drafts.draft_showing import shown
from evaluation.study_files.study_problems import look_at
from evaluation.study_files.study_toml import written
from tests.evaluation.drafts.forms import changed
from tests.evaluation.written_studies import study_files

TOML = """\
# My study.
title = "P against PT"   # for us alone
responses = ["p.jsonl", "pt.jsonl"]
contexts = { per_domain = 100, seed = 11 }
kept_for_later = [1, 2]

[[criteria]]
key = "naturalness"
colour = "blue"

[[criteria]]
key = "tone"
question = "What is the tone?"
scale = "label"
options = ["cold", "warm"]

[plan]
alpha = 0.05
contrasts = [{ criterion = "naturalness", better = "pt", than = "p", minus = { better = "p", than = "pt" } }]
"""


def test_a_form_that_was_not_changed_changes_nothing():
    assert changed(TOML) == TOML


@given(data=st.data())
@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_no_study_is_changed_by_saving_its_form(data):
    toml = written(data.draw(study_files(Path("somewhere"))))["study.toml"]

    assert changed(toml) == toml


def test_one_value_is_changed_at_its_place_and_comments_stay():
    text = changed(TOML, title="Two systems", contexts__per_domain="50")

    assert text == TOML.replace('"P against PT"', '"Two systems"').replace("per_domain = 100", "per_domain = 50")


def test_what_is_no_number_is_kept_and_told_at_its_field(tmp_path):
    text = changed(TOML, judgments_per_pair="three", max_share="0,5", plan__alpha="")

    data = tomllib.loads(text)
    assert (data["judgments_per_pair"], data["max_share"]) == ("three", 0.5)
    assert "alpha" not in data["plan"]
    looked = look_at(text, folder=tmp_path, files={"p.jsonl", "pt.jsonl"})
    sections, left = shown(document_of(text), looked.problems)
    fields = {each.name: each for section in sections for each in section.fields}
    assert fields["judgments_per_pair"].errors == (
        "expected a whole number of at least 1 and at most 1000, got 'three'",
    )
    assert fields["judgments_per_pair"].value == "three"
    assert [each.place for each in left] == [("kept_for_later",), ("criteria", 0, "colour")]


def test_what_is_emptied_is_gone_and_its_table_with_it():
    text = changed(TOML + "\n[pay]\nper_hour = 12\ncurrency = 'EUR'\n", pay__per_hour="", pay__currency=" ")

    assert "[pay]" not in text


def test_a_table_comes_with_its_first_value():
    text = changed(TOML, pay__per_hour="12.5", pay__currency="EUR", text__x="")

    assert tomllib.loads(text)["pay"] == {"per_hour": 12.5, "currency": "EUR"}
    assert text.startswith(TOML)


def test_ticks_lists_and_truths():
    text = changed(
        TOML,
        contexts__balance=["depth"],
        may_skip=["yes"],
        responses="a.jsonl\r\n\r\n b.jsonl ",
        plan__looks="0.5\n0.75",
        criteria__0__options=["both_bad", "tie"],
    )

    data = tomllib.loads(text)
    assert data["contexts"]["balance"] == ["depth"]
    assert data["may_skip"] is True
    assert data["responses"] == ["a.jsonl", "b.jsonl"]
    assert data["plan"]["looks"] == [0.5, 0.75]
    assert data["criteria"][0] == {"key": "naturalness", "colour": "blue", "options": ["tie", "both_bad"]}


def test_no_other_answer_is_an_answer():
    assert tomllib.loads(changed(TOML, criteria__0__options=[]))["criteria"][0]["options"] == []


def test_labels_stand_where_options_do():
    sections, _ = shown(document_of(TOML))
    tone = {each.name: each for each in (*sections[2].rows[1].fields, *sections[2].rows[1].folded)}
    assert (tone["criteria.1.labels"].value, tone["criteria.1.options"].chosen) == ("cold\nwarm", ())

    text = changed(TOML, criteria__1__labels="cold\nmild\nwarm")
    assert tomllib.loads(text)["criteria"][1]["options"] == ["cold", "mild", "warm"]

    text = changed(TOML, criteria__1__scale="preference")
    assert "options" not in tomllib.loads(text)["criteria"][1]


def test_questions_are_added_moved_and_taken_away():
    document = document_of(TOML)

    add_row(document, "criteria")
    move_row(document, "criteria", 2, -1)
    assert [each["key"] for each in tomllib.loads(document.as_string())["criteria"]] == [
        "naturalness",
        "coherence",
        "tone",
    ]

    remove_row(document, "criteria", 0)
    move_row(document, "criteria", 0, -1)
    remove_row(document, "criteria", 7)
    data = tomllib.loads(document.as_string())
    assert [each["key"] for each in data["criteria"]] == ["coherence", "tone"]
    assert len(data["plan"]["contrasts"]) == 1
    assert document.as_string().startswith("# My study.")


def test_the_last_question_stays():
    document = document_of('title = "T"\n[[criteria]]\nkey = "tone"\n')

    remove_row(document, "criteria", 0)

    assert [each["key"] for each in document["criteria"]] == ["tone"]


def test_hypotheses_are_added_to_a_plan_and_to_none():
    for toml in (TOML, 'title = "T"\n'):
        document = document_of(toml)
        add_row(document, "hypotheses")
        text = changed(document.as_string(), **{"plan__hypotheses__0__better": "pt"})
        assert tomllib.loads(text)["plan"]["hypotheses"] == [{"criterion": "", "better": "pt"}]
        document = document_of(text)
        remove_row(document, "hypotheses", 0)
        assert "hypotheses" not in tomllib.loads(document.as_string()).get("plan", {})


def test_rows_written_inline_are_edited_too():
    toml = 'title = "T"\n[plan]\nhypotheses = [{ criterion = "naturalness", better = "p" }]\n'

    text = changed(toml, plan__hypotheses__0__better="pt")
    assert tomllib.loads(text)["plan"]["hypotheses"] == [{"criterion": "naturalness", "better": "pt"}]

    document = document_of(toml)
    add_row(document, "hypotheses")
    assert len(tomllib.loads(document.as_string())["plan"]["hypotheses"]) == 2


def test_a_text_in_a_file_of_its_own():
    document = document_of(TOML)

    set_text_file(document, "consent", "consent.md")
    assert tomllib.loads(document.as_string())["text"] == {"consent": "consent.md"}

    set_text_file(document, "consent", "")
    assert "text" not in tomllib.loads(document.as_string())


def test_a_value_where_a_table_should_be_is_told_and_not_lost():
    text = changed('title = "T"\npay = 12\n')

    assert text == 'title = "T"\npay = 12\n'


def test_a_text_that_is_no_toml_has_no_form():
    with pytest.raises(NotToml):
        document_of("title = \n")
