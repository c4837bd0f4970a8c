"""A study is closed while people submit: what was acknowledged is counted, and what comes after is refused."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from evaluation.annotators.excluding import exclude
from evaluation.judging.assignment import claim_next
from evaluation.judging.submitting import StudyNotOpen, submit
from evaluation.models import Annotator, Slot, Study
from evaluation.studies.holding import hold_alone, hold_with_others
from evaluation.studies.life import close_study
from tests.cast import NOW
from tests.evaluation.builders import a_study, an_annotator, judge_all

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
LATER = NOW + timedelta(minutes=1)


def test_nothing_is_held_without_a_transaction_to_hold_it():
    for hold in (hold_alone, hold_with_others):
        with pytest.raises(RuntimeError, match="there is none"):
            hold(1)


def submit_left(slot: Slot, annotator: Annotator) -> Slot:
    return submit(
        slot_id=slot.pk,
        annotator=annotator,
        key=f"key-{slot.pk}",
        answers={"naturalness": "left"},
        seconds=5.0,
        layout="side-by-side",
        now=NOW,
    )


def test_a_close_waits_for_the_submit_under_way_and_counts_it():
    study = a_study(contexts=2, k=1)
    ada = an_annotator(study)
    slot = claim_next(study=study, annotator=ada, now=NOW)
    assert slot is not None
    written, go_on = threading.Event(), threading.Event()

    def submitting() -> None:
        try:
            with transaction.atomic():
                submit_left(slot, ada)
                written.set()
                go_on.wait(timeout=30)
        finally:
            connection.close()

    def closing() -> int:
        try:
            close_study(study=Study.objects.get(pk=study.pk), now=LATER)
            return study.slots.answered().count()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        submitted = pool.submit(submitting)
        assert written.wait(timeout=30)
        closed = pool.submit(closing)
        with pytest.raises(TimeoutError):
            closed.result(timeout=0.5)
        go_on.set()
        submitted.result(timeout=30)
        counted_at_the_close = closed.result(timeout=30)

    assert counted_at_the_close == 1
    with pytest.raises(StudyNotOpen):
        submit(
            slot_id=slot.pk,
            annotator=ada,
            key="changed my mind",
            answers={"naturalness": "right"},
            seconds=5.0,
            layout="",
            now=LATER,
        )


def test_whatever_was_acknowledged_when_many_submit_is_there_at_the_close_and_nothing_more_comes():
    study = a_study(contexts=40, k=1)
    people = [an_annotator(study, f"A-{number}") for number in range(8)]
    acknowledged: list[int] = []
    together = threading.Barrier(len(people) + 1)

    def judging(annotator: Annotator) -> bool:
        try:
            together.wait(timeout=30)
            while slot := claim_next(study=study, annotator=annotator, now=NOW):
                submit_left(slot, annotator)
                acknowledged.append(slot.pk)
        except StudyNotOpen:
            return True
        finally:
            connection.close()
        return False

    def closing() -> set[int]:
        try:
            together.wait(timeout=30)
            close_study(study=Study.objects.get(pk=study.pk), now=LATER)
            return set(study.slots.answered().values_list("pk", flat=True))
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people) + 1) as pool:
        running = [pool.submit(judging, each) for each in people]
        there_at_the_close = pool.submit(closing).result(timeout=60)
        for each in running:
            each.result(timeout=60)

    assert set(study.slots.answered().values_list("pk", flat=True)) == there_at_the_close
    assert set(acknowledged) == there_at_the_close


def test_two_who_judged_the_same_pairs_are_left_out_at_once():
    study = a_study(contexts=6, k=2)
    ada, bo = an_annotator(study, "A-ADA"), an_annotator(study, "A-BO")
    judge_all(study, ada)
    judge_all(study, bo)
    together = threading.Barrier(2)

    def leaving_out(annotator: Annotator) -> None:
        try:
            together.wait(timeout=30)
            exclude(annotator=annotator, because="they sat together", now=LATER)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(leaving_out, person) for person in (ada, bo)]:
            each.result(timeout=30)

    assert study.slots.filter(stands_for__isnull=False).count() == 12
