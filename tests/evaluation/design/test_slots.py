"""The plan of a study, as properties: what is chosen, and that no side, speaker, domain or trait is favoured."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.design.slots import (
    Candidate,
    PlannedItem,
    PlannedSlot,
    choose_contexts,
    choose_traits,
    pairs_of,
    plan_slots,
)

candidates = st.lists(
    st.builds(
        lambda cluster, depth, domain: Candidate(
            id=f"{domain}/{cluster}#{depth}",
            cluster=f"{domain}/{cluster}",
            domain=domain,
            speaker=depth % 2,
            depth=depth,
        ),
        st.integers(0, 9),
        st.integers(1, 12),
        st.sampled_from(["human", "llm"]),
    ),
    unique_by=lambda each: each.id,
    max_size=60,
)


def the_items(systems: int, contexts: dict[str, int], tied: frozenset[int] = frozenset()) -> list[PlannedItem]:
    items = [
        PlannedItem(f"{domain}{number}", domain, first, second)
        for domain, count in contexts.items()
        for number in range(count)
        for first, second in pairs_of(systems)
    ]
    return [
        PlannedItem(each.context, each.domain, each.first, each.second, tied=place in tied)
        for place, each in enumerate(items)
    ]


def lead(slots: list[bool]) -> int:
    """How much more often the first stood on the left than the second."""
    return 2 * sum(slots) - len(slots)


@given(candidates, st.integers(1, 12), st.integers(1, 3), st.integers(0, 99))
@settings(deadline=None)
def test_no_domain_or_cluster_gives_more_than_it_may_and_none_gives_less_than_it_can(pool, most, per_cluster, seed):
    chosen = choose_contexts(pool, per_domain=most, per_cluster=per_cluster, balance=["speaker", "depth"], seed=seed)

    assert len(set(chosen)) == len(chosen)
    assert set(chosen) <= set(pool)
    assert all(count <= per_cluster for count in Counter(each.cluster for each in chosen).values())
    for domain in {each.domain for each in pool}:
        clusters = Counter(each.cluster for each in pool if each.domain == domain)
        possible = sum(min(count, per_cluster) for count in clusters.values())
        assert sum(each.domain == domain for each in chosen) == min(most, possible)


def test_a_number_of_contexts_far_beyond_what_there_is_takes_no_longer():
    pool = [Candidate(id=f"talk#{number}", cluster="talk", domain="human", speaker=0, depth=1) for number in range(3)]

    # Counted one by one it would take minutes.
    assert len(choose_contexts(pool, per_domain=None, per_cluster=10**9, balance=(), seed=7)) == 3


@given(candidates, st.integers(0, 99), st.randoms())
@settings(deadline=None)
def test_the_choice_depends_on_the_seed_and_not_on_the_order_of_the_files(pool, seed, shuffler):
    shuffled = list(pool)
    shuffler.shuffle(shuffled)

    chosen = [
        choose_contexts(each, per_domain=5, per_cluster=1, balance=["speaker"], seed=seed) for each in (pool, shuffled)
    ]

    assert chosen[0] == chosen[1]


def test_speakers_and_depths_are_balanced_where_that_is_asked_for():
    pool = [
        Candidate(f"{cluster}#{depth}", f"{cluster}", "human", depth % 2, depth)
        for cluster in range(60)
        for depth in range(1, 13)
    ]

    chosen = choose_contexts(pool, per_domain=60, per_cluster=1, balance=["speaker", "depth"], seed=1)

    assert Counter(each.speaker for each in chosen) == {0: 30, 1: 30}
    # Twelve depths in thirds: 1-4, 5-8, 9-12.
    assert Counter((each.depth - 1) // 4 for each in chosen) == {0: 20, 1: 20, 2: 20}


@given(st.integers(2, 7), st.integers(1, 5), st.integers(0, 6), st.integers(0, 7), st.integers(0, 99))
@settings(deadline=None)
def test_every_item_gets_k_slots_and_no_order_of_sides_is_favoured(systems, k, human, llm, seed):
    items = the_items(systems, {"human": human, "llm": llm})

    slots = plan_slots(items, k=k, repeat_share=0, seed=seed)

    numbers = sorted((slot.item, slot.number) for slot in slots)
    assert numbers == [(item, number) for item in range(len(items)) for number in range(k)]
    for place in range(len(items)):
        assert abs(lead([slot.first_on_left for slot in slots if slot.item == place])) == k % 2
    for first, second in pairs_of(systems):
        of_pair = [slot for slot in slots if (items[slot.item].first, items[slot.item].second) == (first, second)]
        assert abs(lead([slot.first_on_left for slot in of_pair])) <= 1
        for domain in ("human", "llm"):
            assert abs(lead([slot.first_on_left for slot in of_pair if items[slot.item].domain == domain])) <= 1
    for system in range(systems):
        on_left = [
            slot.first_on_left == (items[slot.item].first == system)
            for slot in slots
            if system in (items[slot.item].first, items[slot.item].second)
        ]
        assert abs(lead(on_left)) <= 1


@given(st.integers(1, 4), st.integers(0, 99), st.frozensets(st.integers(0, 11)))
@settings(deadline=None)
def test_tied_items_get_no_slot(k, seed, tied):
    items = the_items(2, {"human": 12}, tied)

    slots = plan_slots(items, k=k, repeat_share=0, seed=seed)

    assert Counter(slot.item for slot in slots) == {place: k for place in range(12) if place not in tied}


def test_every_stretch_of_the_order_holds_all_domains_in_proportion_and_one_look_comes_before_the_next():
    items = the_items(2, {"human": 30, "llm": 60})

    slots = plan_slots(items, k=2, repeat_share=0, seed=7)

    assert [slot.number for slot in slots] == [0] * 90 + [1] * 90
    for start in range(0, 180, 9):
        assert Counter(items[slot.item].domain for slot in slots[start : start + 9]) == {"human": 3, "llm": 6}


def test_repeats_come_last_with_their_sides_swapped():
    slots = plan_slots(the_items(2, {"human": 20}), k=2, repeat_share=0.1, seed=7)

    repeats = slots[40:]

    assert len(repeats) == 4
    assert len({slot.repeats for slot in repeats}) == 4
    for slot in repeats:
        before = slots[slot.repeats]
        assert slot == PlannedSlot(before.item, before.number, not before.first_on_left, look=2, repeats=slot.repeats)


def test_another_seed_gives_another_plan_and_the_same_seed_the_same():
    items = the_items(2, {"human": 20})

    plans = [plan_slots(items, k=2, repeat_share=0, seed=seed) for seed in (7, 7, 8)]

    assert plans[0] == plans[1] != plans[2]


def test_traits_are_asked_about_equally_often_and_only_where_they_are_stated():
    both = (("openness", "high"), ("extraversion", "low"))
    contexts = [Candidate(f"c{number}", f"c{number}", "human", 0, 1, both[: number % 3]) for number in range(60)]

    asked = choose_traits(contexts, seed=7)

    # Twenty contexts have none, twenty openness alone, twenty both: those with both make up for the rest.
    assert set(asked) == {each.id for each in contexts if each.traits}
    assert Counter(asked.values()) == {both[0]: 20, both[1]: 20}


@pytest.mark.parametrize(("systems", "pairs"), [(1, 0), (2, 1), (5, 10)])
def test_every_two_systems_make_a_pair(systems, pairs):
    assert len(pairs_of(systems)) == pairs
