"""Preferences by the trait that was asked about and the level it was stated at."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from evaluation.stats.data.orientation import Pair
from evaluation.stats.data.outcomes import outcomes_of
from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.preferences.preference import preference


def by_trait(rows: Sequence[JudgmentRow], pair: Pair, *, seed: int) -> list[dict[str, Any]]:
    """One entry for each trait and level in the rows of a comparison, over all domains; exploratory."""
    groups: dict[tuple[str, str], list[JudgmentRow]] = defaultdict(list)
    for row in rows:
        if row.trait:
            groups[row.trait, row.level].append(row)
    entries = []
    for (trait, level), there in sorted(groups.items()):
        result = preference(outcomes_of(there, first=pair[0], second=pair[1]), seed=seed)
        entries.append(
            {
                "trait": trait,
                "level": level,
                "first": pair[0],
                "second": pair[1],
                "n": result.sizes.as_json(),
                "counts": result.counts,
                "net_preference": result.net.primary.as_json(),
            }
        )
    return entries
