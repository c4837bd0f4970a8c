"""The background page's answers: no key, order or time leads back, and no cell of a report is small."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.annotators.background import BadBackground, background_of, keep_background, merged
from evaluation.models import Background, Study
from evaluation.stats.data.conduct import SMALLEST_CELL
from tests.cast import NOW
from tests.evaluation.builders import a_study, an_annotator

ASKED = {"background": ["language", "age_band"]}


@pytest.mark.django_db
def test_neither_key_nor_order_tells_who_came_when():
    study = a_study(design=ASKED)
    bands = ["18-24", "25-34", "35-44", "45-54"]

    seen = []
    for number in range(12):
        keep_background(annotator=an_annotator(study, f"A-{number}"), answers={"age_band": bands[number % 4]}, now=NOW)
        seen.append(list(Background.objects.order_by("pk").values_list("pk", "answers")))

    order = [answers["age_band"] for _pk, answers in seen[-1]]
    assert sorted(order) == sorted(bands * 3)
    assert order != bands * 3
    # With every answer all are written anew: no key lives on by which the newest could be told.
    assert all(not {pk for pk, _ in before} & {pk for pk, _ in after} for before, after in pairwise(seen))


@pytest.mark.django_db
def test_counts_are_shown_once_the_study_is_closed_and_not_before():
    study = a_study(design=ASKED)
    for number in range(14):
        band = "25-34" if number < 7 else "65+" if number < 9 else ""
        keep_background(annotator=an_annotator(study, f"A-{number}"), answers={"age_band": band}, now=NOW)

    while_open = background_of(study)
    study.state = Study.State.CLOSED
    closed = background_of(study)

    assert while_open == {}
    # Two of 65 or more and five who did not say are one cell of seven.
    assert closed["Age"] == [("25-34", 7), ("65 or more or not said", 7)]
    assert closed["First language"] == [("not said", 14)]


@pytest.mark.django_db
def test_what_is_not_asked_is_refused_and_nothing_kept():
    study = a_study(design=ASKED)
    ada = an_annotator(study)

    with pytest.raises(BadBackground, match="age_band: expected one of 18-24"):
        keep_background(annotator=ada, answers={"age_band": "old"}, now=NOW)

    ada.refresh_from_db()
    assert (ada.background_at, Background.objects.count()) == (None, 0)


cells = st.lists(st.integers(1, 12), min_size=1, max_size=7).map(
    lambda counts: [(f"answer {place}", count) for place, count in enumerate(counts)]
)


@given(cells)
def test_no_cell_is_small_and_nobody_is_lost(given_cells):
    total = sum(count for _words, count in given_cells)

    shown = merged(given_cells)

    if total < SMALLEST_CELL:
        assert shown == [("fewer than 5", 0)]
    else:
        assert sum(count for _words, count in shown) == total
        assert all(count >= SMALLEST_CELL for _words, count in shown)
