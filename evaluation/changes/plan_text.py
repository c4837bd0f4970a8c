"""A study's plan as the `[plan]` of a study file, to be read and changed on a page, and read back."""

import json
import tomllib
from collections.abc import Mapping
from typing import Any

from evaluation.changes.amending_plan import as_written, plan_of
from evaluation.models import Study


class PlanText(ValueError):
    """A plan that is no TOML."""

    @staticmethod
    def changes_in(text: str) -> dict[str, Any]:
        """What the text says of each part of the plan, for `amend`; raises `PlanText`."""
        try:
            said = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise PlanText(f"the plan: {error}") from error
        return {f"plan.{part}": value for part, value in said.items()}


def plan_as_toml(study: Study) -> str:
    """The plan as it stands, one part on a line, claims one on a line each."""
    plan = plan_of(study)
    lines = []
    for part in ("annotators", "alpha", "hypotheses", "contrasts", "looks", "exclusions"):
        value = as_written(part, plan[part])
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            lines += [f"{part} = [", *(f"  {_value(each)}," for each in value), "]"]
        else:
            lines.append(f"{part} = {_value(value)}")
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    if isinstance(value, str):
        # A basic string of TOML is a string of JSON, but for the delete character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)
