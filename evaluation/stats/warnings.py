"""What a reader must know before any number: one sentence each, in the order of their weight."""

from collections.abc import Mapping

from evaluation.stats.data.declared import StudyInfo
from evaluation.stats.data.outcomes import ALL
from evaluation.stats.data.selection import Chosen
from evaluation.stats.inference.inversion import FEWEST
from evaluation.stats.inference.two_way import FEWEST_ANNOTATORS
from evaluation.stats.instrument.bias import SideBias
from evaluation.stats.preferences.confirming import NO_HYPOTHESIS, why_exploratory
from evaluation.stats.preferences.family import Place, Result


def warnings_of(chosen: Chosen, info: StudyInfo, *, results: Mapping[Place, Result], bias: SideBias) -> list[str]:
    """The sentences that apply."""
    said = []
    if not chosen.counted:
        said.append("There are no judgments that count.")
    if info.simulated or chosen.kind == "simulated":
        said.append("The annotators are simulated: these numbers say nothing about people or systems.")
    elif chosen.kind == "llm":
        said.append("The annotators are language models: these numbers say nothing about people.")
    said += [reason for reason in why_exploratory(info) if reason != NO_HYPOTHESIS]
    said += [f"{caveat.rstrip('.')}." for caveat in info.caveats]
    said += _on_sizes(results)
    said += _on_raters(chosen)
    said += _on_ties(info, results)
    if bias.note:
        said.append(bias.note)
    return said


def _on_sizes(results: Mapping[Place, Result]) -> list[str]:
    said = []
    pooled = {place: result.preference.sizes for place, result in results.items() if place[2] == ALL}
    few = sum(sizes.clusters < FEWEST for sizes in pooled.values())
    if few:
        rest = "The comparison rests" if len(pooled) == 1 else f"{few} of {len(pooled)} comparisons rest"
        said.append(f"{rest} on fewer than {FEWEST} clusters: nothing is tested there.")
    alone = sum(sizes.annotators < FEWEST_ANNOTATORS for sizes in pooled.values())
    if alone:
        said.append(
            ("The comparison has" if len(pooled) == 1 else f"{alone} of {len(pooled)} comparisons have")
            + f" fewer than {FEWEST_ANNOTATORS} annotators: what comes out holds for these alone, not for others."
        )
    if any(sizes.contexts > sizes.clusters for sizes in pooled.values()):
        said.append(
            "Some clusters hold several contexts: the sign test and the Wilson interval, which take contexts as "
            "independent, promise more than they can keep."
        )
    return said


def _on_raters(chosen: Chosen) -> list[str]:
    """As of comparisons: what few annotators rated or labelled holds for these alone."""
    raters = {row.annotator for row in chosen.counted if not row.first}
    if not 0 < len(raters) < FEWEST_ANNOTATORS:
        return []
    return [
        f"Fewer than {FEWEST_ANNOTATORS} annotators rated or labelled: what comes out holds for these alone, not for "
        "others."
    ]


def _on_ties(info: StudyInfo, results: Mapping[Place, Result]) -> list[str]:
    number = sum(info.automatic_ties.values())
    if not number:
        return []
    counted = any(result.preference.sizes.automatic_ties for result in results.values())
    how = "they count as ties" if counted else "they are counted in no comparison"
    if number == 1:
        how = how.replace("they count as ties", "it counts as a tie").replace("they are", "it is")
        return [f"One pair of equal responses was shown to nobody; {how}."]
    return [f"{number} pairs of equal responses were shown to nobody; {how}."]
