from math import log

import pytest

from evaluation.stats.data.games import games_of
from evaluation.stats.preferences.ranking import bradley_terry
from tests.evaluation.stats.builders import a_judgment

# Citations among statistics journals 1987/88 (Stigler 1994; Agresti, Categorical Data Analysis, table 10.3):
# how often the first is cited by the second, and the second by the first.
CITATIONS = {
    ("Biometrika", "Comm Statist"): (730, 33),
    ("Biometrika", "JASA"): (498, 320),
    ("Biometrika", "JRSS-B"): (221, 284),
    ("Comm Statist", "JASA"): (68, 813),
    ("Comm Statist", "JRSS-B"): (17, 276),
    ("JASA", "JRSS-B"): (142, 325),
}


def games(results, *, contexts=10):
    """A judgment for each win, dealt over so many contexts."""
    rows = []
    for (one, other), wins in results.items():
        for winner, number in zip((one, other, "tie"), wins, strict=False):
            rows += [
                a_judgment(winner, context=f"{len(rows) + game}:{(len(rows) + game) % contexts}", first=one,
                           second=other, cluster=f"talk-{(len(rows) + game) % contexts}", annotator=f"a{game}")
                for game in range(number)
            ]  # fmt: skip
    return rows


def ranking(rows, *, systems, seed):
    return bradley_terry(games_of(rows, systems=systems), systems=systems, seed=seed)


def test_the_journals_have_the_published_strengths():
    found = ranking(games(CITATIONS), systems=("Biometrika", "Comm Statist", "JASA", "JRSS-B"), seed=7)

    # The R package BradleyTerry2 documents, relative to Biometrika: -2.94907, -0.47957, 0.26895.
    relative = {name: found[name].value - found["Biometrika"].value for name in found}
    assert relative == pytest.approx(
        {"JRSS-B": 0.26895, "Biometrika": 0.0, "JASA": -0.47957, "Comm Statist": -2.94907}, abs=5e-6
    )
    assert list(found) == ["JRSS-B", "Biometrika", "JASA", "Comm Statist"]
    assert sum(estimate.value for estimate in found.values()) == pytest.approx(0.0, abs=1e-12)


def test_a_tie_is_half_a_win_for_either():
    # Two wins and two ties of four are three wins to one: log strengths apart by log 3.
    found = ranking(games({("a", "b"): (2, 0, 2), ("b", "c"): (1, 1, 0)}), systems=("a", "b", "c"), seed=7)

    assert found["a"].value - found["b"].value == pytest.approx(log(3))
    assert found["b"].value == pytest.approx(found["c"].value)


def test_a_system_that_never_loses_has_no_strength():
    found = ranking(games({("a", "b"): (5, 0), ("b", "c"): (3, 3)}), systems=("a", "b", "c"), seed=7)

    assert {estimate.value for estimate in found.values()} == {None}
    assert "never lost" in found["a"].reason


def test_a_bound_that_resamples_leave_open_is_none_and_counted():
    # A single lost game of a: many resamples miss it.
    found = ranking(games({("a", "b"): (19, 1), ("b", "c"): (10, 10)}, contexts=20), systems="abc", seed=7)["a"]

    assert found.high is None
    assert found.low is not None
    assert found.reason.startswith("open: high")
    # A resample misses a cluster with a chance of (19/20)^20 = .358.
    assert found.more["separated_resamples"] == pytest.approx(358, abs=60)


def test_few_clusters_have_no_interval():
    found = ranking(games({("a", "b"): (3, 2), ("b", "c"): (3, 2)}, contexts=3), systems="abc", seed=7)

    assert found["a"].reason == "fewer than 6 clusters: no interval"
