from dataclasses import replace

import pytest

from evaluation.results.judgments_file import read_judgments
from evaluation.stats.analysis import analyse
from evaluation.stats.auditing.audit import audit
from evaluation.stats.data.declared import StudyInfo
from tests.evaluation.stats.builders import a_rating, a_study, judgments


def test_the_clustered_numbers_are_those_of_the_analysis():
    rows = a_study(contexts=15)
    (found,) = audit(rows).comparisons

    place = analyse(rows, StudyInfo())["criteria"]["naturalness"]["comparisons"][0]["domains"]["all"]
    assert found.clustered["permutation"].p == place["tests"]["permutation"]["p"]
    assert found.clustered["two_way"].p == place["tests"]["two_way"]["p"]
    assert found.effect.value == place["net_preference"]["value"]


def test_judgments_of_one_dialogue_are_many_to_the_usual_test_and_one_to_the_clustered():
    # Eight dialogues; in six all ten judgments favour pt, in two p: 60 of 80 judgments, but six of eight dialogues.
    rows = [
        replace(row, cluster=f"talk {number}", context=f"talk {number}#{turn}")
        for number in range(8)
        for turn in range(10)
        for row in judgments([["pt" if number < 6 else "p"]])
    ]

    found = audit(rows)

    assert found.comparisons[0].usual.p < 0.00001
    # Of 2^8 flips those with eight, seven or six on one side, either way: 2 * (1 + 8 + 28) / 256.
    assert found.comparisons[0].clustered["permutation"].p == pytest.approx(74 / 256)
    assert [each.first for each in found.lost()] == ["p"]


def test_holm_runs_over_all_comparisons_that_could_be_tested():
    strong = [row for name in ("a", "b") for row in judgments([["pt"] * 2] * 9, criterion=name)]
    few = judgments([["pt"] * 2] * 3, criterion="c")

    found = audit([*strong, *few])

    # Nine clusters all one way: 2 / 512, twice; three clusters are too few for a test.
    assert [each.p_holm for each in found.comparisons] == [
        {"permutation": pytest.approx(4 / 512)},
        {"permutation": pytest.approx(4 / 512)},
        {},
    ]
    assert (found.tested("permutation"), found.found("permutation", corrected=True)) == (2, 2)


def test_ratings_are_compared_within_annotator_and_context():
    rows = [
        a_rating(str(3 + bonus), system=system, context=f"talk {number}", annotator=f"annotator-{who}", criterion="fun")
        for number in range(8)
        for who in range(6)
        for system, bonus in (("pt", 1), ("p", 0))
    ]

    (found,) = audit(rows).comparisons

    # pt is one better everywhere, and p named first by name: all eight clusters lean one way, 2 / 256.
    assert (found.first, found.effect.value) == ("p", -1.0)
    assert found.clustered["permutation"].p == pytest.approx(2 / 256)
    assert found.clustered["two_way"].p == pytest.approx(0.5**5)
    assert found.sizes == {"clusters": 8, "contexts": 8, "annotators": 6, "judgments": 96}


def test_ratings_by_other_people_cannot_be_paired_and_say_so():
    rows = [
        a_rating("4", system=system, context=f"talk {number}", annotator=system, criterion="fun")
        for number in range(8)
        for system in ("pt", "p")
    ]

    (found,) = audit(rows).comparisons

    assert (found.effect.value, found.clustered["permutation"].p) == (None, None)
    assert found.clustered["permutation"].reason == "fewer than 6 clusters in which somebody rated both systems"


def test_no_judgments_are_no_comparisons():
    assert audit([]).comparisons == ()


@pytest.mark.data
def test_what_was_found_on_pandalm_falls_from_eight_to_six(shared_data):
    found = audit(read_judgments(shared_data / "judgments" / "pandalm.csv.gz"))

    assert (found.found("binomial"), found.found("permutation"), found.found("permutation", corrected=True)) == (
        8,
        8,
        6,
    )
    assert found.tested("two_way") == 0
