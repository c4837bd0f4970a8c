"""Corpora side by side as a plain table for a terminal."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from generation.corpus.summary import WINDOW, Rate, Summary
from generation.corpus.traits import LEVELS, TRAITS

WIDTH: Final = 120
# The measure, its heading, and how its value is written.
MEASURES: Final = (
    ("turns_per_dialogue", "turns per dialogue", ".1f"),
    ("words_per_turn", "words per turn", ".1f"),
    ("mtld", "MTLD", ".1f"),
    ("type_token_ratio", "type-token ratio", ".4f"),
    ("type_token_ratio_in_windows", f"  in windows of {WINDOW:,} tokens", ".3f"),
    ("own_coverage", "own persona's words said", ".1%"),
    ("leak_rate", "leak rate", ".1%"),
)


@dataclass(frozen=True)
class Described:
    """A corpus under the name it was called by: its summary, who wrote it, and what must be said of it.

    `labels` counts the personas at each level of each trait; None where the corpus has no labels.
    """

    name: str
    summary: Summary
    author: str | None
    caveats: tuple[str, ...]
    labels: Mapping[str, Mapping[str, int]] | None

    def as_json(self) -> dict[str, Any]:
        """The corpus as `describe --json` prints it."""
        return {
            "corpus": self.name,
            "author": self.author,
            "caveats": list(self.caveats),
            **self.summary.as_json(),
            "labels": self.labels,
        }


def as_table(corpora: Sequence[Described]) -> str:
    """Measures down, corpora across."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD)
    table.add_column("")
    for corpus in corpora:
        table.add_column(corpus.name, justify="right", overflow="fold")
    for heading, values in _rows(corpora):
        table.add_row(heading, *values)
    out = io.StringIO()
    Console(file=out, width=WIDTH).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()).strip("\n")


def _rows(corpora: Sequence[Described]) -> list[tuple[str, list[str]]]:
    summaries = [corpus.summary for corpus in corpora]
    rows = [("author", [corpus.author or "not stated" for corpus in corpora])]
    rows.append(("dialogues", [f"{each.dialogues - each.pairs_without_dialogue:,}" for each in summaries]))
    if any(each.pairs_without_dialogue for each in summaries):
        rows.append(("persona pairs without one", [f"{each.pairs_without_dialogue:,}" for each in summaries]))
    rows.append(("turns", [f"{each.turns:,}" for each in summaries]))
    rows.append(("words", [f"{each.words:,}" for each in summaries]))
    for name, heading, form in MEASURES:
        rows.append((heading, [_written(getattr(each, name), form) for each in summaries]))
    rows.append(("traits told, high / low", [""] * len(corpora)))
    for trait in TRAITS:
        told = [_levels(each.traits[trait], LEVELS[:2]) for each in summaries]
        rows.append((f"  {trait}", told))
    if any(corpus.labels for corpus in corpora):
        rows.append(("labels, high / low / unclear", [""] * len(corpora)))
        for trait in TRAITS:
            rows.append(
                (f"  {trait}", [_levels(each.labels[trait], LEVELS) if each.labels else "-" for each in corpora])
            )
    return rows


def _written(rate: Rate, form: str) -> str:
    return "-" if rate.value is None else format(rate.value, form)


def _levels(counts: Mapping[str, int], levels: Sequence[str]) -> str:
    # Five-level corpora have their extremes counted with the level they strengthen.
    ends = {level: sum(count for name, count in counts.items() if name.split()[-1] == level) for level in levels}
    return " / ".join(str(ends[level]) for level in levels) if any(counts.values()) else "-"
