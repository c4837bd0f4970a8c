"""Whether the primary result confirms anything: what makes it exploratory instead, in sentences."""

from collections.abc import Mapping
from typing import Any, Final

from evaluation.stats.data.declared import StudyInfo

NO_PLAN = "No plan was declared before the first judgment: the analysis is exploratory."
NO_HYPOTHESIS = (
    "The plan declares no hypothesis: each criterion in each domain was tested, and the result is exploratory."
)
ALL_LATE = "Every hypothesis was declared when judgments were in already: the primary result is exploratory."
# Parts of the plan by which a claim is decided, and how they are called. (A claim that was added stands for itself.)
RULES: Final = {
    "plan.alpha": "The level",
    "plan.annotators": "For whom the verdict speaks",
    "plan.looks": "The schedule of looks",
}
UNBLINDED = "Results were looked at before the study was closed: the primary result is exploratory."


def why_exploratory(info: StudyInfo) -> tuple[str, ...]:
    """The reasons, the heaviest first; none where the plan was kept to. A planned look is no reason."""
    said = []
    if not info.plan.declared:
        said.append(NO_PLAN)
    elif not info.plan.hypotheses:
        said.append(NO_HYPOTHESIS)
    elif all(each.after_judgments for each in info.plan.hypotheses):
        said.append(ALL_LATE)
    if info.unblinded_early:
        said.append(UNBLINDED)
    said += [
        f"{RULES[key]} was amended when {each.judgments:,} judgments were in: the primary result is exploratory."
        for each in info.amendments
        for key in RULES
        if each.judgments and each.changed(key)
    ]
    said += [
        f"A declared claim was dropped when {each.judgments:,} judgments were in: the primary result is exploratory."
        for each in info.amendments
        if each.judgments and any(_drops(change) for change in each.changes)
    ]
    said += [f"{change.rstrip('.')}: the primary result is exploratory." for change in info.changed_after_unblinding]
    return tuple(said)


def _drops(change: Mapping[str, Any]) -> bool:
    """Whether a claim or contrast that was declared in time is gone by it: the correction would be the lighter."""
    if change.get("key") not in ("plan.hypotheses", "plan.contrasts"):
        return False
    kept = [_asked(each) for each in change.get("after") or ()]
    return any(_asked(each) not in kept for each in change.get("before") or () if not each.get("after_judgments"))


def _asked(claim: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in claim.items() if key != "after_judgments"}
