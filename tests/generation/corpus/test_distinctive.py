"""Distinctive n-grams: found where they are planted, and hardly any where nothing is."""

import random
from math import log, sqrt

import pytest

from generation.corpus.corrections import benjamini_hochberg
from generation.corpus.distinctive import NgramTable, compare, telling

FILLER = [f"word{number}" for number in range(60)]


def some_words(rng: random.Random, count: int = 12) -> str:
    # The frequent ones are ten times as frequent as the rare ones, as words are.
    return " ".join(rng.choices(FILLER, weights=[10 / (1 + place) + 0.2 for place in range(60)], k=count))


def speakers(count: int, *, seed: int = 7, planted: bool = True):
    """Speakers high or low in openness; a third of the high ones wonder."""
    rng = random.Random(seed)
    for number in range(count):
        level = ("high", "low")[number % 2]
        extra = ["i wonder about art ."] if planted and level == "high" and rng.random() < 0.33 else []
        yield {"openness": level}, [some_words(rng), some_words(rng), *extra]


def table_of(rows, **options) -> NgramTable:
    table = NgramTable(**options)
    for traits, texts in rows:
        table.add(traits, texts)
    return table


def test_what_is_planted_is_found_on_its_side_alone():
    found = table_of(speakers(400)).distinctive().found

    planted = {each.ngram for each in found["openness", "high"]}
    assert {"i wonder about", "wonder", "art", "about art"} <= planted
    assert not any(word in ngram for ngram in planted for word in ("word1", "word2"))
    assert found["openness", "low"] == ()


def test_where_nothing_is_nothing_is_found():
    # Each of 20 corpora has hundreds of n-grams to test; without a correction one in twenty would be found.
    finds = [table_of(speakers(300, seed=seed, planted=False)).distinctive() for seed in range(20)]

    assert min(each.tests for each in finds) > 200
    assert sum(any(each.found.values()) for each in finds) <= 2


def test_a_speaker_who_repeats_a_word_is_one_speaker():
    rows = [({"openness": "high"}, ["art art art art"])] * 5 + [({"openness": "low"}, ["bread"])] * 25
    rows += [({"openness": "high"}, ["bread"])] * 20

    tests = table_of(rows).distinctive()

    # "art" is said by five, too few to be tested; "bread" by 45 of 50.
    assert (tests.tests, tests.found["openness", "high"]) == (2, ())


def test_the_formula_is_that_of_monroe_colaresi_and_quinn():
    # 30 of 100 against 10 of 100 speakers; the prior of 50 speakers says it in a fifth, so it adds 10 who say it and 40
    # who do not: 40 / 110 against 20 / 130.
    result = compare("art", 30, 100, 10, 100)

    log_odds = log(40 / 110) - log(20 / 130)
    assert result.log_odds == pytest.approx(log_odds)
    assert result.z == pytest.approx(log_odds / sqrt(1 / 40 + 1 / 110 + 1 / 20 + 1 / 130))


def test_exchanging_the_groups_turns_the_sign_round():
    there, back = compare("art", 30, 100, 10, 90), compare("art", 10, 90, 30, 100)

    assert (back.log_odds, back.z) == (pytest.approx(-there.log_odds), pytest.approx(-there.z))
    assert back.p == pytest.approx(there.p)


def test_the_correction_gives_the_values_of_the_procedure():
    # p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.5), "BH") in R gives 0.05 0.05 0.05 0.05 0.5.
    assert benjamini_hochberg([0.5, 0.01, 0.04, 0.02, 0.03]) == pytest.approx([0.5, 0.05, 0.05, 0.05, 0.05])
    assert benjamini_hochberg([]) == []


def test_the_smallest_of_more_tests_are_corrected_as_among_all():
    rng = random.Random(7)
    ps = [rng.random() ** 6 for _ in range(2_000)]

    whole = benjamini_hochberg(ps)
    few = [p for p in ps if p <= 0.05]

    significant = [p for p in whole if p <= 0.05]
    assert 0 < len(significant) < len(few) < len(ps)
    assert [p for p in benjamini_hochberg(few, tests=len(ps)) if p <= 0.05] == pytest.approx(significant)


def test_five_levels_are_each_set_against_the_others():
    words = {"very high": "art", "high": "books", "medium": "tea", "low": "bread", "very low": "soup"}
    rows = [({"openness": level}, [word]) for level, word in words.items() for _ in range(60)]

    found = table_of(rows).distinctive().found

    assert {level: each[0].ngram for (_, level), each in found.items()} == words


def test_a_full_table_forgets_the_rare_and_says_how_much_may_be_missing():
    whole, small = table_of(speakers(400)).distinctive(), table_of(speakers(400), size=200).distinctive()

    assert (whole.missed, small.missed > 0) == (0, True)
    assert "wonder" in {each.ngram for each in small.found["openness", "high"]}


def test_ngrams_do_not_cross_punctuation_nor_turns():
    rows = [({"openness": ("high", "low")[n % 2]}, ["a b , c", "d"] if n % 2 else ["e"]) for n in range(60)]

    found = table_of(rows).distinctive().found

    assert {each.ngram for each in found["openness", "low"]} == {"a", "b", "a b", ",", "c", "d"}


def test_unclear_and_untold_traits_count_for_nothing():
    assert table_of([({"openness": "unclear"}, ["art"]), ({}, ["art"])]).distinctive().found == {}


def test_what_says_no_more_than_the_one_before_is_not_shown():
    found = [compare(ngram, count, 100, 0, 100) for ngram, count in (("a big", 40), ("a big party", 38), ("big", 90))]

    # As many say "a big party" as "a big"; "big" is said by many more.
    assert [each.ngram for each in telling(found)] == ["a big", "big"]
    assert len(telling(found, 1)) == 1
