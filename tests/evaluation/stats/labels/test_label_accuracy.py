import pytest

from evaluation.stats.labels.label_accuracy import Predicted, label_accuracy, majority
from tests.evaluation.stats.builders import a_judgment


def labelled(*labels, trait="openness", weight=1.0):
    """A persona for each predicted level, all of one weight unless the label brings its own."""
    with_weights = [label if isinstance(label, tuple) else (label, weight) for label in labels]
    return [
        Predicted(f"{trait}-{number}", trait, level, each, (f"i am {number} .",))
        for number, (level, each) in enumerate(with_weights)
    ]


def people(*votes, trait="openness"):
    """For each persona the labels of Ada, Bo and Cy, as first letters; a dot is no label."""
    levels = {"h": "high", "l": "low", "u": "unclear", "?": "cannot_judge"}
    return [
        a_judgment(levels[mark], context=f"{trait}-{number}", annotator=name, criterion=trait, first="", second="")
        for number, marks in enumerate(votes)
        for name, mark in zip(("ada", "bo", "cy"), marks, strict=True)
        if mark != "."
    ]


def openness(sample, rows):
    return label_accuracy(sample, rows, seed=7)["traits"]["openness"]


def test_balanced_accuracy_is_the_mean_over_the_levels_that_people_named():
    sample = labelled("high", "high", "high", "low", "low", "high")

    found = openness(sample, people("hhh", "hhl", "hhh", "lll", "hll", "lll"))

    # People: three high, all found; three low, two found. The plain share is five of six.
    assert found["balanced_accuracy"]["value"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["accuracy"]["value"] == pytest.approx(5 / 6)
    assert found["balanced_accuracy"]["low"] <= (1 + 2 / 3) / 2 <= found["balanced_accuracy"]["high"]
    assert (found["levels"], found["confusion"]) == (["high", "low"], [[3.0, 0.0], [1.0, 2.0]])
    assert found["chance"] == 0.5


def test_a_stratified_sample_is_weighted_back_to_the_whole():
    # Two of many high ones, and two of few low ones; one of each is wrong.
    sample = labelled(("high", 45.0), ("high", 45.0), ("low", 5.0), ("low", 5.0))

    found = openness(sample, people("hhh", "lll", "lll", "hhh"))

    # People say high of 45 + 5, of which 45 were found; low of 45 + 5, of which 5 were.
    assert found["confusion"] == [[45.0, 5.0], [45.0, 5.0]]
    assert found["balanced_accuracy"]["value"] == pytest.approx((45 / 50 + 5 / 50) / 2)
    assert found["accuracy"]["value"] == pytest.approx(0.5)


def test_leaving_one_out_holds_the_labels_and_each_person_against_the_same_others():
    sample = labelled(*["high"] * 4, *["low"] * 4)
    # Ada and Bo agree throughout; Cy errs on two of eight, the labels on none.
    rows = people("hhh", "hhh", "hhh", "hhl", "lll", "lll", "lll", "llh")

    found = openness(sample, rows)["leave_one_out"]

    # Cy out: the labels 1, Cy (3/4 + 3/4) / 2. Ada out (and Bo): on six personas the others agree, and all are right.
    assert found["labeller"]["value"] == pytest.approx(1.0)
    assert found["people"]["value"] == pytest.approx((1 + 1 + 0.75) / 3)
    assert found["difference"]["value"] == pytest.approx(0.25 / 3)
    assert found["difference"]["annotators"] == 3


def test_people_without_a_majority_are_no_reference_and_are_counted():
    found = openness(labelled("high", "low", "high"), people("hl.", "lll", "..."))

    assert found["n"] == {"personas": 2, "unjudged": 1, "no_majority": 1, "annotators": 3}
    assert found["balanced_accuracy"]["value"] == 1.0
    assert "fewer than 6 personas" in found["balanced_accuracy"]["reason"]


def test_who_could_not_judge_said_nothing():
    assert openness(labelled("high"), people("h?l"))["n"]["no_majority"] == 1


def test_the_intervals_are_over_personas_and_hold_what_is_drawn_twice_together():
    # Each persona is labelled for two traits: right for both, or wrong for both.
    sample = [*labelled(*["high"] * 10), *labelled(*["high"] * 10, trait="neuroticism")]
    votes = ["hhh"] * 6 + ["lll"] * 4

    found = label_accuracy(sample, [*people(*votes), *people(*votes, trait="neuroticism")], seed=7)

    # Drawn together, the mean of two equal traits varies as much as each of them alone.
    one, both = found["traits"]["openness"]["accuracy"], found["all"]["balanced_accuracy"]
    assert one["high"] - one["low"] > 0.5
    assert both["traits"] == 2


def test_nobody_named_a_level_twice():
    assert majority(["high", "low"]) is None
    assert majority([]) is None
    assert majority(["high", "low", "high"]) == "high"


def test_peoples_own_agreement_stands_beside():
    found = openness(labelled(*["high"] * 8), people(*["hhh", "lll"] * 4))

    assert (found["agreement"]["units"], found["agreement"]["alpha_nominal"]["value"]) == (8, 1.0)
