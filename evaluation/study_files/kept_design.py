"""A study's file again, from the design that the database keeps of it."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from evaluation.study_files.study_file import StudyFile


class DesignMissing(ValueError):
    """A study of which no design is kept: it was not made from a file."""


def study_file_in(design: Mapping[str, Any], *, folder: Path = Path()) -> StudyFile:
    """The file that a study of this `design` was made from; the inverse of `StudyFile.as_json`."""
    if "criteria" not in design or "title" not in design:
        raise DesignMissing("no design is kept of this study: it was not made from a study file")
    file: StudyFile = _rebuilt(StudyFile, {**design, "folder": str(folder)})
    return file


def _rebuilt(kind: Any, value: Any) -> Any:
    """`value`, as JSON has it, as an instance of the type `kind`."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return None if value is None else _rebuilt(next(each for each in inner if each is not type(None)), value)
    if origin is tuple:
        return tuple(_rebuilt(inner[0], each) for each in value)
    if origin is dict:
        return {key: _rebuilt(inner[1], each) for key, each in value.items()}
    if origin is Literal:
        return value
    if isinstance(kind, type) and is_dataclass(kind):
        types = get_type_hints(kind)
        known = [each.name for each in fields(kind) if each.name in value]
        return kind(**{name: _rebuilt(types[name], value[name]) for name in known})
    return kind(value) if kind in (Decimal, Path, float) else value
