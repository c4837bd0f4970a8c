"""The form follows what is judged: replies, dialogues or personas each have fields of their own, and lose none."""

import tomllib

import pytest

from evaluation.drafts.draft_form import document_of
from evaluation.drafts.draft_rows import add_row
from evaluation.drafts.draft_showing import shown
from evaluation.drafts.drafting import BLANK
from evaluation.study_files.study_problems import look_at
from tests.evaluation.drafts.forms import changed, fields_of
from tests.evaluation.whole_studies import WHOLE


def of_form(toml: str, problems=()):
    """The fields of the form by name, and the keys of its sections."""
    sections, _ = shown(document_of(toml), problems)
    return {field.name: field for each in sections for field in fields_of(each)}, [
        each.section.key for each in sections
    ]


@pytest.mark.parametrize(
    ("kind", "made_of", "others"),
    [
        ("pair", "responses", ("dialogues", "personas", "show", "contexts.per_level")),
        ("dialogues", "dialogues", ("responses", "personas", "contexts.balance", "checks.file", "contexts.per_level")),
        ("persona", "personas", ("responses", "dialogues", "show", "contexts.per_domain")),
    ],
)
def test_a_kind_has_its_own_fields_and_not_those_of_another(kind, made_of, others):
    fields, _ = of_form(f'title = "T"\nkind = "{kind}"\n[[criteria]]\nkey = "naturalness"\n')

    assert made_of in fields
    assert [name for name in others if name in fields] == []


def test_nothing_is_known_and_nothing_compared_of_a_persona():
    _, sections = of_form(WHOLE["persona"])

    assert [key for key in ("checks", "practice", "controls", "hypotheses", "contrasts") if key in sections] == []


def test_controls_go_with_pairs_of_replies_alone():
    assert "controls" in of_form(WHOLE["pair"])[1]
    assert "controls" not in of_form(WHOLE["dialogues"])[1]


def test_what_another_kind_said_stays_to_be_seen_with_what_is_wrong_about_it(tmp_path):
    toml = changed(WHOLE["pair"], kind="persona")
    files = {"p.jsonl", "pt.jsonl", "p-again.jsonl"}

    fields, _ = of_form(toml, look_at(toml, folder=tmp_path, files=files).problems)

    assert fields["responses"].value == "p.jsonl\npt.jsonl"
    assert fields["responses"].errors[0].startswith('goes with kind = "pair"')
    assert fields["checks.share"].errors == (
        "nothing is known for sure of a persona that is to be labelled: leave this table out",
    )
    assert fields["controls.aa_share"].errors == ('goes with kind = "pair" alone',)


def test_a_new_draft_of_another_kind_is_not_held_up_by_an_empty_list(tmp_path):
    toml = changed(BLANK, kind="dialogues", title="Talks")
    assert tomllib.loads(toml)["kind"] == "dialogues"
    assert "responses" not in toml

    toml = changed(toml, dialogues="human/test\r\nmachine=machine/test")

    looked = look_at(toml, folder=tmp_path, files=())
    assert looked.problems == ()
    assert looked.file.dialogues == ("human/test", "machine=machine/test")


def test_replies_are_what_is_usual_and_need_no_saying():
    toml = changed(WHOLE["persona"], kind="pair")

    assert tomllib.loads(toml)["kind"] == "pair"
    assert changed(BLANK, kind="pair") == BLANK


def test_nothing_above_the_conversations_is_not_the_same_as_nothing_said():
    toml = 'title = "T"\nkind = "dialogues"\ndialogues = ["a", "b"]\n[[criteria]]\nkey = "coherence"\n'
    assert of_form(toml)[0]["show"].chosen == ("personas",)

    toml = changed(toml, show=[])

    assert tomllib.loads(toml)["show"] == []
    assert of_form(toml)[0]["show"].chosen == ()
    assert tomllib.loads(changed(toml, show=["personas"]))["show"] == ["personas"]


def test_personas_are_labelled_where_no_scale_is_said():
    toml = 'title = "T"\nkind = "persona"\npersonas = "c"\n[[criteria]]\nkey = "openness"\n'
    fields, _ = of_form(toml)

    assert [value for value, _ in fields["criteria.0.scale"].choices] == ["label", "rating"]
    assert changed(toml) == toml
    said = tomllib.loads(changed(toml, criteria__0__labels="high\nlow\nunclear"))["criteria"][0]
    assert said == {"key": "openness", "options": ["high", "low", "unclear"]}
    rated = changed(toml, criteria__0__scale="rating", criteria__0__max="5")
    assert tomllib.loads(rated)["criteria"][0] == {"key": "openness", "scale": "rating", "max": 5}


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("pair", ["naturalness", "coherence", "trait_consistency", "question_4"]),
        ("dialogues", ["naturalness", "coherence", "engagingness", "persona_consistency"]),
        ("persona", ["openness", "conscientiousness", "extraversion", "agreeableness"]),
    ],
)
def test_new_questions_are_those_that_come_with_a_wording(kind, keys):
    document = document_of(f'title = "T"\nkind = "{kind}"\n')
    for _ in keys:
        add_row(document, "criteria")

    assert [each["key"] for each in document["criteria"]] == keys


@pytest.mark.parametrize(("kind", "made"), [("pair", "shuffled-context"), ("dialogues", "shuffled-turns")])
def test_pairs_with_a_known_answer_are_made_as_suits_the_kind(kind, made):
    fields, _ = of_form(f'title = "T"\nkind = "{kind}"\n')

    for table in ("checks", "practice"):
        assert [value for value, _ in fields[f"{table}.make"].choices] == ["", made]
