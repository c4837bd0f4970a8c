"""Personas to be labelled: who is drawn, for how many they stand, and what is known of them."""

from collections import Counter
from pathlib import Path

import pytest

from evaluation.material.gathering import WrongFiles
from evaluation.material.persona_items import gather_personas, label_study_file
from generation.corpus.traits import TRAITS
from generation.home import NoSuchName
from tests.evaluation.made_corpora import labelled_corpus

# Forty personas: thirty of whom nothing is known but six outgoing ones, and ten reserved ones, two of them anxious.
LEVELS = (
    [{"extraversion": "high"}] * 6
    + [{}] * 24
    + [{"extraversion": "low"}] * 8
    + [{"extraversion": "low", "neuroticism": "high"}] * 2
)


def gathered(*, per_level=2, traits=TRAITS, seed=7):
    return gather_personas(label_study_file("labelled", folder=Path(), per_level=per_level, traits=traits, seed=seed))


def test_of_every_trait_and_level_so_many_are_drawn(parley_home):
    labelled_corpus(parley_home, LEVELS)

    found = gathered(traits=("extraversion", "neuroticism"))

    drawn = Counter(each.levels["extraversion"] for each in found.labelled.values())
    assert min(drawn[level] for level in ("high", "low", "unclear")) >= 2
    assert sum(each.levels["neuroticism"] == "high" for each in found.labelled.values()) == 2
    assert set(found.labelled) == set(found.contexts)
    assert all(set(each.levels) == {"extraversion", "neuroticism"} for each in found.labelled.values())


def test_weights_are_one_over_the_chance_to_be_drawn(parley_home):
    labelled_corpus(parley_home, LEVELS)

    found = gathered(traits=("extraversion", "neuroticism"))

    # Drawn: 2 of 6 outgoing, 2 of 10 reserved, 2 of 24 unclear; both of the 2 anxious, 2 of the other 38.
    weights = {tuple(each.levels.values()): each.weight for each in found.labelled.values()}
    assert weights["low", "high"] == 1.0
    assert weights["high", "unclear"] == pytest.approx(1 / (1 - (1 - 2 / 6) * (1 - 2 / 38)))
    assert weights["unclear", "unclear"] == pytest.approx(1 / (1 - (1 - 2 / 24) * (1 - 2 / 38)))


def test_over_many_draws_the_weights_stand_for_the_whole_corpus(parley_home):
    labelled_corpus(parley_home, LEVELS)

    totals = Counter()
    for seed in range(150):
        for each in gathered(seed=seed, traits=("extraversion", "neuroticism")).labelled.values():
            totals[each.levels["extraversion"]] += each.weight / 150

    assert totals["high"] == pytest.approx(6, rel=0.1)
    assert totals["low"] == pytest.approx(10, rel=0.1)
    assert totals["unclear"] == pytest.approx(24, rel=0.15)


def test_neither_ids_nor_their_order_tell_a_level(parley_home):
    labelled_corpus(parley_home, LEVELS)
    one = gathered(per_level=100)
    labelled_corpus(parley_home, LEVELS[::-1])

    other = gathered(per_level=100)

    assert list(one.contexts) == list(other.contexts)
    assert one.labelled != other.labelled
    assert [each.traits for each in one.contexts.values()] == [{}] * len(LEVELS)


def test_what_must_be_said_is_of_the_labels_alone(parley_home):
    labelled_corpus(parley_home, LEVELS)

    assert gathered().caveats == ("traits labelled by the offline author",)


def test_a_corpus_on_five_levels_is_asked_about_on_five(parley_home):
    labelled_corpus(parley_home, [{"openness": "very low"}, {"openness": "medium"}, {}])

    file = label_study_file("labelled", folder=Path())

    assert [each.key for each in file.criteria] == list(TRAITS)
    assert file.criteria[0].options == ("very low", "low", "medium", "high", "very high", "unclear")


def test_levels_that_are_not_the_labellers_are_refused(parley_home):
    labelled_corpus(parley_home, LEVELS)
    file = label_study_file("labelled", folder=Path())
    labelled_corpus(parley_home, [{"openness": "very low"}])

    with pytest.raises(
        WrongFiles, match=r"criteria\.openness: labelled is labelled very low, low, medium, high, very high"
    ):
        gather_personas(file)


def test_a_corpus_without_labels_is_refused(parley_home):
    (parley_home / "corpora" / "bare").mkdir(parents=True)

    with pytest.raises(NoSuchName, match=r"bare has no labels\.jsonl: expected a corpus with labels"):
        label_study_file("bare", folder=Path())
