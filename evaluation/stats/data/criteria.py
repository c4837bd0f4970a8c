"""The criteria of an analysis: as the study declares them, or as the rows themselves show."""

from collections import defaultdict
from collections.abc import Sequence

from evaluation.stats.data.declared import DeclaredCriterion, Scale
from evaluation.stats.data.rows import BOTH_BAD, CANNOT_JUDGE, TIE, JudgmentRow


def criteria_of(rows: Sequence[JudgmentRow], declared: Sequence[DeclaredCriterion]) -> tuple[DeclaredCriterion, ...]:
    """The declared criteria in their order, then those that only the rows know, by name, on the scale they show."""
    by_key: dict[str, list[JudgmentRow]] = defaultdict(list)
    for row in rows:
        by_key[row.criterion].append(row)
    known = {criterion.key for criterion in declared}
    return (*declared, *(_seen(key, by_key[key]) for key in sorted(by_key) if key not in known))


def _seen(key: str, rows: Sequence[JudgmentRow]) -> DeclaredCriterion:
    choices = {row.choice for row in rows}
    scale: Scale
    if any(row.first for row in rows):
        scale = "preference5" if any(row.strength is not None for row in rows) else "preference"
        options = tuple(each for each in (TIE, BOTH_BAD, CANNOT_JUDGE) if each in choices)
    else:
        # Labels that nobody declared have no order, so none is made up for them.
        scale, options = ("rating" if _all_numbers(choices - {CANNOT_JUDGE}) else "label"), ()
    return DeclaredCriterion(key=key, name=key, question="", scale=scale, options=options)


def _all_numbers(choices: set[str]) -> bool:
    try:
        return bool(choices) and all(float(choice) == float(choice) for choice in choices)
    except ValueError:
        return False
