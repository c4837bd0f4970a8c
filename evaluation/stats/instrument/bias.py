"""Side bias: how often Reply 1 is chosen, from `displayed_left` alone, and never from the order in a pair."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evaluation.stats.data.orientation import oriented
from evaluation.stats.data.outcomes import cluster_of
from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.inference.arrays import Integers, numbered, sums_by
from evaluation.stats.inference.confidence import measure
from evaluation.stats.inference.estimate import Estimate, Significance
from evaluation.stats.inference.inversion import FEWEST
from evaluation.stats.inference.permutation import sign_flip
from evaluation.stats.inference.resampling import ClusterSums
from evaluation.stats.inference.two_way import two_way

# Outside this share of judgments with the first system on the left, side and system cannot be told apart.
BALANCED: Final = (0.4, 0.6)
_UNKNOWN: Final = "no judgment that chose a side says which system was displayed left"


@dataclass(frozen=True)
class SideBias:
    """The share of judgments that chose Reply 1, of those that chose; one half is no bias.

    `first_on_left` is how often the comparison's first system was Reply 1.
    """

    share: Estimate
    test: Significance
    first_on_left: float | None
    note: str = ""


def chose_left(row: JudgmentRow) -> bool | None:
    """Whether Reply 1 was chosen; None where no side was, or what was shown is not known."""
    if not row.displayed_left or row.choice not in (row.first, row.second):
        return None
    return row.choice == row.displayed_left


def side_bias(rows: Sequence[JudgmentRow], *, systems: Sequence[str], seed: int) -> SideBias:
    """Over all of `rows`: two-way clustered with enough annotators, else over clusters alone."""
    sided = [row for row in rows if chose_left(row) is not None]
    if not sided:
        return SideBias(Estimate(None, reason=_UNKNOWN), Significance(p=None, reason=_UNKNOWN), None)
    left = np.array([bool(chose_left(row)) for row in sided], dtype=np.int64)
    cluster = numbered(cluster_of(row) for row in sided)
    share, test = _share(left, cluster, numbered(row.annotator for row in sided), seed=seed)
    turned = {written: oriented(*written, systems=systems)[0] for written in {(row.first, row.second) for row in sided}}
    first_on_left = float(np.mean([row.displayed_left == turned[row.first, row.second] for row in sided]))
    note = ""
    if not BALANCED[0] <= first_on_left <= BALANCED[1]:
        note = "Sides were not balanced: a preference for a system looks like a preference for a side."
    return SideBias(share, test, first_on_left, note)


def _share(left: Integers, cluster: Integers, annotator: Integers, *, seed: int) -> tuple[Estimate, Significance]:
    general = two_way(left, domain=np.zeros_like(left), cluster=cluster, annotator=annotator, low=0.0, high=1.0)
    if general.error is not None:
        return general.interval(), general.test(null=0.5)
    chosen = sums_by(cluster, left)
    judged = sums_by(cluster)
    sums = ClusterSums(chosen[:, np.newaxis], judged[:, np.newaxis], left.size, low=0.0, high=1.0)
    share = measure(sums, seed=seed).primary
    if sums.clusters < FEWEST:
        return share, Significance(
            p=None, n=sums.clusters, reason=f"fewer than {FEWEST} clusters: nothing can be tested"
        )
    flipped = sign_flip((2 * chosen - judged).astype(np.int64), seed=seed)
    return share, Significance(p=flipped.p, n=sums.clusters, method=f"sign flip, {flipped.method}")
