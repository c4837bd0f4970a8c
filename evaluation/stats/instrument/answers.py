"""How people worked, beside what they said: the time they took, how often they could not judge or found both bad."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from evaluation.stats.data.orientation import by_comparison
from evaluation.stats.data.outcomes import cluster_of
from evaluation.stats.data.rows import BOTH_BAD, CANNOT_JUDGE, TIE, JudgmentRow
from evaluation.stats.inference.arrays import numbered
from evaluation.stats.inference.robust import mean_of
from evaluation.stats.instrument.conditions import look_of

# Nobody reads a context and two replies in less.
FAST_SECONDS: Final = 4.0


def time_on_task(rows: Sequence[JudgmentRow]) -> dict[str, Any]:
    """Active seconds per look: quartiles, the share under four seconds, the sum in hours; and medians where tied."""
    looks: dict[tuple[object, ...], JudgmentRow] = {}
    for row in rows:
        if row.seconds is not None:
            looks.setdefault(look_of(row), row)
    if not looks:
        return {"value": None, "reason": "no judgment says how long it took"}
    timed = list(looks.values())
    seconds = np.array([row.seconds for row in timed], dtype=np.float64)
    tied = np.array([row.choice in (TIE, BOTH_BAD) for row in timed], dtype=bool)
    cluster = numbered(cluster_of(row) for row in timed)
    first, middle, third = (float(each) for each in np.quantile(seconds, [0.25, 0.5, 0.75]))
    return {
        "looks": len(timed),
        "hours": float(seconds.sum()) / 3600,
        "quartiles": [first, middle, third],
        "median_where_tied": float(np.median(seconds[tied])) if tied.any() else None,
        "median_where_chosen": float(np.median(seconds[~tied])) if not tied.all() else None,
        "fast": mean_of(
            (seconds < FAST_SECONDS).astype(np.float64), cluster, low=0.0, high=1.0, why_not="no look was timed"
        ).as_json(),
    }


def answer_rates(rows: Sequence[JudgmentRow], *, systems: Sequence[str]) -> list[dict[str, Any]]:
    """Per comparison the share of judgments that could not judge and, of those that could, that found both bad.

    Only comparisons with any of either: where one system is so bad that nobody can judge it, what is left is no sample.
    """
    said = []
    for pair, there in by_comparison(rows, systems=systems).items():
        answered = [row for row in there if row.choice != CANNOT_JUDGE]
        if len(answered) == len(there) and all(row.choice != BOTH_BAD for row in there):
            continue
        said.append(
            {
                "first": pair[0],
                "second": pair[1],
                "cannot_judge": _rate(there, lambda row: row.choice == CANNOT_JUDGE),
                "both_bad": _rate(answered, lambda row: row.choice == BOTH_BAD),
            }
        )
    return said


def _rate(rows: Sequence[JudgmentRow], asked: Callable[[JudgmentRow], bool]) -> dict[str, Any]:
    cluster = numbered(cluster_of(row) for row in rows)
    annotator = numbered(row.annotator for row in rows)
    true = np.array([float(asked(row)) for row in rows])
    return mean_of(true, cluster, low=0.0, high=1.0, why_not="nobody could judge", annotator=annotator).as_json()
