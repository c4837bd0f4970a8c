"""What is to be known of a corpus's labels before they are trusted: how reliable they are, and which way they lean.

LLMs that guess at traits are known to lean to the levels that people like to be seen at: open, conscientious, outgoing,
agreeable and calm. So the share of these among the labels stands beside their distribution.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from generation.corpus.traits import DESIRABLE, TRAITS, pole
from generation.labels.labelling import PersonaLabels
from generation.labels.reliability import reliability


def findings(labels: Iterable[PersonaLabels], counts: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """`reliability` (where there were several votes) and `desirable`, per trait, ready for a manifest."""
    voted = {trait: each.as_json() for trait, each in reliability(labels).items()}
    return ({"reliability": voted} if voted else {}) | {"desirable": desirable(counts)}


def desirable(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, Any]]:
    """Per trait the share of labels at its desirable pole among those at either pole, with their number.

    Of `counts` of personas per trait and level; "medium" and "unclear" are at neither pole.
    """
    return {trait: _share(counts[trait], DESIRABLE[trait]) for trait in TRAITS}


def _share(levels: Mapping[str, int], liked: str) -> dict[str, Any]:
    poles = {end: sum(count for level, count in levels.items() if pole(level) == end) for end in ("high", "low")}
    n = sum(poles.values())
    if not n:
        return {"pole": liked, "value": None, "n": 0, "reason": "no label is at either pole"}
    return {"pole": liked, "value": poles[liked] / n, "n": n}


def in_sentences(found: Mapping[str, Any]) -> list[str]:
    """The findings as they are said in a terminal; none where there are no labels."""
    said = []
    if voted := found.get("reliability"):
        each = ", ".join(f"{trait} {_alpha(voted[trait]['alpha_nominal'])}" for trait in TRAITS if trait in voted)
        said.append(f"Agreement of the votes on a persona (Krippendorff's alpha, nominal): {each}.")
    shares = found.get("desirable", {})
    if any(each["n"] for each in shares.values()):
        each = ", ".join(_percent(trait, shares[trait]) for trait in TRAITS if trait in shares)
        said.append(
            f"Of the labels at either pole, the desirable ones are: {each}. LLMs are known to lean to desirable levels."
        )
    return said


def _alpha(alpha: Mapping[str, Any]) -> str:
    return "undefined" if alpha["value"] is None else f"{alpha['value']:.2f}"


def _percent(trait: str, share: Mapping[str, Any]) -> str:
    value = "none" if share["value"] is None else f"{share['value']:.0%} of {share['n']}"
    return f"{trait} ({share['pole']}) {value}"
