"""Judgments of two systems as arrays: +1 where the first was chosen, -1 the second, 0 a tie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from evaluation.stats.data.rows import BOTH_BAD, CANNOT_JUDGE, TIE, JudgmentRow
from evaluation.stats.inference.arrays import Integers, Truths, numbered, sums_by
from evaluation.stats.inference.resampling import ClusterSums

ALL: Final = "all"
# What rows without a domain are called where other rows have one; alone they are simply "all".
UNSTATED: Final = "unstated"


class UnknownChoice(ValueError):
    """A choice that is neither of the two systems, nor a tie, nor one of the other answers."""


def cluster_of(row: JudgmentRow) -> str:
    """What the row is resampled with: its cluster, by default its context's id without `#n`."""
    if row.cluster:
        return row.cluster
    dialogue, mark, turn = row.context.rpartition("#")
    return dialogue if mark and turn.isdigit() else row.context


def domain_of(row: JudgmentRow) -> str:
    """The row's domain, or a word for having none."""
    return row.domain or UNSTATED


@dataclass(frozen=True)
class Outcomes:
    """One comparison under one criterion. The arrays run over judgments, without those that could not judge.

    `domain`, `cluster`, `context` and `annotator` are numbers standing for names; `domain` indexes `domains`.
    `automatic` counts the pairs of equal responses per domain, each a tie of `votes` judgments in a cluster of its own.
    """

    first: str
    second: str
    domains: tuple[str, ...]
    score: Integers
    both_bad: Integers
    domain: Integers
    cluster: Integers
    context: Integers
    annotator: Integers
    cannot_judge: tuple[int, ...] = ()
    automatic: Mapping[str, int] = field(default_factory=dict)
    votes: int = 1

    def within(self, domain: str) -> "Outcomes":
        """Those of one domain."""
        return self.in_domains(np.array([self.domains.index(domain)], dtype=np.int64))

    def chosen_by(self, kept: Truths) -> "Outcomes":
        """Those where `kept` is true."""
        return replace(
            self,
            score=self.score[kept],
            both_bad=self.both_bad[kept],
            domain=self.domain[kept],
            cluster=self.cluster[kept],
            context=self.context[kept],
            annotator=self.annotator[kept],
        )

    def in_domains(self, numbers: Integers) -> "Outcomes":
        """Those of the domains at `numbers`, in rising order, with no other domain left to stand empty."""
        if numbers.size == len(self.domains):
            return self
        here = self.chosen_by(np.isin(self.domain, numbers))
        return replace(
            here,
            domains=tuple(self.domains[number] for number in numbers),
            domain=np.searchsorted(numbers, here.domain).astype(np.int64),
            cannot_judge=tuple(self.cannot_judge[number] for number in numbers),
        )

    def automatic_ties(self) -> list[int]:
        """How many there are in each of `domains`."""
        return [self.automatic.get(domain, 0) for domain in self.domains]

    def sums(self, *, ties: bool = True) -> ClusterSums:
        """Per cluster and domain the sum of the scores, and the number of judgments (without `ties`: decided ones)."""
        clusters, row = np.unique(self.cluster, return_inverse=True)
        place = row * len(self.domains) + self.domain
        shape = (clusters.size, len(self.domains))
        size = clusters.size * len(self.domains)
        numerators = sums_by(place, self.score, groups=size).reshape(shape)
        counting = np.ones_like(self.score) if ties else np.abs(self.score)
        denominators = sums_by(place, counting, groups=size).reshape(shape)
        judgments = int(counting.sum())
        if ties and any(self.automatic_ties()):
            extra = np.repeat(np.eye(len(self.domains)) * self.votes, self.automatic_ties(), axis=0)
            numerators = np.vstack([numerators, np.zeros_like(extra)])
            denominators = np.vstack([denominators, extra])
            judgments += int(extra.sum())
        return ClusterSums(numerators, denominators, judgments)

    def pluralities(self) -> Integers:
        """Per context +1, 0 or -1: what most of its judgments say. A draw at the top is a tie."""
        contexts, row = np.unique(self.context, return_inverse=True)
        votes = np.zeros((contexts.size, 3), dtype=np.int64)
        np.add.at(votes, (row, 1 - self.score), 1)
        top = votes.max(axis=1)
        leaders = (votes == top[:, np.newaxis]).sum(axis=1)
        return np.where(leaders > 1, 0, 1 - votes.argmax(axis=1)).astype(np.int64)


def outcomes_of(
    rows: Sequence[JudgmentRow],
    *,
    first: str,
    second: str,
    automatic: Mapping[str, int] | None = None,
    votes: int | None = None,
) -> Outcomes:
    """The rows of one comparison as arrays; a choice that is none raises `UnknownChoice`.

    `votes` is how many judgments an automatic tie stands for: by default as many as a context has on average.
    """
    domains = tuple(sorted({domain_of(row) for row in rows}))
    domain_numbers = {domain: number for number, domain in enumerate(domains)}
    meaning = {first: 1, second: -1, TIE: 0, BOTH_BAD: 0}
    cannot = [0] * len(domains)
    kept: list[JudgmentRow] = []
    for row in rows:
        if row.choice == CANNOT_JUDGE:
            cannot[domain_numbers[domain_of(row)]] += 1
        elif row.choice in meaning:
            kept.append(row)
        else:
            raise UnknownChoice(
                f"expected {first!r}, {second!r}, {TIE!r}, {BOTH_BAD!r} or {CANNOT_JUDGE!r}, got {row.choice!r} "
                f"(context {row.context!r}, annotator {row.annotator!r})"
            )
    context = numbered((domain_of(row), row.context) for row in kept)
    return Outcomes(
        first=first,
        second=second,
        domains=domains,
        score=np.array([meaning[row.choice] for row in kept], dtype=np.int64),
        both_bad=np.array([row.choice == BOTH_BAD for row in kept], dtype=np.int64),
        domain=np.array([domain_numbers[domain_of(row)] for row in kept], dtype=np.int64),
        cluster=numbered(cluster_of(row) for row in kept),
        context=context,
        annotator=numbered(row.annotator for row in kept),
        cannot_judge=tuple(cannot),
        automatic=dict(automatic or {}),
        votes=votes or max(1, round(len(kept) / max(1, np.unique(context).size))),
    )
