"""How parallel corpora differ, measure by measure, over the persona pairs that they share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from generation.corpus.rates import FEWEST_CLUSTERS, Part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Sums = NDArray[np.float64]

RESAMPLES: Final = 2_000
SEED: Final = 7
# Persona pairs are resampled one by one up to so many (the paper has 10,907); more are dealt into so many groups, and
# groups are resampled: the spread of sums over random groups is that of their members.
GROUPS: Final = 16_384
# Resamples that are counted at a time: 50 rows of 16,384 counts are a few megabytes.
_AT_A_TIME: Final = 50
DIFFERENCES: Final = (
    f"differences over shared persona pairs: paired bootstrap, {RESAMPLES:,} resamples, percentile, seed {SEED}"
)


@dataclass(frozen=True)
class Difference:
    """A measure of the second corpus less that of the first, over the `n` persona pairs in which both have a case.

    `low` and `high` bound the 95 % interval; None below 20 persona pairs, and where nothing can be measured.
    """

    first: float | None
    second: float | None
    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """All of it; the reason only where something is missing."""
        return {key: value for key, value in vars(self).items() if key != "reason" or value}


# Measure -> what a persona pair brings to it, in one corpus.
PairParts = Mapping[str, Part | Sequence[float]]


def differences(
    pairs: Iterable[tuple[PairParts, PairParts]],
    measures: Sequence[str],
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    groups: int = GROUPS,
) -> dict[str, Difference]:
    """For each measure, second less first; `pairs` holds what each persona pair brings in both corpora.

    Both corpora's ratios are of sums over persona pairs; each resample draws as many persona pairs with replacement
    and takes both of their sides along. A pair without a case in one of the corpora is left out of that measure.
    """
    import numpy as np

    sums = np.zeros((groups, len(measures), 4))
    counts = np.zeros(len(measures), dtype=int)
    total = 0
    for number, (first, second) in enumerate(pairs):
        total += 1
        for place, name in enumerate(measures):
            (x1, y1), (x2, y2) = first.get(name, (0, 0)), second.get(name, (0, 0))
            if y1 and y2:
                sums[number % groups, place] += (x1, y1, x2, y2)
                counts[place] += 1
    sums = sums[: min(total, groups)]
    drawn = _resampled(sums, seed=seed, resamples=resamples)
    return {
        name: _difference(sums[:, place].sum(axis=0), drawn[:, place], int(counts[place]))
        for place, name in enumerate(measures)
    }


def _resampled(sums: "Sums", *, seed: int, resamples: int) -> "Sums":
    """The sums of each resample: resamples x measures x 4."""
    import numpy as np

    rng = np.random.default_rng(seed)
    size = len(sums)
    if not size:
        return np.zeros((resamples, *sums.shape[1:]))
    flat = sums.reshape(size, -1)
    drawn = np.zeros((resamples, flat.shape[1]))
    for start in range(0, resamples, _AT_A_TIME):
        rows = min(_AT_A_TIME, resamples - start)
        weights = np.stack([np.bincount(rng.integers(0, size, size), minlength=size) for _ in range(rows)])
        drawn[start : start + rows] = weights @ flat
    return drawn.reshape(resamples, *sums.shape[1:])


def _difference(whole: "Sums", drawn: "Sums", n: int) -> Difference:
    import numpy as np

    if not n:
        return Difference(None, None, None, None, None, 0, "no persona pair has a case in both")
    x1, y1, x2, y2 = whole.tolist()
    first, second = x1 / y1, x2 / y2
    if n < FEWEST_CLUSTERS:
        few = f"an interval needs {FEWEST_CLUSTERS} persona pairs"
        return Difference(first, second, second - first, None, None, n, few)
    # A resample may miss every persona pair that has a case, where those are few.
    met = drawn[(drawn[:, 1] > 0) & (drawn[:, 3] > 0)]
    low, high = np.quantile(met[:, 2] / met[:, 3] - met[:, 0] / met[:, 1], [0.025, 0.975]).tolist()
    return Difference(first, second, second - first, low, high, n)
