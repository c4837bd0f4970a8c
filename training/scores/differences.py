"""Differences between systems, metric by metric, over the dialogues that both answered, and Holm over all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Final

from generation.corpus.corrections import holm
from training.data.responses import ALL
from training.scores.intervals import RESAMPLES, Difference
from training.scores.scoring import Scores

# What is compared unless it is declared otherwise: prediction, overlap, persona, form; no controls.
DECLARED: Final = ("perplexity_per_word", "f1", "chrf", "own_persona", "leaks", "words", "questions")

# The smallest p that R resamples can give is corrected to comparisons / (R + 1): with so many resamples for each
# comparison that is 0.02, however many systems there are.
RESAMPLES_EACH: Final = 50


class UnknownMetric(ValueError):
    """A metric that is not one of those that can be compared."""


@dataclass(frozen=True)
class Compared:
    """`first` minus `second` on one metric in one domain; `p_holm` is corrected over all that were compared."""

    first: str
    second: str
    domain: str
    metric: str
    difference: Difference
    resamples: int = RESAMPLES
    p_holm: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The comparison with its interval, p and the number of dialogues."""
        found = self.difference
        said: dict[str, Any] = {
            "first": self.first,
            "second": self.second,
            "domain": self.domain,
            "metric": self.metric,
            "value": found.value,
            "low": found.low,
            "high": found.high,
            "p": found.p,
            "p_holm": self.p_holm,
            "n": found.n,
            "resamples": self.resamples,
        }
        return said | ({"reason": found.reason} if found.reason else {})


def compare(scored: Sequence[Scores], *, metrics: Sequence[str] = DECLARED, seed: int) -> list[Compared]:
    """Every two systems on every declared metric in every domain that both answered.

    The family of Holm's correction is all of them that could be tested: metrics x domains x pairs of systems. Raises
    `UnknownMetric` for one that none of the systems has.
    """
    known = {name for scores in scored for sums in scores.sums.values() for name in sums}
    measured = {name for scores in scored for found in scores.domains.values() for name in found}
    for name in metrics:
        if name not in measured:
            raise UnknownMetric(f"metric {name!r}: expected some of {', '.join(sorted(known))}")
    asked = [
        (one, other, domain, metric)
        for one, other in combinations(scored, 2)
        for domain in one.domains
        if domain != ALL and domain in other.domains
        for metric in metrics
    ]
    resamples = max(RESAMPLES, RESAMPLES_EACH * len(asked))
    found = [
        Compared(
            one.system,
            other.system,
            domain,
            metric,
            _difference(one, other, domain, metric, seed=seed, resamples=resamples),
            resamples,
        )
        for one, other, domain, metric in asked
    ]
    corrected = iter(holm([each.difference.p for each in found if each.difference.p is not None]))
    return [replace(each, p_holm=next(corrected)) if each.difference.p is not None else each for each in found]


def _difference(one: Scores, other: Scores, domain: str, metric: str, *, seed: int, resamples: int) -> Difference:
    for scores in (one, other):
        if metric not in scores.sums[domain]:
            reason = scores.domains[domain][metric].reason
            return Difference(None, reason=f"{scores.system}: {reason}")
    return one.sums[domain][metric].minus(other.sums[domain][metric], seed=seed, resamples=resamples)
