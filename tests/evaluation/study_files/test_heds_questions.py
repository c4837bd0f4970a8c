"""Researchers' own answers to the datasheet: by word or number, and nothing that it does not ask."""

import pytest

from evaluation.study_files.heds_questions import BY_WORD, NUMBERS, QUESTIONS, NoSuchQuestion, answers_by_number


def test_numbers_are_those_of_heds_in_their_order_each_once():
    numbers = [tuple(map(int, question.number.split("."))) for question in QUESTIONS]

    assert numbers == sorted(set(numbers))
    assert set(BY_WORD.values()) <= NUMBERS


def test_words_numbers_and_criteria_find_their_questions():
    given = {"pay": "a", "3.2.5": "b", "naturalness 4.1.1": "c", "adjudication": "d"}

    assert answers_by_number(given, criteria=["naturalness"]) == {
        "3.2.2.2": "a",
        "3.2.5": "b",
        "naturalness 4.1.1": "c",
        "adjudication": "d",
    }


@pytest.mark.parametrize(
    "key", ["wages", "9.9", "4.1.1", "warmth 4.1.1", "naturalness 3.2.5", "naturalness adjudication"]
)
def test_what_is_not_asked_is_refused(key):
    with pytest.raises(NoSuchQuestion, match="is no question of the datasheet; expected paper, resources"):
        answers_by_number({key: "x"}, criteria=["naturalness"])
