"""How much better, on a preference in five steps: the mean of the signed steps, where net preference keeps the signs.

Much better counts 2, slightly better 1, a tie 0. That takes "much" as twice "slightly", which nobody was asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from evaluation.stats.data.orientation import Pair, by_comparison
from evaluation.stats.data.outcomes import ALL, UNSTATED, domain_of, outcomes_of
from evaluation.stats.data.rows import CANNOT_JUDGE, JudgmentRow
from evaluation.stats.inference.arrays import sums_by
from evaluation.stats.inference.confidence import measure
from evaluation.stats.inference.estimate import Significance
from evaluation.stats.inference.inversion import FEWEST
from evaluation.stats.inference.permutation import sign_flip, whole_scores
from evaluation.stats.inference.resampling import ClusterSums
from evaluation.stats.inference.two_way import two_way
from evaluation.stats.preferences.mixed import mixed

MOST: Final = 2


def strengths(rows: Sequence[JudgmentRow], *, systems: Sequence[str], seed: int) -> list[dict[str, Any]]:
    """For each comparison, over all domains and in each, the mean signed step with interval and tests; uncorrected."""
    found = []
    for pair, there in by_comparison(rows, systems=systems).items():
        judged = [row for row in there if row.choice != CANNOT_JUDGE]
        if not judged:
            continue
        names = sorted({domain_of(row) for row in judged})
        domains = {ALL: _strength(judged, pair, seed=seed)}
        for domain in () if names == [UNSTATED] else names:
            domains[domain] = _strength([row for row in judged if domain_of(row) == domain], pair, seed=seed)
        found.append({"first": pair[0], "second": pair[1], "domains": domains})
    return found


def _strength(rows: Sequence[JudgmentRow], pair: Pair, *, seed: int) -> dict[str, Any]:
    outcomes = outcomes_of(rows, first=pair[0], second=pair[1])
    steps = outcomes.score * np.array([min(row.strength or 1, MOST) for row in rows], dtype=np.int64)
    clusters, row = np.unique(outcomes.cluster, return_inverse=True)
    shape = (clusters.size, len(outcomes.domains))
    place, size = row * shape[1] + outcomes.domain, clusters.size * shape[1]
    sums = ClusterSums(
        sums_by(place, steps, groups=size).reshape(shape),
        sums_by(place, groups=size).reshape(shape),
        steps.size,
        low=-float(MOST),
        high=float(MOST),
    )
    where: Mapping[str, Any] = {
        "domain": outcomes.domain, "cluster": outcomes.cluster, "annotator": outcomes.annotator
    }  # fmt: skip
    general = two_way(steps, **where, low=-float(MOST), high=float(MOST))
    tests = {"permutation": _flipped(sums, seed=seed), "two_way": general.test()}
    if sums.clusters >= FEWEST:
        tests["mixed"] = mixed(steps, **where).test()
    else:
        tests["mixed"] = replace(tests["permutation"], n=steps.size)
    return {
        "steps": {f"{step:+d}" if step else "0": int((steps == step).sum()) for step in range(-MOST, MOST + 1)},
        "mean": measure(sums, seed=seed).primary.as_json() | {"two_way": general.interval().as_json()},
        "tests": {name: test.as_json() for name, test in tests.items()},
    }


def _flipped(sums: ClusterSums, *, seed: int) -> Significance:
    if sums.clusters < FEWEST:
        return Significance(p=None, n=sums.clusters, reason=f"fewer than {FEWEST} clusters: nothing can be tested")
    flipped = sign_flip(whole_scores(sums.numerators.astype(np.int64), sums.totals.astype(np.int64)), seed=seed)
    method = f"sign flip, {flipped.method}"
    return Significance(p=flipped.p, n=sums.clusters, method=method, smallest_p=flipped.smallest_p)
