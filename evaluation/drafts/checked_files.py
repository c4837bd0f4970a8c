"""An uploaded file looked through line by line: all that is wrong with it, what it holds, and a sample to look at."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from evaluation.material.gathering import WrongFiles, called_by, check_names
from evaluation.study_files.checks_table import known_pair
from evaluation.study_files.uploaded_files import (
    LONGEST_LINE,
    MOST_LINES,
    STUDY_FILE,
    UploadError,
    checked_name,
    digest_of_content,
    in_a_folder,
    measured,
    too_deep,
)
from generation.corpus.dialogues import BadLine, open_text, parsed_line
from training.data.response_tables import is_table, read_table
from training.data.responses import response_from_json

Kind = Literal["responses", "pairs", "text", "study"]
# More are of no help: the first few show what is wrong with the rest.
MOST_ERRORS: Final = 20
SAMPLE: Final = 3
LINES_ENDINGS: Final = (".jsonl", ".json", ".ndjson")


@dataclass(frozen=True)
class Sampled:
    """One line as it was read: who answered (empty on a known pair), where, the last turn before, and the reply."""

    line: int
    system: str
    context: str
    before: str
    reply: str


@dataclass(frozen=True)
class Checked:
    """What an uploaded file holds. `lines` counts those that say something, `systems` the answers of each system.

    `errors` are line-exact, the first `MOST_ERRORS` of them; `more_errors` where the looking stopped there.
    """

    name: str
    kind: Kind
    size: int
    digest: str
    lines: int
    systems: dict[str, int]
    contexts: int
    errors: tuple[UploadError, ...]
    sample: tuple[Sampled, ...]
    more_errors: bool = False


def check_file(name: str, content: bytes) -> Checked:
    """All that is to be said of one file before anything is judged; raises `UploadRefused` for a name or a size."""
    checked_name(name)
    size = measured(name, content)
    look = _Look(name, called_by(name))
    kind: Kind = _kind(name)
    if kind in ("responses", "pairs"):
        with in_a_folder({name: content}) as folder:
            _look_through(look, folder / name)
            kind = "pairs" if look.pairs else "responses"
    else:
        _look_at_text(look, content)
    return Checked(
        name=name,
        kind=kind,
        size=size,
        digest=digest_of_content(content),
        lines=look.lines,
        systems=dict(look.systems),
        contexts=len(look.contexts),
        errors=tuple(look.errors),
        sample=tuple(look.sample),
        more_errors=look.full,
    )


def _kind(name: str) -> Kind:
    if name == STUDY_FILE:
        return "study"
    plain = name.removesuffix(".gz")
    return "responses" if plain.endswith((*LINES_ENDINGS, ".csv")) else "text"


class _Look:
    """What was found so far."""

    def __init__(self, name: str, called: str) -> None:
        self.name, self.called = name, called
        self.lines, self.pairs, self.full = 0, False, False
        self.systems: Counter[str] = Counter()
        self.contexts: set[str] = set()
        self.answered: dict[tuple[str, str, int | None], int] = {}
        self.errors: list[UploadError] = []
        self.sample: list[Sampled] = []

    def wrong(self, line: int | None, message: str) -> None:
        if len(self.errors) >= MOST_ERRORS:
            self.full = True
            return
        self.errors.append(UploadError(self.name, line, message))


def _look_through(look: _Look, path: Path) -> None:
    try:
        for number, data in read_table(path) if is_table(path) else _lines(look, path):
            if look.full:
                return
            look.lines += 1
            if look.lines == 1:
                look.pairs = isinstance(data, dict) and {"right", "wrong"} <= set(data)
            if look.lines > MOST_LINES:
                look.wrong(number, f"expected at most {MOST_LINES:,} lines")
                return
            try:
                _take_pair(look, number, data) if look.pairs else _take_response(look, number, data)
            except WrongFiles as error:
                # It names the file and the context, and the line says more.
                look.wrong(number, str(error).partition(": ")[2] or str(error))
            except ValueError as error:
                look.wrong(number, str(error))
    except BadLine as error:
        look.wrong(error.line, error.problem)
    if not look.lines and not look.errors:
        look.wrong(None, "expected a response on each line, and the file is empty")


def _lines(look: _Look, path: Path) -> Iterator[tuple[int, object]]:
    """The lines that are JSON; the others are told of, and passed over."""
    number = 0
    try:
        with open_text(path) as lines:
            while line := lines.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    look.wrong(number, f"expected at most {LONGEST_LINE:,} characters on a line")
                    return
                if not line.strip():
                    continue
                if too_deep(line):
                    look.wrong(number, "nests deeper than a response does")
                    continue
                try:
                    data = parsed_line(path, number, line)
                except BadLine as error:
                    look.wrong(number, error.problem)
                    continue
                yield number, data
    except UnicodeDecodeError as error:
        look.wrong(number + 1, f"not UTF-8: {error.reason}")
    except (OSError, EOFError) as error:
        look.wrong(number + 1, f"cannot be read: {error}")


def _take_response(look: _Look, number: int, data: object) -> None:
    response = response_from_json(data, default_system=look.called)
    check_names(response, Path(look.name))
    key = (response.system, response.context.id, response.run)
    if key in look.answered:
        raise ValueError(f"{key[0]!r} answered {key[1]!r} already, on line {look.answered[key]}")
    look.answered[key] = number
    look.systems[response.system] += 1
    look.contexts.add(response.context.id)
    if len(look.sample) < SAMPLE:
        look.sample.append(
            Sampled(number, response.system, response.context.id, response.context.turns[-1].text, response.text)
        )


def _take_pair(look: _Look, number: int, data: Any) -> None:
    pair = known_pair(data)
    if pair.context.id in look.contexts:
        raise ValueError(f"context.id: {pair.context.id!r} stands on an earlier line already")
    look.contexts.add(pair.context.id)
    if len(look.sample) < SAMPLE:
        before = pair.context.turns[-1].text
        look.sample.append(Sampled(number, "", pair.context.id, before, f"right: {pair.right}; wrong: {pair.wrong}"))


def _look_at_text(look: _Look, content: bytes) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        look.wrong(content[: error.start].count(b"\n") + 1, f"not UTF-8: {error.reason}")
        return
    if "\0" in text:
        look.wrong(text[: text.index("\0")].count("\n") + 1, "it holds the character NUL, which is no text")
    elif not text.strip():
        look.wrong(None, "the file is empty")
    look.lines = sum(1 for line in text.splitlines() if line.strip())
