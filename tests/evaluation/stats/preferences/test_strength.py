import pytest

from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import DeclaredCriterion, StudyInfo
from tests.evaluation.stats.builders import a_judgment

FIVE = DeclaredCriterion("naturalness", "Naturalness", "?", scale="preference5")
INFO = StudyInfo(systems=("pt", "p"), criteria=(FIVE,))


def steps(each, *, annotators=1):
    """A context for each signed step, in the words of a five-step scale."""
    return [
        a_judgment(
            "tie" if step == 0 else "pt" if step > 0 else "p",
            context=f"talk-{number}",
            annotator=f"annotator-{who}",
            strength=abs(step) or None,
        )
        for number, step in enumerate(each)
        for who in range(annotators)
    ]


def strength(rows, info=INFO):
    return analyse(rows, info)["criteria"]["naturalness"]["strengths"][0]["domains"]["all"]


def test_strength_counts_where_net_preference_keeps_the_sign():
    rows = steps([2, 2, 2, 1, -1, -1, -1, 0])

    found = analyse(rows, INFO)["criteria"]["naturalness"]

    assert found["comparisons"][0]["domains"]["all"]["net_preference"]["value"] == pytest.approx(1 / 8)
    assert found["strengths"][0]["domains"]["all"]["mean"]["value"] == pytest.approx(4 / 8)
    assert found["strengths"][0]["domains"]["all"]["steps"] == {"-2": 0, "-1": 3, "0": 1, "+1": 1, "+2": 3}


def test_its_test_flips_the_signed_steps():
    # 2, 1, 1, 1, 1, 1 all one way: only the two unanimous flips of 2^6 reach 7.
    assert strength(steps([2, 1, 1, 1, 1, 1]))["tests"]["permutation"]["p"] == pytest.approx(2 / 2**6)


def test_swapping_the_systems_mirrors_it():
    rows = steps([2, 2, 1, 0, -1, 1, -2, 1, 2, 1], annotators=6)

    plain, swapped = strength(rows), strength(rows, StudyInfo(systems=("p", "pt"), criteria=(FIVE,)))

    assert (swapped["mean"]["value"], swapped["mean"]["low"]) == pytest.approx(
        (-plain["mean"]["value"], -plain["mean"]["high"])
    )
    assert swapped["steps"]["-2"] == plain["steps"]["+2"]
    assert swapped["tests"]["two_way"]["p"] == pytest.approx(plain["tests"]["two_way"]["p"])


def test_too_few_clusters_have_a_mean_and_no_test():
    found = strength(steps([2, 1, -1]))

    assert found["mean"]["value"] == pytest.approx(2 / 3)
    assert {each["p"] for each in found["tests"].values()} == {None}
