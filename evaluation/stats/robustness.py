"""What becomes of net preference under other defensible choices: each a value beside the primary one, no verdict."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from evaluation.stats.orientation import Pair
from evaluation.stats.outcomes import Outcomes, outcomes_of
from evaluation.stats.preference import effect, mean_of_context_means
from evaluation.stats.rows import JudgmentRow


def robustness(outcomes: Outcomes, *, ruled_out: Sequence[JudgmentRow], rows: Sequence[JudgmentRow]) -> dict[str, Any]:
    """For one comparison, in one domain or over all; `ruled_out` is what a rule excluded of it, `rows` all else."""
    pair: Pair = (outcomes.first, outcomes.second)
    with_excluded = outcomes_of([*rows, *ruled_out], first=pair[0], second=pair[1]) if ruled_out else None
    said: dict[str, Any] = {
        "net_preference": effect(outcomes),
        "mean_of_context_means": mean_of_context_means(outcomes),
        "with_excluded": effect(
            replace(with_excluded, automatic=outcomes.automatic, votes=outcomes.votes) if with_excluded else outcomes
        ),
        "leave_one_annotator_out": _leave_one_out(outcomes),
    }
    if any(outcomes.automatic_ties()):
        said["without_automatic_ties"] = effect(replace(outcomes, automatic={}))
    return said


def _leave_one_out(outcomes: Outcomes) -> dict[str, float | None]:
    """The smallest and the largest effect when the judgments of any one annotator are left out."""
    left = [effect(outcomes.chosen_by(outcomes.annotator != annotator)) for annotator in np.unique(outcomes.annotator)]
    values = [value for value in left if value is not None]
    return {"low": min(values, default=None), "high": max(values, default=None)}
