"""Kept SQL means the same past Django's cursors: what it brings and changes, what goes wrong, what is rolled back."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from evaluation.judging.assignment import claim_next
from evaluation.judging.prepared import Prepared
from evaluation.judging.sending import ask, change
from evaluation.models import Annotator, Receipt, Study
from tests.cast import NOW
from tests.evaluation.builders import a_study, an_annotator

pytestmark = [pytest.mark.django_db, pytest.mark.db]

CODES = "SELECT code, code LIKE %s FROM evaluation_annotator WHERE study_id = %s AND code LIKE '%%A%%'"


def test_rows_are_brought_with_percent_signs_and_parameters_where_they_belong():
    study = a_study()
    an_annotator(study)

    for start in ("A-%", "B-%", "A-%"):
        assert [tuple(row) for row in ask(connection, CODES, [start, study.pk])] == [("A-ADA", start == "A-%")]


def test_a_change_says_how_many_rows_it_met():
    study = a_study(contexts=2)
    slot = study.slots.first()
    insert = "INSERT INTO evaluation_receipt (key, slot_id, received_at) VALUES (%s, %s, %s)"

    assert change(connection, insert, ["k", slot.pk, NOW], keep=False) == 1
    assert change(connection, "UPDATE evaluation_slot SET comment = %s WHERE study_id = %s", ["50 %", study.pk]) == 2
    assert change(connection, "DELETE FROM evaluation_receipt WHERE key = %s", ["another"]) == 0
    assert (Receipt.objects.get().key, {each.comment for each in study.slots.all()}) == ("k", {"50 %"})


def test_what_the_database_refuses_is_djangos_error_and_undoes_its_block_alone():
    study = a_study(contexts=2)
    slot = study.slots.first()
    insert = "INSERT INTO evaluation_receipt (key, slot_id, received_at) VALUES (%s, %s, %s)"
    change(connection, insert, ["k", slot.pk, NOW])

    def twice():
        with transaction.atomic():
            change(connection, "UPDATE evaluation_slot SET comment = %s", ["lost"])
            change(connection, insert, ["k", slot.pk, NOW])

    with pytest.raises(IntegrityError):
        twice()

    assert {each.comment for each in study.slots.all()} == {""}
    assert ask(connection, "SELECT key FROM evaluation_receipt WHERE slot_id = %s", [slot.pk])[0][0] == "k"


def test_nothing_is_sent_in_a_transaction_that_is_broken():
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            ask(connection, "SELECT 1", [])
        transaction.set_rollback(False)


def test_text_that_is_not_sql_is_refused_as_everywhere():
    with pytest.raises(DatabaseError), transaction.atomic():
        ask(connection, "SELECT nothing FROM nowhere", [])


def test_whoever_counts_statements_counts_these(django_assert_num_queries):
    study = a_study()
    query = Prepared(lambda study: Annotator.objects.filter(study_id=study), study=int)

    with django_assert_num_queries(2):
        query.rows(study=study.pk)
        query.rows(study=study.pk)


def test_on_postgresql_what_comes_again_is_kept_by_the_connection():
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL keeps statements")
    study = a_study(contexts=4)
    for name in ("ada", "ben", "cy", "dee"):
        claim_next(study=study, annotator=an_annotator(study, name), now=NOW)

    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        kept = [statement for (statement,) in cursor.fetchall()]
    assert any(Study._meta.db_table in each and "$1" in each for each in kept)
    assert not any("%s" in each for each in kept)
