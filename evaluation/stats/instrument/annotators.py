"""The table of annotators: how much each judged, how fast, from which side, and how near to the others.

What it shows flags; nothing here excludes anybody, since agreement, sides, ties and runs depend on the outcome.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from statistics import median
from typing import Any, Final

import numpy as np

from evaluation.stats.agreeing.consistency import repeats
from evaluation.stats.agreeing.judged import Compared, share_of_others
from evaluation.stats.data.outcomes import cluster_of
from evaluation.stats.data.rows import BOTH_BAD, CANNOT_JUDGE, TIE, JudgmentRow
from evaluation.stats.data.rules import Fired, fires
from evaluation.stats.data.selection import Chosen
from evaluation.stats.inference.arrays import numbered, sums_by
from evaluation.stats.inference.estimate import Estimate, Significance
from evaluation.stats.inference.intervals import clopper_pearson
from evaluation.stats.inference.permutation import sign_flip
from evaluation.stats.inference.robust import mean_of
from evaluation.stats.instrument.bias import chose_left
from evaluation.stats.instrument.straight_lines import Run, longest_run


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
    active_seconds: float | None
    longest_run: Run
    dawid_skene: Estimate
    # Declared rule -> whether it fires; and the rule that left this annotator out, if one did.
    rules: dict[str, Fired]
    excluded_by: str = ""

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
            "active_seconds": self.active_seconds,
            "longest_run": self.longest_run.as_json(),
            "dawid_skene": self.dawid_skene.as_json(),
            "rules": {rule: fired.as_json() for rule, fired in self.rules.items()},
            "excluded_by": self.excluded_by,
        }


def annotator_summaries(
    chosen: Chosen,
    compared: Sequence[Compared],
    *,
    rules: Sequence[str] = (),
    accuracy: Mapping[str, Estimate] | None = None,
) -> dict[str, AnnotatorSummary]:
    """A line for everybody whose judgments count, by name. `accuracy` is what Dawid and Skene's model says of each."""
    by_annotator, checks = _by_annotator(chosen.counted), _checks(chosen.checks)
    repeated: dict[str, list[tuple[JudgmentRow, bool]]] = defaultdict(list)
    for row, same in repeats(chosen.counted, chosen.second_looks):
        repeated[row.annotator].append((row, same))
    agreement = _with_the_rest(compared)
    return {
        name: _summary(
            by_annotator[name],
            agreement=agreement.get(name, _SHARES_NOTHING),
            checks=checks[name],
            repeated=repeated[name],
            rules=rules,
            accuracy=(accuracy or {}).get(name, _NO_FIT),
        )
        for name in sorted(by_annotator)
    }


def excluded_summaries(chosen: Chosen, *, rules: Sequence[str] = ()) -> dict[str, AnnotatorSummary]:
    """A line for everybody whom a rule left out, by name: what their own judgments say, nothing held against others."""
    by_annotator, checks = _by_annotator(chosen.ruled_out), _checks(chosen.ruled_out_checks)
    counted = {row.annotator for row in chosen.counted}
    return {
        name: _summary(
            by_annotator[name],
            agreement=_LEFT_OUT,
            checks=checks[name],
            repeated=(),
            rules=rules,
            accuracy=_LEFT_OUT,
            excluded_by=by_annotator[name][0].excluded_by,
        )
        for name in sorted(by_annotator)
        if name not in counted
    }


_SHARES_NOTHING: Final = Estimate(None, reason="shares no unit with anybody")
_NO_FIT: Final = Estimate(None, reason="shares no unit with anybody, or no criterion has categories")
_LEFT_OUT: Final = Estimate(None, reason="left out, so not held against the others")


def _by_annotator(rows: Sequence[JudgmentRow]) -> dict[str, list[JudgmentRow]]:
    grouped: dict[str, list[JudgmentRow]] = defaultdict(list)
    for row in rows:
        grouped[row.annotator].append(row)
    return grouped


def _checks(rows: Sequence[JudgmentRow]) -> dict[str, list[bool]]:
    """Per annotator right and wrong answers; those who could not judge gave none."""
    checks: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        if row.expected and row.choice != CANNOT_JUDGE:
            checks[row.annotator].append(row.choice == row.expected)
    return checks


def _summary(
    rows: Sequence[JudgmentRow],
    *,
    agreement: Estimate,
    checks: Sequence[bool],
    repeated: Sequence[tuple[JudgmentRow, bool]],
    rules: Sequence[str],
    accuracy: Estimate,
    excluded_by: str = "",
) -> AnnotatorSummary:
    sided = [(row, left) for row in rows if (left := chose_left(row)) is not None]
    preferences = [row for row in rows if row.first and row.choice != CANNOT_JUDGE]
    seconds = _seconds_of_looks(rows)
    measured = {
        "checks_wrong": float(len(checks) - sum(checks)) if checks else None,
        "checks_right": sum(checks) / len(checks) if checks else None,
        "median_seconds": median(seconds) if seconds else None,
    }
    return AnnotatorSummary(
        judgments=len(rows),
        contexts=len({(row.domain, row.context) for row in rows}),
        median_seconds=measured["median_seconds"],
        share_left=_share([row for row, _ in sided], [left for _, left in sided], _NO_SIDES),
        side_test=_side_test([row for row, _ in sided], [left for _, left in sided]),
        share_tied=_share(preferences, [row.choice in (TIE, BOTH_BAD) for row in preferences], "no preferences"),
        cannot_judge=sum(row.choice == CANNOT_JUDGE for row in rows),
        agreement=agreement,
        self_consistency=_share(
            [row for row, _ in repeated], [same for _, same in repeated], "no pair was shown twice"
        ),
        checks=_exact_share(sum(checks), len(checks), "no check pairs"),
        active_seconds=sum(seconds) if seconds else None,
        longest_run=longest_run(rows),
        dawid_skene=accuracy,
        rules={rule: fires(rule, measured) for rule in rules},
        excluded_by=excluded_by,
    )


def _seconds_of_looks(rows: Sequence[JudgmentRow]) -> list[float]:
    """Per look, not judgment: the criteria of one look share its time."""
    looks = {
        (row.domain, row.context, row.pair, row.first, row.second): row.seconds
        for row in rows
        if row.seconds is not None
    }
    return list(looks.values())


_NO_SIDES: Final = "no side was chosen, or it is not known what was shown left"


def _share(rows: Sequence[JudgmentRow], true: Sequence[bool], why_not: str) -> Estimate:
    """The share of `true`; the criteria of one look and the contexts of one dialogue are no independent answers."""
    cluster = numbered(cluster_of(row) for row in rows)
    return mean_of(np.array(true, dtype=np.float64), cluster, low=0.0, high=1.0, why_not=why_not)


def _side_test(rows: Sequence[JudgmentRow], lefts: Sequence[bool]) -> Significance:
    """The sign flip over clusters, of how often either side was chosen in each."""
    if not rows:
        return Significance(p=None, reason=_NO_SIDES)
    score = sums_by(numbered(cluster_of(row) for row in rows), [1 if left else -1 for left in lefts]).astype(np.int64)
    flipped = sign_flip(score, seed=0)
    return Significance(p=flipped.p, n=len(rows), method=f"sign flip, {flipped.method}", smallest_p=flipped.smallest_p)


def _exact_share(successes: int, n: int, why_not: str) -> Estimate:
    if n == 0:
        return Estimate(None, reason=why_not)
    low, high = clopper_pearson(successes, n)
    return Estimate(successes / n, low, high, method="Clopper-Pearson", more={"n": n})


def _with_the_rest(compared: Sequence[Compared]) -> dict[str, Estimate]:
    """Per annotator, over judgments in shared units, the mean share of the others who say the same."""
    shares: dict[str, list[float]] = defaultdict(list)
    clusters: dict[str, list[str]] = defaultdict(list)
    for each in compared:
        for row, share in zip(each.rows, share_of_others(each).tolist(), strict=True):
            if not isnan(share):
                shares[row.annotator].append(share)
                clusters[row.annotator].append(cluster_of(row))
    return {
        name: mean_of(np.array(of), numbered(clusters[name]), low=0.0, high=1.0, why_not="shares no unit with anybody")
        for name, of in shares.items()
    }
