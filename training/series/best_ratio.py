"""Which mixing ratio is best on a metric, how certain that is, and between which ratios nothing differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np

from generation.corpus.corrections import holm
from training.scores.intervals import LEVEL, Difference, Score, Sums

Better = Literal["lower", "higher"]
# Metrics of which it can be said that more, or less, is better. Length and questions are a matter of taste.
BETTER: Final[dict[str, Better]] = {
    "perplexity_per_word": "lower",
    "perplexity_per_piece": "lower",
    "context_use": "higher",
    "f1": "higher",
    "bleu": "higher",
    "chrf": "higher",
    "rouge_l": "higher",
    "own_persona": "higher",
    "leaks": "lower",
    "repeated_within": "lower",
}
ALPHA: Final = 0.05


@dataclass(frozen=True)
class Against:
    """A ratio held against the best one: its score minus the best's, paired by dialogue; `p_holm` over all of them."""

    ratio: int
    difference: Difference
    p_holm: float | None = None


@dataclass(frozen=True)
class Best:
    """The best ratio, in per cent, the interval of what is best, and the ratios that do not differ from it.

    `low` and `high` bound the best ratio of 95 % of the resamples. `flat` are the best and all that cannot be told from
    it; `flat_from` and `flat_to` bound the unbroken stretch of them round the best.
    """

    ratio: int
    low: float
    high: float
    flat: tuple[int, ...]
    flat_from: int
    flat_to: int
    against: tuple[Against, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return {
            "ratio": self.ratio,
            "low": self.low,
            "high": self.high,
            "flat": list(self.flat),
            "flat_from": self.flat_from,
            "flat_to": self.flat_to,
            "against": [
                {
                    "ratio": each.ratio,
                    "value": each.difference.value,
                    "low": each.difference.low,
                    "high": each.difference.high,
                    "p": each.difference.p,
                    "p_holm": each.p_holm,
                    "n": each.difference.n,
                }
                for each in self.against
            ],
        }


@dataclass(frozen=True)
class Series:
    """A metric in a domain over the ratios: its scores, and the best where one can be named, or why none can."""

    domain: str
    metric: str
    scores: Mapping[int, Score]
    best: Best | None
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """The series as it stands in `sweep.json`."""
        return {
            "domain": self.domain,
            "metric": self.metric,
            "better": BETTER.get(self.metric),
            "points": [{"ratio": ratio, **score.as_json()} for ratio, score in self.scores.items()],
            "best": self.best and self.best.as_json(),
            **({"reason": self.reason} if self.reason else {}),
        }


def best_ratio(sums: Mapping[int, Sums], *, better: Better, seed: int) -> Best | None:
    """The best of the ratios, by the metric over the dialogues that all of them have; None without two dialogues.

    The dialogues are resampled for all ratios together, and each resample has a best ratio: their percentiles are the
    interval. Of equal ones the lower is taken. Each other ratio is compared with the best on the same dialogues, and
    Holm's correction runs over these comparisons; a choice made after seeing the data is not corrected for.
    """
    ratios = sorted(sums)
    first = sums[ratios[0]]
    shared = [cluster for cluster in first.by_cluster if all(cluster in sums[ratio].by_cluster for ratio in ratios)]
    if len(shared) < 2 or len(ratios) < 2:
        return None
    sign = 1.0 if better == "lower" else -1.0
    everything = np.array(
        [float(sums[ratio].of(np.sum([sums[ratio].by_cluster[each] for each in shared], axis=0))) for ratio in ratios]
    )
    drawn = np.stack([sums[ratio].resamples(shared, seed=seed) for ratio in ratios])
    known = np.isfinite(drawn).all(axis=0)
    if not np.isfinite(everything).all() or not known.any():
        return None
    place = int(np.argmin(sign * everything))
    winners = np.array(ratios)[np.argmin(sign * drawn[:, known], axis=0)]
    low, high = np.quantile(winners, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], method="nearest")
    against = _against(ratios, place, sums, seed=seed)
    differing = {each.ratio for each in against if each.p_holm is not None and each.p_holm <= ALPHA}
    flat = tuple(ratio for ratio in ratios if ratio not in differing)
    start, end = _stretch(ratios, place, flat)
    return Best(
        ratio=ratios[place],
        low=float(low),
        high=float(high),
        flat=flat,
        flat_from=start,
        flat_to=end,
        against=against,
    )


def _against(ratios: Sequence[int], place: int, sums: Mapping[int, Sums], *, seed: int) -> tuple[Against, ...]:
    best = sums[ratios[place]]
    found = [Against(ratio, sums[ratio].minus(best, seed=seed)) for ratio in ratios if ratio != ratios[place]]
    tested = [each.difference.p for each in found if each.difference.p is not None]
    corrected = iter(holm(tested))
    return tuple(replace(each, p_holm=next(corrected)) if each.difference.p is not None else each for each in found)


def _stretch(ratios: Sequence[int], place: int, flat: Sequence[int]) -> tuple[int, int]:
    start = end = place
    while start > 0 and ratios[start - 1] in flat:
        start -= 1
    while end < len(ratios) - 1 and ratios[end + 1] in flat:
        end += 1
    return ratios[start], ratios[end]
