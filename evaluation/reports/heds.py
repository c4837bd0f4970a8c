"""The human evaluation datasheet of a report (HEDS 3.0): what is known is filled in, the rest is for the researchers.

A researcher's own answer (`[datasheet]` of the study file, `datasheet` of `study.json`) stands before what Parley says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evaluation.reports.agreement_block import OPEN
from evaluation.reports.heds_answers import criterion_answers, general_answers
from evaluation.reports.places import Place, criterion_names
from evaluation.study_files.heds_questions import QUESTIONS, Question

VERSION: Final = "3.0"


@dataclass(frozen=True)
class Answer:
    """A question with its answer. `by` says whose it is: "researchers", "parley", or nobody's yet ("")."""

    number: str
    question: str
    section: str
    text: str
    by: str
    criterion: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the researchers have to answer it yet."""
        return not self.by

    def as_json(self) -> dict[str, Any]:
        """An entry of `heds.json`."""
        return {
            "number": self.number,
            "criterion": self.criterion or None,
            "question": self.question,
            "answer": None if self.is_open else self.text,
            "by": self.by or None,
        }


@dataclass(frozen=True)
class Datasheet:
    """All questions in their order; those of section 4 once for every criterion."""

    title: str
    answers: tuple[Answer, ...]

    @property
    def open(self) -> int:
        """How many are left to the researchers."""
        return sum(answer.is_open for answer in self.answers)

    @property
    def intro(self) -> str:
        """What it is, and how much of it is left to do."""
        return (
            f"The questions of HEDS {VERSION} (Belz and Thomson 2025) by number, in short words. {self.open} of "
            f"{len(self.answers)} are left to the researchers."
        )

    def sections(self) -> list[tuple[str, list[Answer]]]:
        """The answers under their headings."""
        grouped: dict[str, list[Answer]] = {}
        for answer in self.answers:
            heading = f"{answer.section}: {answer.criterion}" if answer.criterion else answer.section
            grouped.setdefault(heading, []).append(answer)
        return list(grouped.items())

    def as_json(self) -> dict[str, Any]:
        """The content of `heds.json`."""
        return {
            "heds": VERSION,
            "experiment": self.title,
            "questions": len(self.answers),
            "open": self.open,
            "answers": [answer.as_json() for answer in self.answers],
        }

    def as_markdown(self) -> str:
        """The content of `heds.md`."""
        lines = [f"# Human evaluation datasheet: {_in_line(self.title)}", ""]
        lines += [self.intro, ""]
        for heading, answers in self.sections():
            lines += [f"## {_in_line(heading)}", ""]
            for answer in answers:
                text = f"*{OPEN}*" if answer.is_open else _in_line(answer.text)
                lines.append(f"- **{answer.number} {answer.question}**: {text}")
            lines.append("")
        return "\n".join(lines)


def datasheet_of(analysis: Mapping[str, Any], found: Sequence[Place], *, title: str) -> Datasheet:
    """The datasheet of an analysis."""
    given: Mapping[str, str] = (analysis.get("study") or {}).get("datasheet") or {}
    names = criterion_names(analysis)
    known = general_answers(analysis)
    by_criterion = {key: criterion_answers(analysis, key, list(found)) for key in names}
    of_the_study = [_answer(each, known, given, key=each.number) for each in QUESTIONS if not each.of_each_criterion]
    of_criteria = [
        _answer(each, by_criterion[key], given, key=f"{key} {each.number}", criterion=name)
        for key, name in names.items()
        for each in QUESTIONS
        if each.of_each_criterion
    ]
    last = [answer for answer in of_the_study if answer.number.startswith("5")]
    first = [answer for answer in of_the_study if answer not in last]
    return Datasheet(title=title, answers=(*first, *of_criteria, *last))


def _answer(
    question: Question, known: Mapping[str, str], given: Mapping[str, str], *, key: str, criterion: str = ""
) -> Answer:
    own, ours = given.get(key, ""), known.get(question.number, "")
    return Answer(
        number=question.number,
        question=question.words,
        section=question.section,
        text=own or ours or OPEN,
        by="researchers" if own else "parley" if ours else "",
        criterion=criterion,
    )


def _in_line(text: str) -> str:
    """A text that Markdown takes as it is: no line ends, and its own marks escaped."""
    escaped = "".join(f"\\{each}" if each in "\\`*_[]<>#|" else each for each in text)
    return " ".join(escaped.split())
