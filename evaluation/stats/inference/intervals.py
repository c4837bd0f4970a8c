"""Intervals with a closed form: Wilson, Clopper-Pearson, and Korn-Graubard for shares of clustered judgments."""

from scipy.special import betaincinv, ndtri, stdtrit


def wilson(successes: float, n: int, *, alpha: float = 0.05) -> tuple[float, float]:
    """Wilson's (1927) score interval of a share of `n` independent ones."""
    z = float(ndtri(1 - alpha / 2))
    p = successes / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def clopper_pearson(successes: float, n: float, *, alpha: float = 0.05) -> tuple[float, float]:
    """The exact interval of Clopper and Pearson (1934); `n` may be an effective size, not whole."""
    low = 0.0 if successes <= 0 else float(betaincinv(successes, n - successes + 1, alpha / 2))
    high = 1.0 if successes >= n else float(betaincinv(successes + 1, n - successes, 1 - alpha / 2))
    return low, high


def korn_graubard(
    share: float, error: float, *, clusters: int, judgments: int, alpha: float = 0.05
) -> tuple[float, float]:
    """Clopper-Pearson at the effective number of judgments: what is left of them after clustering.

    Korn and Graubard (1998), with their correction for the degrees of freedom. The effective number is never above the
    true one, so ties, which make a share vary less, do not narrow it.
    """
    effective = min(float(judgments), share * (1 - share) / (error * error)) if error > 0 else float(judgments)
    if clusters > 1 and judgments > 1:
        few, many = stdtrit(clusters - 1, 1 - alpha / 2), stdtrit(judgments - 1, 1 - alpha / 2)
        effective *= float(many / few) ** 2
    return clopper_pearson(share * effective, effective, alpha=alpha)


def unanimous(value: float, clusters: int, *, low: float, high: float, alpha: float = 0.05) -> tuple[float, float]:
    """The interval of a mean where every cluster has the same `value`, of outcomes between `low` and `high`.

    By Clopper-Pearson at least a share `s` of all clusters has that value; of the others nothing is known.
    """
    s, _ = clopper_pearson(clusters, clusters, alpha=alpha)
    return s * value + (1 - s) * low, s * value + (1 - s) * high
