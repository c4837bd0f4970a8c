"""Every comparison under every criterion, over all domains and in each: the judgments there, and what they came to."""

from collections.abc import Mapping, Sequence

from evaluation.stats.data.declared import DeclaredCriterion, StudyInfo
from evaluation.stats.data.orientation import by_comparison
from evaluation.stats.data.outcomes import ALL, UNSTATED, Outcomes, outcomes_of
from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.preferences.family import Place, Result
from evaluation.stats.preferences.preference import answered, preference


def results_of(
    criteria: Sequence[DeclaredCriterion], by_criterion: Mapping[str, Sequence[JudgmentRow]], info: StudyInfo
) -> dict[Place, Result]:
    """The results of the rows of each criterion, in the order they are reported."""
    results: dict[Place, Result] = {}
    for criterion in criteria:
        comparisons = by_comparison(by_criterion[criterion.key], systems=info.systems)
        # Equal responses are known per domain; to whom they belong only where two systems are compared, and whether
        # a criterion was asked of them only where it needs no trait.
        counts_ties = len(comparisons) == 1 and not criterion.needs
        for pair, rows in comparisons.items():
            outcomes = outcomes_of(
                rows,
                first=pair[0],
                second=pair[1],
                automatic=info.automatic_ties if counts_ties else {},
                votes=info.judgments_per_pair,
            )
            pooled = _result(outcomes, info)
            results[criterion.key, pair, ALL] = pooled
            if outcomes.domains != (UNSTATED,):
                for domain in outcomes.domains:
                    alone = pooled if len(outcomes.domains) == 1 else _result(outcomes.within(domain), info)
                    results[criterion.key, pair, domain] = alone
    return results


def _result(outcomes: Outcomes, info: StudyInfo) -> Result:
    return Result(answered(outcomes), preference(outcomes, seed=info.seed))
