"""What people called personas, beside what a labeller said of the same."""

import pytest

from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import DeclaredCriterion, StudyInfo, study_info_from_json
from evaluation.stats.labels.label_accuracy import Predicted, label_accuracy
from evaluation.stats.labels.persona_labels import labels_json, predicted_of
from tests.evaluation.stats.builders import a_judgment, a_rating

EXTRAVERSION = DeclaredCriterion("extraversion", "Extraversion", "?", "label", ("high", "low", "unclear"))
LABELLED = {
    "one": {"levels": {"extraversion": "high"}, "weight": 4.0},
    "two": {"levels": {"extraversion": "low"}, "weight": 1.0},
}


def labels(context, *said, criterion="extraversion"):
    return [
        a_judgment(level, context=context, annotator=f"annotator-{number}", criterion=criterion, first="", second="")
        for number, level in enumerate(said)
    ]


def test_labels_are_counted_beside_the_labellers_and_held_against_them():
    rows = labels("one", "high", "high", "cannot_judge") + labels("two", "low", "high", "high")

    found = labels_json(rows, [EXTRAVERSION], StudyInfo(labelled=LABELLED))

    assert found["given"]["extraversion"] == {
        "high": {"judgments": 4, "share": 0.8, "labelled": 1, "labelled_share": 0.5},
        "low": {"judgments": 1, "share": 0.2, "labelled": 1, "labelled_share": 0.5},
        "unclear": {"judgments": 0, "share": 0.0, "labelled": 0, "labelled_share": 0.0},
    }
    # Right of the persona that stands for four, wrong of the one that stands for one.
    assert found["traits"]["extraversion"]["accuracy"]["value"] == pytest.approx(4 / 5)


def test_without_a_labeller_labels_are_counted_alone():
    found = labels_json(labels("one", "high"), [EXTRAVERSION], StudyInfo())

    assert found == {
        "given": {
            "extraversion": {
                level: {
                    "judgments": int(level == "high"),
                    "share": float(level == "high"),
                    "labelled": None,
                    "labelled_share": None,
                }
                for level in ("high", "low", "unclear")
            }
        }
    }


def test_labels_of_what_systems_said_are_not_of_personas():
    rows = [a_rating("high", criterion="extraversion")]

    assert labels_json(rows, [EXTRAVERSION], StudyInfo(labelled=LABELLED)) is None
    assert "labels" not in analyse(rows, StudyInfo(criteria=(EXTRAVERSION,), labelled=LABELLED))


def test_what_a_labeller_said_comes_by_trait_and_persona():
    labelled = {name: {"levels": {"openness": "low", **each["levels"]}, "weight": 2} for name, each in LABELLED.items()}

    assert predicted_of(labelled, ["extraversion", "openness"]) == [
        Predicted("one", "openness", "low", 2.0),
        Predicted("two", "openness", "low", 2.0),
        Predicted("one", "extraversion", "high", 2.0),
        Predicted("two", "extraversion", "low", 2.0),
    ]


def test_kappa_is_cohens_of_the_weighted_table():
    sample = [
        Predicted("one", "extraversion", "high", 4.0),
        Predicted("two", "extraversion", "high", 1.0),
        Predicted("three", "extraversion", "low", 3.0),
        Predicted("four", "extraversion", "low", 2.0),
    ]
    rows = labels("one", "high") + labels("two", "low") + labels("three", "low") + labels("four", "high")

    found = label_accuracy(sample, rows, seed=7)["traits"]["extraversion"]

    # People x labels: high-high 4, high-low 2, low-high 1, low-low 3. They agree on 7 of 10; the margins are 6 and 4
    # of people, 5 and 5 of the labels, so by chance on .6 x .5 + .4 x .5 = .5. Kappa is (.7 - .5) / (1 - .5).
    assert found["kappa"]["value"] == pytest.approx(0.4)


def test_kappa_has_no_value_where_one_level_is_all_there_is():
    found = label_accuracy([Predicted("one", "extraversion", "high", 1.0)], labels("one", "high"), seed=7)

    kappa = found["traits"]["extraversion"]["kappa"]
    assert (kappa["value"], kappa["reason"]) == (None, "people and labels name one level only")


def test_numbers_about_labels_are_signed_with_the_persona_as_unit():
    rows = [each for number in range(8) for each in labels(f"p{number}", "high", "high")]
    labelled = {
        f"p{number}": {"levels": {"extraversion": ("high", "low")[number % 2]}, "weight": 1} for number in range(8)
    }

    found = analyse(rows, StudyInfo(criteria=(EXTRAVERSION,), labelled=labelled))["labels"]

    assert "|unit:persona|n:" in found["traits"]["extraversion"]["accuracy"]["signature"]


def test_labels_travel_with_the_study_json():
    info = study_info_from_json({"labelled": LABELLED})

    assert info.labelled == LABELLED
    assert study_info_from_json(info.as_json()) == info


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ({"levels": ["high"], "weight": 1}, r"labelled\.one\.levels: expected a level for each trait"),
        ({"levels": {}, "weight": 0}, r"labelled\.one\.weight: expected a number above 0, got 0"),
        ({"levels": {}}, r"labelled\.one\.weight: expected a number above 0, got None"),
    ],
)
def test_labels_that_mean_nothing_are_refused(entry, complaint):
    with pytest.raises(ValueError, match=complaint):
        study_info_from_json({"labelled": {"one": entry}})
