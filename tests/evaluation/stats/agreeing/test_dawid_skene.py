import numpy as np
import pytest

from evaluation.stats.agreeing.dawid_skene import accuracies, dawid_skene, fitted
from evaluation.stats.agreeing.judged import comparable
from evaluation.stats.data.declared import DeclaredCriterion
from tests.evaluation.stats.builders import a_judgment, judgments

NATURALNESS = DeclaredCriterion("naturalness", "Naturalness", "?")

# Dawid and Skene (1979), table 1: 45 patients, five anaesthetists, the first of whom judged each patient three times.
PATIENTS = """
    111/1/1/1/1 333/4/3/3/4 112/2/1/2/2 222/3/1/2/1 222/3/2/2/2 222/3/3/2/2 122/2/1/1/1 333/3/4/3/3 222/2/2/2/3
    232/2/2/2/3 444/4/4/4/4 222/3/3/4/3 111/1/1/1/1 222/3/2/1/2 121/1/1/1/1 111/2/1/1/1 111/1/1/1/1 111/1/1/1/1
    222/2/2/2/1 222/1/3/2/2 222/2/2/2/2 222/2/2/2/1 222/3/2/2/2 221/2/2/2/2 111/1/1/1/1 111/1/1/1/1 232/2/2/2/2
    111/1/1/1/1 111/1/1/1/1 112/1/1/2/1 111/1/1/1/1 333/3/2/3/3 111/1/1/1/1 222/2/2/2/2 222/3/2/3/2 433/4/3/4/3
    221/2/2/3/2 232/3/2/3/3 333/3/4/3/2 111/1/1/1/1 111/1/1/1/1 121/2/1/1/1 232/2/2/2/2 121/1/1/1/1 222/2/2/2/2
"""


def anaesthetists():
    table = [
        (patient, observer, int(mark) - 1)
        for patient, seen in enumerate(PATIENTS.split())
        for observer, marks in enumerate(seen.split("/"))
        for mark in marks
    ]
    unit, annotator, category = (np.array(each) for each in zip(*table, strict=True))
    return dawid_skene(unit, annotator, category, categories=4)


def test_the_published_patients_give_the_published_estimates():
    found = anaesthetists()

    # Dawid and Skene (1979), table 2: the prevalence of the four classes, and the first observer's error rates.
    assert found.prevalence.round(2).tolist() == [0.40, 0.42, 0.11, 0.07]
    assert found.errors[0].round(2).tolist() == [
        [0.89, 0.11, 0.00, 0.00],
        [0.07, 0.88, 0.05, 0.00],
        [0.00, 0.34, 0.66, 0.00],
        [0.00, 0.00, 0.56, 0.44],
    ]
    assert found.converged


def test_another_tool_gives_the_same_estimates():
    found = anaesthetists()

    # crowd-kit 1.4.2, DawidSkene(n_iter=2000, tol=1e-12), which adds a little to every count: the same to .001.
    assert found.prevalence == pytest.approx([0.39973, 0.42238, 0.11122, 0.06667], abs=0.001)
    right = np.diagonal(found.errors, axis1=1, axis2=2)
    assert right[3] == pytest.approx([0.944066, 0.841463, 0.804370, 0.666667], abs=0.004)
    assert right[4] == pytest.approx([0.999615, 0.733647, 0.790507, 0.666667], abs=0.001)


def test_who_answers_at_random_is_found_out():
    rng = np.random.default_rng(3)
    votes = []
    for _ in range(200):
        truth = ("pt", "p")[rng.integers(2)]
        wrong = "p" if truth == "pt" else "pt"
        votes.append([truth if rng.random() < 0.9 else wrong for _ in range(4)] + [("pt", "p")[rng.integers(2)]])

    model = fitted(comparable(judgments(votes), NATURALNESS, systems=("pt", "p")))
    found = accuracies([model])

    assert [round(found[f"annotator-{number}"].value, 1) for number in range(5)] == [0.9, 0.9, 0.9, 0.9, 0.5]


def test_with_several_pairs_the_naming_of_systems_does_not_matter():
    rng = np.random.default_rng(5)
    rows = [
        a_judgment(
            str(rng.choice([first, second, "tie"])),
            context=f"prompt-{prompt}",
            annotator=name,
            first=first,
            second=second,
        )
        for prompt in range(12)
        for first, second in (("a", "b"), ("b", "c"), ("a", "c"))
        for name in ("ada", "bo", "cy")
    ]

    one, other = (fitted(comparable(rows, NATURALNESS, systems=order)) for order in (("a", "b", "c"), ("c", "b", "a")))

    for name in ("ada", "bo", "cy"):
        assert accuracies([one])[name].value == pytest.approx(accuracies([other])[name].value, abs=1e-6)
    assert one.as_json()["prevalence"]["first"] == one.as_json()["prevalence"]["second"]
    assert "net_preference" not in one.as_json()


def test_there_is_no_model_of_judgments_that_nobody_shares():
    rows = judgments([("pt",), ("p",)])

    assert fitted(comparable(rows, NATURALNESS, systems=("pt", "p"))) == "no unit has two judgments"
