import pytest

from evaluation.stats.data.declared import DeclaredCriterion
from evaluation.stats.data.measures import Measures
from evaluation.stats.instrument.automatic import NONE, against_metrics
from tests.evaluation.stats.builders import a_judgment

NATURALNESS = DeclaredCriterion("naturalness", "Naturalness", "?")


def judged(choices):
    """Two judgments of each context, both with the same choice."""
    return [
        a_judgment(choice, context=f"talk-{number}", annotator=annotator)
        for number, choice in enumerate(choices)
        for annotator in ("ada", "bo")
    ]


def scores_of(differences):
    """A metric whose score of pt less that of p is as given, context by context."""
    return {
        "pt": {f"talk-{number}": 0.5 + each for number, each in enumerate(differences)},
        "p": {f"talk-{number}": 0.5 for number in range(len(differences))},
    }


def against(rows, measures):
    return against_metrics({"naturalness": rows}, [NATURALNESS], measures, systems=("pt", "p"), seed=7)


def test_a_metric_that_says_what_people_say_correlates_with_them():
    choices = ["pt", "p", "pt", "tie", "p", "pt", "p", "pt"]
    differences = [0.3, -0.2, 0.1, 0.0, -0.4, 0.2, 0.1, 0.4]

    found = against(judged(choices), Measures(scores={"f1": scores_of(differences)}))["contexts"]["f1"]["naturalness"]

    # Six of the seven that both decide are on the same side. Of 28 pairs of contexts one is tied in the metric, nine in
    # people's verdicts; of the others 17 agree and one does not.
    assert (found["n"], found["same_side"]["value"]) == (8, pytest.approx(6 / 7))
    assert found["kendall"]["value"] == pytest.approx(16 / (27 * 19) ** 0.5)
    assert found["kendall"]["low"] < found["kendall"]["value"] < found["kendall"]["high"]


def test_swapping_the_systems_leaves_the_correlation_as_it_is():
    rows = judged(["pt", "p", "tie", "pt", "p", "pt", "pt", "p"])
    measures = Measures(scores={"f1": scores_of([0.1, -0.2, 0.3, 0.2, 0.05, 0.1, -0.1, -0.3])})

    one, other = (
        against_metrics({"naturalness": rows}, [NATURALNESS], measures, systems=systems, seed=7)["contexts"]
        for systems in (("pt", "p"), ("p", "pt"))
    )

    for name in ("kendall", "pearson", "same_side"):
        assert one["f1"]["naturalness"][name]["value"] == pytest.approx(other["f1"]["naturalness"][name]["value"])


def test_contexts_without_a_score_are_left_out():
    scores = scores_of([0.1, -0.1, 0.2, -0.2])

    found = against(judged(["pt", "p"] * 4), Measures(scores={"f1": scores}))["contexts"]["f1"]["naturalness"]

    assert found["n"] == 4
    assert found["kendall"]["reason"] == "fewer than 6 clusters: no interval"


def test_whole_systems_are_ranked_by_metric_and_by_people():
    names = ["a", "b", "c", "d"]
    # a beats b beats c beats d, in six contexts each.
    rows = [
        a_judgment(first, context=f"talk-{first}{second}{number}", first=first, second=second)
        for place, first in enumerate(names)
        for second in names[place + 1 :]
        for number in range(6)
    ]
    measures = Measures(system_scores={"distinct_2": {"a": 0.9, "b": 0.8, "c": 0.4, "d": 0.6}})

    found = against(rows, measures)["systems"]["distinct_2"]["naturalness"]["kendall"]

    # One of the six pairs of systems is the other way round: (5 - 1) / 6.
    assert (found["value"], found["n"]) == (pytest.approx(4 / 6), 4)
    assert found["reason"]


def test_two_systems_are_too_few_to_rank():
    found = against(judged(["pt"] * 8), Measures(system_scores={"perplexity": {"pt": 20.0, "p": 30.0}}))

    assert found["systems"]["perplexity"]["naturalness"]["kendall"]["reason"] == "fewer than 4 systems have a score"


def test_without_scores_there_is_nothing_to_compare():
    assert against(judged(["pt"] * 8), Measures()) == {"value": None, "reason": NONE}
