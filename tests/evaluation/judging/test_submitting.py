"""Answering: what is counted, once; what is locked; what may be changed; and what is refused."""

from datetime import timedelta

import pytest
from django.db import connection

from evaluation.judging.assignment import ConsentMissing, LeaseLost, NotYours, claim_next, personal_progress
from evaluation.judging.reading import own_looks
from evaluation.judging.submitting import (
    AnswersMissing,
    BadAnswer,
    Sent,
    StudyNotOpen,
    last_answered,
    lock,
    save_draft,
    submit,
    submit_and_claim,
)
from evaluation.models import Annotator, Draft, Judgment, JudgmentRevision, Receipt, Slot
from evaluation.studies.life import close_study, pause_study
from tests.cast import NOW
from tests.evaluation.builders import (
    NATURALNESS,
    THREE_CRITERIA,
    a_slot,
    a_study,
    an_annotator,
    answer,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]

LATER = NOW + timedelta(hours=2)


def send(slot, annotator, answers=None, **changes):
    given = {"key": "k1", "seconds": 20.0, "layout": "stacked", "now": NOW + timedelta(seconds=30), **changes}
    return submit(slot_id=slot.pk, annotator=annotator, answers=answers or {"naturalness": "left"}, **given)


def judged(slot):
    rows = slot.judgments.order_by("criterion__position").values_list("criterion__key", "choice", "strength")
    return {key: (choice, strength) for key, choice, strength in rows}


@pytest.fixture
def study():
    return a_study()


@pytest.fixture
def ada(study):
    return an_annotator(study)


@pytest.fixture
def slot(study, ada):
    return a_slot(study, annotator=ada)


@pytest.fixture
def two_sheets():
    """A slot held by Ada, whose second sheet asks about a trait."""
    study = a_study("traits", criteria=THREE_CRITERIA)
    return a_slot(study, traits={"extraversion": "high"}, annotator=an_annotator(study))


FIRST = {"naturalness": "left", "coherence": "tie"}


def test_a_submit_keeps_what_was_shown_and_what_was_clicked(study, ada):
    slot = a_slot(study, swapped=True, annotator=ada)

    send(slot, ada, comment="Both end oddly.", problem="nonsense")

    slot.refresh_from_db()
    judgment = Judgment.objects.get()
    assert (judgment.choice, judgment.displayed_left, judgment.annotator) == ("left", slot.item.second, ada)
    assert (judgment.criterion_version, judgment.submitted_at) == (1, NOW + timedelta(seconds=30))
    assert (slot.answered_at, slot.seconds, slot.layout) == (NOW + timedelta(seconds=30), 20.0, "stacked")
    assert (slot.comment, slot.problem) == ("Both end oddly.", "nonsense")


def test_the_same_submit_sent_twice_counts_once(slot, ada):
    for _ in range(2):
        send(slot, ada)

    assert (Judgment.objects.count(), Receipt.objects.count(), JudgmentRevision.objects.count()) == (1, 1, 0)


def test_a_submit_that_is_sent_again_after_the_study_closed_is_still_answered_as_counted(study, slot, ada):
    send(slot, ada)
    close_study(study=study, now=NOW)

    assert send(slot, ada) == slot


def test_a_key_counts_for_one_pair_only(study, slot, ada):
    other = a_slot(study, annotator=ada)
    send(slot, ada)

    with pytest.raises(BadAnswer, match="used for another pair"):
        send(other, ada)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answers": {"naturalness": "A"}}, "naturalness: expected one of left, tie, right, got 'A'"),
        ({"answers": {"naturalness": "both_bad"}}, "expected one of left, tie, right, got 'both_bad'"),
        ({"answers": {"beauty": "left"}}, "'beauty': expected one of naturalness"),
        ({"layout": "upside-down"}, "layout: expected one of side-by-side, stacked, got 'upside-down'"),
        ({"problem": "boring"}, "problem: expected one of unsafe, broken, nonsense, got 'boring'"),
        ({"comment": "x" * 4001}, "comment: expected at most 4000 characters, got 4001"),
        ({"key": ""}, "key: expected 1 to 64 printable characters, got ''"),
        ({"key": "\0"}, "key: expected 1 to 64 printable characters, got "),
    ],
)
def test_what_was_not_offered_is_refused_and_nothing_is_kept(slot, ada, changes, message):
    with pytest.raises(BadAnswer, match=message):
        send(slot, ada, **changes)

    assert (Judgment.objects.count(), Receipt.objects.count()) == (0, 0)


def test_what_is_missing_is_named():
    study = a_study(criteria=THREE_CRITERIA)
    ada = an_annotator(study)
    slot = a_slot(study, annotator=ada)

    with pytest.raises(AnswersMissing) as caught:
        send(slot, ada, {"coherence": "tie"})

    assert caught.value.keys == ("naturalness",)
    assert Judgment.objects.count() == 0


@pytest.mark.parametrize(
    ("measured", "kept"), [(20.0, 20.0), (500.0, 30.0), (-1.0, None), (float("nan"), None), (None, None)]
)
def test_only_believable_seconds_are_kept(slot, ada, measured, kept):
    # The slot was claimed 30 seconds before the submit.
    assert send(slot, ada, seconds=measured).seconds == kept


@pytest.mark.parametrize("end", [pause_study, close_study])
def test_a_study_that_is_not_open_takes_nothing(study, slot, ada, end):
    end(study=study, now=NOW)

    with pytest.raises(StudyNotOpen, match="takes judgments only while it is open"):
        send(slot, ada)
    with pytest.raises(StudyNotOpen):
        save_draft(slot_id=slot.pk, annotator=ada, answers={}, now=NOW)
    assert Judgment.objects.count() == 0


def test_nobody_answers_a_strangers_slot(slot):
    dov = an_annotator(a_study("rain"), "A-DOV")

    with pytest.raises(NotYours):
        send(slot, dov)


def test_an_answer_after_the_lease_ran_out_counts_where_nobody_took_the_slot(slot, ada):
    send(slot, ada, now=LATER)

    assert Judgment.objects.get().annotator == ada


def test_an_answer_to_a_slot_that_somebody_took_is_not_counted(study, slot, ada):
    bo = an_annotator(study, "A-BO")
    claim_next(study=study, annotator=bo, now=LATER)

    with pytest.raises(LeaseLost):
        send(slot, ada, now=LATER)
    assert Judgment.objects.count() == 0


def test_the_first_sheet_is_frozen_before_the_second_is_answered(two_sheets):
    ada = two_sheets.annotator

    locked = lock(slot_id=two_sheets.pk, annotator=ada, answers=FIRST, now=NOW)
    lock(slot_id=two_sheets.pk, annotator=ada, answers={**FIRST, "naturalness": "right"}, now=LATER)
    send(two_sheets, ada, {"naturalness": "right", "trait_consistency": "right"})

    assert locked.locked_at == NOW
    assert judged(two_sheets) == {
        "naturalness": ("left", None),
        "coherence": ("tie", None),
        "trait_consistency": ("right", None),
    }


def test_only_the_question_about_traits_keeps_the_trait(two_sheets):
    answer(two_sheets, two_sheets.annotator)

    kept = dict(Judgment.objects.values_list("criterion__key", "trait"))

    assert kept == {"naturalness": "", "coherence": "", "trait_consistency": "extraversion"}


def test_nothing_counts_that_was_answered_with_the_trait_before_ones_eyes(two_sheets):
    with pytest.raises(AnswersMissing) as caught:
        send(two_sheets, two_sheets.annotator, {**FIRST, "trait_consistency": "left"})

    assert caught.value.keys == ("naturalness", "coherence")
    assert Judgment.objects.count() == 0


def test_a_half_answered_sheet_is_not_locked(two_sheets):
    with pytest.raises(AnswersMissing, match="coherence"):
        lock(slot_id=two_sheets.pk, annotator=two_sheets.annotator, answers={"naturalness": "left"}, now=NOW)

    two_sheets.refresh_from_db()
    assert two_sheets.locked_at is None


def test_a_slot_with_one_sheet_has_nothing_to_lock(slot, ada):
    with pytest.raises(BadAnswer, match="nothing follows the first"):
        lock(slot_id=slot.pk, annotator=ada, answers={"naturalness": "left"}, now=NOW)


def test_a_draft_replaces_the_one_before_and_ends_with_the_submit(slot, ada):
    for value in ("left", "tie"):
        save_draft(slot_id=slot.pk, annotator=ada, answers={"naturalness": value}, now=NOW)
    kept = Draft.objects.get().answers

    send(slot, ada)

    assert kept == {"naturalness": "tie"}
    assert not Draft.objects.exists()


def test_the_last_answer_can_be_changed_and_what_it_was_is_kept(slot, ada):
    send(slot, ada)

    send(slot, ada, {"naturalness": "tie"}, key="k2", now=LATER)

    assert judged(slot) == {"naturalness": ("tie", None)}
    revision = JudgmentRevision.objects.get()
    assert (revision.choice, revision.replaced_at) == ("left", LATER)
    slot.refresh_from_db()
    assert slot.answered_at == NOW + timedelta(seconds=30)


def test_an_unchanged_answer_leaves_no_history(slot, ada):
    send(slot, ada)

    send(slot, ada, key="k2", now=LATER)

    assert not JudgmentRevision.objects.exists()
    assert Judgment.objects.get().submitted_at == NOW + timedelta(seconds=30)


def test_a_change_of_strength_is_a_change():
    study = a_study(criteria=({**NATURALNESS, "scale": "preference5"},))
    ada = an_annotator(study)
    slot = a_slot(study, annotator=ada)
    send(slot, ada, {"naturalness": "left:2"})

    send(slot, ada, {"naturalness": "left:1"}, key="k2")

    assert judged(slot) == {"naturalness": ("left", 1)}
    assert JudgmentRevision.objects.get().strength == 2


def test_locked_answers_stay_when_the_last_answer_is_changed(two_sheets):
    ada = two_sheets.annotator
    answer(two_sheets, ada, "left")

    send(two_sheets, ada, {"naturalness": "right", "trait_consistency": "right"}, key="k2")

    assert judged(two_sheets) == {
        "naturalness": ("left", None),
        "coherence": ("left", None),
        "trait_consistency": ("right", None),
    }


def test_an_answer_before_the_last_can_no_longer_be_changed(study, slot, ada):
    send(slot, ada)
    answer(a_slot(study, annotator=ada), ada, now=LATER)

    with pytest.raises(BadAnswer, match="can no longer be changed"):
        send(slot, ada, {"naturalness": "tie"}, key="k2", now=LATER)


def test_back_leads_to_the_last_answered_slot_while_the_study_is_open(study, slot, ada):
    before = last_answered(annotator=ada)
    send(slot, ada)
    after = last_answered(annotator=ada)
    close_study(study=study, now=NOW)

    assert (before, after) == (None, slot)
    assert last_answered(annotator=an_annotator(a_study("shut", state="closed"))) is None


def test_a_submit_takes_the_same_number_of_queries_whatever_the_annotator_did_before(django_assert_num_queries):
    study = a_study(contexts=6)
    ada = an_annotator(study)
    for number in range(5):
        answer(claim_next(study=study, annotator=ada, now=NOW), ada, now=NOW + timedelta(seconds=number))
    slot = claim_next(study=study, annotator=ada, now=NOW)

    with django_assert_num_queries(12 if connection.vendor == "postgresql" else 11):
        send(slot, ada, now=LATER)

    assert Slot.objects.answered().count() == 6


SENT = Sent(key="k1", answers={"naturalness": "left"}, seconds=20.0, layout="stacked")


def test_a_submit_brings_the_next_pair_and_how_far_its_annotator_is():
    study = a_study(contexts=3)
    ada = an_annotator(study)
    first = claim_next(study=study, annotator=ada, now=NOW)

    claimed = submit_and_claim(slot_id=first.pk, annotator=ada, sent=SENT, now=LATER)

    assert claimed.slot == Slot.objects.get(position=1)
    assert claimed.slot.annotator == ada
    assert judged(first) == {"naturalness": ("left", None)}
    told = personal_progress(annotator=ada, looks=claimed.looks())
    assert told == personal_progress(annotator=ada)
    assert (told.done, told.left) == (1, 2)


def test_a_submit_sent_twice_brings_the_same_next_pair():
    study = a_study(contexts=3)
    ada = an_annotator(study)
    first = claim_next(study=study, annotator=ada, now=NOW)

    slots = [submit_and_claim(slot_id=first.pk, annotator=ada, sent=SENT, now=LATER).slot for _ in range(2)]

    assert slots == [Slot.objects.get(position=1)] * 2
    assert (Receipt.objects.count(), Judgment.objects.count()) == (1, 1)


def test_a_repeat_counts_among_what_is_left_once_its_first_look_is_claimed():
    study = a_study(contexts=3)
    ada = an_annotator(study)
    first, second, _third = Slot.objects.order_by("position")
    Slot.objects.create(
        study=study, item=second.item, context=second.context, look=2, repeats=second, number=0, position=9,
        first_on_left=not second.first_on_left,
    )  # fmt: skip
    claim_next(study=study, annotator=ada, now=NOW)

    claimed = submit_and_claim(slot_id=first.pk, annotator=ada, sent=SENT, now=LATER)

    assert claimed.slot == second
    assert set(claimed.looks()) == set(own_looks(ada))
    assert personal_progress(annotator=ada, looks=claimed.looks()).left == 3


def test_answers_count_though_the_consent_was_changed_meanwhile_and_no_pair_follows():
    study = a_study(contexts=3)
    ada = an_annotator(study)
    Annotator.objects.update(consent_version="of another text")
    first = a_slot(study, annotator=ada)

    with pytest.raises(ConsentMissing):
        submit_and_claim(slot_id=first.pk, annotator=ada, sent=SENT, now=LATER)

    assert judged(first) == {"naturalness": ("left", None)}
    assert Slot.objects.filter(answered_at=None).exclude(annotator=None).count() == 0
    assert Annotator.objects.get().last_seen_at == LATER


def test_what_was_refused_brings_no_pair():
    study = a_study(contexts=3)
    ada = an_annotator(study)
    first = claim_next(study=study, annotator=ada, now=NOW)
    pause_study(study=study, now=LATER)

    with pytest.raises(StudyNotOpen):
        submit_and_claim(slot_id=first.pk, annotator=ada, sent=SENT, now=LATER)

    assert list(Slot.objects.exclude(annotator=None)) == [first]
    assert Receipt.objects.count() == 0
