"""Human against automatic: whether a metric says of two replies, or of two systems, what people say."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from evaluation.stats.data.declared import DeclaredCriterion
from evaluation.stats.data.measures import Measures, PerResponse
from evaluation.stats.data.orientation import by_comparison, oriented
from evaluation.stats.data.outcomes import cluster_of, domain_of
from evaluation.stats.data.rows import CANNOT_JUDGE, JudgmentRow
from evaluation.stats.inference.arrays import Floats, Integers, numbered, sums_by
from evaluation.stats.inference.correlation import kendall, pearson
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.inference.robust import mean_of

NONE: Final = "no metric's scores are known: study.json has no measures.scores"
FEWEST_SYSTEMS: Final = 4


def against_metrics(
    by_criterion: Mapping[str, Sequence[JudgmentRow]],
    criteria: Sequence[DeclaredCriterion],
    measures: Measures,
    *,
    systems: Sequence[str],
    seed: int,
) -> dict[str, Any]:
    """`contexts`: metric -> criterion -> correlations over pairs; `systems`: the same over whole systems."""
    if not measures.scores and not measures.system_scores:
        return {"value": None, "reason": NONE}
    compared = [each.key for each in criteria if any(row.first for row in by_criterion[each.key])]
    verdicts = {key: _Verdicts(by_criterion[key], systems) for key in compared}
    whole = _whole_scores(measures)
    return {
        "contexts": {
            metric: {key: verdicts[key].against(scores, seed=seed) for key in compared}
            for metric, scores in measures.scores.items()
        },
        "systems": {metric: {key: verdicts[key].over_systems(of) for key in compared} for metric, of in whole.items()},
    }


class _Verdicts:
    """What people said under one criterion: per context and pair of systems the mean of +1, 0 and -1."""

    def __init__(self, rows: Sequence[JudgmentRow], systems: Sequence[str]) -> None:
        judged = [row for row in rows if row.first and row.choice != CANNOT_JUDGE]
        self.pairs = [oriented(row.first, row.second, systems=systems) for row in judged]
        keys = [(domain_of(row), row.context, pair) for row, pair in zip(judged, self.pairs, strict=True)]
        unit = numbered(keys)
        score = [
            float(row.choice == pair[0]) - float(row.choice == pair[1])
            for row, pair in zip(judged, self.pairs, strict=True)
        ]
        self.units = [(context, pair) for _, context, pair in dict.fromkeys(keys)]
        self.means: Floats = sums_by(unit, score) / sums_by(unit) if judged else np.zeros(0)
        clusters = dict(zip(reversed(keys), (cluster_of(row) for row in reversed(judged)), strict=True))
        self.cluster: Integers = numbered(clusters[key] for key in dict.fromkeys(keys))
        self.by_system = _net_by_system(judged, systems)

    def against(self, scores: PerResponse, *, seed: int) -> dict[str, Any]:
        """Correlations of the difference of a metric with people's mean verdict, over contexts and pairs."""
        difference = np.array(
            [
                scores.get(first, {}).get(context, np.nan) - scores.get(second, {}).get(context, np.nan)
                for context, (first, second) in self.units
            ]
        )
        known = ~np.isnan(difference)
        x, y, cluster = difference[known], self.means[known], self.cluster[known]
        # With more than one pair which system is first is a matter of naming.
        centred = len({pair for _, pair in self.units}) == 1
        decided = (x != 0) & (y != 0)
        return {
            "n": int(known.sum()),
            "kendall": kendall(x, y, cluster, seed=seed, centred=centred).as_json(),
            "pearson": pearson(x, y, cluster, seed=seed, centred=centred).as_json(),
            "same_side": mean_of(
                (np.sign(x[decided]) == np.sign(y[decided])).astype(np.float64),
                cluster[decided],
                low=0.0,
                high=1.0,
                why_not="no pair is decided by both",
            ).as_json(),
        }

    def over_systems(self, scores: Mapping[str, float]) -> dict[str, Any]:
        """Kendall's tau of a metric with people's net preference for each system over the others it met."""
        both = [system for system in self.by_system if system in scores]
        more = {"n": len(both)}
        if len(both) < FEWEST_SYSTEMS:
            reason = f"fewer than {FEWEST_SYSTEMS} systems have a score"
            return {"kendall": Estimate(None, reason=reason, more=more).as_json()}
        each = np.arange(len(both))
        found = kendall(
            np.array([scores[system] for system in both]),
            np.array([self.by_system[system] for system in both]),
            each,
            seed=0,
        )
        value = Estimate(found.value, reason=found.reason or "systems are no sample: no interval", more=more)
        return {"kendall": value.as_json()}


def _net_by_system(rows: Sequence[JudgmentRow], systems: Sequence[str]) -> dict[str, float]:
    """Each system's mean over the systems it met of its net preference over them."""
    met: dict[str, list[float]] = {}
    for (first, second), there in by_comparison(rows, systems=systems).items():
        net = sum((row.choice == first) - (row.choice == second) for row in there) / len(there)
        met.setdefault(first, []).append(net)
        met.setdefault(second, []).append(-net)
    return {system: sum(nets) / len(nets) for system, nets in met.items()}


def _whole_scores(measures: Measures) -> dict[str, dict[str, float]]:
    """Every metric's score of every system: as it stands in the study, else the mean over its responses."""
    means = {
        metric: {system: sum(of.values()) / len(of) for system, of in scores.items() if of}
        for metric, scores in measures.scores.items()
    }
    return means | {metric: means.get(metric, {}) | of for metric, of in measures.system_scores.items()}
