"""The sentences on declared contrasts: by how much one preference is larger than another, with its uncertainty."""

from collections.abc import Mapping
from typing import Any

from evaluation.reports.numbers import SPACE, has_interval, p_said, points, span_of_points
from evaluation.reports.places import criterion_names
from evaluation.reports.verdicts import Verdict, in_a_sentence


def contrast_verdicts(analysis: Mapping[str, Any]) -> tuple[Verdict, ...]:
    """A sentence for each contrast that the plan declares, in its order."""
    names = criterion_names(analysis)
    declared = [each for each in analysis.get("contrasts") or () if each.get("declared")]
    return tuple(
        Verdict(_sentence(each, names.get(str(each["criterion"]), str(each["criterion"]))), (str(each["signature"]),))
        for each in declared
    )


def _sentence(each: Mapping[str, Any], name: str) -> str:
    difference = each["difference"]
    side, minus = each["side"], each["minus"]
    shared = [key for key in ("better", "than", "domain", "trait", "level") if side[key] == minus[key]]
    of_both = "" if not {"better", "than"} <= set(shared) else f" of {side['better']} over {side['than']}"
    where = f"the net preference{of_both} {_said(side, shared)} and that {_said(minus, shared)}"
    start = f"On {in_a_sentence(name)} {where}"
    if difference.get("value") is None:
        return f"{start} cannot be compared: {each.get('reason') or difference.get('reason')}."
    parts = []
    if has_interval(difference):
        parts.append(f"95{SPACE}% interval {span_of_points(difference['low'], difference['high'])}")
    if each.get("p_holm") is not None:
        parts.append(p_said(each["p_holm"]))
    elif each.get("reason"):
        parts.append(str(each["reason"]))
    numbers = f"{points(difference['value'])}{SPACE}points" + (f" ({'; '.join(parts)})" if parts else "")
    if each["verdict"] == "inconclusive":
        return f"{start} differ by {numbers}, which could be chance."
    return f"{start} differ by {numbers}: the first is {each['verdict']}."


def _said(side: Mapping[str, Any], shared: list[str]) -> str:
    """What tells a side from the other."""
    words = []
    if not {"better", "than"} <= set(shared):
        words.append(f"of {side['better']} over {side['than']}")
    if "domain" not in shared:
        words.append("over all domains" if side["domain"] == "all" else f"in {side['domain']}")
    trait = " ".join(side[key] for key in ("level", "trait") if key not in shared and side[key])
    if trait:
        words.append(f"where {trait} was asked about")
    return " ".join(words)
