"""Reasons: asked for where the study says so, always beside "cannot judge", kept with the answer and its history."""

import csv
from datetime import timedelta

import pytest

from evaluation.items.blinding import blinded
from evaluation.judging.assignment import claim_next
from evaluation.judging.submitting import AnswersMissing, BadAnswer, lock, save_draft, submit
from evaluation.models import Judgment, Study
from evaluation.opening.simulating import simulate
from evaluation.results.exporting import info_of, rows_of
from evaluation.results.judgments_file import read_judgments, write_judgments
from evaluation.stats.data.snapshot import digest_of_rows
from tests.cast import NOW
from tests.evaluation.builders import COHERENCE, NATURALNESS, TRAITS, a_slot, a_study, an_annotator

pytestmark = pytest.mark.django_db

WITH_CANNOT = {**NATURALNESS, "options": ["tie", "cannot_judge"]}


def a_claimed_slot(**criterion):
    study = a_study(criteria=[{**NATURALNESS, **criterion}])
    ada = an_annotator(study)
    return a_slot(study, annotator=ada), ada


def send(slot, ada, answers, *, key="k1", now=NOW):
    return submit(slot_id=slot.pk, annotator=ada, key=key, answers=answers, seconds=9.0, layout="side-by-side", now=now)


def test_a_required_reason_is_missing_until_it_is_given():
    slot, ada = a_claimed_slot(reason="required")

    with pytest.raises(AnswersMissing) as missing:
        send(slot, ada, {"naturalness": "left", "naturalness.reason": "  "})
    send(slot, ada, {"naturalness": "left", "naturalness.reason": " it takes up\nthe question "})

    assert missing.value.keys == ("naturalness.reason",)
    assert Judgment.objects.get().reason == "it takes up the question"


def test_an_optional_reason_may_be_left_out():
    slot, ada = a_claimed_slot(reason="optional")

    send(slot, ada, {"naturalness": "left"})

    assert Judgment.objects.get().reason == ""


def test_cannot_judge_always_needs_a_reason_and_no_other_answer_does():
    slot, ada = a_claimed_slot(options=["tie", "cannot_judge"])

    with pytest.raises(AnswersMissing):
        send(slot, ada, {"naturalness": "cannot_judge"})
    send(slot, ada, {"naturalness": "cannot_judge", "naturalness.reason": "both are empty"})
    send(slot, ada, {"naturalness": "tie", "naturalness.reason": "both are empty"}, key="k2")

    judgment = Judgment.objects.get()
    # Nobody asks why two replies are about equal: what was written for another answer is not kept with this one.
    assert (judgment.choice, judgment.reason) == ("tie", "")
    assert [(each.choice, each.reason) for each in judgment.revisions.all()] == [("cannot_judge", "both are empty")]


def test_a_changed_reason_alone_is_a_change_that_is_kept():
    slot, ada = a_claimed_slot(reason="optional")
    send(slot, ada, {"naturalness": "left", "naturalness.reason": "warm"})

    send(slot, ada, {"naturalness": "left", "naturalness.reason": "warmer"}, key="k2", now=NOW + timedelta(minutes=1))

    judgment = Judgment.objects.get()
    assert (judgment.reason, [each.reason for each in judgment.revisions.all()]) == ("warmer", ["warm"])


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"naturalness": "left", "naturalness.reason": "x" * 501}, "expected at most 500 characters, got 501"),
        ({"naturalness": "left", "fluency.reason": "x"}, "expected the reason of one of naturalness"),
    ],
)
def test_a_reason_that_cannot_be_taken_says_what_was_expected(answers, message):
    slot, ada = a_claimed_slot(reason="optional")

    with pytest.raises(BadAnswer, match=message):
        send(slot, ada, answers)

    assert not Judgment.objects.exists()


def test_a_draft_keeps_a_reason_before_its_answer_and_the_page_shows_it_again():
    slot, ada = a_claimed_slot(reason="required")

    save_draft(slot_id=slot.pk, annotator=ada, answers={"naturalness.reason": "it takes up"}, now=NOW)

    (question,) = blinded(claim_next(study=slot.study, annotator=ada, now=NOW)).questions
    assert (question.chosen, question.reason, question.asks_reason) == ("", "it takes up", "required")


def test_reasons_of_the_first_sheet_are_locked_with_it():
    study = a_study(criteria=[{**NATURALNESS, "reason": "required"}, COHERENCE, TRAITS])
    ada = an_annotator(study)
    slot = a_slot(study, annotator=ada, traits={"openness": "high"})
    first = {"naturalness": "left", "naturalness.reason": "warm", "coherence": "right"}

    lock(slot_id=slot.pk, annotator=ada, answers=first, now=NOW)
    send(slot, ada, {"trait_consistency": "left", "naturalness.reason": "colder"})

    assert Judgment.objects.get(criterion__key="naturalness").reason == "warm"


def test_reasons_go_to_the_export_and_back_and_no_cell_is_a_formula(tmp_path):
    slot, ada = a_claimed_slot(reason="optional")
    send(slot, ada, {"naturalness": "left", "naturalness.reason": '=HYPERLINK("evil"), so there'})
    rows = rows_of(slot.study)

    write_judgments(tmp_path / "j.csv", rows, info_of(slot.study))

    with (tmp_path / "j.csv").open(newline="", encoding="utf-8") as file:
        (line,) = csv.DictReader(file)
    assert line["reason"].startswith("'=")
    assert read_judgments(tmp_path / "j.csv") == rows
    assert rows[0].reason == '=HYPERLINK("evil"), so there'


def test_a_reason_is_part_of_the_snapshot():
    slot, ada = a_claimed_slot(reason="optional")
    send(slot, ada, {"naturalness": "left"})
    before = digest_of_rows(rows_of(slot.study))

    send(slot, ada, {"naturalness": "left", "naturalness.reason": "warm"}, key="k2")

    assert digest_of_rows(rows_of(slot.study)) != before


def test_a_dry_run_gives_the_reasons_that_it_must():
    study = a_study(state=Study.State.DRAFT, criteria=[{**WITH_CANNOT, "reason": "required"}], contexts=4)

    done = simulate(study=study, annotators=2, truth={}, seed=7, now=NOW)

    assert set(done.study.slots.values_list("judgments__reason", flat=True)) == {"a simulated annotator gives none"}
