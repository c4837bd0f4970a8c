from dataclasses import replace

import pytest

from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import DeclaredCriterion, StudyInfo
from tests.evaluation.stats.builders import a_rating

RATED = DeclaredCriterion("naturalness", "Naturalness", "?", scale="rating", low=1, high=5)
LABELLED = DeclaredCriterion("naturalness", "Naturalness", "?", scale="label", options=("cold", "warm"))
INFO = StudyInfo(systems=("pt", "p"), criteria=(RATED,))


def ratings(pairs, *, annotators=1, **words):
    """For each context what each annotator gave pt and p."""
    return [
        a_rating(str(given), system=system, context=f"talk-{number}", annotator=f"annotator-{who}", **words)
        for number, pair in enumerate(pairs)
        for who in range(annotators)
        for system, given in zip(("pt", "p"), pair, strict=True)
    ]


def differing(rows, info=INFO):
    return analyse(rows, info)["criteria"]["naturalness"]["differences"]


def test_ratings_are_compared_context_by_context():
    # Fisher's (1935) plants of Darwin, cross-fertilised less self-fertilised, in eighths of an inch.
    darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    free = replace(INFO, criteria=(replace(RATED, low=None, high=None),))

    found = differing(ratings([(100 + each, 100) for each in darwin]), free)[0]["domains"]["all"]

    assert found["difference"]["value"] == pytest.approx(314 / 15)
    # 863 of 2^14 one-sided flips reach 314, so 1,726 of 2^15 either way (Fisher 1935, section 21).
    assert found["tests"]["permutation"]["p"] == pytest.approx(1726 / 2**15)
    assert found["n"] == {"clusters": 15, "contexts": 15, "annotators": 1, "judgments": 30}


def test_several_annotators_of_a_context_are_its_mean():
    rows = [
        a_rating(given, system=system, context=f"talk-{number}", annotator=f"annotator-{who}")
        for number in range(6)
        for system, all_given in (("pt", "345"), ("p", "23"))
        for who, given in enumerate(all_given)
    ]

    found = differing(rows)[0]["domains"]["all"]

    # 4 less 2.5 in every context; six of one sign: 2 / 2^6.
    assert found["difference"]["value"] == pytest.approx(1.5)
    assert found["tests"]["permutation"]["p"] == pytest.approx(2 / 2**6)
    # Unanimous, so Clopper-Pearson over six clusters: .025^(1/6) = .541 of all have 1.5, the rest may have -4.
    assert found["difference"]["low"] == pytest.approx(0.5407 * 1.5 - 0.4593 * 4, abs=1e-3)


def test_swapping_systems_negates_and_unpaired_contexts_change_nothing():
    rows = ratings([(5, 2), (4, 4), (3, 5), (5, 1), (4, 2), (5, 3), (2, 3)], annotators=5)
    alone = [a_rating("1", system="pt", context=f"alone-{number}") for number in range(4)]

    plain, swapped, more = (
        differing(given, info)[0]["domains"]["all"]["difference"]
        for given, info in ((rows, INFO), (rows, replace(INFO, systems=("p", "pt"))), (rows + alone, INFO))
    )

    assert (swapped["value"], swapped["low"]) == pytest.approx((-plain["value"], -plain["high"]))
    assert more == plain


def test_annotators_in_general_have_their_own_test():
    rows = ratings([(5, 2), (4, 4), (3, 5), (5, 1), (4, 2), (5, 3), (2, 3)] * 2, annotators=6)

    found = differing(rows)[0]["domains"]["all"]

    assert found["tests"]["two_way"]["method"].endswith("t with 5 degrees of freedom")
    assert found["difference"]["two_way"]["low"] < found["difference"]["value"] < found["difference"]["two_way"]["high"]


def test_labels_are_compared_by_their_shares_and_corrected_over_the_labels():
    info = replace(INFO, criteria=(LABELLED,))
    rows = ratings([("warm", "cold")] * 7 + [("cold", "cold")])

    found = analyse(rows, info)["criteria"]["naturalness"]
    labels = found["differences"][0]["domains"]["all"]["labels"]

    assert {label: each["difference"]["value"] for label, each in labels.items()} == {"cold": -0.875, "warm": 0.875}
    # Seven of eight move, all one way: 2 / 2^7; two labels: twice that.
    assert labels["warm"]["tests"]["permutation"]["p"] == pytest.approx(2 / 2**7)
    assert labels["warm"]["tests"]["permutation"]["p_holm"] == pytest.approx(4 / 2**7)
    assert found["shares"]["pt"]["warm"]["value"] == 0.875


def test_single_domains_are_corrected_and_all_of_them_together_stand_outside():
    rows = ratings([(5, 2)] * 8, domain="personachat") + [
        replace(row, context=f"other-{row.context}", domain="personalitychat") for row in ratings([(4, 2)] * 8)
    ]

    domains = differing(rows)[0]["domains"]

    assert domains["all"]["tests"]["permutation"]["p_holm"] is None
    assert domains["personachat"]["tests"]["permutation"]["p_holm"] == pytest.approx(2 * 2 / 2**8)


def test_nothing_in_common_and_few_clusters_say_so():
    apart = [a_rating("3", system="pt", context="one"), a_rating("3", system="p", context="two")]

    nothing, few = differing(apart)[0]["domains"]["all"], differing(ratings([(5, 2)] * 3))[0]["domains"]["all"]

    assert nothing["difference"]["reason"] == "no context was judged of both systems"
    assert few["tests"]["permutation"]["reason"] == "fewer than 6 clusters: nothing can be tested"
