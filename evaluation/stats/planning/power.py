"""Power by simulation: how often the very test that will decide finds an effect of a given size in a given design.

Each simulated study is dealt to annotators as a real one is, loses the judgments that are expected to be lost, and is
tested by the primary test at the level that Holm's first step leaves: alpha over the size of the family.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy.special import stdtrit

from evaluation.stats.data.declared import Population
from evaluation.stats.inference.arrays import Floats, Integers, Truths
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.inference.intervals import wilson
from evaluation.stats.inference.inversion import FEWEST
from evaluation.stats.inference.permutation import sign_flip
from evaluation.stats.inference.two_way import FEWEST_ANNOTATORS
from evaluation.stats.planning.latent import Latent, Variances, latent_of

# The error of a simulated power near a half is then 1.6 points.
STUDIES: Final = 1_000
# Judgments held in memory at once.
_CHUNK: Final = 3_000_000


@dataclass(frozen=True)
class Design:
    """A study to be: so many contexts of each cluster, so many votes to each, from so many annotators.

    `excluded` is the share of annotators whose judgments are expected to be left out, `missing` that of judgments never
    given; contexts are then incomplete.
    """

    contexts: int
    votes: int = 3
    annotators: int = 15
    contexts_per_cluster: int = 1
    excluded: float = 0.0
    missing: float = 0.0

    @property
    def clusters(self) -> int:
        """How many clusters the contexts come from."""
        return -(-self.contexts // self.contexts_per_cluster)

    @property
    def judgments(self) -> int:
        """How many are planned."""
        return self.contexts * self.votes

    def check(self) -> None:
        """Raise ValueError for a design that cannot be."""
        for name in ("contexts", "votes", "annotators", "contexts_per_cluster"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: expected at least 1, got {getattr(self, name)}")
        if self.votes > self.annotators:
            raise ValueError(
                f"{self.votes} votes for each context need as many annotators; there are {self.annotators}"
            )
        for name in ("excluded", "missing"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name}: expected a share from 0 to 1, got {getattr(self, name):g}")


@dataclass(frozen=True)
class Assumed:
    """What is taken for granted of the judgments: the net preference, how many are ties, and how alike they are.

    The defaults are those of the simulated studies in `docs/planning-a-study.md`; a pilot knows better.
    """

    net: float
    ties: float = 0.2
    variances: Variances = field(default_factory=lambda: Variances(context=0.23))


def power(
    design: Design,
    assumed: Assumed,
    *,
    annotators: Population = "these",
    level: float = 0.05,
    seed: int,
    studies: int = STUDIES,
) -> Estimate:
    """The share of simulated studies whose primary test rejects at `level`, two-sided, with Wilson's interval.

    With a net preference of 0 it is the rate of false positives. Raises `NoSuchJudgments` or ValueError.
    """
    design.check()
    latent = latent_of(net=assumed.net, ties=assumed.ties, variances=assumed.variances)
    if design.clusters < FEWEST:
        return Estimate(0.0, reason=f"fewer than {FEWEST} clusters: nothing can be tested")
    if annotators == "population" and design.annotators < FEWEST_ANNOTATORS:
        return Estimate(0.0, reason=f"fewer than {FEWEST_ANNOTATORS} annotators: nothing can be tested")
    rng = np.random.default_rng(seed)
    places = deal(design, rng)
    rejected = 0
    for scores, there in _studies(design, places, latent, rng, studies):
        if annotators == "population":
            rejected += int((two_way_p_below(scores, there, places, level)).sum())
        else:
            sums = np.add.reduceat(scores * there, places.starts, axis=1).astype(np.int64)
            rejected += sum(sign_flip(row, seed=seed).p <= level for row in sums)
    low, high = wilson(rejected, studies)
    return Estimate(rejected / studies, low, high, method=f"{studies} simulated studies", more={"n": design.judgments})


@dataclass(frozen=True)
class Places:
    """Who judges what: per planned judgment its context, cluster and annotator; judgments of a cluster stand together.

    `starts` is where each cluster begins.
    """

    context: Integers
    cluster: Integers
    annotator: Integers
    starts: Integers


def deal(design: Design, rng: np.random.Generator) -> Places:
    """Each context to as many different annotators as it has votes: those who have least so far, at random."""
    load = np.zeros(design.annotators)
    chosen = np.empty((design.contexts, design.votes), dtype=np.int64)
    for context in range(design.contexts):
        order = np.argsort(load + rng.random(design.annotators), kind="stable")
        chosen[context] = order[: design.votes]
        load[chosen[context]] += 1
    contexts = np.repeat(np.arange(design.contexts), design.votes)
    clusters = contexts // design.contexts_per_cluster
    return Places(contexts, clusters, chosen.ravel(), np.flatnonzero(np.diff(clusters, prepend=-1)))


def _studies(
    design: Design, places: Places, latent: Latent, rng: np.random.Generator, studies: int
) -> Iterator[tuple[Integers, Truths]]:
    """Scores and whether they are there, studies x judgments, a chunk at a time."""
    step = max(1, _CHUNK // design.judgments)
    for begin in range(0, studies, step):
        size = min(step, studies - begin)
        liking = np.full((size, design.judgments), latent.mu)
        for group, variance in (
            (places.cluster, latent.cluster),
            (places.context, latent.context),
            (places.annotator, latent.annotator),
        ):
            if variance > 0:
                liking += variance**0.5 * rng.standard_normal((size, int(group.max()) + 1))[:, group]
        liking += latent.noise**0.5 * rng.standard_normal(liking.shape)
        scores = (liking > latent.tau).astype(np.int64) - (liking < -latent.tau)
        yield scores, _there(design, places, rng, size)


def _there(design: Design, places: Places, rng: np.random.Generator, size: int) -> Truths:
    there = np.ones((size, design.judgments), dtype=bool)
    left_out = round(design.excluded * design.annotators)
    if left_out:
        # As many are left out in each study, whoever they are.
        rank = rng.random((size, design.annotators)).argsort(axis=1)
        there &= (rank >= left_out)[:, places.annotator]
    if design.missing:
        there &= rng.random(there.shape) >= design.missing
    return there


def two_way_p_below(scores: Integers, there: Truths, places: Places, level: float) -> Truths:
    """For each study (row) whether the two-way clustered test of `two_way` rejects at `level`."""
    totals = there.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = (scores * there).sum(axis=1, keepdims=True) / totals
        pull = np.where(there, (scores - value) / totals, 0.0)
    variances = []
    groups = (places.cluster, places.annotator, places.cluster * (int(places.annotator.max()) + 1) + places.annotator)
    counts = []
    for group in groups:
        order = np.argsort(group, kind="stable")
        starts = np.flatnonzero(np.diff(group[order], prepend=-1))
        sums = np.add.reduceat(pull[:, order], starts, axis=1)
        used = np.add.reduceat(there[:, order].astype(np.int64), starts, axis=1) > 0
        number = used.sum(axis=1)
        counts.append(number)
        variances.append(number / np.maximum(1, number - 1) * (sums * sums).sum(axis=1))
    by_cluster, by_annotator, by_both = variances
    variance: Floats = np.maximum(np.maximum(by_cluster, by_annotator), by_cluster + by_annotator - by_both)
    freedom = np.minimum(counts[0], counts[1]) - 1
    enough = (counts[0] >= FEWEST) & (counts[1] >= FEWEST_ANNOTATORS)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(value[:, 0]) / np.sqrt(variance)
    return np.asarray(enough & (t >= stdtrit(np.maximum(1, freedom), 1 - level / 2)))
