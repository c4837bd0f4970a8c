"""Exports of Appraise, CSV without a header, as its command `ExportSystemScoresToCSV` prints them.

    ada,pt,seg-1,TGT,eng,deu,80,1700000000.0,1700000012.5
    ada,p,seg-1,TGT,eng,deu,35,1700000000.0,1700000012.5

Annotator, system, segment, type of item, source and target language, score from 0 to 100, and the times of beginning
and end; document tasks have the document and whether the whole document was scored before the times. What follows
(`--batch-info`) is passed over.

Each line is a rating under `score`. Two systems that one annotator scored at the same moment stood side by side: there
the higher score is also a preference. TGT and CHK are real items; BAD and REF, made to see who reads, are check pairs.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evaluation.judgment_forms.cells import Cells
from evaluation.judgment_forms.tables import csv_lines, restored
from evaluation.stats.data.rows import TIE
from generation.corpus.dialogues import BadLine

ITEM_TYPES: Final = ("TGT", "CHK", "BAD", "REF")
CHECKS: Final = ("BAD", "REF")
SCORE: Final = "score"
PREFERENCE: Final = "preference"
FEWEST_FIELDS: Final = 7
_WHOLE_DOCUMENT: Final = ("True", "False")


@dataclass(frozen=True)
class _Line:
    """One line: who scored which system on which segment, and when."""

    number: int
    annotator: str
    system: str
    segment: str
    kind: str
    languages: str
    score: float
    document: str
    start: float | None
    end: float | None

    @property
    def moment(self) -> tuple[object, ...]:
        """What the two lines of one pair share."""
        return (self.annotator, self.segment, self.kind, self.languages, self.start, self.end)

    def cells(self, look: int) -> dict[str, object]:
        """What every judgment on this line shares."""
        seconds = None if self.start is None or self.end is None else max(0.0, self.end - self.start)
        check = self.kind in CHECKS
        return {
            # A check has the segment of the item that it was made from.
            "context": f"{self.segment}/{self.kind}" if check else self.segment,
            "cluster": self.document or None,
            "domain": self.languages,
            "annotator": self.annotator,
            "is_check": check,
            "look": look,
            "seconds": seconds,
        }


def read_appraise(path: Path) -> Iterator[tuple[int, Cells]]:
    """The line and the cells of every rating, and of the preferences that two of them make."""
    seen: Counter[tuple[object, ...]] = Counter()
    before: _Line | None = None
    look = 1
    for number, raw in csv_lines(path):
        try:
            line = _parsed(number, [restored(cell).strip() for cell in raw])
        except ValueError as error:
            raise BadLine(path, number, str(error)) from error
        pair = before is not None and line.start is not None and before.moment == line.moment
        if not pair:
            key = (line.annotator, line.segment, line.kind, line.languages, line.system)
            seen[key] += 1
            # The same segment scored again by the same person is a repeat, which enters self-consistency alone.
            look = min(seen[key], 2)
        rating = {"criterion": SCORE, "system": line.system, "choice": f"{line.score:g}"}
        yield number, {**line.cells(look), **rating}
        if pair and before is not None and before.system != line.system:
            yield number, {**line.cells(look), **_preference(before, line)}
            before = None
        else:
            before = line


def _preference(first: _Line, second: _Line) -> Cells:
    better = TIE if first.score == second.score else max(first, second, key=lambda line: line.score).system
    systems = {"first": first.system, "second": second.system, "displayed_left": first.system}
    return {"criterion": PREFERENCE, "choice": better, **systems}


def _parsed(number: int, cells: list[str]) -> _Line:
    if len(cells) < FEWEST_FIELDS:
        raise ValueError(f"expected at least {FEWEST_FIELDS} fields, got {len(cells)}")
    annotator, system, segment, kind, source, target, score, *rest = cells
    if kind not in ITEM_TYPES:
        raise ValueError(f"type of item: expected {', '.join(ITEM_TYPES)}; got {kind!r}")
    document = ""
    if len(rest) > 1 and rest[1] in _WHOLE_DOCUMENT:
        document, rest = rest[0], rest[2:]
    start, end = (_number("time", text, most=None) for text in rest[:2]) if len(rest) > 1 else (None, None)
    points = _number("score", score, most=100.0)
    return _Line(number, annotator, system, segment, kind, f"{source}-{target}", points, document, start, end)


def _number(what: str, text: str, *, most: float | None) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf") or (most is not None and value > most):
        expected = "a number of at least 0" if most is None else f"a number from 0 to {most:g}"
        raise ValueError(f"{what}: expected {expected}, got {text!r}")
    return value
