"""Cohen's kappa, unweighted, as the mean over the pairs of annotators that share two units or more."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from evaluation.stats.agreeing.coefficients import cohen_kappa
from evaluation.stats.agreeing.judged import Judged
from evaluation.stats.inference.arrays import Floats, Integers, sums_by
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.inference.inversion import FEWEST
from evaluation.stats.inference.resampling import bounded

FEWEST_SHARED: Final = 2
RESAMPLES: Final = 1_000
# Every resample goes through all pairs of judgments and all cells of all tables; this many in all take a second.
_STEPS: Final = 20_000_000
_FEWEST_RESAMPLES: Final = 200
# Resamples x cells held in memory at once.
_CHUNK: Final = 1_000_000


@dataclass(frozen=True)
class _Shared:
    """Each two judgments of one unit: which pair of annotators, which cell of their table, which cluster."""

    pair: Integers
    cell: Integers
    cluster: Integers
    pairs: int
    categories: int

    @property
    def cells(self) -> int:
        """What one resample goes through."""
        return self.pair.size + self.pairs * self.categories * self.categories

    def means(self, weights: Floats) -> tuple[Floats, Integers]:
        """For each row of `weights`, one per pair of judgments, the mean of the kappas defined, and how many are."""
        size, sets = self.categories * self.categories, len(weights)
        place = np.arange(sets)[:, np.newaxis] * (self.pairs * size) + self.pair * size + self.cell
        tables = sums_by(place.ravel(), weights.ravel(), groups=sets * self.pairs * size)
        kappas = cohen_kappa(tables.reshape(sets, self.pairs, self.categories, self.categories))
        defined = ~np.isnan(kappas)
        number = defined.sum(axis=1)
        with np.errstate(invalid="ignore"):
            return np.where(defined, kappas, 0.0).sum(axis=1) / number, number.astype(np.int64)


def cohen_mean(judged: Judged, *, seed: int) -> Estimate:
    """The mean and its interval over clusters. `pairs` says how many pairs of annotators stand behind it."""
    shared = _shared(judged)
    if not shared.pairs:
        return Estimate(None, reason=f"no two annotators share {FEWEST_SHARED} units")
    whole, defined = shared.means(np.ones((1, shared.pair.size)))
    value, pairs = float(whole[0]), int(defined[0])
    more = {"pairs": pairs, "undefined_pairs": shared.pairs - pairs}
    if not pairs:
        return Estimate(None, reason="each two annotators gave one and the same answer throughout", more=more)
    clusters = np.unique(shared.cluster, return_inverse=True)[1]
    number = int(clusters.max()) + 1
    if number < FEWEST:
        return Estimate(value, reason=f"fewer than {FEWEST} clusters: no interval", more=more)
    if value >= 1:
        return Estimate(value, reason="no disagreement was seen: resampling gives no interval", more=more)
    rng = np.random.default_rng(seed)
    resamples = min(RESAMPLES, max(_FEWEST_RESAMPLES, _STEPS // shared.cells))
    step = max(1, _CHUNK // shared.cells)
    pieces = []
    for start in range(0, resamples, step):
        drawn = [
            np.bincount(rng.integers(number, size=number), minlength=number)
            for _ in range(min(step, resamples - start))
        ]
        pieces.append(shared.means(np.stack(drawn).astype(np.float64)[:, clusters])[0])
    means = np.concatenate(pieces)
    return bounded(value, means, more=more)


def _shared(judged: Judged) -> _Shared:
    """All pairs of judgments within units, for annotators who share enough of them."""
    order = np.lexsort((judged.annotator, judged.unit))
    unit, annotator, category = (array[order] for array in (judged.unit, judged.annotator, judged.categories))
    starts = np.flatnonzero(np.diff(unit, prepend=-1))
    sizes = np.diff(np.append(starts, unit.size))
    left: list[Integers] = []
    right: list[Integers] = []
    for size in np.unique(sizes[sizes >= 2]):
        rows = starts[sizes == size]
        for before, after in zip(*np.triu_indices(int(size), k=1), strict=True):
            left.append(rows + before)
            right.append(rows + after)
    none = np.zeros(0, dtype=np.int64)
    one, other = (np.concatenate(each) if each else none for each in (left, right))
    different = annotator[one] != annotator[other]
    one, other = one[different], other[different]
    _, pair, counts = np.unique(
        annotator[one] * (int(annotator.max(initial=0)) + 1) + annotator[other], return_inverse=True, return_counts=True
    )
    enough = counts[pair] >= FEWEST_SHARED if pair.size else np.zeros(0, dtype=bool)
    one, other, pair = one[enough], other[enough], pair[enough]
    kept, pair = np.unique(pair, return_inverse=True)
    categories = len(judged.names)
    cell = category[one] * categories + category[other]
    cluster = judged.cluster[unit[one]]
    if judged.mirror is not None:
        turned = np.array(judged.mirror)
        cell = np.concatenate([cell, turned[category[one]] * categories + turned[category[other]]])
        pair, cluster = np.concatenate([pair, pair]), np.concatenate([cluster, cluster])
    return _Shared(pair=pair, cell=cell, cluster=cluster, pairs=kept.size, categories=categories)
