"""Whether form alone tells the systems apart: chance where nothing differs, much where something does."""

import random

import pytest

from evaluation.stats.data.conduct import FormFound
from evaluation.stats.instrument.form import FEATURES, FormPair, form_tells, warns

WORDS = ("dogs", "bread", "nights", "lisbon", "cello", "rain", "work", "sister", "ski", "home", "long", "loaf")


def a_reply(rng: random.Random, least: int = 4, most: int = 12) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(least, most))).capitalize() + rng.choice(".!?")


def pairs_of(count, make_first=a_reply, make_second=a_reply, *, seed=0):
    rng = random.Random(seed)
    return [FormPair(f"talk {number}", make_first(rng), make_second(rng)) for number in range(count)]


def found(pairs, seed=7) -> FormFound:
    return form_tells(pairs, first="p", second="pt", seed=seed)


def test_of_replies_of_one_form_half_are_told_by_chance():
    shares = [found(pairs_of(200, seed=seed)).accuracy for seed in range(12)]

    # Mean of twelve studies of 200 pairs: standard error sqrt(.25 / 2400) = .0102, and folds hold it a little down.
    assert abs(sum(shares) / len(shares) - 0.5) < 0.04
    assert not any(warns(found(pairs_of(200, seed=seed))) for seed in range(12))


@pytest.mark.parametrize(
    ("second", "by"),
    [
        (lambda rng: a_reply(rng, 14, 24), "pt has more words in 100 % of pairs"),
        (lambda rng: a_reply(rng).lower(), "p has a capital at the beginning more often in 100 % of pairs"),
        (lambda rng: a_reply(rng)[:-1] + " .", "pt has more spaces before punctuation in 100 % of pairs"),
        (lambda rng: a_reply(rng) + " \N{GRINNING FACE}", "pt has more signs beyond ASCII in 100 % of pairs"),
    ],
)
def test_what_differs_in_form_is_told_and_named(second, by):
    said = found(pairs_of(60, make_second=second))

    assert said.accuracy > 0.95
    assert by in said.by or said.by[0].endswith("in 100 % of pairs")
    assert warns(said)


def test_to_swap_the_systems_changes_nothing_but_their_names():
    pairs = pairs_of(80, make_second=lambda rng: a_reply(rng, 6, 16))

    swapped = form_tells(
        [FormPair(each.cluster, each.second, each.first) for each in pairs], first="p", second="pt", seed=7
    )

    assert swapped.accuracy == pytest.approx(found(pairs).accuracy)


def test_the_same_pairs_in_another_order_give_the_same_answer():
    pairs = pairs_of(60, make_second=lambda rng: a_reply(rng, 5, 14))

    assert found(pairs[::-1]) == found(pairs)


def test_pairs_of_one_dialogue_are_never_learnt_from_and_asked_about():
    # Each dialogue has a length of its own for p, which tells nothing of another: what is learnt in it must not help.
    rng = random.Random(3)
    pairs = []
    for number in range(40):
        longer = rng.random() < 0.5
        for _ in range(6):
            one, two = a_reply(rng, 12, 14), a_reply(rng, 4, 6)
            pairs.append(FormPair(f"talk {number}", one if longer else two, two if longer else one))

    assert found(pairs).accuracy < 0.60


def test_too_few_dialogues_say_nothing():
    said = found(pairs_of(19))

    assert (said.accuracy, said.reason) == (None, "fewer than 20 dialogues to learn from")
    assert not warns(said)


def test_pairs_that_have_one_form_cannot_be_told():
    pairs = [FormPair(f"talk {number}", "yes .", "yes .") for number in range(30)]

    assert found(pairs).accuracy == 0.5


def test_every_feature_can_take_an_empty_reply():
    assert all(isinstance(of(""), float) for of in FEATURES.values())
