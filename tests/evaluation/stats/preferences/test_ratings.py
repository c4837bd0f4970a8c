import pytest

from evaluation.stats.data.declared import DeclaredCriterion
from evaluation.stats.data.outcomes import UnknownChoice
from evaluation.stats.preferences.ratings import rated_systems
from tests.evaluation.stats.builders import a_rating

COHERENCE = DeclaredCriterion("coherence", "Coherence", "?", scale="rating", options=(), low=1, high=5)


def rows_of(ratings, *, system="pt"):
    return [a_rating(rating, system=system, context=f"talk-{number}") for number, rating in enumerate(ratings)]


def test_a_system_has_a_mean_with_an_interval_and_a_distribution():
    rows = rows_of("4435241443") + rows_of("22", system="p")

    found = rated_systems(rows, COHERENCE, systems=("p", "pt"), seed=7)

    assert list(found) == ["p", "pt"]
    assert (found["pt"].n, found["pt"].mean.value) == (10, pytest.approx(3.4))
    assert found["pt"].distribution == {"1": 1, "2": 1, "3": 2, "4": 5, "5": 1}
    assert 1 <= found["pt"].mean.low < 3.4 < found["pt"].mean.high <= 5


def test_a_mean_never_leaves_the_scale():
    found = rated_systems(rows_of("5" * 12), COHERENCE, systems=(), seed=7)["pt"].mean

    # Clopper-Pearson: at least .735 of all clusters are at 5, the others may be at 1.
    share = 0.025 ** (1 / 12)
    assert (found.low, found.high) == pytest.approx((5 * share + 1 * (1 - share), 5.0))


def test_labels_have_no_mean():
    criterion = DeclaredCriterion("mood", "Mood", "?", scale="label", options=("warm", "cold"))

    found = rated_systems([a_rating("warm")], criterion, systems=(), seed=7)["pt"]

    assert (found.mean.value, found.mean.reason, found.distribution) == (None, "labels have no mean", {"warm": 1})


def test_a_rating_that_is_no_number_is_refused():
    with pytest.raises(UnknownChoice, match="expected a number or 'cannot_judge' as a rating, got 'good'"):
        rated_systems([a_rating("good")], COHERENCE, systems=(), seed=7)
