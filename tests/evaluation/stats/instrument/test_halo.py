import numpy as np
import pytest

from evaluation.stats.data.declared import DeclaredCriterion
from evaluation.stats.instrument.halo import halo
from tests.evaluation.stats.builders import a_judgment

CRITERIA = tuple(DeclaredCriterion(key, key.title(), "?") for key in ("naturalness", "fit"))


def looks(answers, **words):
    """A look for each pair of answers: under naturalness, and under fit."""
    return {
        criterion.key: [
            a_judgment(answer[place], context=f"talk-{number}", criterion=criterion.key, **words)
            for number, answer in enumerate(answers)
            if answer[place]
        ]
        for place, criterion in enumerate(CRITERIA)
    }


def found_in(rows):
    return halo(rows, CRITERIA, systems=("pt", "p"), seed=7)


def test_the_same_answers_throughout_are_one_impression():
    (found,) = found_in(looks([("pt", "pt"), ("p", "p"), ("tie", "tie")] * 4))

    assert (found.criteria, found.looks, found.same.value) == (("naturalness", "fit"), 12, 1.0)
    assert found.correlation.value == pytest.approx(1.0)
    assert found.correlation.reason == "all points lie on one line: resampling gives no interval"


def test_answers_that_have_nothing_to_do_with_each_other_do_not_correlate():
    rng = np.random.default_rng(1)
    answers = [tuple(str(each) for each in rng.choice(["pt", "p"], size=2)) for _ in range(300)]

    (found,) = found_in(looks(answers))

    assert found.same.value == pytest.approx(0.5, abs=0.07)
    assert found.correlation.low < 0 < found.correlation.high


def test_what_a_second_question_adds_shows_where_the_first_was_tied():
    answers = [("tie", "pt")] * 6 + [("tie", "p")] * 2 + [("pt", "p")] * 4

    (found,) = found_in(looks(answers))

    # Of eight ties under naturalness six went to pt and two to p when asked about the fit.
    there = {entry["tied"]: entry["net_preference"] for entry in found.where_tied}
    assert there["naturalness"]["value"] == pytest.approx(0.5)
    assert there["naturalness"]["n"] == 8
    assert there["fit"]["reason"] == "no tie under fit"


def test_an_unanswered_question_is_no_look_at_both():
    assert found_in(looks([("pt", ""), ("p", "cannot_judge")])) == []


def test_naming_the_systems_the_other_way_round_changes_nothing_with_several_pairs():
    rng = np.random.default_rng(2)
    rows = {criterion.key: [] for criterion in CRITERIA}
    for number in range(40):
        pair = (("a", "b"), ("b", "c"))[number % 2]
        for criterion in CRITERIA:
            choice = str(rng.choice([*pair, "tie"]))
            rows[criterion.key].append(
                a_judgment(choice, context=f"talk-{number}", criterion=criterion.key, first=pair[0], second=pair[1])
            )

    one, other = (halo(rows, CRITERIA, systems=order, seed=7)[0] for order in (("a", "b", "c"), ("c", "a", "b")))

    assert one.correlation == other.correlation
    assert one.same == other.same
