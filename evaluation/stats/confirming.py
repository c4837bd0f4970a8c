"""Whether the primary result confirms anything: what makes it exploratory instead, in sentences."""

from evaluation.stats.declared import StudyInfo

NO_PLAN = "No plan was declared before the first judgment: the analysis is exploratory."
NO_HYPOTHESIS = (
    "The plan declares no hypothesis: each criterion in each domain was tested, and the result is exploratory."
)
UNBLINDED = "Results were looked at before the study was closed: the primary result is exploratory."


def why_exploratory(info: StudyInfo) -> tuple[str, ...]:
    """The reasons, the heaviest first; none where the plan was kept to. A planned look is no reason."""
    said = []
    if not info.plan.declared:
        said.append(NO_PLAN)
    elif not info.plan.hypotheses:
        said.append(NO_HYPOTHESIS)
    if info.unblinded_early:
        said.append(UNBLINDED)
    said += [f"{change.rstrip('.')}: the primary result is exploratory." for change in info.changed_after_unblinding]
    return tuple(said)
