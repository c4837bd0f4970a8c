"""What was clicked, said by system; and what a table of judgments cannot carry."""

from datetime import timedelta

import pytest

from evaluation.models import Amendment, Annotator, Slot, Study
from evaluation.results.exporting import info_of, rows_of
from evaluation.stats.data.declared import Amended, study_info_from_json
from evaluation.stats.data.rows import JudgmentRow
from tests.cast import NOW
from tests.evaluation.builders import (
    NATURALNESS,
    THREE_CRITERIA,
    a_context,
    a_slot,
    a_study,
    an_annotator,
    answer,
    judge_all,
)

pytestmark = pytest.mark.django_db


def test_the_side_clicked_becomes_the_system_that_was_shown_there():
    study = a_study(systems=("p", "pt"))
    ada = an_annotator(study, "A-ADA")
    for swapped in (False, True):
        answer(a_slot(study, swapped=swapped, annotator=ada), ada, "left")

    rows = rows_of(study)

    assert [(row.choice, row.displayed_left) for row in rows] == [("p", "p"), ("pt", "pt")]
    assert rows[0] == JudgmentRow(
        context="personachat/test/00000#3",
        annotator="A-ADA",
        criterion="naturalness",
        choice="p",
        first="p",
        second="pt",
        cluster="personachat/test/00000",
        domain="personachat",
        displayed_left="p",
        layout="side-by-side",
        # 20 seconds were reported, and the slot was claimed and answered at the same moment.
        seconds=0.0,
        submitted_at="2026-11-24T09:00:00+00:00",
    )


def test_five_steps_carry_their_strength_and_answers_without_a_side_their_word():
    five = {**NATURALNESS, "scale": "preference5", "options": ["tie", "both_bad"]}
    study = a_study(criteria=(five,))
    ada = an_annotator(study)
    for value in ("right:2", "tie", "both_bad"):
        answer(a_slot(study, annotator=ada), ada, value)

    assert [(row.choice, row.strength) for row in rows_of(study)] == [("pt", 2), ("tie", None), ("both_bad", None)]


def test_a_rating_says_which_system_was_rated():
    rating = {**NATURALNESS, "scale": "rating", "range": {"min": 1, "max": 5}, "options": []}
    study = a_study(criteria=(rating,))
    ada = an_annotator(study)
    slot = a_slot(study, swapped=True, annotator=ada)
    answer(slot, ada, {"naturalness.left": "4", "naturalness.right": "2"})

    assert {(row.system, row.choice, row.first, row.second) for row in rows_of(study)} == {
        ("pt", "4", "", ""),
        ("p", "2", "", ""),
    }


def test_the_trait_stands_on_the_judgment_that_asked_about_it():
    study = a_study(criteria=THREE_CRITERIA, contexts=1, traits={"extraversion": "high"})
    judge_all(study, an_annotator(study))

    assert {row.criterion: (row.trait, row.level) for row in rows_of(study)} == {
        "naturalness": ("", ""),
        "coherence": ("", ""),
        "trait_consistency": ("extraversion", "high"),
    }


def test_withdrawn_annotators_leave_and_unfinished_pairs_do_not_count():
    study = a_study(criteria=THREE_CRITERIA, contexts=2, k=2, traits={"openness": "low"})
    ada, bo = an_annotator(study, "A-ADA"), an_annotator(study, "A-BO")
    judge_all(study, ada)
    judge_all(study, bo)
    Annotator.objects.filter(pk=bo.pk).update(state=Annotator.State.WITHDRAWN)
    # Locked, and never submitted.
    Slot.objects.filter(annotator=ada).order_by("pk").first().delete()

    assert [row.annotator for row in rows_of(study)] == ["A-ADA"] * 3


def test_a_check_pair_is_marked_and_says_what_was_expected():
    study = a_study()
    ada = an_annotator(study)
    item = a_context(study)[0]
    item.is_check, item.expected = True, {"naturalness": "second"}
    item.save()
    item.second.system = None
    item.second.save()
    answer(a_slot(study, item=item, annotator=ada), ada, "left")

    (row,) = rows_of(study)

    assert (row.is_check, row.choice, row.expected) == (True, "p", "made-for-a-check")


def test_what_was_declared_goes_beside_the_rows_and_comes_back_whole():
    plan = {"annotators": "population", "alpha": 0.01, "hypotheses": [{"criterion": "naturalness", "better": "pt"}]}
    study = a_study(state=Study.State.CLOSED, plan=plan, caveats=["written by the offline author"], seed=11)
    Amendment.objects.create(study=study, text="Ten more contexts.", made_at=NOW)
    tied = a_context(study, domain="elsewhere")[0]
    tied.automatic_tie = True
    tied.save()

    info = info_of(study)

    assert info.plan.declared
    assert info.plan.annotators == "population"
    assert info.systems == ("p", "pt")
    assert info.amendments == (Amended("Ten more contexts.", at=NOW.isoformat(timespec="seconds")),)
    assert info.caveats == ("written by the offline author",)
    assert info.automatic_ties == {"elsewhere": 1}
    assert info.closed_at == NOW.isoformat(timespec="seconds")
    assert study_info_from_json(info.as_json()) == info


def test_the_number_of_queries_does_not_grow(django_assert_num_queries):
    study = a_study(contexts=6)
    ada = an_annotator(study)
    judge_all(study, ada)

    with django_assert_num_queries(1):
        rows = rows_of(study)

    assert len(rows) == 6
    assert [row.submitted_at for row in rows] == [
        (NOW + timedelta(seconds=30 * done + 20)).isoformat(timespec="seconds") for done in range(6)
    ]
