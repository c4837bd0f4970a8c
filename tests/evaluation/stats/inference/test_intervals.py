import pytest

from evaluation.stats.inference.intervals import clopper_pearson, korn_graubard, unanimous, wilson

# Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I: methods 3 and 5.
NEWCOMBE = {
    (81, 263): ((0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148): ((0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20): ((0.0000, 0.1611), (0.0000, 0.1684)),
    (1, 29): ((0.0061, 0.1718), (0.0009, 0.1776)),
}


@pytest.mark.parametrize("case", NEWCOMBE)
def test_wilson_is_newcombes_table(case):
    assert wilson(*case) == pytest.approx(NEWCOMBE[case][0], abs=5e-5)


@pytest.mark.parametrize("case", NEWCOMBE)
def test_clopper_pearson_is_newcombes_table(case):
    assert clopper_pearson(*case) == pytest.approx(NEWCOMBE[case][1], abs=5e-5)


def test_korn_graubard_without_clustering_is_clopper_pearson():
    share = 81 / 263
    error = (share * (1 - share) / 263) ** 0.5

    assert korn_graubard(share, error, clusters=263, judgments=263) == pytest.approx(clopper_pearson(81, 263))


def test_korn_graubard_widens_with_the_clustering():
    share = 81 / 263
    plain = (share * (1 - share) / 263) ** 0.5

    low, high = korn_graubard(share, 2 * plain, clusters=50, judgments=263)

    assert low < clopper_pearson(81, 263)[0]
    assert high > clopper_pearson(81, 263)[1]


def test_unanimity_is_bounded_by_how_many_clusters_agree():
    # Ten of ten: Clopper-Pearson from .6915 (.025 ^ (1/10)), so net preference from 2 x .6915 - 1.
    assert unanimous(1.0, 10, low=-1.0, high=1.0) == pytest.approx((2 * 0.025**0.1 - 1, 1.0))


def test_nothing_but_ties_is_open_to_both_sides():
    low, high = unanimous(0.0, 10, low=-1.0, high=1.0)

    assert (low, high) == pytest.approx((-(1 - 0.025**0.1), 1 - 0.025**0.1))
