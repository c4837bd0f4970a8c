"""Which judgments count, and which do not, counted with the rule that leaves them out.

A result is of one kind of annotator. Check pairs, controls, second looks and whatever a
declared rule excluded never enter it.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from evaluation.stats.data.rows import AnnotatorKind, JudgmentRow

# A result is of the first of these that gave any judgment.
KINDS: Final[tuple[AnnotatorKind, ...]] = ("human", "simulated", "llm")
CHECK: Final = "check pair"
SECOND_LOOK: Final = "second look"
CONTROL: Final = "control of the instrument"
DROPPED: Final = "pair dropped by an amendment"
REPEATED: Final = "the same judgment twice"


@dataclass(frozen=True)
class LeftOut:
    """How much one rule leaves out."""

    rule: str
    judgments: int
    annotators: int

    def as_json(self) -> dict[str, Any]:
        """An entry of `excluded`."""
        return {"rule": self.rule, "judgments": self.judgments, "annotators": self.annotators}


@dataclass(frozen=True)
class Chosen:
    """The judgments that count, in `counted`; the others by why they do not."""

    kind: AnnotatorKind
    counted: tuple[JudgmentRow, ...]
    second_looks: tuple[JudgmentRow, ...] = ()
    checks: tuple[JudgmentRow, ...] = ()
    # First looks at real pairs, that only a rule (`excluded_by`) leaves out.
    ruled_out: tuple[JudgmentRow, ...] = ()
    # Check pairs of those whom a rule leaves out, and pairs that test the instrument.
    ruled_out_checks: tuple[JudgmentRow, ...] = ()
    controls: tuple[JudgmentRow, ...] = ()
    # First looks at real pairs that count no more, since the pair was dropped.
    dropped: tuple[JudgmentRow, ...] = ()
    left_out: tuple[LeftOut, ...] = field(default=())


def choose(rows: Sequence[JudgmentRow]) -> Chosen:
    """Part `rows` by the first rule that applies: kind, `excluded_by`, check, dropped, control, look, repeated."""
    there = {row.annotator_kind for row in rows}
    kind: AnnotatorKind = next((each for each in KINDS if each in there), "human")
    seen: set[tuple[object, ...]] = set()
    parts: dict[str, list[JudgmentRow]] = defaultdict(list)
    judgments: Counter[str] = Counter()
    annotators: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        rule, part = _rule(row, kind)
        if not rule:
            key = identity(row)
            rule, part = (REPEATED, "") if key in seen else ("", "counted")
            seen.add(key)
        if part:
            parts[part].append(row)
        if rule:
            judgments[rule] += 1
            annotators[rule].add(row.annotator)
    return Chosen(
        kind=kind,
        counted=tuple(parts["counted"]),
        second_looks=tuple(parts["second_looks"]),
        checks=tuple(parts["checks"]),
        ruled_out=tuple(parts["ruled_out"]),
        ruled_out_checks=tuple(parts["ruled_out_checks"]),
        controls=tuple(parts["controls"]),
        dropped=tuple(parts["dropped"]),
        left_out=tuple(LeftOut(rule, judgments[rule], len(annotators[rule])) for rule in sorted(judgments)),
    )


def identity(row: JudgmentRow) -> tuple[object, ...]:
    """What two rows must share to be the same judgment; if their choices differ they contradict each other."""
    systems = (row.first, row.second) if row.first <= row.second else (row.second, row.first)
    return (row.annotator, row.context, row.pair, systems, row.criterion, row.system, row.look)


def _rule(row: JudgmentRow, kind: AnnotatorKind) -> tuple[str, str]:
    """The rule that leaves this row out, if one does, and the part it goes to."""
    if row.annotator_kind != kind:
        return f"{row.annotator_kind} annotators", ""
    if row.excluded_by:
        if row.is_check:
            return row.excluded_by, "ruled_out_checks"
        return row.excluded_by, "ruled_out" if row.look == 1 and not row.control else ""
    if row.is_check:
        return CHECK, "checks"
    if row.dropped:
        return f"{DROPPED}: {row.dropped}", "dropped" if row.look == 1 and not row.control else ""
    if row.control:
        return CONTROL, "controls" if row.look == 1 else ""
    if row.look != 1:
        return SECOND_LOOK, "second_looks"
    return "", ""
