import pytest

from evaluation.running.quality import quality_of
from tests.evaluation.builders import COHERENCE, NATURALNESS, a_study, an_annotator, judge_all

pytestmark = pytest.mark.django_db


def test_quality_is_by_criterion_and_annotator_and_never_by_system():
    study = a_study(contexts=8, k=2, criteria=(NATURALNESS, COHERENCE), systems=("zebra", "quokka"))
    judge_all(study, an_annotator(study, "A-ADA"), "left")
    judge_all(study, an_annotator(study, "A-BO"), "right")

    quality = quality_of(study)

    # One slot of each item has the sides swapped, so left and right name the same system: they agree fully.
    assert [(each.key, each.name) for each in quality.agreement] == [
        ("naturalness", "Naturalness"),
        ("coherence", "Coherence"),
    ]
    assert sorted(quality.annotators) == ["A-ADA", "A-BO"]
    assert quality.share_left.value == 0.5
    assert [word for word in ("zebra", "quokka") if word in str(quality)] == []


def test_a_study_that_nobody_judged_has_no_quality_yet():
    quality = quality_of(a_study(contexts=2))

    assert [each.nominal.value for each in quality.agreement] == [None]
    assert (quality.annotators, quality.share_left.value) == ({}, None)
