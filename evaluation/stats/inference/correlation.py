"""Correlations with intervals over clusters: Pearson's and Kendall's, each cluster drawn with all its points."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from evaluation.stats.inference.arrays import Floats, Integers, numbered, sums_by
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.inference.inversion import FEWEST
from evaluation.stats.inference.resampling import bounded

RESAMPLES: Final = 1_000
FEW: Final = f"fewer than {FEWEST} clusters: no interval"
_PERFECT: Final = "all points lie on one line: resampling gives no interval"
_CHUNK: Final = 4_000_000
# Beyond so many clusters an interval hardly has any width, and resamples cost: there are fewer.
MANY: Final = 5_000
_FEWER: Final = 200
# Verdicts of a few people take few values: up to so many, points are counted by value; else all pairs are held at once.
MOST_VALUES: Final = 64
MOST_AS_MATRIX: Final = 3_000
_TOO_MANY: Final = f"more than {MOST_AS_MATRIX:,} points of more than {MOST_VALUES} values: too many to resample"
_ROUNDING: Final = 1e-12


def pearson(x: Floats, y: Floats, cluster: Integers, *, seed: int, centred: bool = True) -> Estimate:
    """Pearson's r. Not `centred`, it is that of all points and their mirror images in 0: for what has no direction."""
    mean_x, mean_y = (x.mean(), y.mean()) if centred and x.size else (0.0, 0.0)
    a, b = x - mean_x, y - mean_y
    groups = np.unique(cluster, return_inverse=True)[1] if x.size else np.zeros(0, dtype=np.int64)
    number = int(groups.max(initial=-1)) + 1
    # Without a direction the sums of either mean nothing, and may not tell clusters apart.
    parts = (np.ones(x.size), a * centred, b * centred, a * a, b * b, a * b)
    moments = np.column_stack([sums_by(groups, part, groups=number) for part in parts])
    value = float(_of_moments(moments.sum(axis=0)[np.newaxis], centred)[0]) if x.size else float("nan")
    why = _why_not(x.size, value, number)
    if why is not None:
        return why
    patterns, counts = np.unique(moments, axis=0, return_counts=True)
    rng = np.random.default_rng(seed)
    step = max(1, _CHUNK // counts.size)
    drawn = [
        _of_moments(rng.multinomial(number, counts / number, size=rows).astype(np.float64) @ patterns, centred)
        for rows in _steps(_resamples(number), step)
    ]
    return _with_n(bounded(value, np.concatenate(drawn)), x.size, number)


def kendall(x: Floats, y: Floats, cluster: Integers, *, seed: int, centred: bool = True) -> Estimate:
    """Kendall's tau-b, which takes ties out of both; not `centred`: as in `pearson`."""
    if not centred:
        x, y, cluster = np.concatenate([x, -x]), np.concatenate([y, -y]), np.concatenate([cluster, cluster])
    groups = numbered(cluster.tolist())
    number = int(groups.max(initial=-1)) + 1
    value = _tau(x, y) if x.size else float("nan")
    n = x.size if centred else x.size // 2
    why = _why_not(n, value, number)
    if why is not None:
        return why
    rng = np.random.default_rng(seed)
    if np.unique(y).size <= MOST_VALUES:
        return _with_n(bounded(value, _taus_by_value(x, y, groups, number, rng)), n, number)
    if x.size <= MOST_AS_MATRIX:
        return _with_n(bounded(value, _taus_by_matrix(x, y, groups, number, rng)), n, number)
    return _with_n(Estimate(value, reason=_TOO_MANY), n, number)


def _why_not(n: int, value: float, clusters: int) -> Estimate | None:
    """The estimate where there can be no interval, or no value."""
    more = {"n": n, "clusters": clusters}
    if n < 3:
        return Estimate(None, reason="fewer than three points to correlate", more=more)
    if np.isnan(value):
        return Estimate(None, reason="one of the two never varies", more=more)
    if clusters < FEWEST:
        return Estimate(value, reason=FEW, more=more)
    if abs(value) >= 1 - _ROUNDING:
        return Estimate(value, reason=_PERFECT, more=more)
    return None


def _with_n(estimate: Estimate, n: int, clusters: int) -> Estimate:
    more = estimate.more | {"n": n, "clusters": clusters}
    return Estimate(estimate.value, estimate.low, estimate.high, estimate.reason, estimate.method, more)


def _of_moments(moments: Floats, centred: bool) -> Floats:
    n, a, b, aa, bb, ab = moments.T
    with np.errstate(divide="ignore", invalid="ignore"):
        if centred:
            aa, bb, ab = aa - a * a / n, bb - b * b / n, ab - a * b / n
        spread = aa * bb
        return np.asarray(np.where(spread > _ROUNDING * n * n, np.clip(ab / np.sqrt(spread), -1, 1), np.nan))


def _tau(x: Floats, y: Floats) -> float:
    from scipy.stats import kendalltau

    return float(kendalltau(x, y).statistic)


def _taus_by_matrix(x: Floats, y: Floats, groups: Integers, number: int, rng: np.random.Generator) -> Floats:
    """Sums over pairs of points, as forms of how often each point is drawn: tau = w'Cw / sqrt(w'Xw w'Yw)."""
    signs_x, signs_y = (np.sign(each[:, np.newaxis] - each).astype(np.float32) for each in (x, y))
    # float32 holds whole numbers up to 16.7 million; summed as float64.
    forms = (signs_x * signs_y, np.abs(signs_x), np.abs(signs_y))
    taus = []
    for rows in _steps(_resamples(number), max(1, _CHUNK // x.size)):
        weights = rng.multinomial(number, np.full(number, 1 / number), size=rows).astype(np.float32)[:, groups]
        concordant, differ_x, differ_y = (
            np.einsum("rp,rp->r", weights @ form, weights, dtype=np.float64) for form in forms
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            taus.append(np.where(differ_x * differ_y > 0, concordant / np.sqrt(differ_x * differ_y), np.nan))
    return np.concatenate(taus)


def _taus_by_value(x: Floats, y: Floats, groups: Integers, number: int, rng: np.random.Generator) -> Floats:
    """For each value of x, rising, how much weight lies below it at each value of y: those are its pairs."""
    at_x, at_y = (np.unique(each, return_inverse=True)[1] for each in (x, y))
    rows, columns = int(at_x.max()) + 1, int(at_y.max()) + 1
    place = at_x * columns + at_y
    taus = np.empty(_resamples(number))
    for each in range(taus.size):
        drawn = np.bincount(rng.integers(number, size=number), minlength=number)[groups]
        table = sums_by(place, drawn, groups=rows * columns).reshape(rows, columns)
        before = table.cumsum(axis=0) - table
        lower = before.cumsum(axis=1) - before
        higher = before.sum(axis=1, keepdims=True) - lower - before
        total = float(table.sum())
        differ = [total * total - float((table.sum(axis=axis) ** 2).sum()) for axis in (1, 0)]
        concordant = 2.0 * float((table * (lower - higher)).sum())
        taus[each] = concordant / (differ[0] * differ[1]) ** 0.5 if all(differ) else np.nan
    return taus


def _resamples(clusters: int) -> int:
    return RESAMPLES if clusters <= MANY else _FEWER


def _steps(total: int, step: int) -> Iterator[int]:
    for start in range(0, total, step):
        yield min(step, total - start)
