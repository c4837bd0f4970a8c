"""More slots: sides stay balanced over what stands and what comes, whatever stood."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from evaluation.design.extended import Standing, plan_more_slots
from evaluation.design.slots import PlannedItem, plan_slots

DOMAINS = ("sea", "snow")


def some_items(count: int, systems: int = 2) -> list[PlannedItem]:
    pairs = [(first, second) for first in range(systems) for second in range(first + 1, systems)]
    return [
        PlannedItem(context=f"c{number}", domain=DOMAINS[number % 2], first=first, second=second)
        for number in range(count)
        for first, second in pairs
    ]


@given(
    contexts=st.integers(1, 12),
    more=st.integers(0, 12),
    k=st.integers(1, 4),
    further=st.integers(0, 3),
    systems=st.integers(2, 3),
    seed=st.integers(0, 99),
)
def test_every_item_has_k_slots_and_either_order_equally_often_over_what_stands_and_what_comes(
    contexts, more, k, further, systems, seed
):
    items = some_items(contexts + more, systems)
    before = some_items(contexts, systems)
    first = plan_slots(before, k=k, repeat_share=0.0, seed=seed)
    sides = {place: tuple(slot.first_on_left for slot in first if slot.item == place) for place in range(len(before))}
    standing = [Standing(item, sides.get(place, ())) for place, item in enumerate(items)]

    planned = plan_more_slots(standing, k=k + further, repeat_share=0.0, seed=seed)

    drawn = {place: [slot.first_on_left for slot in planned if slot.item == place] for place in range(len(items))}
    everything = {place: [*sides.get(place, ()), *drawn[place]] for place in range(len(items))}
    assert {len(each) for each in everything.values()} == {k + further}
    assert all(abs(2 * sum(each) - len(each)) <= 1 for each in everything.values())
    for pair in {(item.first, item.second) for item in items}:
        for domain in DOMAINS:
            there = [
                place for place, item in enumerate(items) if (item.first, item.second) == pair and item.domain == domain
            ]
            lean = sum(2 * sum(everything[place]) - len(everything[place]) for place in there)
            assert abs(lean) <= 1
    numbers = [(slot.item, slot.number) for slot in planned]
    assert len(set(numbers)) == len(numbers)
    assert plan_more_slots(standing, k=k + further, repeat_share=0.0, seed=seed) == planned


def test_what_leans_goes_on_leaning_and_what_has_fewest_slots_comes_first():
    one, two = some_items(2)
    standing = [Standing(one, (True, True, False)), Standing(two)]

    planned = plan_more_slots(standing, k=5, repeat_share=0.0, seed=1)

    assert Counter(slot.first_on_left for slot in planned if slot.item == 0) == {True: 1, False: 1}
    assert [slot.item for slot in planned[:3]] == [1, 1, 1]
    assert [slot.number for slot in planned if slot.item == 0] == [3, 4]


def test_a_one_sided_past_is_made_up_for_as_far_as_there_is_room():
    (item,) = some_items(1)

    planned = plan_more_slots([Standing(item, (True, True, True))], k=4, repeat_share=0.0, seed=1)

    assert [slot.first_on_left for slot in planned] == [False]


def test_ties_get_no_slot_and_repeats_are_of_what_is_new():
    tied = PlannedItem(context="t", domain="sea", first=0, second=1, tied=True)
    planned = plan_more_slots(
        [Standing(tied), *(Standing(item, (True, False)) for item in some_items(4))], k=3, repeat_share=0.5, seed=3
    )

    firsts, repeats = [slot for slot in planned if slot.look == 1], [slot for slot in planned if slot.look == 2]
    assert (len(firsts), len(repeats)) == (4, 2)
    assert all(planned[slot.repeats].first_on_left != slot.first_on_left for slot in repeats)
    assert 0 not in {slot.item for slot in planned}
