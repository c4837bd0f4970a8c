"""Claiming: one slot at a time, no item over k, no context twice, nothing lost and nothing over one's share."""

from datetime import timedelta

import pytest

from evaluation.judging.assignment import (
    MOST_LEAD,
    REPEAT_AFTER,
    ConsentMissing,
    LeaseLost,
    NotYours,
    PersonalProgress,
    claim_next,
    most_for_one,
    own_slot,
    personal_progress,
)
from evaluation.judging.submitting import lock, save_draft
from evaluation.models import Draft, Judgment, Slot, Study
from evaluation.studies.life import pause_study
from tests.cast import NOW
from tests.evaluation.builders import THREE_CRITERIA, a_context, a_slot, a_study, an_annotator, answer, judge_all

pytestmark = [pytest.mark.django_db, pytest.mark.db]

LATER = NOW + timedelta(hours=2)


def test_slots_are_handed_out_in_their_planned_order():
    study = a_study(contexts=3)
    ada, bo = an_annotator(study, "A-ADA"), an_annotator(study, "A-BO")

    claimed = [claim_next(study=study, annotator=who, now=NOW).position for who in (ada, bo)]

    assert claimed == [0, 1]


def test_what_one_holds_already_comes_back_first_with_a_fresh_lease():
    study = a_study(contexts=2)
    ada = an_annotator(study)
    held = claim_next(study=study, annotator=ada, now=NOW)

    again = claim_next(study=study, annotator=ada, now=NOW + timedelta(minutes=10))

    assert again == held
    assert again.leased_until == NOW + timedelta(minutes=10 + study.lease_minutes)


def test_a_context_is_never_seen_twice_by_one_annotator():
    study = a_study(contexts=2, k=3)
    ada = an_annotator(study)

    assert judge_all(study, ada) == 2
    assert list(ada.slots.values_list("number", flat=True)) == [0, 0]


def test_two_pairs_on_one_context_go_to_two_annotators():
    study = a_study(systems=("p", "pt", "human"), contexts=1)
    ada, bo = an_annotator(study, "A-ADA"), an_annotator(study, "A-BO")

    assert (judge_all(study, ada), judge_all(study, bo)) == (1, 1)


def test_nobody_judges_more_than_their_share():
    study = a_study(contexts=10, k=2, max_share=0.2)
    ada = an_annotator(study)

    assert most_for_one(study) == 4
    assert judge_all(study, ada) == 4


def test_a_share_that_is_a_whole_number_is_not_lost_to_its_last_binary_digit():
    study = a_study(contexts=10, k=3, max_share=0.1)

    assert most_for_one(study) == 3


def test_a_context_that_was_left_and_taken_by_another_is_not_shown_again():
    study = a_study(contexts=1, k=2)
    ada, bo = an_annotator(study, "A-ADA"), an_annotator(study, "A-BO")
    later = NOW + timedelta(minutes=study.lease_minutes)
    begun = claim_next(study=study, annotator=ada, now=NOW)
    # The second slot of the pair is answered, so that the one that was left is all there is to take.
    judge_all(study, an_annotator(study, "A-CY"))

    taken = claim_next(study=study, annotator=bo, now=later)
    Slot.objects.filter(pk=taken.pk).update(annotator=None, leased_until=None)

    assert taken.pk == begun.pk
    assert claim_next(study=study, annotator=ada, now=later) is None
    assert personal_progress(annotator=ada).left == 0


def test_an_abandoned_slot_returns_when_its_lease_runs_out():
    study = a_study(contexts=1)
    ada, bo = an_annotator(study, "A-ADA"), an_annotator(study, "A-BO")
    left_lying = claim_next(study=study, annotator=ada, now=NOW)

    before = claim_next(study=study, annotator=bo, now=NOW + timedelta(minutes=study.lease_minutes - 1))
    after = claim_next(study=study, annotator=bo, now=NOW + timedelta(minutes=study.lease_minutes))

    assert (before, after) == (None, left_lying)


def test_whoever_comes_back_late_keeps_what_nobody_took():
    study = a_study(contexts=2)
    ada = an_annotator(study)
    held = claim_next(study=study, annotator=ada, now=NOW)

    assert claim_next(study=study, annotator=ada, now=LATER) == held


def test_what_was_begun_and_left_does_not_reach_the_next_annotator():
    study = a_study(criteria=THREE_CRITERIA)
    slot = a_slot(study, traits={"extraversion": "high"})
    ada, bo = an_annotator(study, "A-ADA"), an_annotator(study, "A-BO")
    claim_next(study=study, annotator=ada, now=NOW)
    lock(slot_id=slot.pk, annotator=ada, answers={"naturalness": "left", "coherence": "tie"}, now=NOW)
    save_draft(slot_id=slot.pk, annotator=ada, answers={"trait_consistency": "right"}, now=NOW)

    taken = claim_next(study=study, annotator=bo, now=LATER)

    assert (taken, taken.locked_at) == (slot, None)
    assert (Judgment.objects.count(), Draft.objects.count()) == (0, 0)


def test_a_slot_that_went_to_somebody_else_is_said_to_be_lost():
    study = a_study(contexts=1)
    ada, bo = an_annotator(study, "A-ADA"), an_annotator(study, "A-BO")
    slot = claim_next(study=study, annotator=ada, now=NOW)
    claim_next(study=study, annotator=bo, now=LATER)

    with pytest.raises(LeaseLost, match="went to somebody else"):
        own_slot(annotator=ada, slot_id=slot.pk)


def test_another_studys_slot_is_not_there():
    slot = a_slot(a_study("snow"))
    dov = an_annotator(a_study("rain"), "A-DOV")

    with pytest.raises(NotYours, match="no such pair"):
        own_slot(annotator=dov, slot_id=slot.pk)


def test_nothing_is_handed_out_while_the_study_rests_even_to_a_page_from_before():
    study = a_study(contexts=1)
    ada = an_annotator(study)
    pause_study(study=Study.objects.get(), now=NOW)

    assert claim_next(study=study, annotator=ada, now=NOW) is None


def test_nobody_judges_without_having_agreed():
    study = a_study(contexts=1)
    ada = an_annotator(study, consented_at=None)

    with pytest.raises(ConsentMissing):
        claim_next(study=study, annotator=ada, now=NOW)


def test_a_withdrawn_annotator_gets_nothing():
    study = a_study(contexts=1)
    ada = an_annotator(study, state="withdrawn")

    assert claim_next(study=study, annotator=ada, now=NOW) is None


def test_an_annotator_is_finished_when_nothing_is_left_and_active_when_something_returns():
    study = a_study(contexts=1)
    ada, bo = an_annotator(study, "A-ADA"), an_annotator(study, "A-BO")
    claim_next(study=study, annotator=ada, now=NOW)
    states = []

    for now in (NOW, LATER):
        claim_next(study=study, annotator=bo, now=now)
        bo.refresh_from_db()
        states.append(bo.state)

    assert states == ["finished", "active"]


def test_the_planned_repeat_goes_to_the_same_annotator_after_enough_others_and_to_nobody_else():
    study = a_study(contexts=REPEAT_AFTER + 3)
    ada, bo = an_annotator(study, "A-ADA"), an_annotator(study, "A-BO")
    first = study.slots.get(position=0)
    repeat = a_slot(study, item=first.item, number=0, swapped=True, look=2, repeats=first)
    order = []

    while slot := claim_next(study=study, annotator=ada, now=NOW + timedelta(seconds=len(order))):
        order.append(slot.pk)
        answer(slot, ada, now=NOW + timedelta(seconds=len(order)))

    assert order.index(repeat.pk) == REPEAT_AFTER + 1
    assert claim_next(study=study, annotator=bo, now=NOW) is None


def test_progress_counts_what_one_did_and_can_still_get():
    study = a_study(contexts=3, k=2)
    ada = an_annotator(study)
    for seconds in (10.0, 20.0):
        slot = claim_next(study=study, annotator=ada, now=NOW)
        answer(slot, ada, seconds=seconds, now=NOW + timedelta(minutes=1))

    assert personal_progress(annotator=ada) == PersonalProgress(done=2, left=1, median_seconds=15.0)


def test_progress_never_promises_more_than_ones_share():
    study = a_study(contexts=10, max_share=0.3)
    ada = an_annotator(study)

    assert personal_progress(annotator=ada) == PersonalProgress(done=0, left=3, median_seconds=None)


@pytest.mark.parametrize("others", [1, 12])
def test_a_claim_takes_the_same_number_of_queries_in_a_small_study_and_in_a_large_one(
    others, django_assert_num_queries
):
    study = a_study(contexts=others + 1, k=2)
    for number in range(others):
        judge_all(study, an_annotator(study, f"A-{number}"))
    a_context(study)
    a_slot(study)
    ada = an_annotator(study)

    with django_assert_num_queries(12):
        slot = claim_next(study=study, annotator=ada, now=LATER)

    assert isinstance(slot, Slot)


def test_each_annotator_sees_each_order_of_sides_about_as_often():
    study = a_study()
    # A plan that nobody would draw: ten pairs with the first on the left, then ten with the second.
    for number in range(20):
        a_slot(study, swapped=number >= 10)
    ada = an_annotator(study)

    sides = []
    for _ in range(20):
        slot = claim_next(study=study, annotator=ada, now=NOW)
        sides.append(slot.first_on_left)
        answer(slot, ada)

    leads = [2 * sum(sides[:seen]) - seen for seen in range(1, 21)]
    assert max(map(abs, leads)) == MOST_LEAD
    assert sides.count(True) == 10
    # The plan's own draw stands until one order leads: two of one kind in a row, not one after the other.
    assert sides[:6] == [True, True, False, True, False, True]


def test_where_only_one_order_is_left_it_comes_all_the_same():
    study = a_study()
    for _ in range(5):
        a_slot(study)
    ada = an_annotator(study)

    assert judge_all(study, ada) == 5
