"""Exclusion rules as a plan declares them, such as `checks_wrong >= 2`, and whether one fires for an annotator.

A rule may rest on what does not depend on the outcome: check pairs and time. Agreement with others, sides, ties and
runs do; they flag, and no rule may use them.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

ALLOWED: Final = ("checks_wrong", "checks_right", "median_seconds")
OUTCOME: Final = (
    "agreement",
    "share_left",
    "side_bias",
    "share_tied",
    "longest_run",
    "self_consistency",
    "dawid_skene",
)
_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_RULE: Final = re.compile(r"^\s*([a-z_]+)\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*$")


@dataclass(frozen=True)
class Fired:
    """Whether a rule fires; None with the reason where it cannot be told."""

    fires: bool | None
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """The entry of a rule in `rules` of an annotator."""
        return {"fires": self.fires} | ({"reason": self.reason} if self.reason else {})


def fires(rule: str, measured: Mapping[str, float | None]) -> Fired:
    """Whether `rule` strikes out an annotator of whom this was `measured` (names of `ALLOWED`)."""
    parts = _RULE.match(rule)
    if parts is None or parts[1] not in (*ALLOWED, *OUTCOME):
        return Fired(None, f"not of the form MEASURE < NUMBER, with a measure of {', '.join(ALLOWED)}")
    if parts[1] in OUTCOME:
        return Fired(None, f"{parts[1]} depends on the outcome: it flags and never excludes")
    value = measured.get(parts[1])
    if value is None:
        return Fired(None, f"{parts[1]} is not known of this annotator")
    return Fired(_COMPARE[parts[2]](value, float(parts[3])))
