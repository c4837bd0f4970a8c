from dataclasses import replace

import pytest

from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import StudyInfo
from tests.evaluation.stats.builders import a_judgment, judgments

INFO = StudyInfo(systems=("pt", "p"))


def machine(choices, *, model="mock", swapped=None, **words):
    """What a model said of each talk in the first order, and in the second where `swapped` says it."""
    rows = []
    for look, said in ((1, choices), (2, swapped if swapped is not None else choices)):
        left = "pt" if look == 1 else "p"
        rows += [
            a_judgment(
                each,
                context=f"talk-{number}",
                annotator=model,
                annotator_kind="llm",
                look=look,
                displayed_left=left,
                **words,
            )
            for number, each in enumerate(said)
        ]
    return rows


def of(rows, model="mock"):
    return analyse(rows, INFO)["automatic"]["judges"][model]["naturalness"]


def test_a_model_that_takes_whatever_stands_first_has_no_preference_and_says_so():
    found = of(judgments([["pt", "pt"]] * 20) + machine(["pt"] * 20, swapped=["p"] * 20))

    assert found["position"]["share_left"]["value"] == 1.0
    assert found["position"]["same_in_both_orders"]["value"] == 0.0
    (net,) = found["net_preference"]
    assert (net["first"], net["second"], net["value"]) == ("pt", "p", 0.0)


def test_agreement_with_people_stands_beside_that_among_people():
    # Two of three people say pt everywhere, the third p; the model says pt: it agrees with two of three, and of the
    # three pairs of people one agrees.
    found = of(judgments([["pt", "pt", "p"]] * 20) + machine(["pt"] * 20))

    assert found["agreement"]["with_people"]["value"] == pytest.approx(2 / 3)
    assert found["agreement"]["among_people"]["value"] == pytest.approx(1 / 3)
    assert (found["net_preference"][0]["value"], found["n"]) == (1.0, {"units": 20, "judgments": 40})


def test_a_model_that_is_one_of_them_may_stand_in():
    votes = [["pt", "pt", "pt", "p"] if number % 3 else ["p", "p", "p", "pt"] for number in range(45)]
    found = of(judgments(votes) + machine([each[0] for each in votes]))

    assert found["alternative"]["0.1"]["may_replace"] is True
    assert found["alternative"]["0.1"]["advantage"]["value"] == 1.0
    assert set(found["alternative"]["0.2"]["annotators"]) == {f"annotator-{number}" for number in range(4)}


def test_few_shared_units_leave_the_test_undefined_with_a_reason():
    found = of(judgments([["pt", "p", "pt"]] * 20) + machine(["pt"] * 20))

    assert found["alternative"]["0.1"]["may_replace"] is None
    assert "30 units" in found["alternative"]["0.1"]["winning_rate"]["reason"]


def test_people_s_results_are_the_same_with_and_without_a_model():
    rows = judgments([["pt", "p", "pt"]] * 12)

    alone, beside = (analyse(each, INFO) for each in (rows, rows + machine(["p"] * 12)))

    for key in ("criteria", "hypotheses", "annotators", "side_bias", "power", "snapshot"):
        assert alone[key] == beside[key], key


def test_checks_and_what_a_model_could_not_judge_are_left_out():
    rows = machine(["pt"] * 10) + [replace(row, context="check", is_check=True) for row in machine(["p"])]
    rows += machine(["cannot_judge"] * 10, model="shy")

    found = analyse(judgments([["pt", "pt"]] * 10) + rows, INFO)["automatic"]["judges"]

    assert found["mock"]["naturalness"]["n"]["units"] == 10
    assert found["shy"]["naturalness"]["agreement"]["with_people"]["reason"] == "people judged none of its units"


@pytest.mark.parametrize("rows", [judgments([["pt"]] * 8), machine(["pt"] * 8), []])
def test_without_people_and_a_model_there_is_nothing_to_set_side_by_side(rows):
    judges = analyse(rows, INFO)["automatic"]["judges"]

    assert (judges["value"], judges["reason"]) == (None, "no language model judged beside people")
