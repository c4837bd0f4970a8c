"""Words and their variety."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.corpus.lexical import (
    FACTOR_SIZE,
    LexicalVariety,
    both_ways,
    distinct,
    moving_average,
    mtld,
    ngrams,
    normalise,
    spelled_out,
    type_token_ratio,
    words,
)


@pytest.mark.parametrize(
    ("written", "expanded"),
    [
        ("I'm fine", "i am fine"),
        ("i ' m fine", "i am fine"),
        ("i m fine", "i am fine"),
        ("I don’t, you won't, she can't", "i do not, you will not, she can not"),
        ("i don ' t", "i do not"),
        ("do n't", "do not"),
        ("they're, we've, you'll, he'd", "they are, we have, you will, he would"),
        ("it's what's that's", "it is what is that is"),
        ("my dog's bone", "my dog's bone"),
        ("let's go", "let us go"),
        ("mm, 3 m tall", "mm, 3 m tall"),
    ],
)
def test_contractions_are_written_out(written, expanded):
    assert spelled_out(written) == expanded


def test_both_spellings_of_a_turn_have_the_same_tokens():
    # PersonaChat's spelling, and a person's.
    assert normalise("hi , how are you ? i ' m good .") == normalise("Hi, how are you? I'm good.")
    assert normalise("Hi, I'm 20!") == ["hi", ",", "i", "am", "20", "!"]
    assert words("Hi, I'm 20!") == ["hi", "i", "am", "20"]


def test_a_possessive_is_one_token():
    assert normalise("my dog's bone.") == ["my", "dog's", "bone", "."]


def test_text_in_another_script_has_tokens():
    assert words("Füße, 犬が好き!") == ["füße", "犬が好き"]


def test_type_token_ratio_counts_distinct_tokens():
    # a, b: two of four.
    assert type_token_ratio(["a", "b", "a", "a"]) == 0.5
    assert type_token_ratio([]) is None


def test_distinct_counts_n_grams_within_each_text():
    texts = [["a", "b", "a"], ["a", "b"]]

    # Unigrams a b a a b: 2 of 5. Bigrams ab ba | ab: 2 of 3; "a a" across the two texts is none.
    assert (distinct(texts, 1), distinct(texts, 2)) == (2 / 5, 2 / 3)
    assert distinct(texts, 4) is None


def test_ngrams_of_three():
    assert list(ngrams(["a", "b", "c", "d"], 3)) == [("a", "b", "c"), ("b", "c", "d")]


def test_mtld_of_a_text_worked_out_by_hand():
    # Forward, a b a b ...: the ratio after 3 tokens is 2/3 < 0.72, so every three tokens make a factor: 4 factors, and
    # 12 / 4 = 3 tokens a factor. The text is its own mirror image but for the letters' names: backward is the same.
    assert mtld(list("ab" * 6)) == 3.0


def test_mtld_counts_the_unfinished_factor_in_part():
    # a b a is a whole factor; then c d e e has the ratio 3/4: (1 - 3/4) / (1 - 0.72) = 0.892857 of a factor.
    # Backward: e e is a factor (1/2 < 0.72); then d c a b a has 4/5: (1 - 4/5) / 0.28 = 0.714286.
    forward, backward = 7 / (1 + 0.25 / (1 - FACTOR_SIZE)), 7 / (1 + 0.2 / (1 - FACTOR_SIZE))

    assert mtld(list("abacdee")) == pytest.approx((forward + backward) / 2)


def test_mtld_is_undefined_where_no_token_comes_again():
    assert mtld(list("abcdef")) is None
    assert mtld([]) is None


def obvious_mtld(tokens: list[str]) -> float:
    """The definition of McCarthy and Jarvis (2010) with everything counted afresh at each token."""

    def one_way(tokens: list[str]) -> float:
        factors, start = 0.0, 0
        for end in range(1, len(tokens) + 1):
            part = tokens[start:end]
            if len(set(part)) / len(part) < FACTOR_SIZE:
                factors, start = factors + 1, end
        if rest := tokens[start:]:
            factors += (1 - len(set(rest)) / len(rest)) / (1 - FACTOR_SIZE)
        return len(tokens) / factors

    return (one_way(tokens) + one_way(tokens[::-1])) / 2


@given(st.lists(st.sampled_from("abcdefgh"), min_size=30, max_size=200))
def test_mtld_equals_a_slow_and_obvious_one(tokens):
    assert mtld(tokens) == pytest.approx(obvious_mtld(tokens))


def test_a_long_stream_in_blocks_is_measured_like_the_whole():
    rng = random.Random(3)
    tokens = [f"w{int(rng.paretovariate(0.7))}" for _ in range(30_000)]
    whole, blocks = LexicalVariety(), LexicalVariety(block=5_000)
    for place in range(0, len(tokens), 100):
        whole.add(tokens[place : place + 100])
        blocks.add(tokens[place : place + 100])

    # Six blocks have six unfinished factors among hundreds.
    assert blocks.mtld == pytest.approx(whole.mtld, rel=0.02)


def test_a_text_without_an_apostrophe_has_its_contractions_written_out_too():
    assert spelled_out("i m here and cannot stay") == "i am here and can not stay"


def test_the_moving_average_is_that_of_every_window():
    tokens = list("abaacba")

    # Windows of three: aba 2, baa 2, aac 2, acb 3, cba 3: 12 thirds.
    assert moving_average(tokens, 3) == (12 / 3, 5)
    assert moving_average(tokens, 8) == (0, 0)


@given(st.lists(st.sampled_from("abcdef"), max_size=60), st.integers(1, 12))
def test_the_moving_average_equals_the_slow_one(tokens, window):
    ratios = [len(set(tokens[start : start + window])) / window for start in range(len(tokens) - window + 1)]

    total, windows = moving_average(tokens, window)

    assert (total, windows) == (pytest.approx(sum(ratios)), len(ratios))


@given(st.lists(st.sampled_from("abcdefgh"), min_size=30, max_size=120))
def test_tokens_over_the_mean_of_both_directions_stay_near_the_measure(tokens):
    count, factors = both_ways(tokens)
    value = mtld(tokens)

    # The measure is the mean of two quotients, this the quotient of a mean: never above it.
    assert count == len(tokens)
    assert value is None or count / factors <= value * (1 + 1e-9)
