"""Automatic measures, each against a count by hand."""

import pytest

from training.scores.metrics import (
    answer_tokens,
    distinct_n,
    distinct_share,
    lexical_variety,
    ratio_of_types,
    repeated_between,
    repeated_within,
    same_reply_key,
    unigram_f1,
    words,
)


def test_f1_passes_over_case_punctuation_and_articles_as_parlai_does():
    assert answer_tokens("The dog's ball, a RED one!") == ["dog", "s", "ball", "red", "one"]


@pytest.mark.parametrize(
    ("reply", "reference", "f1"),
    [
        ("i like the dog .", "I like a dog!", 1.0),
        # 2 of 3 words and 2 of 4: precision 2/3, recall 1/2, their harmonic mean 4/7.
        ("i like cats", "i like big dogs", 4 / 7),
        # "no" counts once, as often as it stands in both: precision 1/3, recall 1.
        ("no no no", "no", 0.5),
        ("yes", "no", 0.0),
        ("", "no", 0.0),
        ("the !", "a ?", 0.0),
    ],
)
def test_f1_is_the_harmonic_mean_of_precision_and_recall(reply, reference, f1):
    assert unigram_f1(reply, reference) == pytest.approx(f1)


def test_distinct_n_is_distinct_over_all_and_crosses_no_reply():
    replies = ["i like dogs", "i like cats"]

    # i, like, dogs, cats of six words; (i like), (like dogs), (like cats) of four pairs.
    assert distinct_n(replies, 1) == pytest.approx(4 / 6)
    assert distinct_n(replies, 2) == pytest.approx(3 / 4)
    assert distinct_n(["hi"], 2) is None


def test_the_type_token_ratio_is_taken_over_the_first_thousand_tokens():
    one_word = ["hi"] * 999

    assert ratio_of_types(one_word) is None
    assert ratio_of_types([*one_word, "hello"]) == pytest.approx(2 / 1000)
    assert ratio_of_types([*one_word, "hello", "all these do not count"]) == pytest.approx(2 / 1000)


def test_the_share_of_distinct_replies_does_not_depend_on_their_number():
    # Each of ten replies twenty or two hundred times: among 100 nearly always all ten.
    few, many = ([f"i like {thing}" for thing in "abcdefghij"] * times for times in (20, 200))

    assert distinct_share(few) == pytest.approx(0.1, abs=1e-4)
    assert distinct_share(many) == pytest.approx(0.1, abs=1e-4)


def test_the_share_of_distinct_replies_by_hand():
    # 150 replies, one of them twice: of 148 + 1 kinds, 148 are drawn with 100 / 150, the one with
    # 1 - C(148, 100) / C(150, 100) = 1 - (50 x 49) / (150 x 149).
    replies = [f"number {number}" for number in range(148)] + ["hi", "Hi"]

    assert distinct_share(replies) == pytest.approx((148 * 100 / 150 + 1 - (50 * 49) / (150 * 149)) / 100)
    assert distinct_share(["hi", "hi", "oh"]) == pytest.approx(2 / 3)
    assert distinct_share([]) is None


def test_what_a_reply_says_twice_is_counted_in_runs_of_three():
    # i like dogs, like dogs and, dogs and i, and i like, i like dogs, like dogs too: one of six was said already.
    assert repeated_within("i like dogs and i like dogs too") == (1.0, 6.0)
    assert repeated_within("I like dogs.") == (0.0, 2.0)
    assert repeated_within("oh no") is None


def test_what_several_replies_say_is_counted_once_for_each_of_them():
    # (i like dogs) in two of three replies, (like dogs too) and (like dogs a) and (dogs a lot) and (we ski often) in
    # one: two of six. Saying it twice oneself is no repetition between replies.
    replies = ["i like dogs too", "I like dogs a lot", "we ski often"]

    assert repeated_between(replies) == pytest.approx(2 / 6)
    assert repeated_between(["i like dogs . i like dogs ."]) == 0.0
    assert repeated_between(["oh", "no"]) is None


def test_only_the_first_hundred_replies_are_held_against_each_other():
    different = [f"number {number} it is" for number in range(100)]

    assert repeated_between(different + ["number 0 it is"] * 5) == 0.0


def test_variety_is_mtld_over_all_replies_in_their_order():
    # McCarthy and Jarvis (2010): a factor ends where the type-token ratio falls below .72. "a b a b": 1, 1, .67 after
    # three tokens, so a factor for each three tokens "a b a", then "b a b", and so on: twelve tokens are four factors.
    assert lexical_variety(["dog cat dog", "cat dog cat"] * 2) == pytest.approx(3.0)
    assert lexical_variety(["every word is another"]) is None


def test_words_count_punctuation_and_spell_contractions_out():
    assert words("I'm fine!") == len(["i", "am", "fine", "!"])
    assert words("") == 0


def test_the_same_reply_in_another_form_is_the_same():
    assert same_reply_key("I'm  fine!") == same_reply_key("i am fine !") != same_reply_key("i am fine .")
