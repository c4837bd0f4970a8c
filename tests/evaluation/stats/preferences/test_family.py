from dataclasses import replace

import pytest

from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import Hypothesis, Plan, StudyInfo
from tests.evaluation.stats.builders import a_study, judgments

INFO = StudyInfo(systems=("pt", "p"))


def with_plan(*hypotheses, **words):
    return replace(INFO, plan=Plan(declared=True, hypotheses=hypotheses, **words))


def said(rows, info):
    return analyse(rows, info)["hypotheses"]


def test_without_a_plan_every_criterion_in_every_domain_is_tested_but_not_all():
    found = said(a_study(criteria=("naturalness", "coherence")), INFO)

    assert [(each["criterion"], each["domain"], each["better"], each["declared"]) for each in found] == [
        ("coherence", "personachat", "pt", False),
        ("coherence", "personalitychat", "pt", False),
        ("naturalness", "personachat", "pt", False),
        ("naturalness", "personalitychat", "pt", False),
    ]


def test_without_domains_what_there_is_is_tested():
    found = said(judgments([("pt", "p", "pt")] * 8), INFO)

    assert [(each["domain"], each["p"]) for each in found] == [("all", pytest.approx(2 / 2**8))]


def test_a_clear_difference_is_better_and_its_mirror_worse():
    rows = judgments([("pt", "pt", "p"), ("pt", "pt", "pt")] * 6)

    better = said(rows, with_plan(Hypothesis("naturalness", "all", better="pt", than="p")))
    worse = said(rows, with_plan(Hypothesis("naturalness", "all", better="p", than="pt")))

    assert [each["verdict"] for each in (*better, *worse)] == ["better", "worse"]
    assert worse[0]["effect"]["value"] == pytest.approx(-2 / 3)
    assert worse[0]["effect"]["high"] < 0


def test_than_is_found_where_there_is_one_other_system():
    found = said(judgments([("pt",)] * 8), with_plan(Hypothesis("naturalness", "all", better="pt")))

    assert found[0]["than"] == "p"


def test_holm_counts_what_was_declared_and_nothing_else():
    rows = a_study(contexts=40)
    both = with_plan(
        Hypothesis("naturalness", "personachat", "pt", "p"), Hypothesis("naturalness", "personalitychat", "pt", "p")
    )
    one = with_plan(Hypothesis("naturalness", "personachat", "pt", "p"))

    alone, together = said(rows, one)[0], said(rows, both)
    p_values = sorted(each["p"] for each in together)

    assert alone["p_holm"] == alone["p"]
    assert min(each["p_holm"] for each in together) == pytest.approx(2 * p_values[0])


def test_a_claim_of_equivalence_counts_in_the_family_of_the_primary_test():
    rows = a_study(contexts=40, chances=(0.6, 0.2, 0.2))
    info = with_plan(
        Hypothesis("naturalness", "personachat", "pt", "p"), Hypothesis("naturalness", "all", "pt", "p", margin=0.3)
    )

    found = analyse(rows, info)

    claim = found["hypotheses"][0]
    tests = found["criteria"]["naturalness"]["comparisons"][0]["domains"]["personachat"]["tests"]
    assert tests["permutation"]["p_holm"] == claim["p_holm"] > claim["p"]
    # No claim of equivalence is made by the sign test, so beside it nothing else is corrected for.
    assert tests["sign"]["p_holm"] == tests["sign"]["p"]


def test_outside_the_family_nothing_is_corrected_and_that_is_said():
    info = with_plan(Hypothesis("naturalness", "personachat", "pt", "p"))

    domains = analyse(a_study(), info)["criteria"]["naturalness"]["comparisons"][0]["domains"]

    inside, outside = (domains[name]["tests"]["permutation"] for name in ("personachat", "personalitychat"))
    assert inside["p_holm"] == inside["p"]
    assert (outside["p_holm"], outside["p_bh"]) == (None, None)
    assert outside["reason"] == "outside the family that was tested together"


def test_a_study_that_could_not_reject_says_so():
    # Six unanimous clusters: 2 / 2^6 = .031 could reject alone, but not beside another claim (.0625).
    rows = judgments([("pt", "pt")] * 6, criterion="naturalness") + judgments([("pt", "pt")] * 6, criterion="coherence")

    alone = said(rows[:12], INFO)[0]
    together = said(rows, INFO)

    assert (alone["could_reject"], alone["verdict"]) == (True, "better")
    assert [(each["could_reject"], each["verdict"]) for each in together] == [(False, "inconclusive")] * 2


def test_equivalence_is_declared_with_a_margin_and_never_called_no_difference():
    rows = judgments([("pt", "p"), ("tie", "tie"), ("p", "pt")] * 12)
    info = with_plan(Hypothesis("naturalness", "all", "pt", "p", margin=0.2))

    found = said(rows, info)[0]

    assert found["verdict"] == "equivalent within 0.2"
    assert found["test"] == "equivalence"
    assert -0.2 < found["interval_90"]["low"] < found["interval_90"]["high"] < 0.2


def test_too_wide_an_interval_is_inconclusive():
    found = said(a_study(contexts=8), with_plan(Hypothesis("naturalness", "all", "pt", "p", margin=0.05)))

    assert found[0]["verdict"] == "inconclusive"


def test_the_population_is_judged_by_the_two_way_test():
    rows = a_study(contexts=40)
    info = with_plan(Hypothesis("naturalness", "all", "pt", "p"), annotators="population")

    found = analyse(rows, info)

    claim = found["hypotheses"][0]
    domain = found["criteria"]["naturalness"]["comparisons"][0]["domains"]["all"]
    assert (claim["test"], claim["scope"]) == ("two_way", "annotators in general")
    assert claim["p"] == domain["tests"]["two_way"]["p"]
    assert claim["effect"]["low"] == domain["net_preference"]["two_way"]["low"]


def test_a_claim_about_what_nobody_judged_is_inconclusive_with_its_reason():
    found = said(a_study(), with_plan(Hypothesis("interestingness", "all", "pt", "p")))

    assert (found[0]["verdict"], found[0]["p"]) == ("inconclusive", None)
    assert found[0]["reason"] == "nothing was judged that could speak to it"


def test_few_annotators_leave_the_population_without_a_test():
    info = with_plan(Hypothesis("naturalness", "all", "pt", "p"), annotators="population")

    found = said(judgments([("pt", "pt", "p")] * 12), info)[0]

    assert (found["p"], found["verdict"]) == (None, "inconclusive")
    assert found["reason"].startswith("fewer than 5 annotators")
