import json

from evaluation.stats.data.criteria import criteria_of
from evaluation.stats.data.declared import DeclaredCriterion, StudyInfo, study_info_from_json
from tests.evaluation.results.test_judgments_file import INFO
from tests.evaluation.stats.builders import a_judgment, a_rating

NATURALNESS = DeclaredCriterion("naturalness", "Naturalness", "?")


def test_a_study_survives_its_json():
    assert study_info_from_json(json.loads(json.dumps(INFO.as_json()))) == INFO
    assert study_info_from_json({}) == StudyInfo()


def test_what_the_study_declares_comes_first_and_the_rows_add_the_rest():
    rows = [a_judgment(criterion="wit", strength=2), a_judgment(criterion="naturalness"), a_judgment(criterion="care")]

    found = criteria_of(rows, (NATURALNESS,))

    assert [(each.key, each.scale) for each in found] == [
        ("naturalness", "preference"),
        ("care", "preference"),
        ("wit", "preference5"),
    ]


def test_a_scale_is_what_the_answers_show():
    rows = [
        a_judgment("tie", criterion="a"),
        a_judgment("both_bad", criterion="a"),
        a_rating("4", criterion="b"),
        a_rating("cannot_judge", criterion="b"),
        a_rating("warm", criterion="c"),
        a_rating("3", criterion="c"),
    ]

    found = criteria_of(rows, ())

    assert [(each.scale, each.options) for each in found] == [
        ("preference", ("tie", "both_bad")),
        ("rating", ()),
        ("label", ()),
    ]
