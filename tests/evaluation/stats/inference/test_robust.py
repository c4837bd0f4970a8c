import numpy as np
import pytest

from evaluation.stats.inference.robust import difference_of, least_squares, mean_of
from evaluation.stats.inference.two_way import two_way

# Eight clusters of three, an outcome that leans on x and on the cluster.
X = np.array([2, 11, 7, 19, 4, 15, 9, 12, 1, 18, 3, 14, 6, 17, 10, 8, 5, 13, 16, 0, 20, 11.5, 4.5, 9.5]) / 10
Y = np.array([1, 0, 1, -1, 1, 0, -1, 1, 0, 1, -1, -1, 0, 1, 1, 0, 1, -1, -1, 0, 1, 1, 0, -1], dtype=float)
CLUSTER = np.repeat(np.arange(8), 3)
# statsmodels 0.15, OLS(Y, constant and X).fit(cov_type="cluster", cov_kwds={"groups": CLUSTER}, use_t=True).
STATSMODELS = {
    "params": [0.20377226140836283, -0.08027746385565634],
    "bse": [0.3710350607129926, 0.33080893864180094],
    "pvalues": [0.5999415777825909, 0.8152178807317194],
    "interval of x": (-0.862516302619037, 0.7019613749077243),
}


def test_the_errors_are_those_of_another_tool():
    fit = least_squares(np.column_stack([np.ones(24), X]), Y, CLUSTER)

    assert fit.coefficients == pytest.approx(STATSMODELS["params"], abs=1e-10)
    assert fit.errors == pytest.approx(STATSMODELS["bse"], abs=1e-10)
    assert [fit.test(place).p for place in (0, 1)] == pytest.approx(STATSMODELS["pvalues"], abs=1e-10)
    assert (fit.estimate(1).low, fit.estimate(1).high) == pytest.approx(STATSMODELS["interval of x"], abs=1e-8)


def test_a_difference_is_that_of_the_means():
    later = np.tile([0.0, 1.0, 1.0], 8)

    found = difference_of(Y, later, CLUSTER, width=2.0, why_not="")

    assert found.value == pytest.approx(Y[later == 1].mean() - Y[later == 0].mean())
    assert found.low < found.value < found.high


def test_one_condition_alone_has_no_difference():
    assert difference_of(Y, np.ones(24), CLUSTER, width=2.0, why_not="only one").reason == "only one"


def test_where_every_cluster_says_the_same_the_interval_still_has_width():
    found = mean_of(np.ones(24), CLUSTER, low=0.0, high=1.0, why_not="")

    # Clopper-Pearson of eight in eight: .025 ^ (1 / 8).
    assert (found.value, found.low, found.high) == (1.0, pytest.approx(0.025 ** (1 / 8)), 1.0)


def test_five_clusters_have_a_mean_without_an_interval():
    found = mean_of(Y[:15], CLUSTER[:15], low=-1.0, high=1.0, why_not="")

    assert (found.value, found.low) == (pytest.approx(Y[:15].mean()), None)
    assert found.reason == "fewer than 6 clusters: no interval"


def test_with_enough_annotators_the_mean_has_the_two_way_error():
    rng = np.random.default_rng(8)
    cluster, annotator = np.repeat(np.arange(20), 3), rng.integers(7, size=60)
    outcome = np.sign(rng.normal(0.2, 1, size=60) + 0.8 * np.where(annotator % 2 == 0, 1, -1))

    found = mean_of(outcome, cluster, low=-1.0, high=1.0, why_not="", annotator=annotator)

    both = two_way(outcome, domain=np.zeros(60, dtype=int), cluster=cluster, annotator=annotator).interval()
    assert (found.value, found.low, found.high) == pytest.approx((both.value, both.low, both.high))


def test_four_annotators_say_nothing_of_annotators_in_general():
    found = mean_of(Y, CLUSTER, low=-1.0, high=1.0, why_not="", annotator=np.arange(24) % 4)

    assert found == mean_of(Y, CLUSTER, low=-1.0, high=1.0, why_not="")
