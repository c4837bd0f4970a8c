"""Sixteen threads, and then 64, claim and submit on a real database, and every submit is sent twice."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models import Count, F

from evaluation.items.questions import sheets_of
from evaluation.judging.assignment import claim_next
from evaluation.judging.submitting import lock, submit
from evaluation.models import Annotator, Item, Judgment, Receipt, Study
from tests.cast import NOW
from tests.evaluation.builders import THREE_CRITERIA, a_context, a_slot, a_study, an_annotator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]

THREADS, ANNOTATORS, CONTEXTS, K, SHARE = 16, 8, 12, 3, 0.25
CHOICES = ("left", "tie", "right")


def choice_of(annotator: int, slot: int, place: int) -> str:
    """What an annotator picks: fixed, so that what is stored can be compared with what was sent."""
    return CHOICES[(annotator + slot + place) % 3]


def patiently(verb: Callable[..., Any], **said: Any) -> Any:
    """Ask again where SQLite's lock did not come in time, as the page's script does."""
    while True:
        try:
            return verb(**said)
        except OperationalError as error:
            if "locked" not in str(error):
                raise


def judge_until_nothing_is_left(study: Study, annotator: Annotator, together: threading.Barrier) -> int:
    done = 0
    try:
        together.wait(timeout=30)
        while slot := patiently(claim_next, study=study, annotator=annotator, now=NOW):
            sheets = [
                {question.field: choice_of(annotator.pk, slot.pk, question.criterion.position) for question in sheet}
                for sheet in sheets_of(slot)
            ]
            for _ in range(2):
                patiently(lock, slot_id=slot.pk, annotator=annotator, answers=sheets[0], now=NOW)
            for _ in range(2):
                patiently(
                    submit,
                    slot_id=slot.pk,
                    annotator=annotator,
                    key=f"key-{slot.pk}",
                    answers=sheets[-1],
                    seconds=5.0,
                    layout="side-by-side",
                    now=NOW,
                )
            done += 1
    finally:
        connection.close()
    return done


def test_no_item_goes_over_k_and_no_judgment_is_lost_or_doubled():
    # Each annotator sits at two devices at once, so two threads race for every slot of the same person too.
    study = a_study(contexts=CONTEXTS, k=K, criteria=THREE_CRITERIA, traits={"extraversion": "high"}, max_share=SHARE)
    annotators = [an_annotator(study, f"A-{number}") for number in range(ANNOTATORS)]
    # Somebody claimed these and left yesterday.
    gone = an_annotator(study, "A-GONE")
    for slot in study.slots.order_by("position")[:5]:
        study.slots.filter(pk=slot.pk).update(annotator=gone, leased_until=NOW - timedelta(days=1))
    together = threading.Barrier(THREADS)

    with ThreadPoolExecutor(THREADS) as pool:
        running = [
            pool.submit(judge_until_nothing_is_left, study, annotators[number % ANNOTATORS], together)
            for number in range(THREADS)
        ]
        for each in running:
            each.result()

    answered = list(study.slots.answered().values_list("pk", "item", "context", "annotator"))
    assert len(answered) == CONTEXTS * K
    assert set(Counter(item for _, item, _, _ in answered).values()) == {K}
    assert len({(context, annotator) for _, _, context, annotator in answered}) == len(answered)
    assert max(Counter(annotator for *_, annotator in answered).values()) <= SHARE * CONTEXTS * K
    expected = {
        (slot, position, annotator, choice_of(annotator, slot, position))
        for slot, _, _, annotator in answered
        for position in range(len(THREE_CRITERIA))
    }
    stored = list(Judgment.objects.values_list("slot", "criterion__position", "annotator", "choice"))
    assert len(stored) == len(expected)
    assert set(stored) == expected
    assert Receipt.objects.count() == len(answered)


CROWD, MANY_CONTEXTS, REPEATS, CHECKS = 64, 24, 8, 6


def test_64_annotators_at_once_with_checks_and_repeats_take_each_slot_once():
    # Everybody asks at the same moment; check pairs are made while others make theirs, repeats wait for their own.
    study = a_study(
        contexts=MANY_CONTEXTS,
        k=K,
        criteria=THREE_CRITERIA,
        traits={"extraversion": "high"},
        seed=11,
        design={"checks": {"share": 0.34}},
    )
    for each in study.slots.filter(number=0).order_by("position")[:REPEATS]:
        a_slot(study, item=each.item, number=0, look=2, repeats=each, swapped=each.first_on_left)
    for _ in range(CHECKS):
        [item] = a_context(study, traits={"extraversion": "high"})
        Item.objects.filter(pk=item.pk).update(is_check=True, expected={"coherence": "first"})
    people = [an_annotator(study, f"A-{number}") for number in range(CROWD)]
    together = threading.Barrier(CROWD)

    with ThreadPoolExecutor(CROWD) as pool:
        running = [pool.submit(judge_until_nothing_is_left, study, each, together) for each in people]
        done = sum(each.result() for each in running)

    answered = study.slots.answered()
    real = answered.filter(look=1, item__is_check=False)
    assert done == answered.count()
    assert Counter(Counter(real.values_list("item", flat=True)).values()) == {K: MANY_CONTEXTS}
    assert list(answered.values_list("context", "annotator", "look").annotate(n=Count("pk")).filter(n__gt=1)) == []
    # A repeat is of its own annotator, and each that could be asked was.
    repeats = answered.filter(look=2)
    assert repeats.exclude(annotator=F("repeats__annotator")).count() == 0
    assert repeats.count() == REPEATS
    # Looks at check pairs, made at the same time, are all different, and nobody saw one twice.
    checks = answered.filter(item__is_check=True)
    assert checks.count() > CHECKS
    assert len(set(checks.values_list("item", "number"))) == len(set(checks.values_list("item", "annotator")))
    assert len(set(checks.values_list("item", "number"))) == checks.count()
    assert Receipt.objects.count() == answered.count()
    assert Judgment.objects.count() == len(THREE_CRITERIA) * answered.count()
