from dataclasses import replace

import numpy as np
import pytest

from evaluation.stats.inference.two_way import two_way
from evaluation.stats.planning.latent import Variances
from evaluation.stats.planning.power import Assumed, Design, Places, deal, power, two_way_p_below

SIX = 0.05 / 6


@pytest.mark.parametrize(
    ("contexts", "level", "expected"), [(100, 0.05, 0.57), (100, SIX, 0.32), (200, 0.05, 0.90), (200, SIX, 0.69)]
)
def test_power_is_that_of_earlier_simulations(contexts, level, expected):
    # The design's reference: 3 judgments to a context, net preference .14; here with 20 % ties and agreement .23.
    found = power(Design(contexts, votes=3), Assumed(0.14), level=level, seed=7, studies=2_000)

    assert found.value == pytest.approx(expected, abs=0.035)


def test_without_a_difference_the_test_keeps_its_level():
    found = power(
        Design(60, contexts_per_cluster=4), Assumed(0.0, variances=Variances(0.3, 0.1)), seed=3, studies=2_000
    )

    # 15 clusters: exact, so never above 5 % but for the chance of 2,000 studies (two standard errors are 1 point).
    assert found.value < 0.06


def test_leanings_deceive_the_test_for_these_annotators_and_not_the_one_for_a_population():
    leaning = Assumed(0.0, variances=Variances(0.23, annotator=0.03))
    design = Design(100, annotators=6)

    these = power(design, leaning, seed=7)
    general = power(design, leaning, annotators="population", seed=7)

    assert these.value > 0.1
    assert general.value < 0.06


def test_the_two_way_test_of_many_studies_is_that_of_one():
    rng = np.random.default_rng(2)
    design = Design(30, annotators=8, contexts_per_cluster=3)
    places = deal(design, rng)
    scores = rng.integers(-1, 2, (40, design.judgments)) + (rng.random((40, 1)) < 0.5)
    there = rng.random(scores.shape) > 0.2

    found = two_way_p_below(scores, there, places, 0.2)

    one_by_one = [
        two_way(
            row[kept],
            domain=np.zeros(kept.sum(), dtype=np.int64),
            cluster=places.cluster[kept],
            annotator=places.annotator[kept],
        )
        .test()
        .p
        for row, kept in zip(scores, there, strict=True)
    ]
    assert found.tolist() == [p <= 0.2 for p in one_by_one]
    assert 0 < found.sum() < 40


def test_every_context_has_different_annotators_and_everybody_as_much():
    places = deal(Design(50, votes=3, annotators=7), np.random.default_rng(1))

    assert all(len(set(places.annotator[places.context == context])) == 3 for context in range(50))
    loads = np.bincount(places.annotator)
    assert loads.max() - loads.min() <= 1
    assert isinstance(places, Places)


def test_more_of_anything_finds_more_and_lost_judgments_less():
    base = Design(100, votes=3)

    def found(design):
        return power(design, Assumed(0.14), seed=7).value

    assert found(base) < found(replace(base, contexts=200))
    assert found(base) < found(replace(base, votes=6))
    assert found(base) > found(replace(base, missing=0.4))
    assert found(base) > found(replace(base, excluded=0.4))


def test_the_same_seed_gives_the_same_power_and_either_direction_the_same_chance():
    def once(net):
        return power(Design(60), Assumed(net), seed=4, studies=500).value

    assert once(0.2) == once(0.2)
    assert once(0.2) == pytest.approx(once(-0.2), abs=0.07)


def test_designs_that_can_test_nothing_say_so():
    assert power(Design(5), Assumed(0.2), seed=1).reason == "fewer than 6 clusters: nothing can be tested"
    few = power(Design(50, annotators=4), Assumed(0.2), annotators="population", seed=1)
    assert few.reason == "fewer than 5 annotators: nothing can be tested"


@pytest.mark.parametrize(
    ("design", "complaint"),
    [
        (Design(0), "contexts: expected at least 1"),
        (Design(10, votes=4, annotators=3), "4 votes for each context need as many annotators; there are 3"),
        (Design(10, missing=1.0), "missing: expected a share from 0 to 1"),
    ],
)
def test_designs_that_cannot_be_are_refused(design, complaint):
    with pytest.raises(ValueError, match=complaint):
        power(design, Assumed(0.1), seed=1)
