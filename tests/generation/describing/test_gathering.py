"""Corpora gathered: each read once, and compared over the persona pairs that they share."""

from dataclasses import replace
from pathlib import Path

import pytest

from generation.corpus.coverage import own_coverage
from generation.corpus.dialogues import CorpusMissing, read_dialogues, write_dialogues
from generation.describing.expenses import Expenses, expenses_of
from generation.describing.gathering import gather
from tests.builders import a_dialogue
from tests.generation.builders import a_persona, pairs_corpus

POLITE = ("hello !", "hi .", "what do you like ?", "i like to sing .", "how nice .", "bye .")


@pytest.fixture
def home(parley_home: Path) -> Path:
    human = [a_dialogue(n, personas=(a_persona(2 * n), a_persona(2 * n + 1))) for n in range(40)]
    polite = [
        replace(a_dialogue(n, personas=(a_persona(2 * n), a_persona(2 * n + 1)), texts=POLITE), source=human[n].id)
        for n in range(10, 40)
    ]
    write_dialogues(parley_home / "corpora" / "human", human)
    write_dialogues(parley_home / "corpora" / "polite", [replace(each, id=f"p/{each.id}") for each in polite])
    return parley_home


def test_a_difference_is_over_shared_persona_pairs_alone(home):
    compared = gather(["human", "polite"]).comparisons[0]

    shared = [a_dialogue(n, personas=(a_persona(2 * n), a_persona(2 * n + 1))) for n in range(10, 40)]
    coverage = [share for each in shared for share in own_coverage(each)]
    assert compared.in_common == 30
    assert compared.differences["own_coverage"].first == pytest.approx(sum(coverage) / 60)
    assert compared.differences["turns_per_dialogue"].as_json() == {
        "first": 6.0,
        "second": 6.0,
        "value": 0.0,
        "low": 0.0,
        "high": 0.0,
        "n": 30,
    }


def test_several_dialogues_on_one_persona_pair_count_together(home):
    folder = home / "corpora" / "polite"
    once = gather(["human", "polite"]).comparisons[0].differences["words_per_turn"]
    texts = ("one two three four .", "one .")
    more = [replace(a_dialogue(n, texts=texts), id=f"q/{n}", source=f"personachat/train/{n:05}") for n in range(10, 40)]
    write_dialogues(folder, [*more, *list(read_dialogues(folder))])

    twice = gather(["human", "polite"]).comparisons[0].differences["words_per_turn"]

    # Turns of 6 and of 2 a dialogue: the mean weighs by turns.
    assert twice.n == once.n == 30
    assert twice.second == pytest.approx((6 * once.second + 2 * 2.5) / 8)


def test_the_repetition_of_a_sample_has_a_difference_too(home):
    found = gather(["human", "polite"]).comparisons[0].differences["repeated_turns"]

    # Every dialogue of both corpora is the same but for its personas.
    assert (found.first, found.second, found.n) == (1.0, 1.0, 30)


def test_each_two_of_three_are_compared(home):
    described = gather(["human", "polite", "human/train"])

    assert [(each.first, each.second) for each in described.comparisons] == [
        ("human", "polite"),
        ("human", "human/train"),
        ("polite", "human/train"),
    ]
    assert described.origins_in_common == 30
    assert described.comparisons[1].differences["leak_rate"].value == 0.0


def test_persona_pairs_that_wait_have_nothing_to_compare(home):
    pairs_corpus(home, 3)

    described = gather(["human", "pairs"])

    assert (described.origins_in_common, described.corpora[1].written) == (0, 0)
    assert described.comparisons[0].differences["leak_rate"].value is None


def test_an_empty_split_is_missing(home):
    with pytest.raises(CorpusMissing, match="human/test has no dialogues"):
        gather(["human/test"])


def test_expenses_are_what_the_manifest_says():
    results = {
        "usage": {"prompt_tokens": 9_000, "completion_tokens": 1_000, "answers": 7},
        "cost": {"amount": 1.5, "currency": "USD"},
        "seconds": 61.2,
    }

    expenses = expenses_of(results)

    assert expenses == Expenses(9_000, 1_000, 61.2, 1.5, "USD")
    assert expenses.rows(100) == [
        ("tokens", "10,000"),
        ("tokens per dialogue", "100"),
        ("seconds of requests", "61"),
        ("cost", "1.50 USD"),
    ]


def test_what_the_manifest_does_not_say_is_a_dash():
    unpriced = expenses_of({"usage": {"prompt_tokens": 1, "completion_tokens": 2}, "cost": {"amount": None}})

    assert expenses_of({"cost": {"amount": 0.0123, "currency": "USD"}}).rows(1)[-1] == ("cost", "0.0123 USD")
    assert [value for _, value in unpriced.rows(3)] == ["3", "1", "\u2013", "\u2013"]
    assert [value for _, value in expenses_of({}).rows(3)] == ["\u2013"] * 4
