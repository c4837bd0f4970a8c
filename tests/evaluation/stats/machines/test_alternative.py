import math

import numpy as np
import pytest
from scipy import stats

from evaluation.stats.machines.alternative import alternative_test

UNITS = [f"unit-{number}" for number in range(60)]


def people(*answers):
    """Annotators by number, each with an answer to every unit."""
    return {f"annotator-{number}": dict(zip(UNITS, given, strict=True)) for number, given in enumerate(answers)}


def run(model, humans, *, epsilon=0.1, clusters=None):
    said = dict(zip(UNITS, model, strict=True))
    return alternative_test(said, humans, clusters or {unit: unit for unit in UNITS}, epsilon=epsilon, seed=7)


def test_a_model_that_says_what_all_say_wins_over_everybody():
    truth = ["pt", "p", "tie"] * 20

    found = run(truth, people(truth, truth, truth))

    assert (found.winning_rate.value, found.advantage.value) == (1.0, 1.0)
    assert all(each.own == 1.0 and each.p_by <= 0.05 for each in found.annotators.values())


def test_a_model_that_never_agrees_wins_over_nobody():
    truth = ["pt", "p"] * 30

    found = run(["tie"] * 60, people(truth, truth, truth))

    assert (found.winning_rate.value, found.advantage.value) == (0.0, 0.0)


def test_each_p_is_that_of_the_papers_paired_t_test():
    rng = np.random.default_rng(4)
    truth = rng.choice(["pt", "p"], 60)

    def noisy(share):
        return [str(each if rng.random() > share else rng.choice(["pt", "p", "tie"])) for each in truth]

    model, humans = noisy(0.3), [noisy(0.3) for _ in range(4)]
    found = run(model, people(*humans), epsilon=0.1)

    differences = []
    for unit in range(60):
        others = [human[unit] for human in humans[1:]]
        of_model, own = others.count(model[unit]), others.count(humans[0][unit])
        differences.append(float(own >= of_model) - float(of_model >= own))
    # With a cluster to each unit the clustered error is the usual one: scipy's one-sided test of the mean against .1.
    expected = stats.ttest_1samp(differences, 0.1, alternative="less").pvalue
    assert found.annotators["annotator-0"].p == pytest.approx(expected)
    # Benjamini and Yekutieli: at most m x (1 + 1/2 + ... + 1/m) times as large.
    harmonic = sum(1 / k for k in range(1, 5))
    assert all(each.p <= each.p_by <= 4 * harmonic * each.p or each.p_by == 1.0 for each in found.annotators.values())


def test_a_larger_epsilon_is_easier_to_win_against():
    rng = np.random.default_rng(5)
    truth = list(rng.choice(["pt", "p"], 60))
    model = [each if rng.random() > 0.25 else "tie" for each in truth]
    humans = people(*([each if rng.random() > 0.15 else "tie" for each in truth] for _ in range(5)))

    ps = [run(model, humans, epsilon=epsilon).annotators["annotator-0"].p for epsilon in (0.0, 0.1, 0.3)]

    assert ps == sorted(ps, reverse=True)
    assert ps[0] > ps[-1]


def test_units_of_one_cluster_are_one():
    truth = ["pt", "p"] * 30
    clusters = {unit: str(number // 10) for number, unit in enumerate(UNITS)}
    wrong = [each if number // 10 % 2 else "tie" for number, each in enumerate(truth)]

    apart, together = (run(wrong, people(truth, truth, truth), clusters=each, epsilon=0.6) for each in (None, clusters))

    assert together.annotators["annotator-0"].p > apart.annotators["annotator-0"].p
    assert together.annotators["annotator-0"].advantage == apart.annotators["annotator-0"].advantage


@pytest.mark.parametrize("humans", [2, 0])
def test_with_too_few_people_it_is_undefined(humans):
    found = run(["pt"] * 60, people(*[["pt"] * 60] * humans))

    assert found.winning_rate.value is None
    assert found.winning_rate.reason.startswith("fewer than 3 annotators share 30 units")


def test_renaming_annotators_changes_nothing():
    rng = np.random.default_rng(6)
    answers = [[str(rng.choice(["pt", "p"])) for _ in UNITS] for _ in range(4)]
    model = answers[0]

    one = run(model, people(*answers))
    other = run(model, people(*reversed(answers)))

    assert math.isclose(one.advantage.value, other.advantage.value)
    assert (one.winning_rate.value, one.advantage.low) == (other.winning_rate.value, pytest.approx(other.advantage.low))
