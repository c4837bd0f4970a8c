"""What becomes of net preference under other defensible choices: each stands beside the primary one, no verdict."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from evaluation.stats.data.orientation import Pair
from evaluation.stats.data.outcomes import Outcomes, outcomes_of
from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.preferences.influence import judgments_that_matter, without_each
from evaluation.stats.preferences.preference import effect, mean_of_context_means, net_preference, primary_test_of


@dataclass(frozen=True)
class Beside:
    """What is varied in one place: the rows that count, those that a rule excluded, and which pairs were reported."""

    rows: Sequence[JudgmentRow] = ()
    ruled_out: Sequence[JudgmentRow] = ()
    reported: frozenset[tuple[str, str, str]] = frozenset()


def robustness(
    outcomes: Outcomes, beside: Beside, *, primary: str = "permutation", alpha: float = 0.05, seed: int = 7
) -> dict[str, Any]:
    """For one comparison, in one domain or over all; `primary` is the test whose significance is held to."""
    pair: Pair = (outcomes.first, outcomes.second)

    def again(rows: Sequence[JudgmentRow]) -> Outcomes:
        made = outcomes_of(rows, first=pair[0], second=pair[1])
        return replace(made, automatic=outcomes.automatic, votes=outcomes.votes)

    with_excluded = again([*beside.rows, *beside.ruled_out]) if beside.ruled_out else outcomes
    said: dict[str, Any] = {
        "net_preference": effect(outcomes),
        "mean_of_context_means": mean_of_context_means(outcomes),
        "with_excluded": effect(with_excluded),
        "including_excluded": _whole(with_excluded, primary, seed)
        if beside.ruled_out
        else _nothing("no rule excluded any judgment"),
        "without_reported": _without_reported(beside, again, primary, seed),
        "leave_one_annotator_out": without_each(outcomes, outcomes.annotator),
        "leave_one_cluster_out": without_each(outcomes, outcomes.cluster),
        "most_influential": judgments_that_matter(
            outcomes, p_of=lambda left: primary_test_of(left, primary, seed=seed).p, alpha=alpha
        ),
    }
    if any(outcomes.automatic_ties()):
        said["without_automatic_ties"] = effect(replace(outcomes, automatic={}))
    return said


def reported_pairs(rows: Sequence[JudgmentRow]) -> frozenset[tuple[str, str, str]]:
    """Context and systems of every pair that some annotator reported a problem with."""
    return frozenset(_pair(row) for row in rows if row.problem and row.first)


def _pair(row: JudgmentRow) -> tuple[str, str, str]:
    one, other = sorted((row.first, row.second))
    return row.context, one, other


def _without_reported(beside: Beside, again: Any, primary: str, seed: int) -> dict[str, Any]:
    left = [row for row in beside.rows if _pair(row) not in beside.reported]
    if len(left) == len(beside.rows):
        return _nothing("nobody reported a problem with any pair")
    pairs = len({_pair(row) for row in beside.rows} & beside.reported)
    return _whole(again(left), primary, seed) | {"pairs": pairs, "judgments": len(beside.rows) - len(left)}


def _whole(outcomes: Outcomes, primary: str, seed: int) -> dict[str, Any]:
    """Effect, interval and primary test, as if these were the judgments."""
    test = primary_test_of(outcomes, primary, seed=seed)
    said = net_preference(outcomes, primary, seed=seed).as_json() | {"p": test.p, "n": test.n}
    return said if test.p is not None else {"reason": test.reason} | said


def _nothing(reason: str) -> dict[str, Any]:
    return Estimate(None, reason=reason).as_json()
