"""From `study.toml` to a form: what stands in each field, and what the reader says of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from evaluation.drafts.draft_fields import Field, Section
from evaluation.drafts.draft_places import Found, found_in
from evaluation.drafts.draft_sections import kind_said, sections_of
from evaluation.drafts.draft_values import displayed
from evaluation.study_files.heds_questions import BY_WORD, QUESTIONS
from evaluation.study_files.item_kinds import Kind
from evaluation.study_files.study_problems import Problem
from evaluation.study_files.toml_table import Place

# What every study has to say something about.
OPENED: Final = ("about", "material", "criteria", "judgments")


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
        strange = self.field.shape == "choice" and self.value and self.value not in known
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
    # Which way it may be moved.
    up: bool
    down: bool
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


def shown(
    document: Mapping[str, Any], problems: Iterable[Problem] = (), *, beside: Mapping[str, str] | None = None
) -> tuple[tuple[ShownSection, ...], tuple[Problem, ...]]:
    """The form's sections, and the problems that belong to none of its fields.

    What goes with another kind of item than the study's is there only where something is said in it. `beside` are the
    texts in files of their own, by key: consent, instructions, end.
    """
    kind = kind_said(document)
    found = [(section, found_in(section, document, kind)) for section in sections_of(kind)]
    errors, left = _told([each.place for _, groups in found for group in groups for each in group], problems)
    sections = []
    for section, groups in found:
        filled = [[_shown(each, errors.get(each.place, ()), beside or {}) for each in group] for group in groups]
        kept = [[each for each in group if _is_there(each, section, kind)] for group in filled]
        all_fields = [each for group in kept for each in group]
        if not all_fields and not (section.has_rows and kind in section.kinds):
            continue
        rows = tuple(_row(section, number, kept) for number in range(len(kept))) if section.has_rows else ()
        sections.append(
            ShownSection(
                section=section,
                fields=() if section.has_rows else tuple(all_fields),
                rows=rows,
                errors=sum(len(each.errors) for each in all_fields),
                opened=section.key in OPENED or any(each.value or each.chosen or each.errors for each in all_fields),
            )
        )
    return tuple(sections), tuple(left)


def suggestions(document: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """What the form proposes where anything may be typed, by list: a value, and its words."""
    tables = document.get("criteria")
    said = [each.get("key") for each in tables if isinstance(each, Mapping)] if isinstance(tables, list) else []
    keys = [str(each) for each in said if each]
    # Those that stand in a field of their own already are not proposed once more.
    others = [each for each in QUESTIONS if each.number not in BY_WORD.values()]
    return {
        "criteria": [(key, "") for key in keys],
        "datasheet": [
            (f"{key} {each.number}".strip(), each.words)
            for each in others
            for key in (keys if each.of_each_criterion else [""])
        ],
    }


def _told(places: list[Place], problems: Iterable[Problem]) -> tuple[dict[Place, list[str]], list[Problem]]:
    """Each problem at the field of its value, else at the first field of what it is about; and those of neither."""
    told: dict[Place, list[str]] = {}
    left = []
    for problem in problems:
        of_value = [each for each in places if problem.place[: len(each)] == each]
        of_part = [each for each in places if problem.place and each[: len(problem.place)] == problem.place]
        if of_value or of_part:
            told.setdefault((of_value or of_part)[0], []).append(problem.message)
        else:
            left.append(problem)
    return told, left


def _shown(found: Found, errors: Iterable[str], beside: Mapping[str, str]) -> Shown:
    value, chosen = displayed(found.field, found.raw)
    if found.field.shape == "beside":
        value, chosen = beside.get(str(found.place[-1]), ""), ()
    return Shown(found.field, found.name, value, chosen, tuple(errors))


def _is_there(each: Shown, section: Section, kind: Kind) -> bool:
    suits = kind in section.kinds and kind in each.field.kinds
    return suits or bool(each.value or each.chosen or each.errors)


def _row(section: Section, number: int, groups: list[list[Shown]]) -> Row:
    fields = groups[number]
    by_place = {each.field.place: each.value for each in fields}
    named = by_place.get(("name",)) or by_place.get(section.fields[0].place) or ""
    folded = tuple(each for each in fields if each.field.folded)
    moved = bool(section.repeats)
    return Row(
        number=number,
        fields=tuple(each for each in fields if not each.field.folded),
        folded=folded,
        unfolded=any(each.value or each.errors for each in folded),
        heading=f"{section.one.capitalize()} {number + 1}{f': {named}' if named else ''}",
        up=moved and number > 0,
        down=moved and number < len(groups) - 1,
        may_go=len(groups) > section.fewest,
    )
