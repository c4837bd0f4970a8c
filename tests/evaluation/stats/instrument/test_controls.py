import pytest

from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import StudyInfo
from evaluation.stats.instrument.controls import NONE, controls
from tests.evaluation.stats.builders import judgments, reference, same_system


def found_in(rows):
    return controls(rows, ["naturalness"], systems=("pt", "p"), alpha=0.05, seed=7)


def test_a_good_instrument_finds_nothing_where_nothing_is_and_sees_what_is_there():
    found = found_in([*same_system(6, 5, ties=3), *reference(15, 1)])

    assert (found["finds_nothing"], found["sees_what_is_there"]) == (True, True)
    (aa,), (ceiling,) = found["aa"], found["ceiling"]
    assert aa["net_preference"]["value"] == pytest.approx(1 / 14)
    # The reference is named second and counts as first: net preference is for it.
    assert (ceiling["first"], ceiling["net_preference"]["value"]) == ("human", pytest.approx(14 / 16))
    # 2 x (1 + 16) / 2^16
    assert ceiling["test"]["p"] == pytest.approx(34 / 65536)


def test_a_preference_between_samples_of_one_system_is_found_out():
    found = found_in(same_system(14, 1))

    assert (found["finds_nothing"], found["sees_what_is_there"]) == (False, None)


def test_annotators_who_cannot_tell_a_reference_from_a_shuffled_one_see_nothing():
    assert found_in(reference(8, 8))["sees_what_is_there"] is False
    # Significantly the wrong way round is not seeing either.
    assert found_in(reference(1, 15))["sees_what_is_there"] is False


def test_samples_under_several_criteria_are_corrected_together():
    rows = [*same_system(10, 2), *same_system(6, 6, criterion="coherence")]

    found = found_in(rows)

    # 2 x (1 + 12 + 66) / 2^12 = .039 is below .05, twice it is not.
    naturalness = found["aa"][0]
    assert (naturalness["test"]["p"], naturalness["test"]["p_holm"]) == (
        pytest.approx(158 / 4096),
        pytest.approx(316 / 4096),
    )
    assert found["finds_nothing"] is True


def test_a_handful_of_controls_proves_nothing():
    found = found_in(same_system(2, 2))

    assert (found["finds_nothing"], found["aa"][0]["passed"]) == (None, None)


def test_controls_enter_no_other_number_and_are_counted():
    rows = judgments([("pt", "p", "pt")] * 8)

    found = analyse([*rows, *same_system(6, 6)], StudyInfo(systems=("pt", "p")))

    alone = analyse(rows, StudyInfo(systems=("pt", "p")))
    assert found["criteria"] == alone["criteria"]
    assert found["excluded"] == [{"rule": "control of the instrument", "judgments": 12, "annotators": 1}]
    assert (found["controls"]["finds_nothing"], alone["controls"]["reason"]) == (True, NONE)
