"""Prepared queries mean what the ORM makes of the same queries, whatever stood in for their parameters."""

from datetime import datetime, timedelta

import pytest

from evaluation.judging.assignment import claim_next, personal_progress
from evaluation.judging.prepared import Prepared, PreparedDelete, PreparedUpdate, insert_all
from evaluation.judging.reading import COUNTED, held_annotator, own_looks, page_slot
from evaluation.models import Annotator, Draft, Receipt, Slot
from tests.cast import NOW
from tests.evaluation.builders import THREE_CRITERIA, a_study, an_annotator, answer

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_rows_are_the_querysets_rows_each_time_with_the_values_of_that_time():
    def held(study, now):
        return Slot.objects.filter(study_id=study, leased_until__gt=now).select_related("item__context").order_by("pk")

    query = Prepared(held, study=int, now=datetime)
    one, other = a_study("snow", contexts=3), a_study("rain", contexts=2)
    for study in (one, other):
        claim_next(study=study, annotator=an_annotator(study), now=NOW)

    for study, now in ((one, NOW), (other, NOW), (one, NOW + timedelta(days=1))):
        found, expected = query.rows(study=study.pk, now=now), list(held(study.pk, now))
        assert [vars(each) | {"_state": None} for each in found] == [vars(each) | {"_state": None} for each in expected]
        assert [each.item.context.turns for each in found] == [each.item.context.turns for each in expected]


def test_values_are_read_as_the_orm_reads_them():
    def codes(study):
        return Annotator.objects.filter(study_id=study).order_by("pk").values_list("code", "consented_at")

    study = a_study()
    an_annotator(study)

    assert Prepared(codes, study=int).rows(study=study.pk) == list(codes(study.pk)) == [("A-ADA", NOW)]


def test_an_update_meets_the_same_rows_and_says_how_many():
    study = a_study(contexts=3)
    rename = PreparedUpdate(
        lambda study, comment: (Slot.objects.filter(study_id=study, position__gt=0), {"comment": comment}),
        study=int,
        comment=str,
    )

    assert rename.run(study=study.pk, comment="it's 100% %s") == 2
    assert list(study.slots.order_by("position").values_list("comment", flat=True)) == ["", *["it's 100% %s"] * 2]


def test_what_is_inserted_and_deleted_is_what_the_orm_would():
    study = a_study(contexts=2)
    first, second = study.slots.order_by("position")
    insert_all([Draft(slot=each, answers={"naturalness": "left"}, saved_at=NOW) for each in (first, second)])

    assert PreparedDelete(lambda slot: Draft.objects.filter(slot_id=slot), slot=int).run(slot=first.pk) == 1
    [left] = Draft.objects.all()
    assert (left.slot, left.answers, left.saved_at) == (second, {"naturalness": "left"}, NOW)


def test_a_query_that_cannot_be_prepared_is_refused():
    with pytest.raises(ValueError, match="a parameter for key"):
        Prepared(lambda key: Receipt.objects.all(), key=str).rows(key="k")
    with pytest.raises(ValueError, match="that nothing refers to"):
        PreparedDelete(lambda slot: Slot.objects.filter(pk=slot), slot=int).run(slot=1)
    with pytest.raises(TypeError, match="key: expected str, got None"):
        Prepared(lambda key: Receipt.objects.filter(key=key), key=str).rows(key=None)


def test_a_slot_read_for_its_page_needs_no_more_queries(django_assert_num_queries):
    study = a_study(contexts=1, criteria=THREE_CRITERIA, traits={"extraversion": "high"})
    ada = an_annotator(study)
    slot = answer(claim_next(study=study, annotator=ada, now=NOW), ada)

    found = page_slot(slot.pk, study)

    with django_assert_num_queries(0):
        assert [each.key for each in found.study.criteria.all()] == ["naturalness", "coherence", "trait_consistency"]
        assert [each.criterion.key for each in found.judgments.all()] == [
            "naturalness",
            "coherence",
            "trait_consistency",
        ]
        assert found.left().text
    assert [(each.slot, each.answered) for each in own_looks(ada)] == [(slot.pk, True)]


def test_of_very_many_open_pairs_it_is_only_known_that_there_are_more():
    study = a_study(contexts=COUNTED + 1)
    ada = held_annotator(an_annotator(study), study.pk)

    assert (personal_progress(annotator=ada).left, personal_progress(annotator=ada).more) == (COUNTED, True)
