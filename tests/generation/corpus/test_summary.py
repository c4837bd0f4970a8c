"""The numbers of a corpus."""

import pytest

from generation.corpus.lexical import mtld, normalise
from generation.corpus.rates import Rate
from generation.corpus.summary import WINDOW, summarise
from tests.builders import a_dialogue
from tests.generation.builders import a_pair


def neutral(text: str) -> float:
    return 0.0


NURSE, BAKER = ("i am a nurse.",), ("i bake bread.",)


def test_everything_is_counted():
    dialogues = [
        a_dialogue(
            0, personas=(NURSE, BAKER), texts=("hi , nurse here .", "i bake ."), traits=({"openness": "high"}, {})
        ),
        a_dialogue(1, split="test", personas=(NURSE, BAKER), texts=("do you bake ?", "no !"), source="p/train/1"),
        a_pair(2),
    ]

    summary = summarise(dialogues, sentiment=neutral)

    assert (summary.dialogues, summary.pairs_without_dialogue, summary.turns) == (3, 1, 4)
    assert summary.splits == {"test": 1, "train": 2}
    # hi nurse here | i bake | do you bake | no
    assert summary.words == 9
    # and , . | . | ? | ! are tokens too: 14 tokens, of which hi , nurse here . i bake do you ? no ! are distinct.
    assert summary.rates["type_token_ratio"] == Rate(12 / 14, 14)
    assert summary.rates["turns_per_dialogue"] == Rate(2.0, 2)
    assert summary.rates["words_per_turn"] == Rate(9 / 4, 4)
    # Speakers say nurse (1 of 1), bake (1 of bak and bread), nothing, nothing.
    assert summary.rates["own_coverage"] == Rate((1 + 0.5) / 4, 4)
    # nurse by the nurse, bake by the baker; in the second dialogue bake by the nurse.
    assert summary.rates["leak_rate"] == Rate(1 / 3, 3)
    assert summary.traits["openness"] == {"high": 1}


def test_lexical_variety_is_that_of_all_turns_in_order():
    dialogues = [a_dialogue(number) for number in range(5)]
    tokens = [token for dialogue in dialogues for turn in dialogue.turns for token in normalise(turn.text)]

    summary = summarise(iter(dialogues), sentiment=neutral)

    assert summary.rates["mtld"] == Rate(mtld(tokens), len(tokens))
    # Less than a window in all.
    assert len(tokens) < WINDOW
    assert summary.rates["type_token_ratio_in_windows"] == Rate(None, 0)


def test_windows_make_corpora_of_different_size_comparable():
    one = summarise([a_dialogue(number) for number in range(40)], sentiment=neutral)
    ten = summarise([a_dialogue(number) for number in range(400)], sentiment=neutral)

    assert ten.rates["type_token_ratio"].value == pytest.approx(one.rates["type_token_ratio"].value / 10)
    in_windows = [each.rates["type_token_ratio_in_windows"].value for each in (one, ten)]
    assert in_windows[1] == pytest.approx(in_windows[0], rel=0.05)


def test_what_cannot_be_measured_says_so_in_json():
    summary = summarise([a_pair(0)], sentiment=neutral).as_json()

    nothing = {"value": None, "n": 0, "reason": "nothing to measure"}
    assert {name: summary[name] for name in ("mtld", "type_token_ratio", "leak_rate", "own_coverage")} == {
        "mtld": nothing,
        "type_token_ratio": nothing,
        "leak_rate": nothing,
        "own_coverage": nothing,
    }


def test_what_each_dialogue_brings_can_be_kept():
    kept = {}

    summarise(
        [a_dialogue(0), a_pair(1), a_dialogue(2)],
        sentiment=neutral,
        keep=lambda dialogue, parts: kept.update({dialogue.id: parts["turns_per_dialogue"]}),
    )

    assert kept == {"personachat/train/00000": (6, 1), "personachat/train/00002": (6, 1)}


def test_distinct_bigrams_do_not_cross_turns():
    # a b, b a | a b: two of three; and no window is full.
    summary = summarise([a_dialogue(texts=("a b a", "a b"))], sentiment=neutral)

    assert summary.rates["distinct_2"] == Rate(2 / 3, 3)
    assert summary.rates["distinct_2_in_windows"] == Rate(None, 0)


def test_how_speakers_of_a_level_talk_is_measured_apart():
    dialogues = [
        a_dialogue(n, traits=({"extraversion": "high"}, {"extraversion": "low"}), texts=("wow ! so cool !", "hm ."))
        for n in range(30)
    ]

    styles = summarise(dialogues, sentiment=lambda text: 1.0 if "cool" in text else -1.0).styles["extraversion"]

    assert {level: rates["sentiment"].value for level, rates in styles.items()} == {"high": 1.0, "low": -1.0}
    assert styles["high"]["exclamation_rate"] == Rate(1.0, 30)
    assert styles["high"]["intensifier_rate"].value == 1 / 3
    assert styles["low"]["words_per_turn"].value == 1.0
