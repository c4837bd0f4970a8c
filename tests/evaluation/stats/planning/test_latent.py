import numpy as np
import pytest
from scipy.special import ndtr

from evaluation.stats.planning.latent import NoSuchJudgments, Variances, latent_of, score_correlation


@pytest.mark.parametrize(("net", "ties"), [(0.0, 0.2), (0.14, 0.2), (-0.3, 0.0), (0.5, 0.4)])
def test_the_scale_gives_back_the_preference_and_the_ties(net, ties):
    latent = latent_of(net=net, ties=ties, variances=Variances(0.2))

    first, second = ndtr(latent.mu - latent.tau), ndtr(-latent.tau - latent.mu)
    assert (first - second, 1 - first - second) == (pytest.approx(net), pytest.approx(ties))


def test_without_ties_or_preference_the_correlation_is_the_arcsine_of_the_shared_part():
    # Two signs of standard normals that share a part r of their variance correlate by 2 / pi * arcsin(r).
    assert score_correlation(0.0, 0.0, 0.3) == pytest.approx(2 / np.pi * np.arcsin(0.3), abs=2e-3)


def test_judgments_drawn_from_the_scale_are_as_alike_as_they_were_said_to_be():
    latent = latent_of(net=0.14, ties=0.2, variances=Variances(context=0.3))
    rng = np.random.default_rng(1)
    shared = latent.context**0.5 * rng.standard_normal((200_000, 1))
    liking = latent.mu + shared + latent.noise**0.5 * rng.standard_normal((200_000, 2))
    scores = (liking > latent.tau).astype(int) - (liking < -latent.tau)

    # The standard error of a correlation of 200,000 pairs is about .002.
    assert np.corrcoef(scores.T)[0, 1] == pytest.approx(0.3, abs=0.008)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ({"net": 0.9, "ties": 0.2}, "leaves nothing for the other side"),
        ({"net": 0.0, "ties": 1.0}, "leaves nothing for the other side"),
        ({"variances": Variances(1.2)}, "context: expected a correlation from 0 to 1, got 1.2"),
        ({"variances": Variances(0.1, cluster=0.3)}, "cannot be more alike than those of one context"),
        ({"variances": Variances(0.8, annotator=0.8)}, "leave nothing to chance"),
    ],
)
def test_what_no_judgments_can_be_is_refused(words, complaint):
    with pytest.raises(NoSuchJudgments, match=complaint):
        latent_of(**({"net": 0.1, "ties": 0.2, "variances": Variances(0.2)} | words))
