"""Ratings and labels of two systems set against each other, context by context.

Where single responses are rated, two systems are compared by the difference of their mean ratings on each context that
both were rated on; contexts weigh equally within a domain, and domains equally. For labels the same is done with the
share of each label. The unit is the cluster, as everywhere.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import lcm
from typing import Any, Final

import numpy as np

from evaluation.stats.agreeing.judged import rating_of
from evaluation.stats.data.declared import DeclaredCriterion
from evaluation.stats.data.orientation import Pair
from evaluation.stats.data.outcomes import ALL, UNSTATED, cluster_of, domain_of
from evaluation.stats.data.rows import CANNOT_JUDGE, JudgmentRow
from evaluation.stats.inference.arrays import Floats, Integers, numbered, sums_by
from evaluation.stats.inference.confidence import measure
from evaluation.stats.inference.estimate import Estimate, Significance
from evaluation.stats.inference.inversion import FEWEST
from evaluation.stats.inference.permutation import sign_flip, whole_scores
from evaluation.stats.inference.resampling import ClusterSums
from evaluation.stats.inference.two_way import TwoWay, two_way
from generation.corpus.corrections import benjamini_hochberg, holm

Worth = Callable[[JudgmentRow], float]
# Differences of means are whole on the common multiple of the numbers of ratings; beyond it flips are drawn.
_LARGEST_MULTIPLE: Final = 5_040


@dataclass(frozen=True)
class Difference:
    """What two systems differ by in one place: the mean of the first less that of the second, with its tests."""

    n: dict[str, int]
    mean: Estimate
    two_way: Estimate
    permutation: Significance
    two_way_test: Significance

    def as_json(self) -> dict[str, Any]:
        """The entry of a domain in `differences`."""
        return {
            "n": self.n,
            "difference": self.mean.as_json() | {"two_way": self.two_way.as_json()},
            "tests": {"permutation": self.permutation.as_json(), "two_way": self.two_way_test.as_json()},
        }


def rating_differences(
    rows: Sequence[JudgmentRow], criterion: DeclaredCriterion, *, systems: Sequence[str], seed: int
) -> list[dict[str, Any]]:
    """For each two rated systems the paired difference of their mean ratings, over all domains and in each.

    Holm's correction runs over the pairs and single domains of this criterion; nothing of it is declared.
    """
    said = [row for row in rows if row.system and row.choice != CANNOT_JUDGE]
    numbers = [rating_of(row) for row in said]
    if not said:
        return []
    low = float(min(numbers) if criterion.low is None else criterion.low)
    high = float(max(numbers) if criterion.high is None else criterion.high)
    compared = [
        (
            pair,
            {
                domain: difference(mine, pair, rating_of, low=low, high=high, seed=seed)
                for domain, mine in _places(there)
            },
        )
        for pair, there in _pairs(said, systems)
    ]
    _correct([domains for _, domains in compared])
    return [{"first": first, "second": second, "domains": domains} for (first, second), domains in compared]


def label_differences(
    rows: Sequence[JudgmentRow], criterion: DeclaredCriterion, *, systems: Sequence[str], seed: int
) -> list[dict[str, Any]]:
    """For each two labelled systems and each label the paired difference of its share; Holm over the labels."""
    said = [row for row in rows if row.system and row.choice != CANNOT_JUDGE]
    labels = _labels(said, criterion)
    entries = []
    for pair, there in _pairs(said, systems):
        domains: dict[str, Any] = {}
        for domain, mine in _places(there):
            found = {label: difference(mine, pair, _is(label), low=0.0, high=1.0, seed=seed) for label in labels}
            _correct([found])
            domains[domain] = {"labels": found}
        entries.append({"first": pair[0], "second": pair[1], "domains": domains})
    return entries


def label_shares(
    rows: Sequence[JudgmentRow], criterion: DeclaredCriterion, *, systems: Sequence[str], seed: int
) -> dict[str, dict[str, Any]]:
    """By system and label how often it was given, with its interval over clusters; domains weigh equally."""
    said = [row for row in rows if row.system and row.choice != CANNOT_JUDGE]
    shares: dict[str, dict[str, Any]] = {}
    for system in _in_order(said, systems):
        there = [row for row in said if row.system == system]
        shares[system] = {label: _share(there, label, seed=seed).as_json() for label in _labels(said, criterion)}
    return shares


def _labels(rows: Sequence[JudgmentRow], criterion: DeclaredCriterion) -> list[str]:
    declared = [each for each in criterion.options if each != CANNOT_JUDGE]
    return declared + sorted({row.choice for row in rows} - set(declared))


def _share(rows: Sequence[JudgmentRow], label: str, *, seed: int) -> Estimate:
    domains = sorted({domain_of(row) for row in rows})
    cluster = numbered(cluster_of(row) for row in rows)
    place = cluster * len(domains) + np.array([domains.index(domain_of(row)) for row in rows])
    shape = (int(cluster.max()) + 1, len(domains))
    size = shape[0] * shape[1]
    sums = ClusterSums(
        sums_by(place, [float(row.choice == label) for row in rows], groups=size).reshape(shape),
        sums_by(place, groups=size).reshape(shape),
        len(rows),
        low=0.0,
        high=1.0,
    )
    return measure(sums, seed=seed).primary


def difference(
    rows: Sequence[JudgmentRow], pair: Pair, worth: Worth, *, low: float, high: float, seed: int
) -> dict[str, Any]:
    """The difference over the contexts in which both systems were judged; `worth` is what a judgment counts."""
    table = _by_context(rows, pair, worth)
    if not table.contexts:
        nothing = Estimate(None, reason="no context was judged of both systems")
        none = Significance(p=None, reason=nothing.reason)
        sizes = dict.fromkeys(("clusters", "contexts", "annotators", "judgments"), 0)
        return Difference(sizes, nothing, nothing, none, none).as_json()
    sums = table.sums(high - low)
    general = table.two_way(high - low)
    return Difference(
        n={
            "clusters": sums.clusters,
            "contexts": table.contexts,
            "annotators": int(np.unique(table.annotator).size),
            "judgments": int(table.worth.size),
        },
        mean=measure(sums, seed=seed).primary,
        two_way=general.interval().scaled(2.0, 0.0),
        permutation=table.permutation(sums, seed=seed),
        two_way_test=general.test(),
    ).as_json()


@dataclass(frozen=True)
class _Table:
    """Judgments of the contexts that both systems were judged on: worth, side (0 first, 1 second) and where."""

    worth: Floats
    side: Integers
    context: Integers
    cluster: Integers
    annotator: Integers
    domain: Integers
    contexts: int

    def _apart(self) -> tuple[Floats, Integers, Integers]:
        """Per context the difference of the two means, and its cluster and domain."""
        size = 2 * self.contexts
        place = 2 * self.context + self.side
        means = (sums_by(place, self.worth, groups=size) / sums_by(place, groups=size)).reshape(-1, 2)
        cluster, domain = np.zeros(self.contexts, dtype=np.int64), np.zeros(self.contexts, dtype=np.int64)
        cluster[self.context], domain[self.context] = self.cluster, self.domain
        return np.asarray(means[:, 0] - means[:, 1]), cluster, domain

    def sums(self, width: float) -> ClusterSums:
        """Differences of contexts, summed by cluster and domain."""
        apart, cluster, domain = self._apart()
        shape = (int(cluster.max()) + 1, int(self.domain.max()) + 1)
        place, size = cluster * shape[1] + domain, shape[0] * shape[1]
        return ClusterSums(
            sums_by(place, apart, groups=size).reshape(shape),
            sums_by(place, groups=size).reshape(shape),
            int(self.worth.size),
            low=-width,
            high=width,
        )

    def permutation(self, sums: ClusterSums, *, seed: int) -> Significance:
        """The sign flip of the clusters' sums of differences; exact where they are whole on a common multiple."""
        if sums.clusters < FEWEST:
            why = f"fewer than {FEWEST} clusters: nothing can be tested"
            return Significance(p=None, n=sums.clusters, reason=why)
        place = 2 * self.context + self.side
        common = lcm(*(int(each) for each in np.unique(sums_by(place, groups=2 * self.contexts))))
        scaled = sums.numerators * min(common, _LARGEST_MULTIPLE)
        whole = common <= _LARGEST_MULTIPLE and bool(np.allclose(scaled, np.round(scaled), rtol=0, atol=1e-6))
        scores: Integers | Floats
        if whole:
            scores = whole_scores(np.round(scaled).astype(np.int64), sums.totals.astype(np.int64))
        else:
            scores = np.round((sums.numerators / sums.totals).sum(axis=1), 12)
        flipped = sign_flip(scores, seed=seed)
        return Significance(
            p=flipped.p, n=sums.clusters, method=f"sign flip, {flipped.method}", smallest_p=flipped.smallest_p
        )

    def two_way(self, width: float) -> TwoWay:
        """Half the difference, over clusters and annotators at once: each context's judgments weigh 1 on each side."""
        size = 2 * self.contexts
        place = 2 * self.context + self.side
        weight = 1.0 / sums_by(place, groups=size)[place]
        return two_way(
            self.worth * (1 - 2 * self.side),
            domain=2 * self.domain + self.side,
            cluster=self.cluster,
            annotator=self.annotator,
            weights=weight,
            low=-width / 2,
            high=width / 2,
        )


def _by_context(rows: Sequence[JudgmentRow], pair: Pair, worth: Worth) -> _Table:
    judged: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        judged[domain_of(row), row.context].add(row.system)
    both = [row for row in rows if row.system in pair and judged[domain_of(row), row.context] >= set(pair)]
    domains = sorted({domain_of(row) for row in both})
    context = numbered((domain_of(row), row.context) for row in both)
    return _Table(
        worth=np.array([worth(row) for row in both], dtype=np.float64),
        side=np.array([pair.index(row.system) for row in both], dtype=np.int64),
        context=context,
        cluster=numbered(cluster_of(row) for row in both),
        annotator=numbered(row.annotator for row in both),
        domain=np.array([domains.index(domain_of(row)) for row in both], dtype=np.int64),
        contexts=int(context.max(initial=-1)) + 1,
    )


def _pairs(rows: Sequence[JudgmentRow], systems: Sequence[str]) -> list[tuple[Pair, list[JudgmentRow]]]:
    return [(pair, [row for row in rows if row.system in pair]) for pair in combinations(_in_order(rows, systems), 2)]


def _in_order(rows: Sequence[JudgmentRow], systems: Sequence[str]) -> list[str]:
    there = {row.system for row in rows}
    return [system for system in systems if system in there] + sorted(there - set(systems))


def _places(rows: Sequence[JudgmentRow]) -> list[tuple[str, Sequence[JudgmentRow]]]:
    domains = sorted({domain_of(row) for row in rows})
    if domains == [UNSTATED]:
        return [(ALL, rows)]
    return [(ALL, rows), *((domain, [row for row in rows if domain_of(row) == domain]) for domain in domains)]


def _is(label: str) -> Worth:
    return lambda row: float(row.choice == label)


def _correct(places: Sequence[dict[str, Any]]) -> None:
    """Put p after Holm and Benjamini-Hochberg beside each p of the places' primary tests; `all` only where alone."""
    inside = [said["tests"] for found in places for key, said in found.items() if key != ALL or set(found) == {ALL}]
    for name in ("permutation", "two_way"):
        tests = [each[name] for each in inside if each[name]["p"] is not None]
        p_values = [each["p"] for each in tests]
        for test, p_holm, p_bh in zip(tests, holm(p_values), benjamini_hochberg(p_values), strict=True):
            test |= {"p_holm": p_holm, "p_bh": p_bh}
