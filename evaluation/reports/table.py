"""A table of a report: every number once, as data for the CSV and as people read it on the page.

A column says what its values are; a value that is undefined stands with its reason. Pages show the columns that are
`shown`, the CSV has them all, an interval as two.
"""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from evaluation.reports.numbers import NOTHING, decimal, p_value, percent, plain, span
from generation.spreadsheets import harmless

Kind = Literal["text", "prose", "count", "net", "share", "coefficient", "number", "seconds", "p", "interval", "bounds"]
Span = tuple[float, float]

# Longer than a screen or two.
LONG: Final = 40
# More columns than a page of paper has room for in the size of its text.
WIDE: Final = 11
NOTE_MARKS: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Missing:
    """A number that does not exist, and why."""

    reason: str


Value = str | int | float | Span | Missing


@dataclass(frozen=True)
class Column:
    """What stands in a column. `key` is its name in the CSV; an interval's two are `key_low` and `key_high`."""

    key: str
    label: str
    kind: Kind = "text"
    shown: bool = True

    def is_number(self) -> bool:
        """Whether its cells are set to the right."""
        return self.kind not in ("text", "prose")

    def csv_keys(self) -> tuple[str, ...]:
        """Its columns in the CSV."""
        return (f"{self.key}_low", f"{self.key}_high") if self.kind in ("interval", "bounds") else (self.key,)


@dataclass(frozen=True)
class Cell:
    """A value as it is read on the page. `mark` is the letter of the note that says why there is none."""

    text: str
    kind: Kind
    mark: str = ""
    flagged: bool = False
    # How many rows it heads, where the next ones begin with the same; 0 where it is headed from above.
    spans: int = 1

    @property
    def style(self) -> str:
        """The class of its cell."""
        return {"text": "", "prose": "prose"}.get(self.kind, "num")


@dataclass(frozen=True)
class Table:
    """Rows of values under columns. The first shown column heads its row."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    note: str = ""
    # What made the numbers of each row: label -> signature.
    signatures: Mapping[str, str] = field(default_factory=dict)
    # (row, column key) of what deserves a second look.
    flags: frozenset[tuple[int, str]] = frozenset()

    @property
    def is_long(self) -> bool:
        """Whether a page shows it folded."""
        return len(self.rows) > LONG

    @property
    def is_wide(self) -> bool:
        """Whether it is set smaller on paper."""
        return len(self.shown_columns()) > WIDE

    def shown_columns(self) -> list[Column]:
        """The columns that a page has room for."""
        return [column for column in self.columns if column.shown]

    def notes(self) -> list[tuple[str, str]]:
        """Why numbers are missing: the marks on the cells, each with its reason."""
        return [(mark, reason) for reason, mark in self._marks().items()]

    def shown_rows(self) -> list[list[Cell]]:
        """The cells that a page shows, row by row."""
        marks = self._marks()
        heads = [row[0] for row in self.rows]
        return [
            [
                Cell(
                    text=_read(value, column.kind),
                    kind=column.kind,
                    mark=marks.get(value.reason, "") if isinstance(value, Missing) else "",
                    flagged=(number, column.key) in self.flags,
                    spans=_spanned(heads, number) if place == 0 else 1,
                )
                for place, (column, value) in enumerate(zip(self.columns, row, strict=True))
                if column.shown
            ]
            for number, row in enumerate(self.rows)
        ]

    def grouped_signatures(self) -> list[tuple[str, str]]:
        """Each signature once, with the names of all that it made."""
        grouped: dict[str, list[str]] = {}
        for what, signature in self.signatures.items():
            grouped.setdefault(signature, []).append(what)
        return [("; ".join(names), signature) for signature, names in grouped.items()]

    def as_csv(self) -> str:
        """The whole table, numbers in full; what is undefined is empty, with its reason in the last column."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        header = [key for column in self.columns for key in column.csv_keys()]
        writer.writerow([*header, "undefined_because"])
        for row in self.rows:
            cells: list[str | int | float] = []
            reasons = []
            for column, value in zip(self.columns, row, strict=True):
                cells.extend(_written(value, width=len(column.csv_keys())))
                if isinstance(value, Missing) and value.reason:
                    reasons.append(f"{column.key}: {value.reason}")
            writer.writerow([*cells, harmless("; ".join(reasons))])
        return out.getvalue()

    def _marks(self) -> dict[str, str]:
        reasons = dict.fromkeys(
            value.reason
            for row in self.rows
            for column, value in zip(self.columns, row, strict=True)
            if column.shown and isinstance(value, Missing) and value.reason
        )
        return dict(zip(reasons, _letters(), strict=False))


def value_of(statistic: Mapping[str, Any] | None, key: str = "value") -> Value:
    """The number of a statistic or test of the report's JSON, or why there is none."""
    if not statistic or statistic.get(key) is None:
        return Missing(str((statistic or {}).get("reason", "")))
    number = statistic[key]
    return float(number) if isinstance(number, int | float) else str(number)


def interval_of(statistic: Mapping[str, Any] | None) -> Value:
    """The interval of a statistic of the report's JSON, or why there is none."""
    if not statistic or statistic.get("low") is None or statistic.get("high") is None:
        return Missing(str((statistic or {}).get("reason", "")))
    return float(statistic["low"]), float(statistic["high"])


def corrected_p(test: Mapping[str, Any] | None) -> Value:
    """A test's p after Holm; outside the family, or where the test itself is undefined, why not."""
    value = value_of(test, "p_holm")
    if isinstance(value, Missing) and not value.reason:
        return Missing("outside the family that was tested together")
    return value


def signed(what: str, statistics: Mapping[str, Mapping[str, Any] | None]) -> dict[str, str]:
    """The signatures of statistics that have one, by what they are called."""
    return {
        ", ".join(part for part in (what, name) if part): str(said["signature"])
        for name, said in statistics.items()
        if said and said.get("signature")
    }


def without(table: Table, keys: Collection[str]) -> Table:
    """The same table, without the columns `keys` on the page."""
    columns = tuple(replace(column, shown=column.shown and column.key not in keys) for column in table.columns)
    return replace(table, columns=columns)


def without_empty_columns(table: Table, keys: Collection[str]) -> Table:
    """The same table, on the page without those of the columns `keys` that say nothing in any row."""
    places = {column.key: number for number, column in enumerate(table.columns)}
    return without(table, {key for key in keys if all(_is_nothing(row[places[key]]) for row in table.rows)})


def _is_nothing(value: Value) -> bool:
    return value in (0, "") or isinstance(value, Missing)


def _spanned(heads: Sequence[Value], number: int) -> int:
    """How many rows from `number` on begin alike; 0 for one that begins as the row above it."""
    if number and heads[number - 1] == heads[number]:
        return 0
    end = number + 1
    while end < len(heads) and heads[end] == heads[number]:
        end += 1
    return end - number


def _read(value: Value, kind: Kind) -> str:
    """A value as text for people."""
    if isinstance(value, Missing):
        return NOTHING
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        low, high = value
        return span(low, high) if kind == "interval" else f"{plain(low)} to {plain(high)}"
    if kind == "net":
        return decimal(value, sign=True)
    if kind == "coefficient":
        return decimal(value)
    if kind == "share":
        return percent(value)
    if kind == "p":
        return p_value(value)
    if kind == "count":
        return f"{int(value):,}"
    return plain(value, places=1 if kind == "seconds" else 2) if isinstance(value, float) else str(value)


def _written(value: Value, *, width: int) -> list[str | int | float]:
    """A value as the cells of the CSV: numbers in full, text made harmless."""
    if isinstance(value, Missing):
        return [""] * width
    if isinstance(value, tuple):
        return [repr(float(bound)) for bound in value]
    if isinstance(value, str):
        # The writer leaves a bare carriage return unquoted, and readers take it for a new row.
        return [harmless(value).replace("\r", " ")]
    return [repr(value)]


def _letters() -> Iterator[str]:
    """a, b, ... z, aa, ab, ..."""
    yield from NOTE_MARKS
    for first in _letters():
        yield from (first + second for second in NOTE_MARKS)
