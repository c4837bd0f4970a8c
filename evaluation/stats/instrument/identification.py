"""Whether a trait can be told from replies: "Which reply sounds more [adjectives]?" over a high and a low reply.

The two replies are one system's under a forced level, `NAME[trait=high]` and `NAME[trait=low]`. One half is chance: a
tie and two equal replies count one half. Two controls must stay at chance: the same pair asked about another trait, and
a system that was told no trait.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from evaluation.stats.data.declared import DeclaredCriterion
from evaluation.stats.data.measures import EqualPair, Measures
from evaluation.stats.data.outcomes import Outcomes, domain_of, outcomes_of
from evaluation.stats.data.rows import CANNOT_JUDGE, JudgmentRow
from evaluation.stats.inference.estimate import Estimate, Significance
from evaluation.stats.preferences.preference import preference
from generation.corpus.corrections import holm

# `needs` of a criterion that asks this; in a file that declares nothing, the criterion of this name does.
NEEDS: Final = "contrast"
KEY: Final = "identification"
HIGH: Final = "high"
LOW: Final = "low"
_RIGHT: Final = "right"
_WRONG: Final = "wrong"
_FORCED: Final = re.compile(r"^(?P<system>.+)\[(?P<trait>[a-z_]+)=(?P<level>high|low)\]$")
NOTHING: Final = "nobody was asked which of a high and a low reply sounds more like a trait"


@dataclass(frozen=True)
class Contrast:
    """A pair of replies of one system that was forced to either end of one trait."""

    system: str
    trait: str
    high: str
    low: str


@dataclass(frozen=True)
class Identified:
    """How often the right reply was named. `asked` is the trait in the question, `trait` that which the pair shows."""

    system: str
    trait: str
    asked: str
    sizes: dict[str, int]
    share: Estimate
    test: Significance
    p_holm: float | None = None

    def as_json(self) -> dict[str, Any]:
        """An entry of `identification`."""
        said = {"system": self.system, "trait": self.trait, "asked": self.asked, "n": self.sizes}
        test = self.test.as_json() | {"p_holm": self.p_holm}
        if self.test.p is not None and self.p_holm is None:
            test["reason"] = "a control, which is not corrected: it must stay at chance"
        return said | {"share": self.share.as_json(), "test": test}


def identifies(criterion: DeclaredCriterion) -> bool:
    """Whether a criterion asks which reply sounds more like a trait: its two sides are not compared as systems."""
    return criterion.needs == NEEDS or (criterion.key == KEY and not criterion.needs)


def contrast_of(one: str, other: str) -> Contrast | None:
    """The contrast that two systems' names make; None where they are anything else."""
    parts = [_FORCED.match(name) for name in (one, other)]
    if parts[0] is None or parts[1] is None:
        return None
    by_level = {part["level"]: name for part, name in zip(parts, (one, other), strict=True) if part}
    same = parts[0]["system"] == parts[1]["system"] and parts[0]["trait"] == parts[1]["trait"]
    if not same or len(by_level) != 2:
        return None
    return Contrast(parts[0]["system"], parts[0]["trait"], by_level[HIGH], by_level[LOW])


def identification(rows: Sequence[JudgmentRow], measures: Measures, *, votes: int | None, seed: int) -> dict[str, Any]:
    """By system and trait, corrected by Holm over the traits of each system, with both controls beside."""
    asked: dict[tuple[str, str, str], list[JudgmentRow]] = defaultdict(list)
    for row in rows:
        contrast = contrast_of(row.first, row.second) if row.first else None
        if contrast is not None and row.trait:
            asked[contrast.system, contrast.trait, row.trait].append(_scored(row, contrast))
    equal = _equal(measures.equal_pairs)
    if not asked and not equal:
        return {"value": None, "reason": NOTHING}
    unaware = set(measures.told_no_trait)
    main: list[Identified] = []
    other_trait: list[Identified] = []
    untold: list[Identified] = []
    for key in sorted({*asked, *equal}):
        found = _identified(key, asked.get(key, []), equal.get(key, {}), votes=votes, seed=seed)
        told = not {key[0], f"{key[0]}[{key[1]}={HIGH}]", f"{key[0]}[{key[1]}={LOW}]"} & unaware
        (other_trait if key[1] != key[2] else main if told else untold).append(found)
    return {
        "traits": [each.as_json() for each in _corrected(main)],
        "another_trait": [each.as_json() for each in other_trait],
        "told_no_trait": [each.as_json() for each in untold],
    }


def _scored(row: JudgmentRow, contrast: Contrast) -> JudgmentRow:
    """The row as a preference of the right reply over the wrong one; a question about the low end is turned round."""
    right, wrong = (contrast.low, contrast.high) if row.level == LOW else (contrast.high, contrast.low)
    choice = {right: _RIGHT, wrong: _WRONG}.get(row.choice, row.choice)
    return replace(row, first=_RIGHT, second=_WRONG, choice=choice)


def _equal(pairs: Iterable[EqualPair]) -> dict[tuple[str, str, str], dict[str, int]]:
    """How many pairs of equal replies there are, by system, trait and asked trait, in each domain."""
    counts: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for pair in pairs:
        contrast = contrast_of(pair.first, pair.second)
        if contrast is not None and pair.trait:
            domain = domain_of(JudgmentRow(pair.context, "", "", "", domain=pair.domain))
            counts[contrast.system, contrast.trait, pair.trait][domain] += 1
    return counts


def _identified(
    key: tuple[str, str, str], rows: list[JudgmentRow], equal: Mapping[str, int], *, votes: int | None, seed: int
) -> Identified:
    outcomes: Outcomes = outcomes_of(rows, first=_RIGHT, second=_WRONG, automatic=equal, votes=votes)
    found = preference(outcomes, seed=seed)
    answered = [row for row in rows if row.choice != CANNOT_JUDGE]
    return Identified(
        system=key[0],
        trait=key[1],
        asked=key[2],
        sizes=found.sizes.as_json() | {"right": found.counts["first"], "wrong": found.counts["second"]},
        share=found.win_rate if answered else Estimate(None, reason="all replies were equal, or nobody could judge"),
        test=found.tests["permutation"],
    )


def _corrected(found: Sequence[Identified]) -> list[Identified]:
    by_system: dict[str, list[Identified]] = defaultdict(list)
    for each in found:
        by_system[each.system].append(each)
    corrected = []
    for entries in by_system.values():
        tested = [each for each in entries if each.test.p is not None]
        adjusted = holm([each.test.p or 0.0 for each in tested])
        p_holm = {each.trait: p for each, p in zip(tested, adjusted, strict=True)}
        corrected += [replace(each, p_holm=p_holm.get(each.trait)) for each in entries]
    return corrected
