"""Researchers' own answers to the human evaluation datasheet: `[datasheet]` of a study file, or a file of their own."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from evaluation.study_files.heds_questions import NoSuchQuestion, answers_by_number
from evaluation.study_files.toml_table import TomlTable, read_toml


def read_datasheet(path: Path, *, criteria: Collection[str]) -> dict[str, str]:
    """The answers in the TOML file at `path`, by number; raises `BadToml` with line and what was expected."""
    return datasheet_in(read_toml(path, kind="datasheet"), criteria=criteria)


def datasheet_in(table: TomlTable, *, criteria: Collection[str]) -> dict[str, str]:
    """The answers in `table`, whose keys are questions of the datasheet, by number."""
    answers: dict[str, str] = {}
    for key in table.keys():  # noqa: SIM118 - a TomlTable is no dict
        try:
            answers |= answers_by_number({key: table.string(key)}, criteria=criteria)
        except NoSuchQuestion as error:
            raise table.bad(key, str(error)) from error
    return answers


def answers_of_design(design: Mapping[str, Any]) -> dict[str, str]:
    """What a study's design answers, by number: its pay, its practice pairs, its researchers' own words."""
    answers = {}
    pay, practice = design.get("pay") or {}, design.get("practice") or {}
    if pay:
        per = "an hour at work" if "per_hour" in pay else "a pair"
        amount = pay.get("per_hour") or pay.get("per_judgment")
        floor = f"; at least {pay['floor']} an hour" if pay.get("floor") else ""
        answers["3.2.2.2"] = f"Paid: {amount} {pay.get('currency', '')} {per}{floor}."
    if practice:
        answers["3.2.4"] = (
            f"Instructions on a page of their own, then {practice['pairs']} practice pairs with known answers, "
            f"{practice['passing']} of them to be right within {practice['tries']} tries."
        )
    return answers | dict(design.get("datasheet") or {})
