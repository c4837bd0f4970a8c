"""An old file of judgments looked at again: each comparison by its usual test and by the clustered ones.

A comparison is two systems under one criterion, over all domains, as in the report; the clustered tests are corrected
over all comparisons of the file, since a file declares no smaller family.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Final

import numpy as np

from evaluation.stats.agreeing.judged import rating_of
from evaluation.stats.auditing.published import Published, published_preference, published_ratings
from evaluation.stats.data.criteria import criteria_of
from evaluation.stats.data.declared import DeclaredCriterion, StudyInfo
from evaluation.stats.data.orientation import Pair, by_comparison, oriented
from evaluation.stats.data.outcomes import cluster_of, domain_of, outcomes_of
from evaluation.stats.data.rows import CANNOT_JUDGE, JudgmentRow
from evaluation.stats.data.selection import Chosen, choose
from evaluation.stats.data.snapshot import digest_of_rows, in_order
from evaluation.stats.inference.arrays import Floats, numbered, sums_by
from evaluation.stats.inference.estimate import Estimate, Significance
from evaluation.stats.inference.inversion import FEWEST
from evaluation.stats.inference.permutation import sign_flip
from evaluation.stats.inference.two_way import two_way
from evaluation.stats.preferences.preference import preference
from generation.corpus.corrections import holm

ALPHA: Final = 0.05
CLUSTERED: Final = ("permutation", "two_way")


@dataclass(frozen=True)
class Comparison:
    """Two systems under one criterion: the usual tests, and those that take clusters (and annotators) as units.

    `effect` is net preference, or on ratings the mean difference, from the first system's side.
    """

    criterion: str
    first: str
    second: str
    scale: str
    sizes: Mapping[str, int]
    published: Published
    effect: Estimate
    clustered: Mapping[str, Significance]
    # Corrected over all comparisons of the file, by test; absent where it could not be had.
    p_holm: Mapping[str, float]

    def as_json(self) -> dict[str, Any]:
        """An entry of `comparisons`."""
        return {
            "criterion": self.criterion,
            "first": self.first,
            "second": self.second,
            "scale": self.scale,
            "n": dict(self.sizes),
            "effect": self.effect.as_json(),
            "published": self.published.as_json(),
            "clustered": {
                name: {key: value for key, value in test.as_json().items() if key != "p_bh"}
                | {"p_holm": self.p_holm.get(name)}
                for name, test in self.clustered.items()
            },
        }

    @property
    def usual(self) -> Significance:
        """The test over single judgments or ratings."""
        return self.published.tests.get("binomial") or self.published.tests["welch"]


@dataclass(frozen=True)
class Audit:
    """What came of a file: its judgments that count, its comparisons, and the digest of what was used."""

    chosen: Chosen
    info: StudyInfo
    criteria: tuple[DeclaredCriterion, ...]
    comparisons: tuple[Comparison, ...]
    snapshot: str

    def found(self, test: str, *, corrected: bool = False) -> int:
        """How many comparisons a test calls different at 5 %; of the usual ones, `binomial` is also Welch's."""
        return sum(p is not None and p <= ALPHA for p in (self._p(each, test, corrected) for each in self.comparisons))

    def tested(self, test: str) -> int:
        """How many comparisons a test could be had for."""
        return sum(self._p(each, test, False) is not None for each in self.comparisons)

    def lost(self) -> list[Comparison]:
        """Those that the usual test calls different and the clustered one, corrected, does not."""
        return [
            each
            for each in self.comparisons
            if each.usual.p is not None
            and each.usual.p <= ALPHA
            and not each.p_holm.get("permutation", 1.0) <= ALPHA  # one that cannot be tested is lost too
        ]

    def _p(self, comparison: Comparison, test: str, corrected: bool) -> float | None:
        if test in CLUSTERED:
            return comparison.p_holm.get(test) if corrected else comparison.clustered[test].p
        if test == "binomial":
            return comparison.usual.p
        known = comparison.published.tests.get(test)
        return known.p if known else None


def audit(rows: Sequence[JudgmentRow], info: StudyInfo | None = None) -> Audit:
    """Everything that `audit` says of `rows`, in whatever order they come; `info` is what a `study.json` told."""
    info = info or StudyInfo()
    chosen = choose(in_order(rows))
    criteria = criteria_of(chosen.counted, info.criteria)
    comparisons: list[Comparison] = []
    for criterion in criteria:
        here = [row for row in chosen.counted if row.criterion == criterion.key]
        comparisons += _preferences(here, criterion, info)
        if criterion.scale == "rating":
            comparisons += _ratings(here, criterion, info)
    return Audit(chosen, info, criteria, _corrected(comparisons), digest_of_rows(chosen.counted))


def _preferences(rows: Sequence[JudgmentRow], criterion: DeclaredCriterion, info: StudyInfo) -> Iterable[Comparison]:
    for pair, there in by_comparison(rows, systems=info.systems).items():
        outcomes = outcomes_of(there, first=pair[0], second=pair[1])
        result = preference(outcomes, seed=info.seed)
        yield Comparison(
            criterion.key,
            *pair,
            scale=criterion.scale,
            sizes=result.sizes.as_json(),
            published=published_preference(outcomes),
            effect=result.net.primary,
            clustered={name: result.tests[name] for name in CLUSTERED},
            p_holm={},
        )


def _ratings(rows: Sequence[JudgmentRow], criterion: DeclaredCriterion, info: StudyInfo) -> Iterable[Comparison]:
    """Each two systems that were rated: over single ratings, and by the differences within annotator and context."""
    rated: dict[str, list[JudgmentRow]] = defaultdict(list)
    for row in rows:
        if row.system and row.choice != CANNOT_JUDGE:
            rated[row.system].append(row)
    for one, other in combinations(sorted(rated), 2):
        pair = oriented(one, other, systems=info.systems)
        first, second = (np.array([rating_of(row) for row in rated[system]]) for system in pair)
        yield _rated(criterion, pair, rated, published=published_ratings(first, second), seed=info.seed)


def _rated(
    criterion: DeclaredCriterion,
    pair: Pair,
    rated: Mapping[str, Sequence[JudgmentRow]],
    *,
    published: Published,
    seed: int,
) -> Comparison:
    by_place = [{(domain_of(row), row.context, row.annotator): row for row in rated[system]} for system in pair]
    both = sorted(by_place[0].keys() & by_place[1].keys())
    shared = [by_place[0][place] for place in both]
    differences = np.array([rating_of(by_place[0][each]) - rating_of(by_place[1][each]) for each in both])
    cluster = numbered(cluster_of(row) for row in shared)
    sizes = {
        "clusters": int(np.unique(cluster).size),
        "contexts": len({place[:2] for place in both}),
        "annotators": len({row.annotator for row in shared}),
        "judgments": sum(len(rated[system]) for system in pair),
    }
    if sizes["clusters"] < FEWEST:
        reason = f"fewer than {FEWEST} clusters in which somebody rated both systems"
        effect = Estimate(float(differences.mean()) if both else None, reason=reason)
        nothing = Significance(p=None, n=sizes["clusters"], reason=reason)
        clustered = dict.fromkeys(CLUSTERED, nothing)
    else:
        effect, clustered = _paired(differences, shared, seed=seed)
    return Comparison(criterion.key, *pair, criterion.scale, sizes, published, effect, clustered, {})


def _paired(
    differences: Floats, shared: Sequence[JudgmentRow], *, seed: int
) -> tuple[Estimate, dict[str, Significance]]:
    cluster = numbered(cluster_of(row) for row in shared)
    span = float(np.abs(differences).max()) or 1.0
    general = two_way(
        differences,
        domain=np.zeros(differences.size, dtype=np.int64),
        cluster=cluster,
        annotator=numbered(row.annotator for row in shared),
        low=-span,
        high=span,
    )
    sums = sums_by(cluster, differences)
    # Whole ratings have whole sums, whose flips can be walked.
    flipped = sign_flip(sums.astype(np.int64) if (sums == np.round(sums)).all() else sums, seed=seed)
    clusters = int(np.unique(cluster).size)
    permutation = Significance(
        p=flipped.p, n=clusters, method=f"sign flip, {flipped.method}", smallest_p=flipped.smallest_p
    )
    return general.interval(), {"permutation": permutation, "two_way": general.test()}


def _corrected(comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Holm over all comparisons, for each clustered test by itself."""
    p_holm: list[dict[str, float]] = [{} for _ in comparisons]
    for name in CLUSTERED:
        there = [(number, each.clustered[name].p) for number, each in enumerate(comparisons)]
        tested = [(number, p) for number, p in there if p is not None]
        for (number, _), corrected in zip(tested, holm([p for _, p in tested]), strict=True):
            p_holm[number][name] = corrected
    return tuple(replace(each, p_holm=known) for each, known in zip(comparisons, p_holm, strict=True))
