"""Values at their places in a text of TOML: read as a form shows them, and written as a form says them.

What is no number where one is asked for is kept as it was typed, and the study file's own reader says what is wrong
with it.
"""

import re
from collections.abc import Mapping, MutableMapping, Sequence
from datetime import date, datetime
from math import isfinite
from typing import Any, Final, cast

import tomlkit
from tomlkit.items import InlineTable

from evaluation.drafts.draft_fields import ONE_LINE, Field, Shape
from evaluation.study_files.toml_table import Place

_WHOLE: Final = re.compile(r"[+-]?\d{1,19}")
_NUMBER: Final = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,25})?(?:[eE][+-]?\d{1,3})?")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
# As TOML has it: an offset is of whole minutes.
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?", re.IGNORECASE)
_LISTS: Final[tuple[Shape, ...]] = ("lines", "numbers", "ticks")


def at(document: Mapping[str, Any], place: Place) -> Any:
    """What stands at `place`, plain; None where nothing does."""
    value: Any = document
    for key in place:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value.unwrap() if hasattr(value, "unwrap") else value


def name_of(place: Place) -> str:
    """What the field of a place is called in what is posted."""
    return ".".join(map(str, place))


def displayed(field: Field, raw: Any) -> tuple[str, tuple[str, ...]]:
    """What the field shows of a value: as text, and what is chosen of it."""
    if field.shape in _LISTS:
        listed = [str(each) for each in raw] if isinstance(raw, list) else [] if raw is None else [str(raw)]
        return "\n".join(listed), tuple(listed)
    if field.shape == "yes":
        return "", ("yes",) if raw is True else ()
    if isinstance(raw, date):
        raw = raw.isoformat().replace("+00:00", "Z")
    return ("", ()) if raw is None else (str(raw), (str(raw),))


def says_the_same(field: Field, raw: Any, values: Sequence[str]) -> bool:
    """Whether what was posted is what the field showed of `raw`, as a browser sends it back."""
    text, chosen = displayed(field, raw)
    if field.shape in ("ticks", "yes"):
        known = {"yes", *(value for value, _ in field.choices)}
        return set(values) & known == set(chosen) & known
    if field.shape in ONE_LINE:
        text = re.sub(r"[\r\n]", "", text)
    if typed(values) == text.replace("\r\n", "\n").strip():
        return True
    # What is chosen by nobody is the first: it need not be said.
    return field.shape == "choice" and not text and typed(values) == field.choices[0][0]


def typed(values: Sequence[str]) -> str:
    """The text that was posted, without what surrounds it."""
    return values[-1].replace("\r\n", "\n").strip() if values else ""


def said_by(field: Field, values: Sequence[str]) -> Any:
    """What a form says, as TOML has it; None where it says nothing."""
    text = typed(values)
    match field.shape:
        case "ticks":
            return [value for value, _ in field.choices if value in values] or ([] if field.usual else None)
        case "yes":
            return True if values else None
        case "lines":
            return lines_in(values) or None
        case "numbers":
            return [_number(each) for each in lines_in(values)] or None
        case "whole" if _WHOLE.fullmatch(text):
            return int(text)
        case "number" if text:
            return _number(text)
        case "moment" if text:
            return _moment(text)
    return text or None


def lines_in(values: Sequence[str]) -> list[str]:
    """The lines that say something, each once."""
    return list(dict.fromkeys(line.strip() for line in typed(values).splitlines() if line.strip()))


def _number(text: str) -> Any:
    """A number, also with a decimal comma; else the text as it is, which the reader will refuse."""
    plain = text.replace(",", ".")
    if _WHOLE.fullmatch(plain):
        return int(plain)
    return float(plain) if _NUMBER.fullmatch(plain) and isfinite(float(plain)) else text


def _moment(text: str) -> Any:
    """A day or a time; else the text as it is."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        return datetime.fromisoformat(text.upper()) if _TIME.fullmatch(text) else text
    except ValueError:
        return text


def write(target: MutableMapping[str, Any], place: Place, value: Any, *, inline: bool = False) -> None:
    """Put `value` at `place`, in tables that are made where they are missing; None takes away what stands there.

    Inside a table of a list they are `inline`, and gone with the last of their values.
    """
    *above, last = cast("tuple[str, ...]", place)
    if not above:
        if value is None:
            target.pop(last, None)
        else:
            target[last] = value
        return
    first = above[0]
    if not isinstance(target.get(first), Mapping):
        if value is None:
            return
        target[first] = tomlkit.inline_table() if inline else tomlkit.table()
    inner = cast("MutableMapping[str, Any]", target[first])
    write(inner, (*above[1:], last), value, inline=inline)
    if inline and not inner:
        target.pop(first, None)


def tables_at(document: Mapping[str, Any], place: Place) -> list[Any]:
    """The tables of the list at `place`; none where there is no such list."""
    value: Any = document
    for key in place:
        value = value.get(key) if isinstance(value, Mapping) else None
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def put_tables(document: tomlkit.TOMLDocument, place: Place, rows: Sequence[Any]) -> None:
    """Put `rows` in the place of the list of tables at `place`."""
    *above, last = cast("tuple[str, ...]", place)
    target: Any = document
    for key in above:
        if not isinstance(target.get(key), Mapping):
            target[key] = tomlkit.table()
        target = target[key]
    if not rows:
        target.pop(last, None)
        return
    inline = isinstance(target, InlineTable)
    made: Any = tomlkit.array().multiline(True) if inline else tomlkit.aot()
    for row in rows:
        table: Any = tomlkit.inline_table() if inline else tomlkit.table()
        for key, value in row.items():
            table.add(key, value)
        made.append(table)
    target[last] = made
