"""The numbers of a corpus."""

import pytest

from generation.corpus.lexical import mtld, normalise
from generation.corpus.summary import WINDOW, Rate, summarise
from tests.builders import a_dialogue
from tests.generation.builders import a_pair

NURSE, BAKER = ("i am a nurse.",), ("i bake bread.",)


def test_everything_is_counted():
    dialogues = [
        a_dialogue(
            0, personas=(NURSE, BAKER), texts=("hi , nurse here .", "i bake ."), traits=({"openness": "high"}, {})
        ),
        a_dialogue(1, split="test", personas=(NURSE, BAKER), texts=("do you bake ?", "no !"), source="p/train/1"),
        a_pair(2),
    ]

    summary = summarise(dialogues)

    assert (summary.dialogues, summary.pairs_without_dialogue, summary.turns) == (3, 1, 4)
    assert summary.splits == {"test": 1, "train": 2}
    # hi nurse here | i bake | do you bake | no
    assert summary.words == 9
    # and , . | . | ? | ! are tokens too: 14 tokens, of which hi , nurse here . i bake do you ? no ! are distinct.
    assert summary.type_token_ratio == Rate(12 / 14, 14)
    assert summary.turns_per_dialogue == Rate(2.0, 2)
    assert summary.words_per_turn == Rate(9 / 4, 4)
    # Speakers say nurse (1 of 1), bake (1 of bak and bread), nothing, nothing.
    assert summary.own_coverage == Rate((1 + 0.5) / 4, 4)
    # nurse by the nurse, bake by the baker; in the second dialogue bake by the nurse.
    assert summary.leak_rate == Rate(1 / 3, 3)
    assert summary.traits["openness"] == {"high": 1}
    assert summary.origins == {"personachat/train/00000", "p/train/1", "pairs/train/00002"}


def test_lexical_variety_is_that_of_all_turns_in_order():
    dialogues = [a_dialogue(number) for number in range(5)]
    tokens = [token for dialogue in dialogues for turn in dialogue.turns for token in normalise(turn.text)]

    summary = summarise(iter(dialogues))

    assert summary.mtld == Rate(mtld(tokens), len(tokens))
    # Less than a window in all.
    assert len(tokens) < WINDOW
    assert summary.type_token_ratio_in_windows == Rate(None, 0)


def test_windows_make_corpora_of_different_size_comparable():
    one = summarise([a_dialogue(number) for number in range(40)])
    ten = summarise([a_dialogue(number) for number in range(400)])

    assert ten.type_token_ratio.value == pytest.approx(one.type_token_ratio.value / 10)
    assert ten.type_token_ratio_in_windows.value == pytest.approx(one.type_token_ratio_in_windows.value, rel=0.05)


def test_what_cannot_be_measured_says_so_in_json():
    summary = summarise([a_pair(0)]).as_json()

    nothing = {"value": None, "n": 0, "reason": "nothing to measure"}
    assert {name: summary[name] for name in ("mtld", "type_token_ratio", "leak_rate", "own_coverage")} == {
        "mtld": nothing,
        "type_token_ratio": nothing,
        "leak_rate": nothing,
        "own_coverage": nothing,
    }
    assert "origins" not in summary
