"""A corpus cut into train, validation and test."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.corpus.dialogues import Dialogue, Speaker
from generation.corpus.personas import persona_keys
from generation.corpus.splitting import (
    BadShares,
    NoTwins,
    cut_by_dialogue,
    cut_by_persona,
    cut_like,
    shared_with_train,
    shares_from,
)
from tests.builders import a_dialogue

MOSTLY_TRAIN = (0.8, 0.1, 0.1)


def someone(number: int) -> tuple[str, ...]:
    return (f"i have {number} dogs.", f"i live at number {number}.")


def meetings(*pairs: tuple[int, int]) -> list[Dialogue]:
    """A dialogue for each pair of persona numbers."""
    return [a_dialogue(place, personas=(someone(a), someone(b))) for place, (a, b) in enumerate(pairs)]


def strangers(count: int) -> list[Dialogue]:
    """Dialogues without any persona in common."""
    return meetings(*((2 * number, 2 * number + 1) for number in range(count)))


def spliced(sizes: dict[str, int]) -> tuple[int, int, int]:
    return sizes["train"], sizes["validation"], sizes["test"]


def test_by_dialogue_shares_are_exact_and_nothing_is_dropped():
    cut = cut_by_dialogue(strangers(100), shares=MOSTLY_TRAIN, seed=7)

    assert (spliced(cut.sizes), cut.dropped) == ((80, 10, 10), ())


def test_by_dialogue_two_dialogues_of_one_origin_stay_together():
    originals = strangers(50)
    again = [replace(each, id=each.id.replace("personachat", "again"), source=each.id) for each in originals]

    cut = cut_by_dialogue(originals + again, shares=(0.5, 0.25, 0.25), seed=7)

    splits = {}
    for dialogue in cut.dialogues:
        splits.setdefault(dialogue.origin, set()).add(dialogue.split)
    assert all(len(where) == 1 for where in splits.values())
    assert cut.sizes == {"train": 50, "validation": 26, "test": 24}


def test_only_the_split_changes():
    dialogues = strangers(10)

    cut = cut_by_dialogue(dialogues, shares=MOSTLY_TRAIN, seed=7)

    assert [replace(dialogue, split="train") for dialogue in cut.dialogues] == dialogues


@pytest.mark.parametrize("way", [cut_by_dialogue, cut_by_persona])
def test_the_cut_depends_on_the_seed_and_not_on_the_order(way):
    dialogues = meetings(*((number % 17, 20 + number % 13) for number in range(60)))

    one = way(dialogues, shares=MOSTLY_TRAIN, seed=7)

    assert way(dialogues[::-1], shares=MOSTLY_TRAIN, seed=7) == one
    assert way(dialogues, shares=MOSTLY_TRAIN, seed=8) != one


def test_by_persona_strangers_are_cut_without_a_loss():
    cut = cut_by_persona(strangers(100), shares=MOSTLY_TRAIN, seed=7)

    assert (spliced(cut.sizes), cut.dropped, cut.largest_group) == ((80, 10, 10), (), 1)


def test_by_persona_small_groups_stay_whole():
    # Twenty groups of five dialogues: a persona who meets five others.
    dialogues = meetings(*((100 * group, 100 * group + 1 + place) for group in range(20) for place in range(5)))

    cut = cut_by_persona(dialogues, shares=MOSTLY_TRAIN, seed=7)

    assert (spliced(cut.sizes), cut.dropped, cut.largest_group) == ((80, 10, 10), (), 5)


def test_by_persona_a_group_too_large_is_divided_at_its_bridge():
    # Two rings of twenty, and one dialogue from ring to ring.
    ring = [(number, (number + 1) % 20) for number in range(20)]
    other = [(100 + a, 100 + b) for a, b in ring]

    cut = cut_by_persona(meetings(*ring, *other, (0, 100)), shares=(0.5, 0, 0.5), seed=7)

    assert spliced(cut.sizes) == (20, 0, 20)
    assert [persona_keys(dialogue) for dialogue in cut.dropped] == [
        persona_keys(dialogue) for dialogue in meetings((0, 100))
    ]
    assert cut.largest_group == 41


def test_by_persona_a_dropped_dialogue_is_as_it_was():
    dialogues = meetings(*((number, number + 1) for number in range(40)))

    cut = cut_by_persona(dialogues, shares=(0.5, 0.25, 0.25), seed=7)

    assert cut.dropped
    assert all(dialogue in dialogues for dialogue in cut.dropped)


def test_by_persona_spellings_of_one_persona_are_one():
    spelt = [
        a_dialogue(0, personas=(("i'm a nurse.", "i ski."), someone(1))),
        a_dialogue(1, personas=(someone(2), ("I ski", "i am a nurse ."))),
    ]

    cut = cut_by_persona(spelt, shares=(1, 0, 0), seed=7)

    assert cut.largest_group == 2


def test_by_persona_untold_personas_link_nothing():
    dialogues = [replace(each, speakers=(each.speakers[0], Speaker(()))) for each in strangers(20)]

    cut = cut_by_persona(dialogues, shares=MOSTLY_TRAIN, seed=7)

    assert (spliced(cut.sizes), cut.dropped, cut.largest_group) == ((16, 2, 2), (), 1)


def test_a_share_of_nought_gets_nothing():
    for way in (cut_by_dialogue, cut_by_persona):
        assert way(strangers(10), shares=(0, 0.5, 0.5), seed=7).sizes == {"train": 0, "validation": 5, "test": 5}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25)), min_size=1, max_size=60),
    st.sampled_from([(0.8, 0.1, 0.1), (0, 0.5, 0.5), (1, 0, 0), (0.34, 0.33, 0.33)]),
    st.integers(0, 5),
)
def test_by_persona_no_persona_is_ever_in_two_splits_and_no_dialogue_is_lost(pairs, shares, seed):
    dialogues = meetings(*pairs)

    cut = cut_by_persona(dialogues, shares=shares, seed=seed)

    where: dict[object, set[str]] = {}
    for dialogue in cut.dialogues:
        for key in persona_keys(dialogue):
            where.setdefault(key, set()).add(dialogue.split)
    assert all(len(splits) == 1 for splits in where.values())
    assert sorted(each.id for each in (*cut.dialogues, *cut.dropped)) == sorted(each.id for each in dialogues)
    assert {split: size for split, size in cut.sizes.items() if size} == {
        split: size for split, size, share in zip(cut.sizes, cut.sizes.values(), shares, strict=True) if size and share
    }


def test_a_parallel_corpus_is_cut_as_its_twin():
    human = cut_by_persona(strangers(40), shares=(0.5, 0.25, 0.25), seed=7).dialogues
    distilled = [
        a_dialogue(100 - number, corpus="distilled", source=each.id) for number, each in enumerate(strangers(40))
    ]

    cut = cut_like(distilled, human, name="human-cut")

    assert {each.origin: each.split for each in cut.dialogues} == {each.origin: each.split for each in human}
    assert (cut.dropped, cut.largest_group) == ((), None)


def test_what_the_twin_has_not_is_dropped():
    human, distilled = strangers(3)[:2], strangers(3)

    cut = cut_like(distilled, human, name="human-cut")

    assert [each.id for each in cut.dropped] == ["personachat/train/00002"]


def test_corpora_with_nothing_in_common_are_not_twins():
    with pytest.raises(NoTwins, match="no dialogue has its personas from the same source as one of other"):
        cut_like(strangers(3), [a_dialogue(9, corpus="other")], name="other")


def test_a_twin_that_has_an_origin_in_two_splits_is_no_pattern():
    twin = [a_dialogue(1, split="train"), a_dialogue(2, split="test", source="personachat/train/00001")]

    with pytest.raises(NoTwins, match="twin has dialogues of personachat/train/00001 in two splits, train and test"):
        cut_like(strangers(3), twin, name="twin")


def test_personas_that_are_in_train_too_are_counted():
    dialogues = meetings((1, 2), (3, 4), (1, 5), (6, 7))
    splits = ("train", "train", "validation", "test")

    shared = shared_with_train([replace(each, split=split) for each, split in zip(dialogues, splits, strict=True)])

    assert shared == {"validation": (1, 2), "test": (0, 2)}


def test_shares_are_read():
    assert shares_from("0.8,0.1,0.1") == MOSTLY_TRAIN
    assert shares_from("0, 0.5, 0.5") == (0, 0.5, 0.5)


@pytest.mark.parametrize("text", ["0.8,0.2", "0.8,0.1,0.2", "1,1,-1", "a,b,c", "", "80,10,10", "nan,0.5,0.5"])
def test_shares_that_do_not_add_up_are_refused(text):
    with pytest.raises(BadShares, match="expected three numbers for train, validation, test that sum to 1"):
        shares_from(text)
