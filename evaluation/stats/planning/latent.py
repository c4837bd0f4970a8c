"""How judgments come about in a simulated study: a liking on a normal scale, cut into first, tie and second.

    y = mu + cluster + context + annotator + noise,   first where y > tau, second where y < -tau, else a tie

All parts are normal and their variances sum to 1, so that mu and tau follow from the net preference and the tie rate
alone. How much of a judgment is the cluster's, the context's and the annotator's is told as people can measure it: as
correlations of judgments scored +1, 0 and -1.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

# Points of the quadrature over a normal part; 64 are exact to many more digits than any correlation has.
_POINTS: Final = 64
# Beyond it the parts leave nothing for chance.
MOST_SHARED: Final = 0.995


class NoSuchJudgments(ValueError):
    """Numbers that no judgments can have."""


@dataclass(frozen=True)
class Variances:
    """How alike judgments are, as correlations of their scores; each is 0 where nothing is shared.

    `context`: of two annotators on one context, which is what agreement (alpha on an interval scale) measures.
    `cluster`: of judgments of two contexts of one cluster, at most `context`.
    `annotator`: of one annotator's judgments of two clusters: a leaning to one of the systems.
    """

    context: float
    cluster: float = 0.0
    annotator: float = 0.0


@dataclass(frozen=True)
class Latent:
    """The scale: where its mean lies, how wide a tie is, and the variance of each part."""

    mu: float
    tau: float
    cluster: float
    context: float
    annotator: float

    @property
    def noise(self) -> float:
        """The variance that is nobody's."""
        return 1.0 - self.cluster - self.context - self.annotator


def latent_of(*, net: float, ties: float, variances: Variances) -> Latent:
    """The scale whose judgments have this net preference, tie rate and these correlations.

    Raises `NoSuchJudgments` where none has: ties and preference that exceed all judgments, or likeness above 1.
    """
    first, second = (1 - ties + net) / 2, (1 - ties - net) / 2
    if not 0 <= ties < 1 or min(first, second) <= 0:
        raise NoSuchJudgments(f"a net preference of {net:g} with {ties:.0%} ties leaves nothing for the other side")
    for name in ("context", "cluster", "annotator"):
        if not 0 <= getattr(variances, name) < 1:
            raise NoSuchJudgments(f"{name}: expected a correlation from 0 to 1, got {getattr(variances, name):g}")
    if variances.cluster > variances.context:
        raise NoSuchJudgments(
            f"judgments of one cluster ({variances.cluster:g}) cannot be more alike than those of one context "
            f"({variances.context:g})"
        )
    mu = (float(ndtri(first)) - float(ndtri(second))) / 2
    tau = -(float(ndtri(first)) + float(ndtri(second))) / 2
    cluster, context, annotator = (
        _shared(mu, tau, getattr(variances, name)) for name in ("cluster", "context", "annotator")
    )
    if context + annotator > MOST_SHARED:
        raise NoSuchJudgments(
            f"contexts ({variances.context:g}) and annotators ({variances.annotator:g}) leave nothing to chance: "
            "expected smaller correlations"
        )
    return Latent(mu, tau, cluster=cluster, context=context - cluster, annotator=annotator)


@lru_cache(maxsize=256)
def _shared(mu: float, tau: float, correlation: float) -> float:
    """The shared part of the variance of two likings whose scores correlate so, by bisection."""
    if correlation == 0:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if score_correlation(mu, tau, middle) < correlation else (low, middle)
    return (low + high) / 2


def score_correlation(mu: float, tau: float, shared: float) -> float:
    """The correlation of the scores of two likings that share a part of their variance."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_POINTS)
    weights = weights / weights.sum()
    left = max(1e-9, 1 - shared) ** 0.5
    at = mu + nodes * shared**0.5
    expected = ndtr((at - tau) / left) - ndtr((-tau - at) / left)
    first, second = float(ndtr(mu - tau)), float(ndtr(-tau - mu))
    mean, square = first - second, first + second
    return float((weights @ (expected * expected) - mean * mean) / (square - mean * mean))
