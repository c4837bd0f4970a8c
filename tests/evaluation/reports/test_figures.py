import pytest

from evaluation.reports.figures import (
    Segment,
    Whisker,
    agreement_plot,
    heat_map,
    preference_plots,
    ranking_plot,
    side_plot,
)
from evaluation.reports.places import places
from tests.evaluation.reports.builders import a_place, a_statistic, an_analysis


def test_a_bar_has_the_first_system_where_its_side_of_the_axis_is_and_no_gap():
    (plot,) = preference_plots(places(an_analysis()))

    # 45, 25 and 20 of 90 judgments.
    assert plot.rows[0].segments == (
        Segment("second", 0.0, 22.22, "22\u00a0%"),
        Segment("tie", 22.22, 27.78, "28\u00a0%"),
        Segment("first", 50.0, 50.0, "50\u00a0%"),
    )


def test_net_preference_lies_on_an_axis_as_wide_as_the_widest_interval_needs():
    (plot,) = preference_plots(places(an_analysis()))

    # The axis runs from -50 to +50 points, so .31 lies at (.31 + .5) / 1.
    assert [tick.label for tick in plot.ticks] == ["−50", "0", "+50"]
    assert plot.rows[0].whisker == Whisker(at=81.0, low=72.0, high=90.0)


def test_a_criterion_is_named_once_for_all_its_domains():
    (plot,) = preference_plots(places(an_analysis()))

    assert [(row.label, row.sublabel, row.leads) for row in plot.rows] == [
        ("Naturalness", "personachat", True),
        ("Naturalness", "synthetic", False),
        ("Coherence", "personachat", True),
        ("Coherence", "synthetic", False),
    ]


def test_a_plot_says_in_words_what_it_shows():
    (plot,) = preference_plots(places(an_analysis()))

    assert (
        "Naturalness, personachat, pt against p: 45 for pt, 25 ties, 20 for p; net preference +31 (+22 to +40)."
        in plot.alt
    )


def test_a_missing_interval_is_given_with_its_reason_and_no_whisker():
    analysis = an_analysis()
    domains = analysis["criteria"]["naturalness"]["comparisons"][0]["domains"]
    domains["personachat"] = a_place(a_statistic(0.5, reason="fewer than 6 clusters: no interval"))

    (plot,) = preference_plots(places(analysis))

    assert plot.rows[0].whisker == Whisker(at=100.0)
    assert plot.reasons == ["Fewer than 6 clusters: no interval (Naturalness personachat, Coherence personachat)."]


def test_several_comparisons_share_one_plot_for_each_criterion():
    analysis = an_analysis()
    comparisons = analysis["criteria"]["naturalness"]["comparisons"]
    whole = {"all": a_place(a_statistic(0.1, 0.0, 0.2)), **comparisons[0]["domains"]}
    analysis["criteria"] = {
        "naturalness": {
            "comparisons": [
                {"first": first, "second": second, "domains": whole} for first, second in (("a", "b"), ("a", "c"))
            ]
        }
    }

    (plot,) = preference_plots(places(analysis))

    assert [(row.label, row.sublabel) for row in plot.rows] == [("a", "against b"), ("a", "against c")]


def test_an_alpha_below_the_axis_is_drawn_open():
    analysis = an_analysis()
    analysis["criteria"]["naturalness"]["agreement"] = {
        "all": {"alpha_nominal": a_statistic(0.1, -0.4, 0.3), "alpha_ordinal": a_statistic(0.2, 0.1, 0.4)}
    }

    plot = agreement_plot(analysis)

    # From -.2 to 1: .1 lies at .3 / 1.2.
    assert plot is not None
    assert plot.rows[0].whisker == Whisker(at=25.0, low=0.0, high=41.67, open_low=True)
    assert (plot.rows[0].text, plot.rows[0].detail) == (".10", "−.40 to .30")


def test_without_any_agreement_there_is_no_plot_of_it():
    assert agreement_plot(an_analysis()) is None


def test_systems_are_ranked_from_the_strongest_and_a_bound_that_is_open_is_drawn_so():
    plot = ranking_plot({"weak": a_statistic(-1.0, None, -0.5), "strong": a_statistic(1.0, 0.5, 1.0)}, title="Strength")

    assert plot is not None
    assert [row.label for row in plot.rows] == ["strong", "weak"]
    assert plot.rows[1].whisker == Whisker(at=0.0, low=0.0, high=25.0, open_low=True)
    assert plot.rows[1].detail == "open to −0.50"


def test_a_heat_map_has_a_cell_on_either_side_for_every_pair_that_was_judged():
    analysis = an_analysis()

    found = [place for place in places(analysis) if place.criterion == "naturalness"][:1]
    heat = heat_map(found, ["pt", "p", "never"], title="Each against each")

    # pt is 31 points ahead of p: row 0, column 1; and behind from the other side.
    assert heat is not None
    assert heat.paths == (("behind", "M0 1h1v1h-1z"), ("ahead", "M1 0h1v1h-1z"))
    assert heat.hatched == "M0 1h1v1h-1z"


def test_sides_are_shown_for_all_and_for_each_annotator():
    plot = side_plot(
        {
            "side_bias": a_statistic(0.53, 0.45, 0.61),
            "annotators": {
                "A-ADA": {"share_left": a_statistic(0.5, 0.3, 0.7)},
                "A-BO": {"share_left": {"value": None}},
            },
        }
    )

    assert plot is not None
    assert [(row.label, row.text.replace("\u00a0", " ")) for row in plot.rows] == [
        ("All", "53 %"),
        ("A-ADA", "50 %"),
        ("A-BO", ""),
    ]


@pytest.mark.parametrize("bias", [{}, {"value": None, "reason": "not known"}])
def test_unknown_sides_have_no_plot(bias):
    assert side_plot({"side_bias": bias}) is None
