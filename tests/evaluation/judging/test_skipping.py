"""Passing over a pair: no penalty, others get it, it never comes again, and it is counted."""

from datetime import timedelta

import pytest

from evaluation.annotators.paying import pay_list
from evaluation.annotators.withdrawing import forget, withdraw
from evaluation.judging.assignment import LeaseLost, claim_next, personal_progress
from evaluation.judging.passed_over import skipped_pairs, skips_of_annotators
from evaluation.judging.skipping import SkippingNotOffered, skip
from evaluation.judging.submitting import StudyNotOpen, lock, save_draft, submit
from evaluation.models import Draft, Judgment, LostLook, Slot, Study
from evaluation.stats.data.conduct import SkippedPair
from tests.cast import NOW
from tests.evaluation.builders import THREE_CRITERIA, a_context, a_study, an_annotator, answer, judge_all

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def a_study_to_skip_in(**fields):
    return a_study(may_skip=True, **{"contexts": 3, **fields})


def test_the_pair_is_free_for_others_and_never_comes_again():
    study = a_study_to_skip_in()
    ada, bo = an_annotator(study), an_annotator(study, "A-BO")
    slot = claim_next(study=study, annotator=ada, now=NOW)
    save_draft(slot_id=slot.pk, annotator=ada, answers={"naturalness": "left"}, now=NOW)

    skip(slot_id=slot.pk, annotator=ada, now=NOW)

    assert personal_progress(annotator=ada).left == 2
    assert judge_all(study, ada) == 2
    assert claim_next(study=study, annotator=bo, now=NOW).context_id == slot.context_id
    assert not Draft.objects.exists()


def test_what_was_locked_already_is_not_counted():
    study = a_study_to_skip_in(criteria=THREE_CRITERIA, traits={"openness": "high"})
    ada = an_annotator(study)
    slot = claim_next(study=study, annotator=ada, now=NOW)
    lock(slot_id=slot.pk, annotator=ada, answers={"naturalness": "left", "coherence": "left"}, now=NOW)

    skip(slot_id=slot.pk, annotator=ada, now=NOW)

    slot.refresh_from_db()
    assert (slot.annotator, slot.locked_at, Judgment.objects.count()) == (None, None, 0)


def test_a_second_time_nothing_changes_even_when_others_hold_the_pair_by_then():
    study = a_study_to_skip_in()
    ada, bo = an_annotator(study), an_annotator(study, "A-BO")
    slot = claim_next(study=study, annotator=ada, now=NOW)
    skip(slot_id=slot.pk, annotator=ada, now=NOW)
    held = claim_next(study=study, annotator=bo, now=NOW)

    skip(slot_id=slot.pk, annotator=ada, now=NOW + timedelta(minutes=1))

    held.refresh_from_db()
    assert (held.pk, held.annotator) == (slot.pk, bo)
    assert LostLook.objects.get().skipped_at == NOW


def test_somebody_elses_pair_cannot_be_skipped():
    study = a_study_to_skip_in()
    slot = claim_next(study=study, annotator=an_annotator(study), now=NOW)

    with pytest.raises(LeaseLost):
        skip(slot_id=slot.pk, annotator=an_annotator(study, "A-BO"), now=NOW)


def test_only_where_the_study_offers_it_while_it_is_open_and_before_the_answer():
    strict, paused, open_ = (
        a_study(name, contexts=1, may_skip=name != "strict") for name in ("strict", "rest", "snow")
    )
    people = [an_annotator(study) for study in (strict, paused, open_)]
    slots = [
        claim_next(study=study, annotator=who, now=NOW)
        for study, who in zip((strict, paused, open_), people, strict=True)
    ]
    Study.objects.filter(pk=paused.pk).update(state=Study.State.PAUSED)
    answer(slots[2], people[2])

    for slot, who, error in zip(slots, people, (SkippingNotOffered, StudyNotOpen, SkippingNotOffered), strict=True):
        with pytest.raises(error):
            skip(slot_id=slot.pk, annotator=who, now=NOW)

    assert not LostLook.objects.exists()


def test_a_repeat_that_is_skipped_is_gone_and_does_not_come_back():
    study = a_study_to_skip_in(contexts=1)
    ada = an_annotator(study)
    first = claim_next(study=study, annotator=ada, now=NOW)
    Slot.objects.create(
        study=study,
        item=first.item,
        context=first.context,
        look=2,
        repeats=first,
        number=0,
        position=9,
        first_on_left=not first.first_on_left,
    )
    answer(first, ada)
    repeat = claim_next(study=study, annotator=ada, now=NOW)

    skip(slot_id=repeat.pk, annotator=ada, now=NOW)

    assert repeat.look == 2
    assert claim_next(study=study, annotator=ada, now=NOW) is None
    assert personal_progress(annotator=ada).left == 0
    assert not Slot.objects.filter(look=2).exists()


def test_a_check_that_is_skipped_gives_way_to_another_one():
    study = a_study_to_skip_in(contexts=2, design={"checks": {"share": 0.5}})
    for number in (7, 8):
        (item,) = a_context(study, number)
        item.is_check, item.expected = True, {"naturalness": "first"}
        item.save()
    ada = an_annotator(study)
    seen = []
    while (slot := claim_next(study=study, annotator=ada, now=NOW)) is not None:
        seen.append((slot.item.is_check, slot.context_id))
        if slot.item.is_check:
            skip(slot_id=slot.pk, annotator=ada, now=NOW)
        else:
            answer(slot, ada)

    checks = [context for is_check, context in seen if is_check]
    assert len(checks) == len(set(checks)) == 2
    # A check is a look of one annotator's own: skipped, it leaves nothing in the plan.
    assert Slot.objects.filter(item__is_check=True).count() == 0


def test_skips_are_counted_by_annotator_and_by_pair_and_heavily_skipped_pairs_stand_out():
    study = a_study_to_skip_in(contexts=1, k=4)
    people = [an_annotator(study, f"A-{number}") for number in range(4)]
    for number, who in enumerate(people):
        slot = claim_next(study=study, annotator=who, now=NOW)
        if number < 2:
            skip(slot_id=slot.pk, annotator=who, now=NOW)
        else:
            answer(slot, who)

    pairs = skipped_pairs(study)

    assert skips_of_annotators(study) == {"A-0": 1, "A-1": 1}
    assert pairs == (
        SkippedPair(
            context="personachat/test/00000#3", first="p", second="pt", domain="personachat", skipped=2, judged=2
        ),
    )
    assert pairs[0].often


def test_whoever_withdrew_or_was_forgotten_is_not_counted():
    study = a_study_to_skip_in(k=2)
    people = [an_annotator(study, code) for code in ("A-ADA", "A-BO")]
    for who in people:
        skip(slot_id=claim_next(study=study, annotator=who, now=NOW).pk, annotator=who, now=NOW)

    withdraw(annotator=people[0], now=NOW)
    forget(annotator=people[1], now=NOW)

    assert (skips_of_annotators(study), skipped_pairs(study)) == ({}, ())


def test_a_skip_is_neither_paid_nor_taken_off():
    study = a_study_to_skip_in(design={"pay": {"currency": "EUR", "per_judgment": "0.25"}})
    ada = an_annotator(study)
    skip(slot_id=claim_next(study=study, annotator=ada, now=NOW).pk, annotator=ada, now=NOW)
    slot = claim_next(study=study, annotator=ada, now=NOW)
    submit(slot_id=slot.pk, annotator=ada, key="k", answers={"naturalness": "left"}, seconds=9.0, layout="", now=NOW)

    assert str(pay_list(study).total) == "0.25"
