"""What a slot asks, and that an answer comes back from its judgment as it was given."""

import pytest

from evaluation.items.questions import Question, answers_in, in_plain_words, sheets_of
from evaluation.judging.submitting import submit
from evaluation.models import Criterion
from tests.cast import NOW
from tests.evaluation.builders import (
    COHERENCE,
    NATURALNESS,
    THREE_CRITERIA,
    TRAITS,
    a_slot,
    a_study,
    an_annotator,
)

pytestmark = pytest.mark.django_db


def fields(slot):
    return [[question.field for question in sheet] for sheet in sheets_of(slot)]


def test_what_waits_for_others_is_a_second_sheet():
    slot = a_slot(a_study(criteria=THREE_CRITERIA), traits={"openness": "low"})

    assert fields(slot) == [["naturalness", "coherence"], ["trait_consistency"]]


def test_a_question_about_traits_is_not_asked_where_none_is_stated():
    slot = a_slot(a_study(criteria=THREE_CRITERIA))

    assert fields(slot) == [["naturalness", "coherence"]]


def test_with_nothing_before_it_a_second_sheet_is_the_first():
    study = a_study(criteria=({**NATURALNESS, "needs": "traits"}, {**COHERENCE, "after": ["naturalness"]}))
    slot = a_slot(study)

    assert fields(slot) == [["coherence"]]


def test_criteria_are_asked_in_their_own_order_and_not_in_that_of_the_table():
    study = a_study(criteria=())
    for place, key in ((1, "coherence"), (0, "naturalness")):
        Criterion.objects.create(
            study=study, key=key, name=key, question="?", scale="preference", options=["tie"], position=place
        )

    assert fields(a_slot(study)) == [["naturalness", "coherence"]]


@pytest.mark.parametrize(
    ("scale", "options", "values"),
    [
        ("preference", [], ["left", "right"]),
        ("preference", ["cannot_judge", "tie", "both_bad"], ["left", "tie", "right", "both_bad", "cannot_judge"]),
        ("preference5", ["tie"], ["left:2", "left:1", "tie", "right:1", "right:2"]),
        ("preference5", ["both_bad"], ["left:2", "left:1", "right:1", "right:2", "both_bad"]),
        ("rating", [], ["1", "2", "3"]),
        ("rating", ["cannot_judge"], ["1", "2", "3", "cannot_judge"]),
        ("label", ["dull", "tie"], ["dull", "tie"]),
    ],
)
def test_each_scale_offers_its_answers(scale, options, values):
    criterion = Criterion(key="fun", scale=scale, options=options, range={"min": 1, "max": 3})

    assert list(Question(criterion).values()) == values


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(
    ("criterion", "answers"),
    [
        ({"scale": "preference", "options": ["tie", "both_bad"]}, {"naturalness": "right"}),
        ({"scale": "preference", "options": ["tie", "both_bad"]}, {"naturalness": "both_bad"}),
        ({"scale": "preference5"}, {"naturalness": "left:2"}),
        ({"scale": "preference5"}, {"naturalness": "tie"}),
        (
            {"scale": "rating", "options": ["cannot_judge"], "range": {"min": 1, "max": 5}},
            {"naturalness.left": "4", "naturalness.right": "cannot_judge"},
        ),
        (
            {"scale": "label", "options": ["dull", "lively"]},
            {"naturalness.left": "lively", "naturalness.right": "dull"},
        ),
    ],
)
def test_an_answer_comes_back_from_its_judgment_as_it_was_given(criterion, answers, swapped):
    study = a_study(criteria=({**NATURALNESS, **criterion},))
    ada = an_annotator(study)
    slot = a_slot(study, annotator=ada, swapped=swapped)

    # Whoever cannot judge says why.
    reasons = {f"{field}.reason": "garbled" for field, value in answers.items() if value == "cannot_judge"}
    given = {**answers, **reasons}
    answered = submit(slot_id=slot.pk, annotator=ada, key="k", answers=given, seconds=1, layout="", now=NOW)

    assert answers_in(answered.judgments.all(), answered) == answers


@pytest.mark.parametrize(
    ("traits", "wording"),
    [
        ({"extraversion": "high"}, "This person is outgoing, talkative and energetic. Which fits that better,"),
        ({"neuroticism": "low"}, "This person is calm, steady and hard to upset. Which fits that better,"),
    ],
)
def test_traits_are_said_in_plain_words(traits, wording):
    slot = a_slot(a_study(criteria=THREE_CRITERIA), traits=traits)

    assert in_plain_words(TRAITS["question"], slot).startswith(wording)
