"""Halo: whether one impression answers all the questions of a look, or each question is answered by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np

from evaluation.stats.data.declared import DeclaredCriterion
from evaluation.stats.data.orientation import Pair, oriented
from evaluation.stats.data.outcomes import cluster_of
from evaluation.stats.data.rows import BOTH_BAD, CANNOT_JUDGE, TIE, JudgmentRow
from evaluation.stats.inference.arrays import Floats, numbered
from evaluation.stats.inference.correlation import pearson
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.inference.robust import mean_of
from evaluation.stats.instrument.conditions import MOST_PAIRS, Look, look_of

_NONE: Final = "no look answered both questions"


@dataclass(frozen=True)
class Halo:
    """Two criteria at the same looks: how often their answers are the same, and how they correlate.

    `where_tied` is net preference under the second named where the first was tied, and the other way round.
    """

    criteria: tuple[str, str]
    looks: int
    same: Estimate
    correlation: Estimate
    where_tied: list[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """An entry of `bias.halo`."""
        return {
            "criteria": list(self.criteria),
            "n": self.looks,
            "same": self.same.as_json(),
            "correlation": self.correlation.as_json(),
            "where_tied": self.where_tied,
        }


def halo(
    by_criterion: Mapping[str, Sequence[JudgmentRow]],
    criteria: Sequence[DeclaredCriterion],
    *,
    systems: Sequence[str],
    seed: int,
) -> list[Halo]:
    """Every two preference criteria of the study that were asked in the same looks."""
    answers: dict[str, dict[Look, JudgmentRow]] = {
        each.key: {look_of(row): row for row in by_criterion[each.key] if row.first and row.choice != CANNOT_JUDGE}
        for each in criteria
    }
    found = []
    for one, other in combinations(answers, 2):
        shared = [look for look in answers[one] if look in answers[other]]
        if shared:
            rows = [(answers[one][look], answers[other][look]) for look in shared]
            found.append(_halo((one, other), rows, systems=systems, seed=seed))
    return found


def _halo(
    names: tuple[str, str], rows: list[tuple[JudgmentRow, JudgmentRow]], *, systems: Sequence[str], seed: int
) -> Halo:
    pairs = [oriented(row.first, row.second, systems=systems) for row, _ in rows]
    scores = [np.array([_score(each[place], pair) for each, pair in zip(rows, pairs, strict=True)]) for place in (0, 1)]
    cluster = numbered(cluster_of(row) for row, _ in rows)
    annotator = numbered(row.annotator for row, _ in rows)
    same = np.array([float(one.choice == other.choice) for one, other in rows])
    return Halo(
        criteria=names,
        looks=len(rows),
        same=mean_of(same, cluster, low=0.0, high=1.0, why_not=_NONE, annotator=annotator),
        correlation=pearson(scores[0], scores[1], cluster, seed=seed, centred=len(set(pairs)) == 1),
        where_tied=[
            entry
            for tied, other in ((0, 1), (1, 0))
            for entry in _where_tied(names[tied], names[other], [each[tied] for each in rows], scores[other], pairs)
        ],
    )


def _where_tied(
    tied: str, other: str, rows: list[JudgmentRow], scores: Floats, pairs: list[Pair]
) -> list[dict[str, Any]]:
    """Per comparison the net preference under `other` of the looks that called a tie under `tied`."""
    kinds = sorted(set(pairs))
    if len(kinds) > MOST_PAIRS:
        return []
    entries = []
    for kind in kinds:
        here = np.array([pair == kind and row.choice in (TIE, BOTH_BAD) for row, pair in zip(rows, pairs, strict=True)])
        there = [row for row, kept in zip(rows, here, strict=True) if kept]
        cluster = numbered(cluster_of(row) for row in there)
        annotator = numbered(row.annotator for row in there)
        why_not = f"no tie under {tied}"
        net = mean_of(scores[here], cluster, low=-1.0, high=1.0, why_not=why_not, annotator=annotator)
        entries.append(
            {
                "tied": tied,
                "criterion": other,
                "first": kind[0],
                "second": kind[1],
                "net_preference": net.as_json(),
            }
        )
    return entries


def _score(row: JudgmentRow, pair: Pair) -> float:
    return float(row.choice == pair[0]) - float(row.choice == pair[1])
