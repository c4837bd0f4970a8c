"""Personas divided among splits."""

import random

import pytest

from generation.corpus.dividing import Graph, divide


def losses(graph: Graph, sides: list[int]) -> int:
    return sum(sides[first] != sides[second] for first, second in graph.links)


def kept(graph: Graph, sides: list[int], splits: int) -> list[int]:
    together = [sides[first] for first, second in graph.links if sides[first] == sides[second]]
    return [together.count(side) for side in range(splits)]


def a_tangle(personas: int, meetings: int, seed: int) -> Graph:
    """Personas who meet at random, as crowd workers were given theirs."""
    rng = random.Random(seed)
    return Graph(personas, [(rng.randrange(personas), rng.randrange(personas)) for _ in range(meetings)])


def test_groups_are_the_dialogues_that_hang_together():
    graph = Graph(personas=7, links=[(0, 1), (2, 3), (1, 4), (3, 2), (5, 6), (0, 4)])

    assert [list(group) for group in graph.groups()] == [[0, 2, 5], [1, 3], [4]]


def test_someone_who_meets_themselves_is_a_group():
    assert [list(group) for group in Graph(personas=2, links=[(0, 0), (1, 1)]).groups()] == [[0], [1]]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shares", [(0, 0.5, 0.5), (0.8, 0.1, 0.1)])
def test_a_tangle_is_cut_near_its_shares_with_far_fewer_losses_than_by_lot(shares, seed):
    # As many meetings per persona as in PersonaChat's validation split (1,000 of 541 personas).
    graph = a_tangle(270, 500, seed)

    sides = divide(graph, shares=shares, seed=seed)

    counts = kept(graph, sides, 3)
    assert all(abs(count / sum(counts) - share) <= 0.02 for count, share in zip(counts, shares, strict=True))
    # Drawn by lot, two personas are on one side with the probability of the sum of squared shares.
    by_lot = len(graph.links) * (1 - sum(share**2 for share in shares))
    assert losses(graph, sides) < by_lot / 2


def test_planted_communities_are_found():
    # Two crowds of forty, each of which meets within itself two hundred times, and six meetings across.
    rng = random.Random(1)
    within = [(rng.randrange(40) + crowd, rng.randrange(40) + crowd) for crowd in (0, 40) for _ in range(200)]
    across = [(rng.randrange(40), 40 + rng.randrange(40)) for _ in range(6)]
    graph = Graph(80, within + across)

    sides = divide(graph, shares=(0.5, 0.5), seed=3)

    assert losses(graph, sides) == 6


def test_ten_thousand_dialogues_are_divided_in_seconds():
    graph = a_tangle(6_000, 10_907, 1)

    sides = divide(graph, shares=(0.8, 0.1, 0.1), seed=7)

    assert kept(graph, sides, 3)[0] > 0.79 * (len(graph.links) - losses(graph, sides))
