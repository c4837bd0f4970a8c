"""Whether answers change with the conditions they were given under: late in a session, stacked replies, haste.

A condition is 0 or 1 for each judgment, NaN where it is not known. What may change with it is how often Reply 1 is
chosen, how often a tie, how far one agrees with the others, and net preference itself.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any, Final

import numpy as np

from evaluation.stats.agreeing.judged import Compared, share_of_others
from evaluation.stats.data.declared import DeclaredCriterion
from evaluation.stats.data.orientation import Pair, by_comparison
from evaluation.stats.data.outcomes import cluster_of
from evaluation.stats.data.rows import BOTH_BAD, CANNOT_JUDGE, TIE, JudgmentRow
from evaluation.stats.inference.arrays import Floats, Integers, numbered
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.inference.robust import difference_of, least_squares
from evaluation.stats.instrument.bias import chose_left

# Ten systems: beyond, single comparisons are too thin to say how they change.
MOST_PAIRS: Final = 45
SIDE_BY_SIDE: Final = "side-by-side"
STACKED: Final = "stacked"
_ONE_KIND: Final = "not both conditions were met with"

Look = tuple[object, ...]


def look_of(row: JudgmentRow) -> Look:
    """What the answers to all criteria of one look share."""
    systems = (row.first, row.second) if row.first <= row.second else (row.second, row.first)
    return (row.annotator, row.domain, row.context, row.pair, systems)


def positions(rows: Sequence[JudgmentRow]) -> dict[Look, float]:
    """Each look's place in its annotator's work, from 0 (the first) to 1 (the last); those without a time have none."""
    when: dict[Look, datetime] = {}
    for row in rows:
        moment = _moment(row.submitted_at)
        if moment is not None:
            look = look_of(row)
            when[look] = min(moment, when.get(look, moment))
    by_annotator: dict[object, list[Look]] = defaultdict(list)
    for look in sorted(when, key=lambda each: (when[each], str(each[1:]))):
        by_annotator[look[0]].append(look)
    return {
        look: place / (len(looks) - 1)
        for looks in by_annotator.values()
        if len(looks) > 1
        for place, look in enumerate(looks)
    }


def later(rows: Sequence[JudgmentRow], places: Mapping[Look, float]) -> Floats:
    """1 in the later half of the annotator's looks, 0 in the first."""
    return np.array([np.nan if (at := places.get(look_of(row))) is None else float(at > 0.5) for row in rows])


def stacked(rows: Sequence[JudgmentRow]) -> Floats:
    """1 where the replies stood one above the other, 0 where side by side."""
    known = {SIDE_BY_SIDE: 0.0, STACKED: 1.0}
    return np.array([known.get(row.layout, np.nan) for row in rows])


def hasty(rows: Sequence[JudgmentRow], usual: Mapping[str, float]) -> Floats:
    """1 where it took less than the annotator's own median, 0 where more: so it is not about who is quick."""
    return np.array(
        [
            np.nan
            if row.seconds is None or row.seconds == usual.get(row.annotator)
            else float(row.seconds < usual[row.annotator])
            for row in rows
        ]
    )


def usual_seconds(rows: Sequence[JudgmentRow]) -> dict[str, float]:
    """Each annotator's median over looks."""
    seconds: dict[str, dict[Look, float]] = defaultdict(dict)
    for row in rows:
        if row.seconds is not None:
            seconds[row.annotator][look_of(row)] = row.seconds
    return {annotator: median(of.values()) for annotator, of in seconds.items()}


@dataclass(frozen=True)
class Changed:
    """What is different under the condition, in one criterion: differences, condition less none."""

    without: int
    under: int
    share_left: Estimate
    tied: Estimate
    agreement: Estimate
    net: dict[Pair, Estimate]

    def as_json(self) -> dict[str, Any]:
        """The entry of a criterion under `bias`."""
        return {
            "n": {"without": self.without, "under": self.under},
            "share_left": self.share_left.as_json(),
            "tied": self.tied.as_json(),
            "agreement": self.agreement.as_json(),
            "comparisons": [
                {"first": pair[0], "second": pair[1], "net_preference": net.as_json()} for pair, net in self.net.items()
            ],
        }


@dataclass(frozen=True)
class Answers:
    """The judgments of one criterion as arrays; NaN where a judgment has none of it."""

    rows: tuple[JudgmentRow, ...]
    cluster: Integers
    annotator: Integers
    left: Floats
    tied: Floats
    agreement: Floats
    scores: dict[Pair, Floats]


def answers_of(compared: Compared, *, systems: Sequence[str]) -> Answers:
    """What may change, of every judgment of a criterion."""
    rows = compared.rows
    lefts = [chose_left(row) for row in rows]
    return Answers(
        rows=rows,
        cluster=numbered(cluster_of(row) for row in rows),
        annotator=numbered(row.annotator for row in rows),
        left=np.array([np.nan if each is None else float(each) for each in lefts]),
        tied=np.array([float(row.choice in (TIE, BOTH_BAD)) if row.first else np.nan for row in rows]),
        agreement=share_of_others(compared),
        scores=scores_by_pair(rows, systems=systems),
    )


def changed(answers: Answers, condition: Floats) -> Changed:
    """The differences under `condition`, which is given for each of the judgments."""

    def differs(outcome: Floats, width: float) -> Estimate:
        known = ~np.isnan(outcome) & ~np.isnan(condition)
        return difference_of(
            outcome[known],
            condition[known],
            answers.cluster[known],
            width=width,
            why_not=_ONE_KIND,
            annotator=answers.annotator[known],
        )

    return Changed(
        without=int((condition == 0).sum()),
        under=int((condition == 1).sum()),
        share_left=differs(answers.left, 1.0),
        tied=differs(answers.tied, 1.0),
        agreement=differs(answers.agreement, 1.0),
        net={pair: differs(score, 2.0) for pair, score in answers.scores.items()},
    )


def trends(answers: Answers, places: Floats) -> list[dict[str, Any]]:
    """Per comparison how much net preference moves in a straight line from an annotator's first look to the last."""
    said = []
    for pair, score in answers.scores.items():
        known = ~np.isnan(score) & ~np.isnan(places)
        design = np.column_stack([np.ones(int(known.sum())), places[known]])
        fit = (
            least_squares(design, score[known], answers.cluster[known], answers.annotator[known])
            if known.any()
            else None
        )
        moved = fit.estimate(1) if fit else Estimate(None, reason="all looks stand at the same place")
        said.append({"first": pair[0], "second": pair[1], "net_preference": moved.as_json()})
    return said


def scores_by_pair(rows: Sequence[JudgmentRow], *, systems: Sequence[str]) -> dict[Pair, Floats]:
    """For each comparison (none where there are too many) +1, 0, -1 per row as seen from its first; NaN elsewhere."""
    place: dict[int, int] = {id(row): number for number, row in enumerate(rows)}
    by_pair = by_comparison(rows, systems=systems)
    if len(by_pair) > MOST_PAIRS:
        return {}
    scores = {}
    for pair, there in by_pair.items():
        score = np.full(len(rows), np.nan)
        for row in there:
            if row.choice != CANNOT_JUDGE:
                score[place[id(row)]] = float(row.choice == pair[0]) - float(row.choice == pair[1])
        scores[pair] = score
    return scores


def conditions(
    counted: Sequence[JudgmentRow],
    criteria: Sequence[DeclaredCriterion],
    compared: Mapping[str, Compared],
    *,
    systems: Sequence[str],
) -> dict[str, dict[str, Any]]:
    """`order`, `layout` and `pace`: what changes under each, per criterion, or why that is not known."""
    places, usual = positions(counted), usual_seconds(counted)
    by_key = {each.key: answers_of(compared[each.key], systems=systems) for each in criteria if compared[each.key].rows}
    known: dict[str, tuple[dict[str, Floats], str]] = {
        "order": (
            {key: later(there.rows, places) for key, there in by_key.items()},
            "no judgment says when it was given, or nobody judged twice",
        ),
        "layout": (
            {key: stacked(there.rows) for key, there in by_key.items()},
            "all judgments were given under one layout, or none says under which",
        ),
        "pace": (
            {key: hasty(there.rows, usual) for key, there in by_key.items()},
            "no judgment says how long it took, or none differs from its annotator's median",
        ),
    }
    said: dict[str, dict[str, Any]] = {}
    for name, (condition, why_not) in known.items():
        if not any({0.0, 1.0} <= set(each[~np.isnan(each)].tolist()) for each in condition.values()):
            said[name] = {"value": None, "reason": why_not}
            continue
        said[name] = {"criteria": {key: changed(by_key[key], each).as_json() for key, each in condition.items()}}
    for key, entry in said["order"].get("criteria", {}).items():
        at = np.array([places.get(look_of(row), np.nan) for row in by_key[key].rows])
        entry["from_first_to_last"] = trends(by_key[key], at)
    return said


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    # A time without a zone is taken as it stands: what counts is the order within one annotator.
    return moment.replace(tzinfo=None) if moment.utcoffset() is None else moment.astimezone(UTC).replace(tzinfo=None)
