import pytest

from evaluation.stats.preferences.robustness import Beside, robustness
from tests.evaluation.stats.builders import a_judgment, judgments, outcomes


def test_leaving_out_each_annotator_gives_the_range_of_the_effect():
    rows = judgments([("pt", "pt", "p"), ("pt", "tie", "p")])

    found = robustness(outcomes(rows), Beside())

    # Without the first: (pt, p, tie, p) = -1/4; without the second: (pt, p) twice = 0; without the third 3/4.
    assert found["leave_one_annotator_out"] == {
        "low": pytest.approx(-0.25),
        "high": pytest.approx(0.75),
        # With all of them it is 1/6: one turns it, one takes it to nothing.
        "turning": 2,
    }


def test_what_a_rule_excluded_is_put_back_beside():
    rows = judgments([("pt", "pt")] * 4)
    struck = [a_judgment("p", context=f"talk-{number}", annotator="bo", excluded_by="a rule") for number in range(4)]

    found = robustness(outcomes(rows), Beside(rows=rows, ruled_out=struck))

    assert (found["net_preference"], found["with_excluded"]) == (1.0, pytest.approx(1 / 3))


def test_one_annotator_cannot_be_left_out():
    rows = judgments([("pt",)] * 4)

    found = robustness(outcomes(rows), Beside())

    assert found["leave_one_annotator_out"]["low"] is None
    assert found["leave_one_annotator_out"]["reason"] == "there is one alone"
