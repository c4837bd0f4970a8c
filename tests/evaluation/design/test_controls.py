"""Where control pairs stand in the plan: spread, balanced, and the other pairs as they would be without them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.design.controls import controls_wanted, with_controls
from evaluation.design.slots import PlannedItem, pairs_of, plan_slots


def the_items(contexts: int, systems: int) -> list[PlannedItem]:
    return [
        PlannedItem(f"c{number}", ("human", "llm")[number % 2], first, second)
        for number in range(contexts)
        for first, second in pairs_of(systems)
    ]


def the_controls(number: int) -> list[PlannedItem]:
    return [PlannedItem(f"k{each}", "human", 2 * (each % 2), 2 * (each % 2) + 1) for each in range(number)]


@given(st.integers(2, 20), st.integers(2, 4), st.integers(1, 12), st.integers(1, 5), st.integers(0, 99))
@settings(deadline=None)
def test_the_plan_of_the_others_is_what_it_would_be_without(contexts, systems, controls, k, seed):
    items = the_items(contexts, systems)
    plain = plan_slots(items, k=k, repeat_share=0.2, seed=seed)

    mixed = with_controls(plain, the_controls(controls), items=len(items), k=k, seed=seed)

    others = [each for each in mixed if each.item < len(items)]
    assert [(each.item, each.number, each.first_on_left, each.look) for each in others] == [
        (each.item, each.number, each.first_on_left, each.look) for each in plain
    ]
    # A repeat still names its own first look, and still comes after all of them.
    for place, each in enumerate(mixed):
        if each.look == 2:
            first = mixed[each.repeats]
            assert (first.item, first.number, first.first_on_left) == (each.item, each.number, not each.first_on_left)
            assert all(later.look == 2 for later in mixed[place:])


@given(st.integers(8, 24), st.integers(1, 8), st.integers(1, 5), st.integers(0, 99))
@settings(deadline=None)
def test_controls_have_k_slots_balanced_sides_and_are_spread(contexts, controls, k, seed):
    items = the_items(contexts, 2)
    plain = plan_slots(items, k=k, repeat_share=0, seed=seed)

    mixed = with_controls(plain, the_controls(controls), items=contexts, k=k, seed=seed)

    mine = [each for each in mixed if each.item >= contexts]
    assert len(mine) == controls * k
    for kind in range(min(2, controls)):
        sides = [each.first_on_left for each in mine if (each.item - contexts) % 2 == kind]
        assert abs(2 * sum(sides) - len(sides)) <= 1
    # However the order is cut in two, each part has its share of controls, give or take one.
    share = len(mine) / len(mixed)
    for cut in range(len(mixed)):
        so_far = sum(each.item >= contexts for each in mixed[:cut])
        assert abs(so_far - share * cut) <= 1


def test_a_share_of_pairs_is_rounded_up_and_never_none():
    assert [controls_wanted(share, 40) for share in (0.0, 0.01, 0.05, 0.1, 1.0)] == [0, 1, 2, 4, 40]
