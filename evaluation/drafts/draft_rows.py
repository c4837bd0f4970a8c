"""The lists of a form (questions, hypotheses, contrasts, answers of the datasheet): one more, one less, in order."""

from collections.abc import Mapping
from typing import Any, Final

import tomlkit

from evaluation.drafts.draft_fields import Section
from evaluation.drafts.draft_places import entries
from evaluation.drafts.draft_sections import SECTIONS, kind_said
from evaluation.drafts.draft_values import at, put_tables, tables_at, write
from evaluation.study_files.wording import OF_KIND

MOST_ROWS: Final = 30
LISTS: Final = tuple(each.key for each in SECTIONS if each.has_rows)


def add_row(document: tomlkit.TOMLDocument, key: str) -> None:
    """One more table at the end of the list that the section `key` shows."""
    section = _section(key)
    if section.entries:
        if len(entries(section, document)) < MOST_ROWS and at(document, (*section.entries, "")) is None:
            write(document, (*section.entries, ""), "")
        return
    rows = tables_at(document, section.repeats)
    if len(rows) < MOST_ROWS:
        table = tomlkit.table()
        table.add(*_first_value(document, key, rows))
        put_tables(document, section.repeats, [*rows, table])


def remove_row(document: tomlkit.TOMLDocument, key: str, number: int) -> None:
    """Take one table away."""
    section = _section(key)
    if section.entries:
        there = entries(section, document)
        if 0 <= number < len(there):
            write(document, (*section.entries, there[number][0]), None)
            if not at(document, section.entries):
                write(document, section.entries, None)
        return
    rows = tables_at(document, section.repeats)
    if 0 <= number < len(rows) and len(rows) > section.fewest:
        put_tables(document, section.repeats, [row for place, row in enumerate(rows) if place != number])


def move_row(document: tomlkit.TOMLDocument, key: str, number: int, by: int) -> None:
    """Change one table with its neighbour; entries of a table have no order."""
    section = _section(key)
    rows = tables_at(document, section.repeats)
    other = number + by
    if section.repeats and 0 <= number < len(rows) and 0 <= other < len(rows):
        rows[number], rows[other] = rows[other], rows[number]
        put_tables(document, section.repeats, rows)


def _section(key: str) -> Section:
    found = next((each for each in SECTIONS if each.key == key and each.has_rows), None)
    if found is None:
        raise KeyError(key)
    return found


def _first_value(document: Mapping[str, Any], key: str, rows: list[Any]) -> tuple[str, str]:
    """What a new table says to begin with: a question that comes with a wording, while one is left."""
    if key != "criteria":
        return "criterion", ""
    taken = {str(row.get("key")) for row in rows}
    known = OF_KIND[kind_said(document)]
    return "key", next((each for each in known if each not in taken), f"question_{len(rows) + 1}")
