"""Preferences of many systems as games: who beat whom how often, and how often they tied, in any resample."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evaluation.stats.data.outcomes import cluster_of
from evaluation.stats.data.rows import CANNOT_JUDGE, JudgmentRow
from evaluation.stats.inference.arrays import Floats, Integers, Truths, numbered, sums_by

# Resamples x systems x systems held in memory at once.
_CHUNK: Final = 4_000_000


@dataclass(frozen=True)
class Tally:
    """Sets of games, one per row: `wins[r, i, j]` of i over j, and `ties[r, i, j]`, which is symmetric."""

    wins: Floats
    ties: Floats

    def halved(self) -> Floats:
        """Wins with each tie as half a win for either."""
        return np.asarray(self.wins + self.ties / 2)


@dataclass(frozen=True)
class Games:
    """All games, counted by cluster and outcome: entry k says that outcome `cell[k]` came `count[k]` times.

    A cell is winner x loser, or behind all of those the two that drew, both ways round.
    """

    systems: int
    clusters: int
    cluster: Integers
    cell: Integers
    count: Floats

    def all(self) -> Tally:
        """Every game once: a single set."""
        return self._tally([np.ones(self.clusters)])

    def resampled(self, *, resamples: int, seed: int) -> Iterator[Tally]:
        """Sets of games in which as many clusters are drawn with replacement, a chunk at a time.

        Clusters are drawn by their number, which hangs on the order of contexts and never on names of systems.
        """
        rng = np.random.default_rng(seed)
        step = max(1, _CHUNK // (self.systems * self.systems))
        for start in range(0, resamples, step):
            yield self._tally(
                np.bincount(rng.integers(self.clusters, size=self.clusters), minlength=self.clusters).astype(np.float64)
                for _ in range(min(step, resamples - start))
            )

    def _tally(self, weights: Iterator[Floats] | list[Floats]) -> Tally:
        size = self.systems * self.systems
        cells = np.stack([sums_by(self.cell, self.count * each[self.cluster], groups=2 * size) for each in weights])
        shape = (-1, self.systems, self.systems)
        return Tally(wins=cells[:, :size].reshape(shape), ties=cells[:, size:].reshape(shape))


def games_of(rows: Sequence[JudgmentRow], *, systems: Sequence[str]) -> Games:
    """The games in the preferences among `rows`; whoever could not judge did not play."""
    place = {system: number for number, system in enumerate(systems)}
    judged = [row for row in rows if row.first and row.choice != CANNOT_JUDGE]
    first = np.array([place[row.first] for row in judged], dtype=np.int64)
    second = np.array([place[row.second] for row in judged], dtype=np.int64)
    won = np.array([(row.choice == row.first) - (row.choice == row.second) for row in judged], dtype=np.int64)
    cluster = numbered(cluster_of(row) for row in judged)
    number, size = len(systems), len(systems) ** 2
    one = np.where(won > 0, first * number + second, np.where(won < 0, second * number + first, -1))
    drawn = won == 0
    cells = np.concatenate(
        [one[~drawn], size + (first * number + second)[drawn], size + (second * number + first)[drawn]]
    )
    of_cluster = np.concatenate([cluster[~drawn], cluster[drawn], cluster[drawn]])
    kinds, counts = np.unique(of_cluster * (2 * size) + cells, return_counts=True)
    return Games(
        systems=number,
        clusters=int(cluster.max(initial=-1)) + 1,
        cluster=(kinds // (2 * size)).astype(np.int64),
        cell=(kinds % (2 * size)).astype(np.int64),
        count=counts.astype(np.float64),
    )


def reaches(beats: Truths) -> Truths:
    """Whether each system has beaten each other one, directly or through others; itself always. Sets x i x j."""
    systems = beats.shape[1]
    reached = (beats | np.eye(systems, dtype=bool)).astype(np.float32)
    for _ in range(max(1, int(np.ceil(np.log2(systems))))):
        reached = ((reached @ reached) > 0).astype(np.float32)
    return np.asarray(reached > 0)
