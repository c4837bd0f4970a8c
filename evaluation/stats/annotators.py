"""The table of annotators: how much each judged, how fast, from which side, and how near to the others.

What it shows flags; nothing here excludes anybody, since agreement, sides and ties depend on the outcome.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from evaluation.stats.bias import chose_left
from evaluation.stats.consistency import repeats
from evaluation.stats.estimate import Estimate, Significance
from evaluation.stats.intervals import clopper_pearson, wilson
from evaluation.stats.judged import Compared
from evaluation.stats.rows import BOTH_BAD, CANNOT_JUDGE, TIE, JudgmentRow
from evaluation.stats.selection import Chosen
from evaluation.stats.sign import sign_test


@dataclass(frozen=True)
class AnnotatorSummary:
    """One line of the table. Shares are of this annotator's judgments; ties count plain ties and both bad."""

    judgments: int
    contexts: int
    median_seconds: float | None
    share_left: Estimate
    side_test: Significance
    share_tied: Estimate
    cannot_judge: int
    agreement: Estimate
    self_consistency: Estimate
    checks: Estimate

    def as_json(self) -> dict[str, Any]:
        """The entry of `annotators`; a side bias of 0 is none, of .5 is always Reply 1."""
        return {
            "judgments": self.judgments,
            "contexts": self.contexts,
            "median_seconds": self.median_seconds,
            "share_left": self.share_left.as_json(),
            "side_bias": self.share_left.scaled(1.0, -0.5).as_json() | {"p": self.side_test.p, "n": self.side_test.n},
            "share_tied": self.share_tied.as_json(),
            "cannot_judge": self.cannot_judge,
            "agreement": self.agreement.as_json(),
            "self_consistency": self.self_consistency.as_json(),
            "checks": self.checks.as_json(),
        }


def annotator_summaries(chosen: Chosen, compared: Sequence[Compared]) -> dict[str, AnnotatorSummary]:
    """A line for everybody whose judgments count, by name."""
    by_annotator: dict[str, list[JudgmentRow]] = defaultdict(list)
    for row in chosen.counted:
        by_annotator[row.annotator].append(row)
    checks: dict[str, list[bool]] = defaultdict(list)
    for row in chosen.checks:
        if row.expected and row.choice != CANNOT_JUDGE:
            checks[row.annotator].append(row.choice == row.expected)
    repeated: dict[str, list[bool]] = defaultdict(list)
    for row, same in repeats(chosen.counted, chosen.second_looks):
        repeated[row.annotator].append(same)
    agreement = _with_the_rest(compared)
    return {
        name: _summary(by_annotator[name], agreement=agreement.get(name), checks=checks[name], repeated=repeated[name])
        for name in sorted(by_annotator)
    }


def _summary(
    rows: Sequence[JudgmentRow],
    *,
    agreement: tuple[float, int] | None,
    checks: Sequence[bool],
    repeated: Sequence[bool],
) -> AnnotatorSummary:
    lefts = np.array([left for row in rows if (left := chose_left(row)) is not None], dtype=bool)
    preferences = [row for row in rows if row.first and row.choice != CANNOT_JUDGE]
    return AnnotatorSummary(
        judgments=len(rows),
        contexts=len({(row.domain, row.context) for row in rows}),
        median_seconds=_median_seconds(rows),
        share_left=_share(int(lefts.sum()), lefts.size, "no side was chosen, or it is not known what was shown left"),
        side_test=sign_test(np.where(lefts, 1, -1).astype(np.int64)),
        share_tied=_share(
            sum(row.choice in (TIE, BOTH_BAD) for row in preferences), len(preferences), "no preferences"
        ),
        cannot_judge=sum(row.choice == CANNOT_JUDGE for row in rows),
        agreement=Estimate(None, reason="shares no unit with anybody")
        if agreement is None
        else Estimate(agreement[0], reason="mean over units, no interval", more={"n": agreement[1]}),
        self_consistency=_share(sum(repeated), len(repeated), "no pair was shown twice"),
        checks=_exact_share(sum(checks), len(checks), "no check pairs"),
    )


def _median_seconds(rows: Sequence[JudgmentRow]) -> float | None:
    """Over looks, not judgments: the criteria of one look share its time."""
    looks: Mapping[tuple[object, ...], float] = {
        (row.domain, row.context, row.pair, row.first, row.second): row.seconds
        for row in rows
        if row.seconds is not None
    }
    return median(looks.values()) if looks else None


def _share(successes: int, n: int, why_not: str) -> Estimate:
    if n == 0:
        return Estimate(None, reason=why_not)
    low, high = wilson(successes, n)
    return Estimate(successes / n, low, high, method="Wilson", more={"n": n})


def _exact_share(successes: int, n: int, why_not: str) -> Estimate:
    if n == 0:
        return Estimate(None, reason=why_not)
    low, high = clopper_pearson(successes, n)
    return Estimate(successes / n, low, high, method="Clopper-Pearson", more={"n": n})


def _with_the_rest(compared: Sequence[Compared]) -> dict[str, tuple[float, int]]:
    """Per annotator, over judgments in shared units, the mean share of the others who say the same; and how many."""
    total: dict[str, float] = defaultdict(float)
    shared: dict[str, int] = defaultdict(int)
    for each in compared:
        judged = each.judged
        counts = judged.counts()
        others = counts.sum(axis=1)[judged.unit] - 1
        equal = counts[judged.unit, judged.categories] - 1
        for row, same, all_others in zip(each.rows, equal.tolist(), others.tolist(), strict=True):
            if all_others:
                total[row.annotator] += same / all_others
                shared[row.annotator] += 1
    return {name: (total[name] / number, number) for name, number in shared.items()}
