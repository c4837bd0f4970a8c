"""Where each field of a form stands in a text: its table, its place, and what is there now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaluation.drafts.draft_fields import Field, Section
from evaluation.drafts.draft_sections import SECTIONS
from evaluation.drafts.draft_values import at, name_of, tables_at
from evaluation.stats.data.declared import PREFERENCES
from evaluation.study_files.item_kinds import Kind
from evaluation.study_files.toml_table import Place


@dataclass(frozen=True)
class Found:
    """A field where it stands: `place` in the whole text, `inside` the `table` that is edited, and its `raw` value."""

    field: Field
    name: str
    place: Place
    table: Any
    inside: Place
    raw: Any


def found_in(section: Section, document: Mapping[str, Any], kind: Kind) -> list[list[Found]]:
    """The fields of a section, for each of its tables or entries; of a section that is neither they are one group."""
    if section.entries:
        return [_of_entry(section, number, *entry, document) for number, entry in enumerate(entries(section, document))]
    if section.repeats:
        tables = tables_at(document, section.repeats)
        return [_of_table(section, number, table, kind) for number, table in enumerate(tables)]
    return [[_plain(field, document, kind) for field in section.fields]]


def scale_of(table: Mapping[str, Any], kind: Kind) -> str:
    """The scale of a question, as the reader has it where none is said."""
    return str(at(table, ("scale",)) or ("label" if kind == "persona" else "preference"))


def entries(section: Section, document: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Key and value of a table with free keys, but for those that a field of their own shows."""
    table = at(document, section.entries)
    own = {
        _settled(field, document)[-1]
        for other in SECTIONS
        for field in other.fields
        if not other.has_rows and field.place[:-1] == section.entries
    }
    return [(key, value) for key, value in table.items() if key not in own] if isinstance(table, Mapping) else []


def _plain(field: Field, document: Mapping[str, Any], kind: Kind) -> Found:
    place = _settled(field, document)
    raw = at(document, place)
    if raw is None and field.usual and kind in field.kinds:
        raw = list(field.usual)
    return Found(field, name_of(field.place), place, document, place, raw)


def _settled(field: Field, document: Mapping[str, Any]) -> Place:
    """The key of its two under which the value stands."""
    other = (*field.place[:-1], field.also)
    return (
        other if field.also and at(document, field.place) is None and at(document, other) is not None else field.place
    )


def _of_table(section: Section, number: int, table: Mapping[str, Any], kind: Kind) -> list[Found]:
    """Labels and other answers stand under one key: which of the two is there, the scale says."""
    base, scale = (*section.repeats, number), scale_of(table, kind)
    found = []
    for field in section.fields:
        inside = field.place
        if scale == "label" and field.place == ("labels",):
            inside = ("options",)
        elif scale == "label" and field.place == ("options",):
            inside = ("options", "-")
        raw = at(table, inside)
        if raw is None and field.usual and scale in PREFERENCES:
            raw = list(field.usual)
        found.append(Found(field, name_of((*base, *field.place)), (*base, *inside), table, inside, raw))
    return found


def _of_entry(section: Section, number: int, key: str, value: Any, document: Mapping[str, Any]) -> list[Found]:
    """A key that is wrong is told at the key, and a value that is none at the value."""
    table: Any = document
    for each in section.entries:
        table = table[each]
    is_answer = isinstance(value, str) and bool(value.strip())
    places = [(*section.entries, key), (*section.entries, key, "-")]
    told_at, nothing_at = places if is_answer else places[::-1]
    asked, answered = section.fields
    return [
        Found(asked, f"{section.key}.{number}.{asked.place[0]}", told_at, table, (key,), key),
        Found(answered, f"{section.key}.{number}.{answered.place[0]}", nothing_at, table, (key,), value),
    ]
