import numpy as np
import pytest

from evaluation.stats.inference.estimate import Significance
from evaluation.stats.inference.two_way import two_way


def scores_of(clusters=12, annotators=6, votes=3, seed=2):
    """A score, a cluster and an annotator for each judgment."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), votes)
    annotator = np.concatenate([rng.permutation(annotators)[:votes] for _ in range(clusters)])
    leaning = rng.normal(0.3, 1, size=annotators)
    return np.sign(np.round(leaning[annotator] + rng.normal(0, 1, cluster.size))).astype(int), cluster, annotator


def of(scores, cluster, annotator):
    return two_way(scores, domain=np.zeros_like(cluster), cluster=cluster, annotator=annotator)


def test_the_variance_is_the_papers():
    scores, cluster, annotator = scores_of()

    found = of(scores, cluster, annotator)

    # Cameron, Gelbach and Miller (2011), eq. 2.11, as sums over all pairs of judgments that share a group.
    pull = (scores - scores.mean()) / scores.size

    def variance(*groups):
        labels = list(zip(*groups, strict=True))
        total = sum(
            pull[one] * pull[other]
            for one in range(pull.size)
            for other in range(pull.size)
            if labels[one] == labels[other]
        )
        return len(set(labels)) / (len(set(labels)) - 1) * total

    parts = variance(cluster), variance(annotator), variance(cluster, annotator)
    expected = max(parts[0], parts[1], parts[0] + parts[1] - parts[2]) ** 0.5
    assert (found.value, found.error, found.freedom) == (
        pytest.approx(scores.mean()),
        pytest.approx(expected),
        5,
    )


def test_the_interval_and_the_test_are_those_of_student():
    from scipy.stats import t

    found = of(*scores_of())

    expected = t.interval(0.95, 5, found.value, found.error)
    assert (found.interval().low, found.interval().high) == pytest.approx((max(-1, expected[0]), min(1, expected[1])))
    assert found.test().p == pytest.approx(2 * t.sf(abs(found.value) / found.error, 5))
    assert found.within(0.3).p == pytest.approx(t.sf((0.3 - abs(found.value)) / found.error, 5))


def test_four_annotators_stand_for_nobody_else():
    found = of(*scores_of(annotators=4))

    reason = "fewer than 5 annotators: nothing can be said of annotators in general"
    assert found.test() == Significance(p=None, n=4, reason=reason)
    assert (found.interval().low, found.interval().reason) == (None, reason)


def test_where_all_agree_the_fewer_units_are_flipped():
    _, cluster, annotator = scores_of()

    found = of(np.ones_like(cluster), cluster, annotator)

    # Six annotators, so 2 of the 2^6 flips; the interval is Clopper-Pearson over six.
    assert found.test().p == 2 / 2**6
    assert (found.interval().low, found.interval().high) == pytest.approx((2 * 0.025 ** (1 / 6) - 1, 1.0))


def test_renaming_annotators_and_clusters_changes_nothing():
    scores, cluster, annotator = scores_of()

    renamed = of(scores, 100 - cluster, (annotator * 7) % 11)

    assert renamed.error == pytest.approx(of(scores, cluster, annotator).error)
