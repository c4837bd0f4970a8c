"""Withdrawing and forgetting: what is deleted, what opens again, and the line that stays."""

from datetime import timedelta

import pytest

from evaluation.annotators.excluding import exclude
from evaluation.annotators.joining import create_invite, join
from evaluation.annotators.withdrawing import forget, withdraw
from evaluation.judging.assignment import claim_next
from evaluation.judging.submitting import LeaseLost, save_draft, submit
from evaluation.models import Annotator, AuditEntry, Draft, Invite, Judgment, JudgmentRevision, Receipt, Slot
from evaluation.results.exporting import rows_of
from tests.cast import NOW
from tests.evaluation.builders import a_researcher, a_study, an_annotator, answer, judge_all

pytestmark = [pytest.mark.django_db, pytest.mark.db]

SLOT_STATE = ("annotator", "claimed_at", "leased_until", "locked_at", "answered_at", "seconds", "layout", "comment")


def states(study) -> list[tuple[object, ...]]:
    return list(study.slots.order_by("position").values_list(*SLOT_STATE))


def test_who_withdraws_leaves_every_result_and_their_slots_open_again():
    study = a_study(contexts=3, k=2)
    fresh = states(study)
    ada, bo = an_annotator(study, "A-ADA"), an_annotator(study, "A-BO")
    judge_all(study, ada)
    Slot.objects.filter(annotator=ada).update(comment="I am Ada Lovelace.")

    judged = withdraw(annotator=ada, now=NOW)

    assert judged == 3
    assert (states(study), rows_of(study)) == (fresh, [])
    assert judge_all(study, bo) == 3
    assert claim_next(study=study, annotator=ada, now=NOW) is None


def test_what_somebody_holds_is_free_at_once_and_their_draft_is_gone():
    study = a_study(contexts=1)
    ada, bo = an_annotator(study, "A-ADA"), an_annotator(study, "A-BO")
    slot = claim_next(study=study, annotator=ada, now=NOW)
    save_draft(slot_id=slot.pk, annotator=ada, answers={"naturalness": "left"}, now=NOW)

    withdraw(annotator=ada, now=NOW)

    assert Draft.objects.count() == 0
    assert claim_next(study=study, annotator=bo, now=NOW) == slot


def test_a_submit_that_comes_after_withdrawing_counts_for_nothing():
    study = a_study(contexts=1)
    ada = an_annotator(study)
    slot = claim_next(study=study, annotator=ada, now=NOW)
    withdraw(annotator=ada, now=NOW)

    with pytest.raises(LeaseLost):
        submit(
            slot_id=slot.pk,
            annotator=ada,
            key="late",
            answers={"naturalness": "left"},
            seconds=9.0,
            layout="stacked",
            now=NOW,
        )
    assert Judgment.objects.count() == 0


def test_withdrawing_twice_is_logged_once_and_without_saying_who():
    study = a_study(contexts=1)
    ada = an_annotator(study, participant="5f0000000000000000000ada")
    judge_all(study, ada)

    for _ in range(2):
        withdraw(annotator=ada, now=NOW)

    assert list(AuditEntry.objects.values_list("action", "detail")) == [("an annotator withdrew", {"judged": 1})]


def test_who_was_excluded_before_leaves_no_look_too_many():
    study = a_study(contexts=2)
    ada, bo = an_annotator(study, "A-ADA"), an_annotator(study, "A-BO")
    judge_all(study, ada)
    exclude(annotator=ada, because="asked for in a test", now=NOW)

    withdraw(annotator=ada, now=NOW)

    assert judge_all(study, bo) == 2
    assert study.slots.count() == 2


def test_a_repeat_goes_with_the_look_that_it_repeats():
    study = a_study(contexts=1)
    first = study.slots.get()
    Slot.objects.create(
        study=study,
        item=first.item,
        context=first.context,
        look=2,
        repeats=first,
        number=0,
        position=1,
        first_on_left=False,
    )
    ada, bo = an_annotator(study, "A-ADA"), an_annotator(study, "A-BO")
    assert judge_all(study, ada) == 2

    withdraw(annotator=ada, now=NOW)

    assert judge_all(study, bo) == 2


def test_who_is_forgotten_is_nowhere_in_the_database():
    study = a_study(contexts=2, owner=a_researcher())
    made = create_invite(study=study, personal=True, label="Ada Lovelace", now=NOW)
    ada = join(invite=made.invite, known=None, now=NOW)
    Annotator.objects.update(participant="5f0000000000000000000ada", consented_at=NOW, instructed_at=NOW)
    ada.refresh_from_db()
    slot = claim_next(study=study, annotator=ada, now=NOW)
    answer(slot, ada, "left", key="one")
    answer(slot, ada, "right", key="two", now=NOW + timedelta(minutes=1))
    exclude(annotator=ada, because="Ada Lovelace knows the systems", now=NOW)

    judged = forget(annotator=ada, now=NOW, by=a_researcher())

    everything = " ".join(
        str(row) for model in (Annotator, AuditEntry, Invite, Slot, Receipt) for row in model.objects.values()
    )
    assert judged == 1
    assert [word for word in (ada.code, "Lovelace", "5f0000") if word in everything] == []
    assert (Judgment.objects.count(), JudgmentRevision.objects.count(), Annotator.objects.count()) == (0, 0, 0)
    assert study.audit.latest("pk").action == "an annotator was forgotten"
    assert not Invite.objects.get().works(NOW)
    assert judge_all(study, an_annotator(study, "A-BO")) == 2
