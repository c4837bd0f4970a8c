"""From `study.toml` to a form and back: each field is read from its place in the text and written to it.

The text is edited where it stands, so that comments, order, and keys that the form does not know stay as they are. What
is no number where one is asked for is kept as it was typed, and the study file's own reader says what is wrong with it.
"""

import re
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT

from evaluation.drafts.draft_fields import SECTIONS, TABLES, Field, Section
from evaluation.study_files.study_problems import Problem
from evaluation.study_files.toml_table import Place

_WHOLE: Final = re.compile(r"[+-]?\d{1,18}")
_NUMBER: Final = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?")
MOST_ROWS: Final = 30
# What every study has to say something about.
OPENED: Final = ("about", "material", "criteria", "judgments")


class NotToml(ValueError):
    """A text that no form can be made of; the text itself has to be mended first."""


@dataclass(frozen=True)
class Shown:
    """A field with what stands in it. `errors` are what the reader says of its value."""

    field: Field
    name: str
    value: str
    chosen: tuple[str, ...]
    errors: tuple[str, ...]

    @property
    def ident(self) -> str:
        """Its id on the page."""
        return "f-" + self.name.replace(".", "-")

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """What can be chosen; a value that the form does not know stands among it, and can be kept."""
        known = {value for value, _ in self.field.choices}
        strange = self.field.kind == "choice" and self.value and self.value not in known
        return (*self.field.choices, *(((self.value, self.value),) if strange else ()))


@dataclass(frozen=True)
class Row:
    """One table of a list, as a group of fields."""

    number: int
    fields: tuple[Shown, ...]
    folded: tuple[Shown, ...]
    # Whether something is said in what is folded, or wrong there.
    unfolded: bool
    heading: str
    first: bool
    last: bool
    # Whether it can be taken away: a study asks something.
    may_go: bool


@dataclass(frozen=True)
class ShownSection:
    """A section with what stands in it; `rows` where it repeats."""

    section: Section
    fields: tuple[Shown, ...]
    rows: tuple[Row, ...]
    errors: int
    # Whether it stands open: what every study says, and where something is said or wrong.
    opened: bool


def document_of(toml: str) -> tomlkit.TOMLDocument:
    """The text as a document that can be edited; raises `NotToml`."""
    try:
        return tomlkit.parse(toml)
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise NotToml(str(error) or "it nests too deep") from error


def shown(
    document: Mapping[str, Any], problems: Iterable[Problem] = (), *, beside: Mapping[str, str] | None = None
) -> tuple[tuple[ShownSection, ...], tuple[Problem, ...]]:
    """The form's sections, and the problems that belong to none of its fields.

    `beside` are the texts in files of their own, by key: consent, instructions, end.
    """
    left = list(problems)
    sections = []
    for section in SECTIONS:
        rows: tuple[Row, ...] = ()
        fields: tuple[Shown, ...] = ()
        if section.repeats:
            tables = _tables(document, section.repeats)
            rows = tuple(_row(section, number, tables, left) for number in range(len(tables)))
        else:
            fields = tuple(_shown(field, field.place, document, left, beside or {}) for field in section.fields)
        all_fields = [*fields, *(each for row in rows for each in (*row.fields, *row.folded))]
        sections.append(
            ShownSection(
                section=section,
                fields=fields,
                rows=rows,
                errors=sum(len(each.errors) for each in all_fields),
                opened=section.key in OPENED or any(each.value or each.chosen or each.errors for each in all_fields),
            )
        )
    return tuple(sections), tuple(left)


def apply(document: tomlkit.TOMLDocument, posted: Mapping[str, Sequence[str]]) -> None:
    """Write what was changed in a form into the document; what the form shows as it stands is not touched.

    `posted` has every value by name, as lists. A field that was not on the page is left alone.
    """
    for section in SECTIONS:
        if section.repeats:
            for number, table in enumerate(_tables(document, section.repeats)):
                _apply_row(section, (*section.repeats, number), table, posted)
            continue
        for field in section.fields:
            if field.kind != "beside":
                _apply_field(field, document, field.place, posted, _name(field.place))
    for name in TABLES:
        if isinstance(document.get(name), Mapping) and not document[name]:
            del document[name]


def _apply_row(section: Section, place: Place, table: Any, posted: Mapping[str, Sequence[str]]) -> None:
    # Labels and other answers stand under one key, as the scale says.
    scale = (posted.get(_name((*place, "scale"))) or [str(table.get("scale", ""))])[-1]
    was_label = table.get("scale") == "label"
    for field in section.fields:
        name = _name((*place, *field.place))
        if field.place == ("labels",):
            before = _displayed(field, at(table, ("options",)) if was_label else None)[0]
            same = was_label and _typed(posted.get(name, ())) == before.strip()
            if scale == "label" and name in posted and not same:
                _write(table, ("options",), _lines(posted[name]) or None)
        elif field.place == ("options",) and (scale == "label" or was_label):
            if scale != "label":
                _write(table, ("options",), _read(field, posted.get(name, ())) or None)
        else:
            _apply_field(field, table, field.place, posted, name)


def _apply_field(field: Field, target: Any, place: Place, posted: Mapping[str, Sequence[str]], name: str) -> None:
    if name not in posted and f"has.{name}" not in posted:
        return
    before, values = _displayed(field, at(_with_defaults(target, place), place)), posted.get(name, ())
    if field.kind in ("ticks", "yes"):
        known = {"yes", *(value for value, _ in field.choices)}
        same = set(values) & known == set(before[1]) & known
    else:
        same = _typed(values) == before[0].replace("\r\n", "\n").strip()
        # What is chosen by nobody is the first: it need not be said.
        same = same or (field.kind == "choice" and not before[0] and _typed(values) == field.choices[0][0])
    if not same:
        _write(target, place, _read(field, values))


def _typed(values: Sequence[str]) -> str:
    return values[-1].replace("\r\n", "\n").strip() if values else ""


def _with_defaults(target: Any, place: Place) -> Any:
    """A preference that says nothing of its other answers offers a tie."""
    if place == ("options",) and "options" not in target and target.get("scale") not in ("rating", "label"):
        return {"options": ["tie"]}
    return target


def add_row(document: tomlkit.TOMLDocument, key: str) -> None:
    """One more table at the end of the list that the section `key` shows."""
    section = _repeating(key)
    rows = _tables(document, section.repeats)
    if len(rows) < MOST_ROWS:
        table = tomlkit.table()
        if key == "criteria":
            taken = {str(row.get("key")) for row in rows}
            bundled = ("naturalness", "coherence", "trait_consistency")
            free = next((each for each in bundled if each not in taken), f"question_{len(rows) + 1}")
            table.add("key", free)
        else:
            table.add("criterion", "")
        _put_rows(document, section.repeats, [*rows, table])


def remove_row(document: tomlkit.TOMLDocument, key: str, number: int) -> None:
    """Take one table away."""
    section = _repeating(key)
    rows = _tables(document, section.repeats)
    if 0 <= number < len(rows) and len(rows) > section.fewest:
        _put_rows(document, section.repeats, [row for place, row in enumerate(rows) if place != number])


def move_row(document: tomlkit.TOMLDocument, key: str, number: int, by: int) -> None:
    """Change one table with its neighbour."""
    section = _repeating(key)
    rows = _tables(document, section.repeats)
    other = number + by
    if 0 <= number < len(rows) and 0 <= other < len(rows):
        rows[number], rows[other] = rows[other], rows[number]
        _put_rows(document, section.repeats, rows)


def set_text_file(document: tomlkit.TOMLDocument, key: str, name: str) -> None:
    """Say in which file beside the study's the text `key` stands; nowhere, with an empty name."""
    _write(document, ("text", key), name or None)
    if isinstance(document.get("text"), Mapping) and not document["text"]:
        del document["text"]


def at(document: Mapping[str, Any], place: Place) -> Any:
    """What stands at `place`, plain; None where nothing does."""
    value: Any = document
    for key in place:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value.unwrap() if hasattr(value, "unwrap") else value


def _repeating(key: str) -> Section:
    found = next((each for each in SECTIONS if each.key == key and each.repeats), None)
    if found is None:
        raise KeyError(key)
    return found


def _row(section: Section, number: int, tables: Sequence[Mapping[str, Any]], left: list[Problem]) -> Row:
    fields = []
    table = tables[number]
    is_label = at(table, ("scale",)) == "label"
    for field in section.fields:
        place = (*section.repeats, number, *field.place)
        source: Mapping[str, Any] = table
        if field.place == ("labels",):
            source = {"labels": at(table, ("options",)) or []} if is_label else {}
        elif field.place == ("options",) and is_label:
            source = {}
        elif field.place == ("options",):
            source = _with_defaults(table, field.place)
        fields.append(_shown(field, place, source, left, {}, inside=field.place))
    named = at(table, ("name",)) or at(table, section.fields[0].place) or ""
    folded = tuple(each for each in fields if each.field.folded)
    return Row(
        number=number,
        fields=tuple(each for each in fields if not each.field.folded),
        folded=folded,
        unfolded=any(each.value or each.errors for each in folded),
        heading=f"{section.one.capitalize()} {number + 1}{f': {named}' if named else ''}",
        first=number == 0,
        last=number == len(tables) - 1,
        may_go=len(tables) > section.fewest,
    )


def _shown(
    field: Field,
    place: Place,
    source: Mapping[str, Any],
    left: list[Problem],
    beside: Mapping[str, str],
    *,
    inside: Place | None = None,
) -> Shown:
    mine = [each for each in left if _belongs(each.place, place)]
    for each in mine:
        left.remove(each)
    value, chosen = beside.get(str(place[-1]), ""), cast("tuple[str, ...]", ())
    if field.kind != "beside":
        value, chosen = _displayed(field, at(source, inside or place))
    return Shown(field, _name(place), value, chosen, tuple(each.message for each in mine))


def _displayed(field: Field, raw: Any) -> tuple[str, tuple[str, ...]]:
    """What the field shows of a value: as text, and what is chosen of it."""
    if field.kind in ("lines", "ticks"):
        listed = [str(each) for each in raw] if isinstance(raw, list) else [] if raw is None else [str(raw)]
        return "\n".join(listed), tuple(listed)
    if field.kind == "yes":
        return "", ("yes",) if raw is True else ()
    return ("", ()) if raw is None else (str(raw), (str(raw),))


def _belongs(problem: Place, field: Place) -> bool:
    """Whether a problem is told at a field: it is of its value, or of a part of it; labels stand where options do."""
    if field and field[-1] == "labels":
        return False
    return bool(problem) and problem[: len(field)] == field


def _name(place: Place) -> str:
    return ".".join(map(str, place))


def _lines(values: Sequence[str]) -> list[str]:
    text = values[-1] if values else ""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _read(field: Field, values: Sequence[str]) -> Any:
    """What the form says, as TOML has it; None where it says nothing."""
    if field.kind == "ticks":
        return [value for value, _ in field.choices if value in values]
    if field.kind == "yes":
        return True if values else None
    if field.kind == "lines":
        listed: list[Any] = _lines(values)
        return ([_number(each) for each in listed] if field.place[-1] == "looks" else listed) or None
    text = values[-1].replace("\r\n", "\n").strip() if values else ""
    if not text:
        return None
    if field.kind == "whole" and _WHOLE.fullmatch(text):
        return int(text)
    return _number(text) if field.kind == "number" else text


def _number(text: str) -> Any:
    """A number, also with a decimal comma; else the text as it is, which the reader will refuse."""
    plain = text.replace(",", ".")
    if _WHOLE.fullmatch(plain):
        return int(plain)
    return float(plain) if _NUMBER.fullmatch(plain) else text


def _write(target: MutableMapping[str, Any], place: Place, value: Any) -> None:
    """Put `value` at `place`, in tables that are made where they are missing; None takes away what stands there."""
    *above, last = cast("tuple[str, ...]", place)
    # No other answer at all is an answer; elsewhere an empty list says nothing.
    if value == [] and last != "options":
        value = None
    for key in above:
        if not isinstance(target.get(key), Mapping):
            if value is None:
                return
            target[key] = tomlkit.table()
        target = cast("MutableMapping[str, Any]", target[key])
    if value is None:
        target.pop(last, None)
    else:
        target[last] = value


def _tables(document: Mapping[str, Any], place: Place) -> list[Any]:
    value: Any = document
    for key in place:
        value = value.get(key) if isinstance(value, Mapping) else None
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _put_rows(document: tomlkit.TOMLDocument, place: Place, rows: Sequence[Any]) -> None:
    *above, last = cast("tuple[str, ...]", place)
    target: Any = document
    for key in above:
        if not isinstance(target.get(key), Mapping):
            target[key] = tomlkit.table()
        target = target[key]
    if not rows:
        target.pop(last, None)
        return
    made: AoT = tomlkit.aot()
    for row in rows:
        table = tomlkit.table()
        for key, value in row.items():
            table.add(key, value)
        made.append(table)
    target[last] = made
