"""Contrasts: how much larger one net preference is than another, with interval and p.

That one effect is significant and the other is not says nothing about their difference; this does. Where every cluster
stands on both sides (the twins of a parallel corpus, two pairs of systems on the same contexts) they are paired.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import lcm
from typing import Any, Final

import numpy as np
from scipy.special import stdtr, stdtrit

from evaluation.stats.data.declared import Contrast, Plan, Side
from evaluation.stats.data.orientation import Pair, oriented
from evaluation.stats.data.outcomes import ALL, Outcomes, cluster_of, domain_of, outcomes_of
from evaluation.stats.data.rows import CANNOT_JUDGE, JudgmentRow
from evaluation.stats.inference.arrays import Floats, Integers
from evaluation.stats.inference.confidence import measure
from evaluation.stats.inference.estimate import Estimate, Significance
from evaluation.stats.inference.inversion import FEWEST, MOST
from evaluation.stats.inference.permutation import sign_flip, whole_scores
from evaluation.stats.inference.resampling import ClusterSums
from evaluation.stats.inference.two_way import TwoWay, two_way
from evaluation.stats.preferences.preference import effect

# A difference of two means between -1 and 1.
RANGE: Final = 2.0


@dataclass(frozen=True)
class Contrasted:
    """A contrast and what came out: the difference, both sides, the test, and how many clusters stand on both."""

    contrast: Contrast
    difference: Estimate
    sides: tuple[float | None, float | None]
    test: Significance
    clusters: int = 0
    paired: int = 0
    declared: bool = True
    p_holm: float | None = None
    p_bh: float | None = None


def contrasted(
    contrast: Contrast,
    rows: Mapping[Pair, Sequence[JudgmentRow]],
    *,
    plan: Plan,
    systems: Sequence[str],
    automatic: Mapping[str, int],
    votes: int | None,
    seed: int,
    declared: bool = True,
) -> Contrasted:
    """The contrast in the rows of its criterion, by comparison. `automatic` ties count on sides that name no trait."""
    found = []
    for side in (contrast.side, contrast.minus):
        there = _rows_of(side, rows, systems)
        if not there:
            nothing = f"nothing was judged on the side {side_said(side)}"
            missing = Estimate(None, reason=nothing)
            return Contrasted(contrast, missing, (None, None), Significance(p=None, reason=nothing), declared=declared)
        ties = {} if side.trait else automatic
        outcomes = outcomes_of(there, first=side.better, second=side.than, automatic=ties, votes=votes)
        found.append((outcomes, there))
    # Always taken in one order, so that the other one resamples the very same and comes out as its mirror image.
    in_order = _key(contrast.side) <= _key(contrast.minus)
    joined = _joined(found if in_order else found[::-1])
    sides = (effect(found[0][0]), effect(found[1][0]))
    general = joined.two_way()
    if plan.annotators == "population":
        difference, test = general.interval().scaled(2.0, 0.0), general.test()
    else:
        difference, test = joined.difference(seed=seed), joined.test(seed=seed)
    difference = difference if in_order else difference.turned_round()
    return Contrasted(contrast, difference, sides, test, joined.clusters, joined.paired, declared)


def default_contrasts(criterion: str, pair: Pair, domains: Sequence[str]) -> list[Contrast]:
    """Each two domains of a comparison: what is looked at where no contrast was declared."""
    return [
        Contrast(criterion, Side(*pair, domain=one), Side(*pair, domain=other))
        for place, one in enumerate(domains)
        for other in domains[place + 1 :]
    ]


def side_said(side: Side) -> str:
    """A side in words: "pt over p in personachat, extraversion high"."""
    where = "" if side.domain == ALL else f" in {side.domain}"
    trait = f", {side.trait} {side.level}".rstrip() if side.trait else ""
    return f"{side.better} over {side.than}{where}{trait}"


def verdict(found: Contrasted, *, alpha: float) -> str:
    """The word: larger or smaller (on the first side), or inconclusive."""
    if found.p_holm is None or found.p_holm > alpha or not found.difference.value:
        return "inconclusive"
    return "larger" if found.difference.value > 0 else "smaller"


def _key(side: Side) -> tuple[str, ...]:
    return side.domain, side.trait, side.level, *sorted((side.better, side.than))


def _rows_of(side: Side, rows: Mapping[Pair, Sequence[JudgmentRow]], systems: Sequence[str]) -> list[JudgmentRow]:
    return [
        row
        for row in rows.get(oriented(side.better, side.than, systems=systems), ())
        if row.choice != CANNOT_JUDGE
        and side.domain in (ALL, domain_of(row))
        and side.trait in ("", row.trait)
        and side.level in ("", row.level)
    ]


@dataclass(frozen=True)
class _Joined:
    """Both sides as the columns of one table, the second side turned round: their mean is half the difference.

    `column` is the domain on its side; a side of fewer domains has each of its columns several times, so that the sides
    weigh the same. `cluster` numbers clusters over both sides.
    """

    score: Integers
    column: Integers
    cluster: Integers
    annotator: Integers
    ties: tuple[int, ...]
    votes: int
    half: int

    @property
    def clusters(self) -> int:
        return int(np.unique(self.cluster).size)

    @property
    def paired(self) -> int:
        """How many clusters stand on both sides."""
        sides = [set(self.cluster[(self.column < self.half) == first].tolist()) for first in (True, False)]
        return len(sides[0] & sides[1])

    def sums(self) -> ClusterSums:
        """Per cluster and column the scores and their number, automatic ties as clusters of their own."""
        clusters, row = np.unique(self.cluster, return_inverse=True)
        shape = (clusters.size, 2 * self.half)
        numerators, denominators = np.zeros(shape), np.zeros(shape)
        np.add.at(numerators, (row, self.column), self.score)
        np.add.at(denominators, (row, self.column), 1.0)
        extra = np.repeat(np.eye(2 * self.half) * self.votes, self.ties, axis=0)
        return ClusterSums(
            np.vstack([numerators, np.zeros_like(extra)]),
            np.vstack([denominators, extra]),
            self.score.size + int(extra.sum()),
        )

    def two_way(self) -> TwoWay:
        """Half the difference, with its error over clusters and annotators at once."""
        return two_way(
            self.score,
            domain=self.column,
            cluster=self.cluster,
            annotator=self.annotator,
            extra_ties=self.ties,
            extra_votes=self.votes,
        )

    def difference(self, *, seed: int) -> Estimate:
        """The difference; its interval resamples clusters, below 20 on a side by Student's t unless they are paired."""
        sums = self.sums()
        measured = measure(sums, seed=seed).primary.scaled(2.0, 0.0)
        there = (sums.denominators > 0).sum(axis=0)
        if measured.low is None or not sums.varies or there.min() > MOST or (sums.spanning and _balanced(sums)):
            return measured
        if there.min() < FEWEST:
            return replace(measured, low=None, high=None, reason=f"fewer than {FEWEST} clusters on a side: no interval")
        error, freedom = _welch(sums)
        half = float(stdtrit(freedom, 0.975)) * error
        value = measured.value or 0.0
        low, high = max(-RANGE, value - half), min(RANGE, value + half)
        return Estimate(value, low, high, method=f"t over clusters, {freedom:.1f} degrees of freedom")

    def test(self, *, seed: int) -> Significance:
        """Two-sided, of no difference: a sign flip where every cluster stands on both sides, else Student's t."""
        sums = self.sums()
        fewest = int((sums.denominators > 0).sum(axis=0).min())
        if fewest < FEWEST:
            return Significance(p=None, n=fewest, reason=f"fewer than {FEWEST} clusters on a side: no test")
        if self.paired == self.clusters and not any(self.ties):
            flipped = sign_flip(_paired_scores(sums), seed=seed)
            return Significance(
                p=flipped.p,
                n=self.clusters,
                method=f"sign flip, paired, {flipped.method}",
                smallest_p=flipped.smallest_p,
            )
        error, freedom = _welch(sums)
        if error == 0:
            return Significance(p=None, n=self.clusters, reason="no cluster differs from its side's mean: no test")
        p = 2.0 * float(stdtr(freedom, -abs(2 * sums.value) / error))
        return Significance(p=p, n=self.clusters, method=f"t over clusters, {freedom:.1f} degrees of freedom")


def _balanced(sums: ClusterSums) -> bool:
    """Whether every cluster has the same share of each column."""
    shares = sums.denominators / sums.totals
    return bool(np.allclose(shares, shares[:, :1], rtol=0, atol=1e-12))


def _paired_scores(sums: ClusterSums) -> Integers | Floats:
    """What each cluster adds to the difference; if its shares of the two sides differ, less what they alone would."""
    if _balanced(sums):
        return whole_scores(sums.numerators.astype(np.int64), sums.totals.astype(np.int64))
    # Both sides' means moved to the middle between them: the scores still sum to the difference.
    middle = sums.by_domain - sums.value
    return np.asarray(((sums.numerators - middle * sums.denominators) / sums.totals).sum(axis=1))


def _welch(sums: ClusterSums) -> tuple[float, float]:
    """The cluster-robust error of the difference and its degrees of freedom (Welch 1947 where no cluster is shared)."""
    pull = 2 * sums.residuals / (sums.totals.size * sums.totals)
    there = sums.denominators > 0
    sizes = there.sum(axis=0)
    if sums.spanning:
        groups = int(there.any(axis=1).sum())
        variance = groups / (groups - 1) * float((pull.sum(axis=1) ** 2).sum())
        return float(np.sqrt(variance)), float(sizes.min() - 1)
    variances = sizes / np.maximum(sizes - 1, 1) * (pull**2).sum(axis=0)
    total = float(variances.sum())
    parts = float((variances**2 / np.maximum(sizes - 1, 1)).sum())
    return float(np.sqrt(total)), total**2 / parts if parts else float(sizes.min() - 1)


def _joined(sides: Sequence[tuple[Outcomes, Sequence[JudgmentRow]]]) -> _Joined:
    """Both sides in one, columns repeated until they are equally many."""
    clusters: dict[str, int] = {}
    annotators: dict[str, int] = {}
    half = lcm(*(len(outcomes.domains) for outcomes, _ in sides))
    parts: list[tuple[Integers, Integers, Integers, Integers]] = []
    ties: list[int] = []
    for place, (outcomes, rows) in enumerate(sides):
        cluster = np.array([clusters.setdefault(cluster_of(row), len(clusters)) for row in rows], dtype=np.int64)
        annotator = np.array([annotators.setdefault(row.annotator, len(annotators)) for row in rows], dtype=np.int64)
        times = half // len(outcomes.domains)
        for again in range(times):
            column = place * half + again * len(outcomes.domains) + outcomes.domain
            parts.append((outcomes.score * (1 - 2 * place), column, cluster, annotator))
        ties += outcomes.automatic_ties() * times
    score, column, cluster, annotator = (np.concatenate(each) for each in zip(*parts, strict=True))
    return _Joined(score, column, cluster, annotator, tuple(ties), sides[0][0].votes, half)


def contrast_json(found: Contrasted, *, plan: Plan) -> dict[str, Any]:
    """An entry of `contrasts`, without its signature."""
    said: dict[str, Any] = {
        "criterion": found.contrast.criterion,
        "side": vars(found.contrast.side) | {"net_preference": found.sides[0]},
        "minus": vars(found.contrast.minus) | {"net_preference": found.sides[1]},
        "difference": found.difference.as_json(),
        "p": found.test.p,
        "p_holm": found.p_holm,
        "p_bh": found.p_bh,
        "n": found.test.n,
        "clusters": found.clusters,
        "paired_clusters": found.paired,
        "declared": found.declared,
        "alpha": plan.alpha,
        "method": found.test.method,
        "verdict": verdict(found, alpha=plan.alpha),
    }
    return said | ({"reason": found.test.reason} if found.test.reason else {})
