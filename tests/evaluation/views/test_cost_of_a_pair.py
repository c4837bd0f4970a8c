"""What a pair costs the server: as many queries for the sixth as for the second, and nobody waits while it is drawn."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from evaluation.models import Slot
from evaluation.views import annotate
from tests.evaluation.views.builders import COHERENCE, NATURALNESS, a_study, entered, form_of
from tests.evaluation.views.sheets import judge_one, send, shown

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
WITHOUT_TRAITS = (NATURALNESS, COHERENCE)


def test_a_page_takes_as_many_queries_for_the_sixth_pair_as_for_the_second(django_assert_max_num_queries):
    study, ada = a_study(pairs=7, criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)
    judge_one(ada)

    with django_assert_max_num_queries(20) as second:
        shown(ada)
    for _ in range(4):
        judge_one(ada)
    with django_assert_max_num_queries(20) as sixth:
        shown(ada)

    assert len(sixth) == len(second)


def test_a_submit_that_brings_the_next_pair_takes_as_many_queries_for_the_sixth_as_for_the_second(
    django_assert_max_num_queries,
):
    study, ada = a_study(pairs=8, criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)
    judge_one(ada)
    taken = []

    for _ in range(5):
        form = form_of(shown(ada))
        # PostgreSQL is told to hold the study, too.
        with django_assert_max_num_queries(23) as queries:
            answered = send(ada, form, naturalness="left", coherence="tie", headers=HTMX)
        taken.append(len(queries))
        assert form_of(answered.content.decode())["pair"] != form["pair"]

    assert taken == [taken[0]] * 5


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_their_turn_while_the_next_page_is_drawn(monkeypatch):
    study, ada = a_study(pairs=3, criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)
    form, drawn = form_of(shown(ada)), []

    def drawing(request, template, page, **more):
        drawn.append((template, connection.in_atomic_block, Slot.objects.answered().count()))
        return HttpResponse()

    monkeypatch.setattr(annotate, "render", drawing)
    send(ada, form, naturalness="left", coherence="tie", headers=HTMX)

    assert drawn == [("evaluation/annotate/_next.html", False, 1)]
