"""What a report says of how the study was run: planned looks, and how many training runs stand behind a system."""

from collections.abc import Mapping
from typing import Any, Final

from evaluation.reports.caution import Caution
from evaluation.reports.numbers import counted, decimal, listed, percent

# Beyond so many, sentences would bury what else is to be known.
MOST_SAID: Final = 6


def look_cautions(analysis: Mapping[str, Any]) -> list[Caution]:
    """Where results were tested before the end as planned: when, and what was left of the level."""
    looks = list(analysis.get("looks") or ())
    if not looks:
        return []
    shares = [percent(min(float(claim["share"]) for claim in each["claims"])) for each in looks if each.get("claims")]
    left = [
        float(each["looks"]["level"])
        for each in analysis.get("hypotheses") or ()
        if each.get("looks") and each["looks"].get("decided_at_look") is None
    ]
    text = (
        f"Results were tested at {counted(len(looks), 'planned look')} before the end, at {listed(shares)} of the "
        "clusters. That is no unblinding: nobody saw more than whether to go on."
    )
    if left:
        text += f" What is undecided since is held to the level that was left, {decimal(min(left), places=4)}."
    return [Caution(text)]


def amendment_cautions(analysis: Mapping[str, Any]) -> list[Caution]:
    """One for each amendment after opening; where a report has many, its table lists them and one says how many."""
    amendments = list(analysis.get("amendments") or ())
    if len(amendments) > MOST_SAID:
        return [Caution(f"Amended after opening {len(amendments)} times: see the table of amendments.")]
    return [Caution(f"Amended after opening{_when(each)}: {each['text']!s}") for each in amendments]


def _when(amendment: Mapping[str, Any]) -> str:
    """When, in the study's own terms: how many judgments were in, and whether results could be seen."""
    judgments = amendment.get("judgments")
    if judgments is None:
        return ""
    when = "before the first judgment" if not judgments else f"with {counted(int(judgments), 'judgment')} in"
    return f", {when}" + (" and results seen" if amendment.get("results_seen") else "")


def checkpoint_cautions(analysis: Mapping[str, Any]) -> list[Caution]:
    """Whether the verdict speaks of how systems are trained, or of these checkpoints alone."""
    runs = analysis.get("training_runs") or {}
    systems: Mapping[str, int] = runs.get("systems") or {}
    if len(systems) < 2:
        return []
    if runs.get("checkpoints") != "these checkpoints":
        said = listed([f"{system} ({number} runs)" for system, number in systems.items()])
        return [Caution(f"Systems were trained more than once, and contexts dealt over the runs: {said}.")]
    several = [f"{system} has {number}" for system, number in systems.items() if number > 1]
    more = f" {listed(several)}; three or more of each would tell runs from systems." if several else ""
    return [
        Caution(
            "The verdict speaks for these checkpoints: another training run of the same system may do otherwise." + more
        )
    ]
