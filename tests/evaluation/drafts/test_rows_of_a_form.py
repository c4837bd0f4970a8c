"""Contrasts and answers of the datasheet, one after the other; and a closing day, which is no text."""

import tomllib
from datetime import UTC, date, datetime

import pytest

from evaluation.drafts.draft_form import document_of
from evaluation.drafts.draft_rows import add_row, move_row, remove_row
from evaluation.drafts.draft_showing import shown, suggestions
from evaluation.study_files.study_problems import look_at
from tests.evaluation.drafts.forms import changed, fields_of

TOML = """\
title = "P against PT"
responses = ["p.jsonl", "pt.jsonl"]

[[criteria]]
key = "naturalness"
"""
FIRST = {
    "plan__contrasts__0__criterion": "naturalness",
    "plan__contrasts__0__better": "pt",
    "plan__contrasts__0__than": "p",
    "plan__contrasts__0__domain": "personachat",
}
ANSWERED = TOML + '\n[datasheet]\n# ours\n"3.3.7" = "At home."\npay = "12 pounds"\n"naturalness 4.1.1" = "Goodness"\n'


def with_one_more(toml: str, key: str) -> str:
    document = document_of(toml)
    add_row(document, key)
    return document.as_string()


def told(toml: str, tmp_path) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """What is wrong by the field that it is told at, and beside the fields."""
    looked = look_at(toml, folder=tmp_path, files={"p.jsonl", "pt.jsonl"})
    sections, left = shown(document_of(toml), looked.problems)
    return {field.name: field.errors for each in sections for field in fields_of(each) if field.errors}, list(
        map(str, left)
    )


def test_a_contrast_is_written_with_both_its_sides():
    toml = changed(with_one_more(TOML, "contrasts"), **FIRST, plan__contrasts__0__minus__domain="personalitychat")

    assert tomllib.loads(toml)["plan"]["contrasts"] == [
        {
            "criterion": "naturalness",
            "better": "pt",
            "than": "p",
            "domain": "personachat",
            "minus": {"domain": "personalitychat"},
        }
    ]
    gone = changed(toml, plan__contrasts__0__minus__domain="", plan__contrasts__0__trait="openness")
    assert "minus" not in gone
    assert tomllib.loads(gone)["plan"]["contrasts"][0]["trait"] == "openness"


def test_a_contrast_without_another_side_is_told_at_its_fields(tmp_path):
    assert told(changed(with_one_more(TOML, "contrasts"), **FIRST), tmp_path) == (
        {
            "plan.contrasts.0.minus.better": (
                "expected another side than the first: what differs of better, than, domain, trait, level",
            )
        },
        [],
    )


@pytest.mark.parametrize(
    "plan",
    [
        '[plan]\ncontrasts = [{ criterion = "x", better = "a", than = "b", minus = { domain = "c" } }]\n',
        'plan = { contrasts = [{ criterion = "x", better = "a", than = "b", minus = { domain = "c" } }] }\n',
        '[[plan.contrasts]]\ncriterion = "x"\nbetter = "a"\nthan = "b"\n[plan.contrasts.minus]\ndomain = "c"\n',
    ],
    ids=["inline", "all inline", "tables"],
)
def test_contrasts_are_edited_however_they_are_written(plan):
    toml = (plan + TOML) if plan.startswith("plan =") else TOML + plan

    toml = changed(toml, plan__contrasts__0__minus__trait="openness", plan__contrasts__0__level="high")
    document = document_of(toml)
    add_row(document, "contrasts")
    add_row(document, "hypotheses")
    move_row(document, "contrasts", 0, 1)

    plan = tomllib.loads(document.as_string())["plan"]
    assert plan["contrasts"] == [
        {"criterion": ""},
        {
            "criterion": "x",
            "better": "a",
            "than": "b",
            "level": "high",
            "minus": {"domain": "c", "trait": "openness"},
        },
    ]
    assert plan["hypotheses"] == [{"criterion": ""}]


def test_an_answer_with_a_word_has_a_field_and_the_others_have_rows():
    sections, left = shown(document_of(ANSWERED))
    by_name = {field.name: field.value for each in sections for field in fields_of(each) if field.value}

    assert left == ()
    assert by_name["datasheet.pay"] == "12 pounds"
    assert [by_name[f"answers.{row}.{part}"] for row in (0, 1) for part in ("question", "answer")] == [
        *("3.3.7", "At home."),
        *("naturalness 4.1.1", "Goodness"),
    ]


def test_an_answer_under_the_number_of_its_word_stays_under_it():
    toml = TOML + '\n[datasheet]\n"3.2.5" = "Adults"\n'

    assert tomllib.loads(changed(toml, datasheet__background="Students"))["datasheet"] == {"3.2.5": "Students"}
    assert "datasheet" not in changed(toml, datasheet__background="")


def test_an_answer_is_added_named_and_taken_away():
    toml = with_one_more(with_one_more(TOML, "answers"), "answers")
    assert tomllib.loads(toml)["datasheet"] == {"": ""}

    toml = changed(toml, answers__0__question="3.3.8", answers__0__answer="None.\r\nReally.")
    assert tomllib.loads(toml)["datasheet"] == {"3.3.8": "None.\nReally."}

    document = document_of(toml)
    move_row(document, "answers", 0, 1)
    remove_row(document, "answers", 5)
    assert document.as_string() == toml
    remove_row(document, "answers", 0)
    assert "datasheet" not in document.as_string()


def test_an_answer_that_gets_another_question_keeps_its_place():
    toml = changed(ANSWERED, answers__0__question="3.3.8", answers__0__answer="At work.")

    assert list(tomllib.loads(toml)["datasheet"].items()) == [
        ("3.3.8", "At work."),
        ("pay", "12 pounds"),
        ("naturalness 4.1.1", "Goodness"),
    ]


def test_two_answers_to_one_question_are_both_kept_and_told(tmp_path):
    toml = changed(ANSWERED, answers__1__question="3.3.7")

    assert list(tomllib.loads(toml)["datasheet"].values()) == ["At home.", "12 pounds", "Goodness"]
    fields, left = told(toml, tmp_path)
    assert list(fields) == ["answers.1.question"]
    assert left == []
    assert changed(toml) == toml


def test_questions_change_places():
    toml = changed(ANSWERED, answers__0__question="naturalness 4.1.1", answers__1__question="3.3.7")

    assert tomllib.loads(toml)["datasheet"] == {
        "naturalness 4.1.1": "At home.",
        "pay": "12 pounds",
        "3.3.7": "Goodness",
    }


def test_what_is_wrong_with_an_answer_is_told_at_it(tmp_path):
    toml = TOML + '\n[datasheet]\n"9.9" = "x"\n"3.3.7" = ""\npay = 12\n'

    fields, left = told(toml, tmp_path)

    assert list(fields) == ["datasheet.pay", "answers.0.question", "answers.1.answer"]
    assert fields["answers.0.question"][0].startswith("'9.9' is no question of the datasheet")
    assert fields["datasheet.pay"] == ("expected a text, got 12",)
    assert left == []


def test_every_other_question_of_the_datasheet_is_proposed():
    proposed = dict(suggestions(document_of(TOML))["datasheet"])

    assert proposed["3.3.7"] == "Place and conditions"
    assert "naturalness 4.1.1" in proposed
    # It has a field of its own.
    assert "3.2.5" not in proposed


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2126-12-24", date(2126, 12, 24)),
        ("2126-12-24 18:00", datetime.fromisoformat("2126-12-24T18:00")),
        ("2126-12-24T18:00:00Z", datetime(2126, 12, 24, 18, tzinfo=UTC)),
        ("2126-12-24T18:00:00+00:00", datetime(2126, 12, 24, 18, tzinfo=UTC)),
        ("2126-02-30", "2126-02-30"),
        ("2126-12-24 18:00+01:00:30", "2126-12-24 18:00+01:00:30"),
        ("Christmas", "Christmas"),
    ],
)
def test_a_closing_day_is_a_day_and_what_is_none_is_kept(tmp_path, typed, kept):
    toml = changed(TOML, closes=typed)

    assert tomllib.loads(toml)["closes"] == kept
    # What the form shows of it is no change.
    assert changed(toml) == toml
    fields, left = told(toml, tmp_path)
    assert (list(fields), left) == (["closes"] if isinstance(kept, str) else [], [])


def test_numbers_are_written_as_people_write_them():
    toml = changed(TOML, max_share="1e-1", plan__looks="0,25\n0.5\n.75", contexts__seed="9223372036854775807")

    data = tomllib.loads(toml)
    assert (data["max_share"], data["contexts"]["seed"]) == (0.1, 2**63 - 1)
    assert data["plan"]["looks"] == [0.25, 0.5, ".75"]


def test_a_new_row_hides_nothing_of_what_else_is_wrong(tmp_path):
    toml = TOML.replace("title", 'closes = "Christmas"\ntitle') + '[recruiting]\nplatform = "prolific"\n'
    for key in ("hypotheses", "contrasts", "answers"):
        toml = with_one_more(toml, key)

    fields, left = told(toml, tmp_path)

    assert left == []
    assert set(fields) == {
        "closes",
        *(f"recruiting.{code}" for code in ("completion", "screen_out", "no_consent")),
        *(f"plan.hypotheses.0.{key}" for key in ("criterion", "better")),
        *(f"plan.contrasts.0.{key}" for key in ("criterion", "better", "than", "minus.better")),
        "answers.0.answer",
    }
