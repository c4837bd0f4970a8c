"""From the cells of one judgment to a `JudgmentRow`, the same for every form; each complaint names its column."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final, get_args

from evaluation.stats.data.declared import DeclaredCriterion
from evaluation.stats.data.outcomes import ALL
from evaluation.stats.data.rows import CANNOT_JUDGE, CONTROLS, NOT_A_SYSTEM, AnnotatorKind, JudgmentRow

# What a reader of a form gives for each judgment: values by the columns of the long format.
Cells = Mapping[str, object]

REQUIRED: Final = ("context", "annotator", "criterion", "choice")
COLUMNS: Final = tuple(field.name for field in fields(JudgmentRow))
# Three years: longer than anybody looks at a pair, and small enough for every sum.
MOST_SECONDS: Final = 100_000_000
# No question is reworded as often; the database has room for it.
MOST_VERSIONS: Final = 32_767
_YES: Final = ("true", "1", "yes")
_NO: Final = ("false", "0", "no")
# Spreadsheets of many countries write a decimal comma.
_DECIMAL_COMMA: Final = re.compile(r"\s*[+-]?\d+,\d+\s*")


def row_of(cells: Cells) -> JudgmentRow:
    """The judgment in `cells`; raises ValueError that says what was expected and what came."""
    values: dict[str, Any] = {name: _value(name, cell) for name, cell in cells.items() if cell not in ("", None)}
    for name in REQUIRED:
        if name not in values:
            raise ValueError(f"{name}: expected a value, got nothing")
    row = JudgmentRow(**values)
    if row.domain == ALL:
        raise ValueError(f"domain: {ALL!r} is kept for what is pooled over domains")
    if bool(row.first) != bool(row.second):
        raise ValueError("first, second: expected both systems or neither")
    if row.first:
        _check_preference(row)
    elif _DECIMAL_COMMA.fullmatch(row.choice):
        return replace(row, choice=row.choice.strip().replace(",", "."))
    return row


def check_scale(row: JudgmentRow, criterion: DeclaredCriterion) -> None:
    """Raise ValueError where the answer lies off the scale that the study declares for its criterion."""
    if row.choice == CANNOT_JUDGE or row.is_check:
        return
    if criterion.scale == "rating":
        _check_rating(row, criterion)
    elif criterion.scale == "label":
        if criterion.options and row.choice not in criterion.options:
            expected = ", ".join(map(repr, criterion.options))
            raise ValueError(f"choice: expected one of {expected} on {criterion.key!r}, got {row.choice!r}")
    elif not row.first:
        raise ValueError(f"first, second: expected two systems, since {criterion.key!r} is a preference; got neither")
    elif row.strength is not None and criterion.scale == "preference":
        raise ValueError(f"strength: {criterion.key!r} is a preference in three steps, which has none")


def _check_rating(row: JudgmentRow, criterion: DeclaredCriterion) -> None:
    if criterion.low is None or criterion.high is None:
        return
    try:
        number = float(row.choice)
    except ValueError:
        number = math.nan
    if not criterion.low <= number <= criterion.high:
        raise ValueError(
            f"choice: expected a number from {criterion.low} to {criterion.high} on {criterion.key!r}, "
            f"got {row.choice!r}"
        )


def _check_preference(row: JudgmentRow) -> None:
    if row.system:
        raise ValueError("expected either first and second (a preference) or system (a rating or label), got both")
    if row.first == row.second:
        raise ValueError(f"first, second: expected two systems, got {row.first!r} twice")
    for system in (row.first, row.second):
        if system in NOT_A_SYSTEM:
            raise ValueError(f"first, second: {system!r} is an answer and cannot name a system")
    if row.choice not in (row.first, row.second, *NOT_A_SYSTEM):
        expected = ", ".join(repr(name) for name in (row.first, row.second, *NOT_A_SYSTEM))
        raise ValueError(f"choice: expected one of {expected}; got {row.choice!r}")


def _value(name: str, cell: object) -> object:
    if name in ("strength", "look"):
        return _whole(name, cell, (1, 2))
    if name == "seconds":
        return _seconds(cell)
    if name == "is_check":
        return _truth(name, cell)
    if name == "wording":
        return _version(cell)
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise ValueError(f"{name}: expected text, got {cell!r}")
    text = str(cell)
    if name == "control" and text not in CONTROLS:
        raise ValueError(f"control: expected {' or '.join(CONTROLS)}, got {text!r}")
    if name == "annotator_kind" and text not in get_args(AnnotatorKind):
        raise ValueError(f"annotator_kind: expected {', '.join(get_args(AnnotatorKind))}; got {text!r}")
    return text


def _whole(name: str, cell: object, allowed: Sequence[int]) -> int:
    text = str(cell).strip()
    for number in allowed:
        if text in (str(number), f"{number}.0"):
            return number
    raise ValueError(f"{name}: expected {' or '.join(map(str, allowed))}, got {cell!r}")


def _version(cell: object) -> int:
    text = str(cell).strip().removesuffix(".0")
    if isinstance(cell, bool) or not text.isdecimal() or not 1 <= int(text) <= MOST_VERSIONS:
        raise ValueError(f"wording: expected the number of a version from 1 to {MOST_VERSIONS}, got {cell!r}")
    return int(text)


def _seconds(cell: object) -> float:
    try:
        seconds = float(str(cell).strip().replace(",", "."))
    except ValueError:
        seconds = math.nan
    if isinstance(cell, bool) or not 0 <= seconds <= MOST_SECONDS:
        raise ValueError(f"seconds: expected a number from 0 to {MOST_SECONDS:,}, got {cell!r}")
    return seconds


def _truth(name: str, cell: object) -> bool:
    text = str(cell).strip().lower()
    if text not in (*_YES, *_NO):
        raise ValueError(f"{name}: expected true or false, got {cell!r}")
    return text in _YES
