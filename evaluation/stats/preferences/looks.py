"""Planned looks at results before the end: what may be tested, at which level, and what was decided.

A look takes only contexts that have all their judgments, and each claim is tested at alpha over the number of declared
claims, spent by `spending.levels` on the share of the clusters that are complete. It shows a decision and no more.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evaluation.stats.data.declared import Look, StudyInfo
from evaluation.stats.data.outcomes import ALL, cluster_of, domain_of
from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.preferences.family import Claim, Place, Result
from evaluation.stats.preferences.spending import levels

MOST_LOOKS: Final = 5
# Shares of clusters nearer to each other than this are one look.
_APART: Final = 1e-9


class LookNotDue(ValueError):
    """A look that the plan does not hold, or that comes too early."""


@dataclass(frozen=True)
class Sequential:
    """How a claim stands in a plan with looks: the level of this one, and the earlier look that decided it, if any."""

    level: float
    share: float
    decided_at: int | None = None
    decided: str = ""

    def as_json(self) -> dict[str, Any]:
        """The entry `looks` of a hypothesis."""
        return {
            "level": self.level,
            "share": self.share,
            "decided_at_look": self.decided_at,
            "decision": self.decided or None,
        }


def complete(rows: Sequence[JudgmentRow], *, votes: int) -> list[JudgmentRow]:
    """The rows of contexts, per criterion, in which every pair that was judged has all its `votes` judgments.

    A cluster with any other context is left out whole: it is not complete either.
    """
    judged = Counter((row.criterion, domain_of(row), row.context, _pair(row)) for row in rows)
    waiting: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        if judged[row.criterion, domain_of(row), row.context, _pair(row)] < votes:
            waiting[row.criterion].add((domain_of(row), cluster_of(row)))
    return [row for row in rows if (domain_of(row), cluster_of(row)) not in waiting[row.criterion]]


def _pair(row: JudgmentRow) -> frozenset[str]:
    return frozenset((row.first, row.second, row.system))


def clusters_in(rows: Sequence[JudgmentRow], criterion: str, domain: str) -> int:
    """How many clusters the rows have under one criterion, in one domain or in all."""
    return len({cluster_of(row) for row in rows if row.criterion == criterion and domain in (ALL, domain_of(row))})


def share_complete(rows: Sequence[JudgmentRow], claim: Claim, info: StudyInfo) -> float:
    """The share of a claim's planned clusters that stand in `rows`; 1 where the plan's number is not known."""
    criterion, _, domain = claim.place
    planned = (info.planned_clusters.get(criterion) or {}).get(domain)
    return min(1.0, clusters_in(rows, criterion, domain) / planned) if planned else 1.0


def look(
    claims: Sequence[Claim], results: Mapping[Place, Result], rows: Sequence[JudgmentRow], info: StudyInfo, *, at: str
) -> Look:
    """The next planned look, at `claims` tested on `rows`, which are complete. Raises `LookNotDue`."""
    plan, number = info.plan, len(info.looks)
    if not plan.looks:
        raise LookNotDue("the plan declares no look before the end")
    if number >= len(plan.looks):
        raise LookNotDue(f"all {len(plan.looks)} planned looks were taken: {', '.join(each.at for each in info.looks)}")
    shares = [share_complete(rows, claim, info) for claim in claims]
    if min(shares, default=0.0) < plan.looks[number]:
        raise LookNotDue(
            f"look {number + 1} is planned at {plan.looks[number]:.0%} of the clusters, each with all its judgments; "
            f"{min(shares, default=0.0):.0%} are complete"
        )
    said = []
    for place, (claim, share) in enumerate(zip(claims, shares, strict=True)):
        standing = sequential(place, share, info, tests=len(claims) + len(plan.contrasts))
        said.append(_claim_seen(claim, results.get(claim.place), standing))
    return Look(at=at, claims=tuple(said))


def sequential(place: int, share: float, info: StudyInfo, *, tests: int) -> Sequential:
    """How the claim at `place` stands when `share` of its clusters are looked at, after the earlier looks."""
    earlier = [each.claims[place] for each in info.looks if place < len(each.claims)]
    shares = [float(each["share"]) for each in earlier]
    decided = next((number for number, each in enumerate(earlier, start=1) if each["decision"]), None)
    share = max(share, (shares[-1] if shares else 0.0) + _APART)
    return Sequential(
        level=levels([*shares, share], info.plan.alpha / max(1, tests))[-1],
        share=share,
        decided_at=decided,
        decided=str(earlier[decided - 1]["decision"]) if decided else "",
    )


def standings(claims: Sequence[Claim], rows: Sequence[JudgmentRow], info: StudyInfo) -> list[Sequential | None]:
    """How each claim stands at the end; None throughout where no planned look was taken: nothing was spent then."""
    if not info.looks or not info.plan.hypotheses:
        return [None] * len(claims)
    return [
        sequential(place, share_complete(rows, claim, info), info, tests=len(claims) + len(info.plan.contrasts))
        for place, claim in enumerate(claims)
    ]


def _claim_seen(claim: Claim, result: Result | None, standing: Sequential) -> dict[str, Any]:
    """What a look stores of one claim; `decision` is better, worse or equivalent, or empty: go on."""
    hypothesis = claim.hypothesis
    effect = result.preference.net.primary.value if result is not None else None
    seen = None if effect is None else (effect if claim.place[1][0] == hypothesis.better else 0.0 - effect)
    crossed = claim.test.p is not None and claim.test.p <= standing.level
    if standing.decided:
        decision = standing.decided
    elif not crossed or seen is None:
        decision = ""
    else:
        decision = "equivalent" if hypothesis.margin is not None else "better" if seen > 0 else "worse"
    return {
        "criterion": hypothesis.criterion,
        "domain": hypothesis.domain,
        "better": hypothesis.better,
        "than": hypothesis.than,
        "margin": hypothesis.margin,
        "share": standing.share,
        "level": standing.level,
        "p": claim.test.p,
        "net_preference": seen,
        "decision": decision,
    }
