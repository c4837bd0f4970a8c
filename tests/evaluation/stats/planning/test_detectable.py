import pytest

from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import Plan, StudyInfo
from evaluation.stats.planning.variances import pilot_of
from tests.evaluation.stats.builders import a_rating, a_study, judgments, outcomes


def test_each_claim_has_the_effect_that_its_variance_would_have_shown():
    found = analyse(a_study(contexts=20, domains=("snow",)), StudyInfo(plan=Plan(alpha=0.05)))

    (claim,) = found["power"]["hypotheses"]
    assert claim["value"] == found["hypotheses"][0]["smallest_detectable"]["value"]
    assert (claim["power"], claim["level"], claim["domain"]) == (0.8, 0.05, "snow")
    # (1.96 + 0.84) standard errors, and an interval of 95 % is about 2 x 1.96 of them wide.
    net = found["criteria"]["naturalness"]["comparisons"][0]["domains"]["all"]["net_preference"]
    assert claim["value"] == pytest.approx(2.8 * (net["high"] - net["low"]) / 3.92, rel=0.15)


def test_what_the_next_study_is_planned_with_stands_by_criterion():
    rows = a_study(contexts=20, domains=("snow",))

    found = analyse(rows, StudyInfo())["power"]["criteria"]["naturalness"]

    pilot = pilot_of([outcomes(rows)])
    assert (found["judgments"], found["ties"]) == (60, pilot.ties)
    assert found["correlation"]["context"] == pilot.variances.context


def test_without_variance_or_comparison_there_is_a_reason():
    alike = analyse(judgments([["pt"]] * 8), StudyInfo())["power"]["hypotheses"][0]

    assert (alike["value"], alike["reason"]) == (None, "every cluster is the same: how much they vary is not known")
    assert analyse([a_rating("4")], StudyInfo())["power"]["reason"] == "no two systems were compared"
