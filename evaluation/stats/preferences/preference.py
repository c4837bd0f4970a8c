"""What judgments say of two systems: counts, effects with intervals, and tests, in one domain or over all of them."""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from evaluation.stats.data.outcomes import Outcomes
from evaluation.stats.inference.arrays import Integers, sums_by
from evaluation.stats.inference.confidence import Measured, measure
from evaluation.stats.inference.estimate import Estimate, Significance
from evaluation.stats.inference.intervals import wilson
from evaluation.stats.inference.inversion import FEWEST
from evaluation.stats.inference.permutation import sign_flip, whole_scores
from evaluation.stats.inference.resampling import standard_error
from evaluation.stats.inference.sign import sign_test
from evaluation.stats.inference.signature import Signature
from evaluation.stats.inference.two_way import TwoWay, two_way
from evaluation.stats.inference.wilcoxon import signed_rank
from evaluation.stats.preferences.mixed import mixed

TESTS: Final = ("permutation", "two_way", "sign", "wilcoxon", "mixed")
_TOO_FEW: Final = f"fewer than {FEWEST} clusters: nothing can be tested"
_HALF: Final = "half"


@dataclass(frozen=True)
class Sizes:
    """What stands behind a number. `judgments` and what they come from are without those that could not judge."""

    clusters: int
    contexts: int
    annotators: int
    judgments: int
    automatic_ties: int

    def as_json(self) -> dict[str, int]:
        """The entry `n`; automatic ties are named only where there are any."""
        said = {"clusters": self.clusters, "contexts": self.contexts}
        said |= {"annotators": self.annotators, "judgments": self.judgments}
        return said | ({"automatic_ties": self.automatic_ties} if self.automatic_ties else {})


@dataclass(frozen=True)
class Preference:
    """One comparison in one domain, or over all: all that is reported of it, before any correction."""

    sizes: Sizes
    counts: dict[str, int]
    contexts: dict[str, int]
    net: Measured
    win_rate: Estimate
    without_ties: Estimate
    two_way: TwoWay
    wilson: Estimate
    tests: dict[str, Significance]
    error: float | None
    seed: int

    def as_json(self, signature: Signature) -> dict[str, Any]:
        """The entry of a domain in `comparisons`."""
        n = self.sizes.clusters
        two_way = self.two_way.interval()

        def signed(what: str, estimate: Estimate, *, unit: str = "cluster", n: int = n, ties: str = _HALF) -> Any:
            made = signature.of(what, method=estimate.method, unit=unit, n=n, ties=ties)
            return estimate.as_json() | {"signature": made}

        decided = self.contexts["first"] + self.contexts["second"]
        fewer = self.two_way.units
        return {
            "n": self.sizes.as_json(),
            "counts": self.counts,
            "contexts": self.contexts,
            "net_preference": signed("net preference", self.net.primary, ties="0")
            | {
                "percentile": signed("net preference", self.net.percentile, ties="0"),
                "two_way": signed("net preference", two_way, unit="cluster and annotator", n=fewer, ties="0"),
            },
            "win_rate": signed("win rate", self.win_rate),
            "win_rate_without_ties": signed("win rate", self.without_ties, ties="left out"),
            "wilson": signed("share of decided contexts", self.wilson, unit="context", n=decided, ties="left out"),
            "tests": {
                name: test.as_json()
                | {
                    "signature": signature.of(
                        name, method=test.method, unit=UNITS[name], n=test.n, ties=_TIES_IN_TESTS[name]
                    )
                }
                for name, test in self.tests.items()
            },
        }


UNITS: Final = {
    "permutation": "cluster",
    "two_way": "cluster and annotator",
    "sign": "context",
    "wilcoxon": "cluster",
    "mixed": "judgment",
}
_TIES_IN_TESTS: Final = {
    "permutation": "0",
    "two_way": "0",
    "sign": "left out",
    "wilcoxon": "balanced clusters left out",
    "mixed": "0",
}


def preference(outcomes: Outcomes, *, seed: int) -> Preference:
    """All that is reported of `outcomes`; with several domains, of the mean of their effects."""
    judged = answered(outcomes)
    net = measure(judged.sums(), seed=seed)
    decided = measure(answered(outcomes, decided=True).sums(ties=False), seed=seed).primary
    general = _two_way(judged)
    pluralities = outcomes.pluralities()
    clusters = int(np.unique(outcomes.cluster).size)
    return Preference(
        sizes=Sizes(
            clusters=clusters,
            contexts=int(np.unique(outcomes.context).size),
            annotators=int(np.unique(outcomes.annotator).size),
            judgments=int(outcomes.score.size),
            automatic_ties=sum(outcomes.automatic_ties()),
        ),
        counts=_counts(outcomes),
        contexts={
            "first": int((pluralities > 0).sum()),
            "tie": int((pluralities == 0).sum()) + sum(outcomes.automatic_ties()),
            "second": int((pluralities < 0).sum()),
        },
        net=net,
        win_rate=net.primary.scaled(0.5, 0.5),
        without_ties=decided.scaled(0.5, 0.5) if decided.value is not None else Estimate(None, reason="all are ties"),
        two_way=general,
        wilson=_wilson(pluralities),
        tests=_tests(judged, pluralities, general, clusters, seed=seed),
        error=_error(net, judged),
        seed=seed,
    )


def answered(outcomes: Outcomes, *, decided: bool = False) -> Outcomes:
    """Without the domains in which nothing was judged (or `decided`): these have no effect at all."""
    there = outcomes.score != 0 if decided else np.ones(outcomes.score.size, dtype=bool)
    return outcomes.in_domains(np.unique(outcomes.domain[there]))


def effect(outcomes: Outcomes) -> float | None:
    """Net preference alone: the mean over domains of (wins - losses) / judgments."""
    return answered(outcomes).sums().value if outcomes.score.size else None


def primary_test_of(outcomes: Outcomes, name: str, *, seed: int) -> Significance:
    """The test that decides, alone: "permutation" over clusters, or "two_way"."""
    judged = answered(outcomes)
    if name == "two_way":
        return _two_way(judged).test()
    return _permutation(judged, int(np.unique(judged.cluster).size), seed=seed)


def net_preference(outcomes: Outcomes, name: str, *, seed: int) -> Estimate:
    """The effect with the interval that belongs to the test called `name`."""
    judged = answered(outcomes)
    return _two_way(judged).interval() if name == "two_way" else measure(judged.sums(), seed=seed).primary


def mean_of_context_means(outcomes: Outcomes) -> float | None:
    """Net preference with contexts weighing equally instead of judgments."""
    if not outcomes.score.size:
        return None
    outcomes = answered(outcomes)
    context = np.unique(outcomes.context, return_inverse=True)[1]
    means = sums_by(context, outcomes.score) / sums_by(context)
    domain = np.zeros(means.size, dtype=np.int64)
    domain[context] = outcomes.domain
    ties = np.array(outcomes.automatic_ties())
    sums = sums_by(domain, means, groups=ties.size)
    return float((sums / (sums_by(domain, groups=ties.size) + ties)).mean())


def _counts(outcomes: Outcomes) -> dict[str, int]:
    both_bad = int(outcomes.both_bad.sum())
    return {
        "first": int((outcomes.score > 0).sum()),
        "tie": int((outcomes.score == 0).sum()) - both_bad,
        "second": int((outcomes.score < 0).sum()),
        "both_bad": both_bad,
        "cannot_judge": sum(outcomes.cannot_judge),
    }


def _two_way(outcomes: Outcomes) -> TwoWay:
    return two_way(
        outcomes.score,
        domain=outcomes.domain,
        cluster=outcomes.cluster,
        annotator=outcomes.annotator,
        extra_ties=tuple(outcomes.automatic_ties()),
        extra_votes=outcomes.votes,
    )


def _wilson(pluralities: Integers) -> Estimate:
    wins, decided = int((pluralities > 0).sum()), int((pluralities != 0).sum())
    if decided == 0:
        return Estimate(None, reason="every context is a tie" if pluralities.size else "no judgments")
    low, high = wilson(wins, decided)
    return Estimate(wins / decided, low, high, method="Wilson")


def _tests(
    outcomes: Outcomes, pluralities: Integers, general: TwoWay, clusters: int, *, seed: int
) -> dict[str, Significance]:
    if clusters < FEWEST:
        reason = _TOO_FEW if clusters else "no judgments"
        return {name: Significance(p=None, n=clusters, reason=reason) for name in TESTS}
    seen = replace(outcomes, automatic={}).sums()
    return {
        "permutation": _permutation(outcomes, clusters, seed=seed),
        "two_way": general.test(),
        "sign": sign_test(pluralities),
        "wilcoxon": signed_rank(seen.numerators.sum(axis=1) / seen.denominators.sum(axis=1), seed=seed),
        "mixed": mixed(
            outcomes.score, domain=outcomes.domain, cluster=outcomes.cluster, annotator=outcomes.annotator
        ).test(),
    }


def _permutation(outcomes: Outcomes, clusters: int, *, seed: int) -> Significance:
    if clusters < FEWEST:
        return Significance(p=None, n=clusters, reason=_TOO_FEW if clusters else "no judgments")
    sums = outcomes.sums()
    flipped = sign_flip(whole_scores(sums.numerators.astype(np.int64), sums.totals.astype(np.int64)), seed=seed)
    return Significance(p=flipped.p, n=clusters, method=f"sign flip, {flipped.method}", smallest_p=flipped.smallest_p)


def _error(net: Measured, judged: Outcomes) -> float | None:
    """The cluster-robust standard error, where clusters are enough and differ."""
    if net.percentile.low is None:
        return None
    return standard_error(judged.sums())
