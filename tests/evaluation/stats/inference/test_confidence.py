import pytest

from evaluation.stats.inference.confidence import measure
from evaluation.stats.inference.estimate import Estimate
from tests.evaluation.stats.builders import sums


def test_nothing_judged_is_undefined_with_a_reason():
    assert measure(sums([], []), seed=7).primary == Estimate(None, reason="no judgments")


def test_few_clusters_have_a_value_and_no_interval():
    assert measure(sums([3, 1, -1], [3] * 3), seed=7).primary == Estimate(
        pytest.approx(1 / 3), reason="fewer than 6 clusters: no interval"
    )


@pytest.mark.parametrize("clusters", [3, 12, 40])
def test_an_interval_never_has_no_width(clusters):
    for same in (3, 0, -3, 1):
        estimate = measure(sums([same] * clusters, [3] * clusters), seed=7).primary

        assert estimate.method == "Clopper-Pearson over clusters"
        assert estimate.low < estimate.high
        assert estimate.low <= estimate.value <= estimate.high


@pytest.mark.parametrize(
    ("clusters", "method"), [(6, "inverted sign-flip"), (19, "inverted sign-flip"), (20, "bootstrap-t, 2000 resamples")]
)
def test_the_method_follows_the_number_of_clusters(clusters, method):
    spread = [(-3, -1, 1, 2, 3)[cluster % 5] for cluster in range(clusters)]

    assert measure(sums(spread, [3] * clusters), seed=7).primary.method == method


def test_a_single_dissenting_cluster_does_not_make_a_false_precision():
    # 59 clusters for the first, one against: the classical 95 % interval of 59/60 is .911 to .9996.
    estimate = measure(sums([1] * 59 + [-1], [1] * 60), seed=7).primary

    assert estimate.method == "Korn-Graubard"
    assert (estimate.low, estimate.high) == pytest.approx((2 * 0.9106 - 1, 2 * 0.99958 - 1), abs=2e-3)


def test_a_domain_of_one_cluster_gives_no_interval_for_the_mean():
    import numpy as np

    from evaluation.stats.inference.resampling import ClusterSums

    numerators = np.array([[1.0, 0], [2, 0], [3, 0], [-1, 0], [0, 0], [1, 0], [0, 2]])
    denominators = np.array([[3.0, 0]] * 6 + [[0, 3]])

    estimate = measure(ClusterSums(numerators, denominators, 21), seed=7).primary

    assert (estimate.low, estimate.high) == (None, None)
    assert "single cluster" in estimate.reason
