from dataclasses import replace

import pytest

from evaluation.reports.sizing_page import cost_said, page_of
from evaluation.stats.planning.latent import Variances
from evaluation.stats.planning.power import Assumed, Design
from evaluation.stats.planning.sizing import Cost, Pay, Wish, size_of

WISH = Wish(Assumed(0.3), Design(50), votes=(1, 3), studies=200)


@pytest.fixture(scope="module")
def page():
    return page_of(size_of(WISH), title="How large", learned="a pilot")


def test_where_lines_stand_is_what_they_cost_and_find(page):
    sized = size_of(WISH)
    most = max(contexts * curve.votes for curve in sized.curves for contexts, _ in curve.points)
    axis = int(page.plot.across[-1].label.replace(",", ""))

    assert axis >= most
    contexts, found = sized.curves[1].points[0]
    assert page.plot.lines[1].dots[0] == (round(100 * contexts * 3 / axis, 2), round(100 * (1 - found.value), 2))
    assert page.plot.own[0] == round(100 * 150 / axis, 2)


def test_every_number_of_the_plot_stands_in_words_and_in_a_table(page):
    assert page.plot.alt.startswith("Power by the number of judgments. 1\u00a0judgment to a context: 80\u00a0% at ")
    curves = next(table for table in page.tables if table.key == "curves")
    assert len(curves.rows) == sum(len(line.dots) for line in page.plot.lines)


def test_what_was_taken_for_granted_closes_the_page(page):
    assert page.paragraphs[-1].replace("\u00a0", " ") == (
        "Taken for granted: 20 % ties and judgments of one context correlating by .23. Learned from a pilot; "
        "200 studies were simulated for each number."
    )


def test_a_power_out_of_reach_asks_for_more_annotators():
    leaning = replace(WISH.assumed, variances=Variances(0.23, annotator=0.3))
    wish = replace(WISH, assumed=leaning, annotators="population", design=Design(50, annotators=6))

    page = page_of(size_of(wish), title="How large")

    said = " ".join(page.paragraphs).replace("\u00a0", " ")
    assert "With 3 judgments to a context and 6 annotators no number of contexts reaches 80 %" in said
    assert "More annotators would." in said
    needed = next(table for table in page.tables if table.key == "needed")
    assert needed.notes() == [("a", "not with 6 annotators")]


def test_a_design_that_can_test_nothing_says_so_and_has_no_interval():
    page = page_of(size_of(replace(WISH, design=Design(4))), title="How large")

    assert "fewer than 6 clusters: nothing can be tested." in page.paragraphs[0]


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (Cost(300, 2.5, None), "300 judgments, 2.5 hours"),
        (Cost(1200, 10.0, 120.4), "1,200 judgments, 10.0 hours, 120 EUR"),
    ],
)
def test_cost_is_said_in_hours_and_pay(cost, said):
    assert cost_said(cost, Pay(currency="EUR")).replace("\u00a0", " ") == said
