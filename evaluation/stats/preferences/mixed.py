"""A linear mixed model of judgments: domains fixed, clusters and annotators crossed random intercepts, by REML.

y = mean of its domain + cluster + annotator + rest. The reported effect is the mean of the domains' means, its test is
Student's t with Satterthwaite's (1946) degrees of freedom. All work is on sums: the larger of the two factors is
eliminated in closed form, since within it nothing overlaps, and what is left is as large as the smaller one
(Henderson's equations, absorbed). The steps are bounded in number and size, never by the clock, so that the same
judgments always give the same answer.
"""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import stdtr, stdtrit

from evaluation.stats.inference.arrays import Floats, Integers
from evaluation.stats.inference.estimate import Significance

# With fewer annotators their variance is a guess; the same bound as for the two-way test.
FEWEST_ANNOTATORS: Final = 5
# Multiplications for one value of the likelihood; about a hundred values are needed, so this is a few seconds in all.
MOST_WORK: Final = 400_000_000
# Sums kept for each distinct size of a level: below it, 80 MB.
_MOST_SUMS: Final = 10_000_000
_MOST_STEPS: Final = 400
# A variance below this share of the residual one is none.
_NONE: Final = 1e-6
# Standard deviations of more than 30 residual ones are not looked for.
_LARGEST: Final = 30.0


@dataclass(frozen=True)
class Mixed:
    """The fitted mean, its error and degrees of freedom, and how much varies with what; `reason` says why none."""

    value: float | None
    error: float | None = None
    freedom: float | None = None
    variances: dict[str, float] = field(default_factory=dict)
    # Random parts whose variance came out as 0: the fit is singular there.
    singular: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    judgments: int = 0
    reason: str = ""

    def interval(self, *, alpha: float = 0.05) -> tuple[float, float] | None:
        """The t interval of the mean."""
        if self.value is None or self.error is None or self.freedom is None:
            return None
        half = float(stdtrit(self.freedom, 1 - alpha / 2)) * self.error
        return self.value - half, self.value + half

    def test(self) -> Significance:
        """Two-sided, of the mean being 0; the fit itself stands beside the p."""
        bounds = self.interval()
        if self.value is None or self.error is None or self.freedom is None or bounds is None:
            return Significance(p=None, n=self.judgments, reason=self.reason)
        said: dict[str, Any] = {
            "estimate": {"value": self.value, "low": bounds[0], "high": bounds[1]},
            "degrees_of_freedom": self.freedom,
            "variances": self.variances,
            "singular": list(self.singular),
        }
        random = " and ".join(part for part in ("cluster", "annotator") if part not in self.left_out)
        method = f"linear mixed model, REML, random {random}, t with {self.freedom:.1f} degrees of freedom"
        if self.singular:
            method += f"; singular: no variance between {' and '.join(f'{part}s' for part in self.singular)}"
        if self.left_out:
            said["left_out"] = list(self.left_out)
        p = 2.0 * float(stdtr(self.freedom, -abs(self.value) / self.error))
        return Significance(p=p, n=self.judgments, method=method, more=said)


def mixed(scores: Floats | Integers, *, domain: Integers, cluster: Integers, annotator: Integers) -> Mixed:
    """The model of `scores`, one per judgment; the other arrays say in which domain and cluster, and whose it is."""
    n = int(scores.size)
    levels = {"cluster": np.unique(cluster).size, "annotator": np.unique(annotator).size}
    if n == 0:
        return Mixed(None, reason="no judgments")
    if levels["annotator"] < FEWEST_ANNOTATORS:
        why = f"fewer than {FEWEST_ANNOTATORS} annotators: their variance cannot be told"
        return Mixed(None, judgments=n, reason=f"{why}; the test over clusters speaks of these ones")
    sums = _sums_of(scores, domain, cluster, annotator)
    if sums is None:
        why = f"{levels['cluster']:,} clusters and {levels['annotator']:,} annotators are too many for the model"
        return Mixed(None, judgments=n, reason=f"{why}; the two-way test is the one for annotators in general")
    # One judgment to each level: its variance is that of the rest, and cannot be told from it.
    left_out = tuple(part for part in ("cluster", "annotator") if levels[part] == n)
    return _fitted(sums, left_out)


@dataclass(frozen=True)
class _Sums:
    """Sums of products of the columns: inner levels, domains, scores; of all judgments, and of outer levels' sums.

    `absorbed` is what the outer levels of each distinct size add, or their sums themselves where sizes are many.
    """

    outer_part: str
    total: Floats
    sizes: Floats
    counts: Floats
    absorbed: Floats | None
    of_levels: Floats
    inner: int
    domains: int
    judgments: int

    def without_outer(self, ratio: float) -> tuple[Floats, float]:
        """Products after the outer factor, whose variance is `ratio` residual ones, and the log determinant."""
        weights = ratio / (1 + ratio * self.sizes)
        if self.absorbed is not None:
            off = np.tensordot(weights, self.absorbed, axes=1)
        else:
            off = self.of_levels.T @ (weights[:, np.newaxis] * self.of_levels)
        return np.asarray(self.total - off), float(self.counts @ np.log1p(ratio * self.sizes))


def _sums_of(scores: Floats | Integers, domain: Integers, cluster: Integers, annotator: Integers) -> _Sums | None:
    """The sums; None where they, or the work on them, would be too large."""
    from scipy.sparse import csr_array

    _, clusters = np.unique(cluster, return_inverse=True)
    _, annotators = np.unique(annotator, return_inverse=True)
    _, domains = np.unique(domain, return_inverse=True)
    by_cluster = clusters.max() >= annotators.max()
    outer, inner = (clusters, annotators) if by_cluster else (annotators, clusters)
    n, levels, within = scores.size, int(outer.max()) + 1, int(inner.max()) + 1
    width = within + int(domains.max()) + 2
    sizes = np.bincount(outer).astype(np.float64)
    distinct, kind = np.unique(sizes, return_inverse=True)
    few_sizes = distinct.size * width * width <= _MOST_SUMS
    work = width**3 / 3 + (distinct.size if few_sizes else levels) * width * width
    if work > MOST_WORK or (not few_sizes and levels * width > _MOST_SUMS):
        return None
    row = np.arange(n)
    columns = np.concatenate([inner, within + domains, np.full(n, width - 1)])
    values = np.concatenate([np.ones(2 * n), scores.astype(np.float64)])
    table = csr_array((values, (np.concatenate([row, row, row]), columns)), shape=(n, width))
    of_levels = csr_array((np.ones(n), (outer, row)), shape=(levels, n)) @ table
    absorbed = None
    if few_sizes:
        absorbed = np.stack([(of_levels[kind == k].T @ of_levels[kind == k]).toarray() for k in range(distinct.size)])
    return _Sums(
        outer_part="cluster" if by_cluster else "annotator",
        total=np.asarray((table.T @ table).toarray()),
        sizes=distinct if few_sizes else sizes,
        counts=np.bincount(kind).astype(np.float64) if few_sizes else np.ones(levels),
        absorbed=absorbed,
        of_levels=np.zeros((0, 0)) if few_sizes else np.asarray(of_levels.toarray()),
        inner=within,
        domains=width - within - 1,
        judgments=n,
    )


@dataclass(frozen=True)
class _Solved:
    """What the equations give at one pair of ratios of variances: log determinants, residual sum, the mean's spread."""

    logs: float
    residual: float
    value: float
    # Variance of the mean, in residual variances.
    spread: float


def _solve(sums: _Sums, ratios: dict[str, float]) -> _Solved:
    inner_part = "annotator" if sums.outer_part == "cluster" else "cluster"
    products, logs = sums.without_outer(ratios[sums.outer_part])
    ratio, k = ratios[inner_part], sums.inner
    if ratio > 0:
        factor = cho_factor(np.eye(k) + ratio * products[:k, :k], lower=True, check_finite=False)
        logs += 2.0 * float(np.log(np.diag(factor[0])).sum())
        off = ratio * products[k:, :k] @ cho_solve(factor, products[:k, k:], check_finite=False)
        rest = products[k:, k:] - off
    else:
        rest = products[k:, k:]
    fixed = cho_factor(rest[:-1, :-1], lower=True, check_finite=False)
    means = cho_solve(fixed, rest[:-1, -1], check_finite=False)
    logs += 2.0 * float(np.log(np.diag(fixed[0])).sum())
    weights = np.full(sums.domains, 1.0 / sums.domains)
    return _Solved(
        logs=logs,
        residual=float(rest[-1, -1] - rest[-1, :-1] @ means),
        value=float(weights @ means),
        spread=float(weights @ cho_solve(fixed, weights, check_finite=False)),
    )


def _fitted(sums: _Sums, left_out: tuple[str, ...]) -> Mixed:
    from scipy.optimize import minimize

    free = [part for part in ("cluster", "annotator") if part not in left_out]
    rest = sums.judgments - sums.domains
    alone = _solve(sums, {"cluster": 0.0, "annotator": 0.0})
    if rest < 2 or alone.residual <= 1e-10 * max(1.0, float(sums.total[-1, -1])):
        return Mixed(None, judgments=sums.judgments, reason="the judgments of each domain are all the same")

    def ratios_of(deviations: Floats) -> dict[str, float]:
        return {"cluster": 0.0, "annotator": 0.0} | {
            part: float(each) ** 2 for part, each in zip(free, deviations, strict=True)
        }

    def deviance(deviations: Floats) -> float:
        solved = _solve(sums, ratios_of(deviations))
        return rest * float(np.log(max(solved.residual, 1e-300))) + solved.logs

    best = np.zeros(len(free))
    if free:
        found = minimize(
            deviance,
            np.full(len(free), 0.5),
            method="Nelder-Mead",
            bounds=[(0.0, _LARGEST)] * len(free),
            options={"maxfev": _MOST_STEPS, "xatol": 1e-5, "fatol": 1e-8},
        )
        if not found.success:
            return Mixed(None, judgments=sums.judgments, reason=f"the fit did not settle in {_MOST_STEPS} steps")
        # The simplex creeps along an edge, so the edges are looked at themselves.
        edges = [found.x * np.array(kept) for kept in np.ndindex(*(2,) * len(free))]
        best = min(edges, key=deviance)
    ratios = {part: (ratio if ratio > _NONE else 0.0) for part, ratio in ratios_of(best).items()}
    solved = _solve(sums, ratios)
    scale = solved.residual / rest
    varying = [part for part in free if ratios[part] > 0]
    return Mixed(
        value=solved.value,
        error=float(np.sqrt(scale * solved.spread)),
        freedom=_freedom(sums, ratios, varying, scale),
        variances={"cluster": scale * ratios["cluster"], "annotator": scale * ratios["annotator"], "residual": scale},
        singular=tuple(part for part in free if part not in varying),
        left_out=left_out,
        judgments=sums.judgments,
    )


def _freedom(sums: _Sums, ratios: dict[str, float], varying: list[str], scale: float) -> float:
    """Satterthwaite's degrees of freedom of the mean, over the logarithms f of the variances that are not 0.

    2 / (g' A g): g the slope of the log variance of the mean, A the inverse of half the curvature of the deviance
    (Giesbrecht and Burns 1985). Slopes and curvature are central differences.
    """
    rest = sums.judgments - sums.domains
    parts = [*varying, "residual"]

    def at(moved: Floats) -> tuple[float, float]:
        by = dict(zip(parts, np.exp(moved), strict=True))
        residual = scale * by["residual"]
        solved = _solve(sums, {part: ratios[part] * by.get(part, 0.0) / by["residual"] for part in ratios})
        deviance = rest * float(np.log(residual)) + solved.logs + solved.residual / residual
        return deviance, float(np.log(residual * solved.spread))

    step, size = 0.02, len(parts)
    directions = np.eye(size) * step
    middle = at(np.zeros(size))[0]
    slope, curvature = np.zeros(size), np.zeros((size, size))
    for i in range(size):
        up, down = at(directions[i]), at(-directions[i])
        slope[i] = (up[1] - down[1]) / (2 * step)
        curvature[i, i] = (up[0] - 2 * middle + down[0]) / step**2
        for j in range(i):
            corners = [at(a * directions[i] + b * directions[j])[0] for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
            curvature[i, j] = curvature[j, i] = (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * step**2)
    values, vectors = np.linalg.eigh(curvature)
    # Where the deviance is all but flat its curvature is known only to rounding.
    values = np.maximum(values, 1e-6 * max(float(values.max()), 1e-12))
    spread = 2.0 * float(np.sum((vectors.T @ slope) ** 2 / values))
    return float(min(max(2.0 / spread, 1.0), rest)) if spread > 0 else float(rest)
