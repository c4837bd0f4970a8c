"""What papers test: single judgments as if each were independent, and the majority of each item.

They stand here to be set beside the clustered tests, by `audit` alone; nothing is decided by them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtr

from evaluation.stats.data.outcomes import Outcomes
from evaluation.stats.inference.arrays import Floats
from evaluation.stats.inference.estimate import Estimate, Significance
from evaluation.stats.inference.intervals import wilson
from evaluation.stats.inference.sign import sign_test


@dataclass(frozen=True)
class Published:
    """The usual tests of one comparison by name, and the usual number."""

    tests: dict[str, Significance]
    share: Estimate

    def as_json(self) -> dict[str, Any]:
        """The tests without correction, since it is seldom made."""
        tests = {
            name: {key: value for key, value in test.as_json().items() if key not in ("p_holm", "p_bh")}
            for name, test in self.tests.items()
        }
        return {"tests": tests, "share": self.share.as_json()}


def published_preference(outcomes: Outcomes) -> Published:
    """A binomial test over single judgments, the sign test over majorities, and the share of wins; ties left out."""
    wins, losses = int((outcomes.score > 0).sum()), int((outcomes.score < 0).sum())
    decided = wins + losses
    if not decided:
        nothing = Significance(p=None, reason="every judgment is a tie")
        return Published({"binomial": nothing, "majority": nothing}, Estimate(None, reason=nothing.reason))
    low, high = wilson(wins, decided)
    # The sign test of single judgments is the exact binomial one.
    binomial = sign_test(outcomes.score)
    return Published(
        {"binomial": binomial, "majority": sign_test(outcomes.pluralities())},
        Estimate(wins / decided, low, high, method="Wilson over single judgments, ties left out"),
    )


def published_ratings(first: Floats, second: Floats) -> Published:
    """Welch's t test over single ratings, and the difference of means with its usual interval."""
    if first.size < 2 or second.size < 2:
        nothing = "fewer than two ratings of a system"
        return Published({"welch": Significance(p=None, reason=nothing)}, Estimate(None, reason=nothing))
    value = float(first.mean() - second.mean())
    parts = np.array([first.var(ddof=1) / first.size, second.var(ddof=1) / second.size])
    error = float(np.sqrt(parts.sum()))
    n = int(first.size + second.size)
    if error == 0:
        reason = "all ratings of a system are the same"
        return Published({"welch": Significance(p=None, n=n, reason=reason)}, Estimate(value, reason=reason))
    # Welch (1947): the degrees of freedom of a sum of two variances.
    freedom = float(parts.sum() ** 2 / (parts**2 / np.array([first.size - 1, second.size - 1])).sum())
    p = 2.0 * float(stdtr(freedom, -abs(value) / error))
    return Published(
        {"welch": Significance(p=p, n=n, method=f"Welch's t with {freedom:.1f} degrees of freedom")},
        Estimate(value, value - 1.96 * error, value + 1.96 * error, method="normal, over single ratings"),
    )
