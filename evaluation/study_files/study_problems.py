"""All that is wrong with a `study.toml` at once, each with its line; the strict reader stops at the first.

Read from text and a folder of files beside it, and from nowhere else: a file that the text names is one of those, and a
name under PARLEY_HOME has no path in it.
"""

import copy
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

from evaluation.study_files.study_file import StudyFile, study_in
from evaluation.study_files.toml_table import BadToml, Place, TomlTable, dotted, line_of, row_of_dots
from evaluation.study_files.uploaded_files import STUDY_FILE, UploadError
from generation.home import home

MOST_PROBLEMS: Final = 20
# What a home's corpora and responses are called, with a split: parts that no path is made of.
_PART: Final = r"[A-Za-z0-9_][A-Za-z0-9_.,+=@()\[\]#-]*"
_HOME_NAME: Final = re.compile(rf"{_PART}(?:/{_PART})*")
# The keys that name files: one beside the study's, or several that may be the home's too. What else a study file says
# is read as words. A key that is in no list is refused, until somebody has thought about what it opens.
BESIDE: Final[tuple[Place, ...]] = (
    ("text", "consent"),
    ("text", "instructions"),
    ("text", "end"),
    ("checks", "file"),
    ("practice", "file"),
)
BESIDE_OR_HOME: Final[tuple[Place, ...]] = (("responses",), ("controls", "samples"))
OF_HOME: Final[tuple[Place, ...]] = (("dialogues",), ("personas",))
OPENS_NOTHING: Final = frozenset(
    {
        *("title", "public_title", "language", "contexts", "judgments_per_pair", "max_share", "repeat_share"),
        *(
            "lease_minutes",
            "display",
            "criteria",
            "plan",
            "datasheet",
            "pay",
            "recruiting",
            "layout",
            "content_warning",
        ),
        *("may_skip", "ethics", "background", "kind", "show", "closes", "trait_words"),
    }
)
KNOWN: Final = OPENS_NOTHING | {place[0] for place in (*BESIDE, *BESIDE_OR_HOME, *OF_HOME)}
# What stands in for a value that is wrong or missing, so that the rest can be read.
_STAND_INS: Final[Mapping[str, Any]] = {
    "title": "-",
    "responses": ["-"],
    "dialogues": ["a=-", "b=-"],
    "personas": "-",
    "criteria": [{"key": "naturalness"}],
    "question": "-",
    "options": ["-", "--"],
    "max": 10,
    "share": 0.1,
    "currency": "EUR",
    "per_hour": 1,
    "better": "-",
    "than": "--",
    "minus": {"level": "-"},
    "platform": "prolific",
    "completion": "Stand1",
    "screen_out": "Stand2",
    "no_consent": "Stand3",
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: its line, counted from 1 (None where there is none), its place, and what it is."""

    line: int | None
    place: Place
    message: str

    def __str__(self) -> str:
        where = f"{dotted(self.place)}: " if self.place else ""
        return f"line {self.line}: {where}{self.message}" if self.line else f"{where}{self.message}"

    def as_upload_error(self) -> UploadError:
        """The same, said of an uploaded `study.toml`."""
        where = f"{dotted(self.place)}: " if self.place else ""
        return UploadError(STUDY_FILE, self.line, f"{where}{self.message}")


@dataclass(frozen=True)
class Looked:
    """A study file as far as it could be read, and all that is wrong with it; `file` stands where nothing is."""

    file: StudyFile | None
    problems: tuple[Problem, ...]


def look_at(text: str, *, folder: Path, files: Collection[str], name: str = "") -> Looked:
    """The study that `text` describes, of the `files` in `folder`, or what is wrong with it, up to `MOST_PROBLEMS`."""
    try:
        data = parsed(text)
    except BadToml as error:
        return Looked(None, (Problem(error.line, (), error.problem),))
    problems = [
        *(Problem(line_of((key,), text), (key,), "unknown key") for key in data if key not in KNOWN),
        *_wrong_names(data, text, files),
    ]
    reported = {problem.place for problem in problems}
    for place in reported:
        _stand_in(data, place)
    file = None
    while len(problems) < MOST_PROBLEMS:
        try:
            table = TomlTable(copy.deepcopy(data), file=STUDY_FILE, text=text)
            file = study_in(table, folder / STUDY_FILE)
            break
        except BadToml as error:
            again = error.place in reported
            if not again or not error.place:
                problems.append(Problem(error.line, error.place, error.problem))
            reported.add(error.place)
            # What stands in may be wrong too, where nothing at all should stand there.
            if not error.place or not (_take_out if again else _stand_in)(data, error.place):
                break
        except (ValueError, RecursionError) as error:
            problems.append(Problem(None, (), str(error) or "cannot be read"))
            break
    problems.sort(key=lambda each: each.line or 0)
    right = file is not None and not problems
    return Looked(
        replace(cast(StudyFile, file), name=name or cast(StudyFile, file).name) if right else None, tuple(problems)
    )


def parsed(text: str) -> dict[str, Any]:
    """The tables of the text; raises `BadToml`, with its line where that is known."""
    if number := row_of_dots(text):
        raise BadToml(f"line {number}: expected a key", line=number, problem="expected a key, got a row of dots")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column \d+\)", str(error))
        number = int(found.group(1)) if found else text.count("\n") + 1
        raise BadToml(str(error), line=number, problem=f"not TOML: {error}") from error
    except (ValueError, RecursionError) as error:
        raise BadToml(f"not TOML that can be read: {error}") from error


def home_name(said: str) -> bool:
    """Whether `said` is a name under PARLEY_HOME, perhaps with a split: no path that leads out of it."""
    return _HOME_NAME.fullmatch(said) is not None and ".." not in said


def plain(said: str) -> str:
    """A name as it stands in a study file that lay in a folder: `./a.jsonl` is `a.jsonl`."""
    return said.removeprefix("./")


def _wrong_names(data: Mapping[str, Any], text: str, files: Collection[str]) -> Iterator[Problem]:
    for place in BESIDE:
        said = _at(data, place)
        if isinstance(said, str) and plain(said) not in files:
            yield Problem(line_of(place, text), place, _expected(said, files))
    for place in BESIDE_OR_HOME:
        said = _at(data, place)
        for each in said if isinstance(said, list) else ():
            if isinstance(each, str) and plain(each) not in files and not _in_home(each):
                yield Problem(line_of(place, text), place, _expected(each, files, "or a name under responses/ here"))
    for place in OF_HOME:
        said = _at(data, place)
        for each in said if isinstance(said, list) else [said]:
            if isinstance(each, str) and not home_name(each.partition("=")[2].strip() or each.strip()):
                expected = "the name of a corpus, or of a corpus and its split"
                yield Problem(line_of(place, text), place, f"expected {expected}, got {each[:100]!r}")


def _expected(said: str, files: Collection[str], besides: str = "") -> str:
    others = ", ".join(sorted(each for each in files if each != STUDY_FILE)) or "none yet"
    return (
        f"expected the name of an uploaded file{' ' if besides else ''}{besides}, got {said[:100]!r}; there: {others}"
    )


def _in_home(said: str) -> bool:
    return home_name(said) and "/" not in said and (home() / "responses" / said).exists()


def _at(data: Any, place: Place) -> Any:
    for key in place:
        if not isinstance(data, dict) or key not in data:
            return None
        data = data[key]
    return data


def _stand_in(data: Any, place: Place) -> bool:
    """Put something right in the place of what is wrong, or take it out; whether that could be done."""
    *above, last = place
    table = _above(data, place)
    if table is not None and last == "key" and above:
        table[last] = f"stand-in-{above[-1]}"
        return True
    if table is not None and last == "criterion" and table.get(last) != (known := _first_criterion(data)):
        table[last] = known
        return True
    if table is not None and last in _STAND_INS and table.get(last) != _STAND_INS[cast(str, last)]:
        table[last] = copy.deepcopy(_STAND_INS[cast(str, last)])
        return True
    return _take_out(data, place)


def _first_criterion(data: Any) -> str:
    """The key of the first question, which a claim may be about."""
    said = data.get("criteria")
    first = said[0] if isinstance(said, list) and said else None
    return str(first.get("key", "")) if isinstance(first, dict) else ""


def _take_out(data: Any, place: Place) -> bool:
    """Take out what stands at `place`; whether something did."""
    table = _above(data, place)
    return table is not None and table.pop(place[-1], None) is not None


def _above(data: Any, place: Place) -> dict[Any, Any] | None:
    """The table in which `place` is; None where there is none."""
    for key in place[:-1]:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data if isinstance(data, dict) else None
