"""Reading a TOML file strictly: keys are asked for by name and kind, and what nobody asked for is refused by line."""

import re
import tomllib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

# Where a value stands: ("criteria", 1, "scale") is `scale` in the second [[criteria]].
Place = tuple[str | int, ...]
_REQUIRED: Final = object()
# More than anybody is paid for an answer or an hour, in any currency.
LARGEST_AMOUNT: Final = 10_000_000
_ROW_OF_DOTS: Final = re.compile(r"""(?<![\w"'-])(?:[\w"'-]+[ \t]*\.[ \t]*){21}""")
_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")


class BadToml(ValueError):
    """A file that says something it cannot mean; the message has file, line, key, what was expected and what came."""

    def __init__(self, message: str, *, line: int | None = None, place: "Place" = (), problem: str = "") -> None:
        super().__init__(message)
        # Where it is and what is wrong there, for those who show the file itself; not known of what is no TOML at all.
        self.line, self.place, self.problem = line, place, problem or message


class TomlTable:
    """One table of a file. Keys are taken out one by one; `finish` refuses those that are left."""

    def __init__(self, data: dict[str, Any], *, file: str, text: str, place: Place = ()) -> None:
        self._data, self._file, self._text, self._place = dict(data), file, text, place
        self._asked: list[str] = []

    def has(self, key: str) -> bool:
        """Whether the table says anything about `key`."""
        return key in self._data

    def keys(self) -> tuple[str, ...]:
        """What the table says something about, for a table whose keys are not known beforehand."""
        return tuple(self._data)

    def bad(self, key: str, problem: str) -> BadToml:
        """The error that `problem` is with the value of `key`."""
        place = (*self._place, key)
        line = line_of(place, self._text)
        return BadToml(f"{self._file}:{line}: {dotted(place)}: {problem}", line=line, place=place, problem=problem)

    def string(self, key: str, default: Any = _REQUIRED, *, among: Sequence[str] = ()) -> str:
        """A text that is not blank, or one of a closed set."""
        value = self._take(key, default)
        if value is default:
            return str(default)
        expected = f"one of {', '.join(among)}" if among else "a text"
        if not isinstance(value, str) or not value.strip() or (among and value not in among) or "\0" in value:
            raise self.bad(key, f"expected {expected}, got {value!r}")
        return value

    def whole(self, key: str, default: Any = _REQUIRED, *, least: int, most: int | None = None) -> Any:
        """A whole number of at least `least` and at most `most`."""
        value = self._take(key, default)
        if value is default:
            return value
        right = isinstance(value, int) and not isinstance(value, bool) and value >= least
        if not right or (most is not None and value > most):
            upto = "" if most is None else f" and at most {most}"
            raise self.bad(key, f"expected a whole number of at least {least}{upto}, got {value!r}")
        return value

    def share(self, key: str, default: Any = _REQUIRED, *, of: str, zero: bool = False) -> Any:
        """A number above 0 (or from 0, with `zero`) and at most 1."""
        value = self._take(key, default)
        if value is default:
            return value
        right = isinstance(value, (int, float)) and not isinstance(value, bool)
        # Said so that TOML's nan is refused too.
        if not right or not 0 <= value <= 1 or (value == 0 and not zero):
            raise self.bad(key, f"expected {of}, {'from 0' if zero else 'above 0'} to 1, got {value!r}")
        return float(value)

    def moment(self, key: str) -> datetime | None:
        """A moment, in UTC: a time without an offset is meant so, and a day alone until it ends. None if not said."""
        value = self._take(key, None)
        if value is None:
            return None
        if not isinstance(value, date):
            raise self.bad(
                key, f"expected a day such as 2026-12-24, or with a time 2026-12-24T18:00:00Z, got {value!r}"
            )
        try:
            return moment_of(value)
        except OverflowError as error:
            raise self.bad(key, f"expected a day that can be reckoned with, got {value!r}") from error

    def flag(self, key: str, default: bool) -> bool:
        """`true` or `false`."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            raise self.bad(key, f"expected true or false, got {value!r}")
        return value

    def amount(self, key: str, default: Any = _REQUIRED) -> Any:
        """An amount of money above 0, exact to the cent and beyond; a `Decimal`."""
        value = self._take(key, default)
        if value is default:
            return value
        right = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < LARGEST_AMOUNT
        if not right:
            raise self.bad(key, f"expected an amount of money above 0, got {value!r}")
        return Decimal(str(value))

    def shares(self, key: str, default: Any = _REQUIRED, *, of: str) -> tuple[float, ...]:
        """A list of numbers above 0 and at most 1, rising."""
        value = self._take(key, default)
        if value is default:
            return tuple(default)
        right = isinstance(value, list) and all(
            isinstance(each, (int, float)) and not isinstance(each, bool) and 0 < each <= 1 for each in value
        )
        if not right or any(later <= earlier for earlier, later in pairwise(value)):
            raise self.bad(key, f"expected {of}, above 0 to 1, got {value!r}")
        return tuple(float(each) for each in value)

    def strings(self, key: str, default: Any = _REQUIRED, *, among: Sequence[str] = ()) -> tuple[str, ...]:
        """A list of texts, each once."""
        value = self._take(key, default)
        if value is default:
            return tuple(default)
        expected = f"a list of {', '.join(among)}" if among else "a list of texts"
        right = isinstance(value, list) and all(
            isinstance(each, str) and each.strip() and "\0" not in each for each in value
        )
        if not right or len(set(value)) < len(value) or (among and set(value) - set(among)):
            raise self.bad(key, f"expected {expected}, each once, got {value!r}")
        return tuple(value)

    def table(self, key: str) -> "TomlTable":
        """A table below this one; an absent one is empty."""
        value = self._take(key, {})
        if not isinstance(value, dict):
            raise self.bad(key, f"expected a table, got {value!r}")
        return TomlTable(value, file=self._file, text=self._text, place=(*self._place, key))

    def tables(self, key: str) -> list["TomlTable"]:
        """A list of tables below this one; an absent one has none."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.bad(key, f"expected a list of tables, got {value!r}")
        return [
            TomlTable(each, file=self._file, text=self._text, place=(*self._place, key, number))
            for number, each in enumerate(value)
        ]

    def finish(self) -> None:
        """Refuse the first key that nobody asked for."""
        for key in self._data:
            if key not in self._asked:
                raise self.bad(key, f"unknown key; expected {', '.join(sorted(self._asked))}")

    def _take(self, key: str, default: Any) -> Any:
        self._asked.append(key)
        if key not in self._data and default is _REQUIRED:
            where, line = dotted(self._place) or "the file", line_of(self._place, self._text)
            raise BadToml(
                f"{self._file}:{line}: {where}: {key!r} is missing",
                line=line,
                place=(*self._place, key),
                problem=f"{key!r} is missing",
            )
        return self._data.get(key, default)


def moment_of(said: date) -> datetime:
    """The moment that a day or a time stands for, in UTC: of a day its end; a time without an offset is in UTC."""
    if not isinstance(said, datetime):
        return datetime.combine(said + timedelta(days=1), time(), tzinfo=UTC)
    return said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)


def read_toml(path: Path, *, kind: str) -> TomlTable:
    """The whole file as a table; `kind` is what the error calls it."""
    try:
        # Some editors put a byte-order mark before the first line.
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadToml(f"no {kind} at {path}") from None
    except (UnicodeDecodeError, IsADirectoryError) as error:
        raise BadToml(f"{path}: expected a {kind} in UTF-8: {error}") from error
    try:
        if number := row_of_dots(text):
            raise ValueError(f"expected a key, got a row of dots (at line {number})")
        return TomlTable(tomllib.loads(text), file=path.name, text=text)
    except (ValueError, RecursionError) as error:
        raise BadToml(f"{path.name}: {error}") from error


def row_of_dots(text: str) -> int | None:
    """The first line with a key of more than twenty parts: one of thousands takes tomllib minutes, ours have three."""
    lines = enumerate(text.splitlines(), start=1)
    return next((number for number, line in lines if _ROW_OF_DOTS.search(line)), None)


def line_of(place: Place, text: str) -> int:
    """The line on which `place` is said, counted from 1; its nearest surroundings where it has no line of its own."""
    lines = text.splitlines()
    start, end, rest = _section(place, lines)
    best = start
    for key in rest:
        if isinstance(key, int):
            continue
        pattern = re.compile(rf"(?:^|[\s{{,])['\"]?{re.escape(key)}['\"]?\s*(?:=|\.)")
        found = next((number for number in range(best, end) if pattern.search(_code(lines[number]))), None)
        if found is None:
            break
        best = found
    return best + 1


def _section(place: Place, lines: Sequence[str]) -> tuple[int, int, Place]:
    """First and last line (exclusive) of the innermost [table] around `place`, and the keys that lead on from there."""
    seen: dict[str, int] = {}
    headers: list[tuple[int, Place]] = []
    for number, line in enumerate(lines):
        header = _HEADER.match(line)
        if header is None:
            continue
        name = header.group(2).strip()
        if header.group(1) == "[[":
            seen[name] = seen.get(name, -1) + 1
            headers.append((number, (*name.split("."), seen[name])))
        else:
            headers.append((number, tuple(name.split("."))))
    best: tuple[int, int, Place] = (0, headers[0][0] if headers else len(lines), place)
    for position, (number, name_place) in enumerate(headers):
        if place[: len(name_place)] == name_place:
            end = headers[position + 1][0] if position + 1 < len(headers) else len(lines)
            best = (number, end, place[len(name_place) :])
    return best


def _code(line: str) -> str:
    return line.partition(" #")[0]


def dotted(place: Place) -> str:
    """The place in words: `criteria[2].scale`."""
    words = ""
    for each in place:
        words += f"[{each + 1}]" if isinstance(each, int) else f".{each}" if words else each
    return words
