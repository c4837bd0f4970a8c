"""Controls of the instrument: it must find nothing where nothing is, and see what is there.

An A/A pair is two samples of one system: no preference is there to be found. A ceiling pair is what a person really
said against what was said elsewhere: whoever reads both must see it. Neither enters any other number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from evaluation.stats.data.orientation import Pair, by_comparison
from evaluation.stats.data.outcomes import outcomes_of
from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.preferences.preference import Preference, preference
from generation.corpus.corrections import holm

AA: Final = "aa"
CEILING: Final = "ceiling"
NONE: Final = "no pair tests the instrument: rows with `control` aa or ceiling do"


@dataclass(frozen=True)
class Control:
    """One kind of control under one criterion. `passed` is None where it cannot be tested.

    Net preference is for the first sample, or for the reference. An A/A passes where it is not significant after Holm
    over all A/A controls; a ceiling where people prefer the reference significantly.
    """

    kind: str
    criterion: str
    pair: Pair
    found: Preference
    p_holm: float | None = None
    passed: bool | None = None

    def as_json(self) -> dict[str, Any]:
        """An entry of `controls.aa` or `controls.ceiling`."""
        test = self.found.tests["permutation"].as_json() | {"p_holm": self.p_holm}
        if test["p"] is not None and self.p_holm is None:
            test["reason"] = "all ceiling controls must pass, so none is corrected"
        return {
            "criterion": self.criterion,
            "first": self.pair[0],
            "second": self.pair[1],
            "n": self.found.sizes.as_json(),
            "counts": self.found.counts,
            "net_preference": self.found.net.primary.as_json(),
            "test": test,
            "passed": self.passed,
        }


def controls(
    rows: Sequence[JudgmentRow],
    criteria: Sequence[str],
    *,
    systems: Sequence[str],
    alpha: float,
    seed: int,
) -> dict[str, Any]:
    """`aa` and `ceiling`, under each of `criteria` and then any others, and whether each kind passed as a whole.

    None is not known: too few clusters to test, or no such pairs.
    """
    if not rows:
        return {"value": None, "reason": NONE}
    criteria = tuple(dict.fromkeys([*criteria, *sorted({row.criterion for row in rows})]))
    samples = _corrected(_found(AA, rows, criteria, systems=systems, seed=seed), alpha)
    seen = [
        replace(each, passed=_sees(each.found, alpha))
        for each in _found(CEILING, rows, criteria, systems=systems, seed=seed)
    ]
    return {
        AA: [each.as_json() for each in samples],
        CEILING: [each.as_json() for each in seen],
        "finds_nothing": _all_passed(samples),
        "sees_what_is_there": _all_passed(seen),
    }


def _found(
    kind: str,
    rows: Sequence[JudgmentRow],
    criteria: Sequence[str],
    *,
    systems: Sequence[str],
    seed: int,
) -> list[Control]:
    found = []
    for criterion in criteria:
        here = [row for row in rows if row.control == kind and row.criterion == criterion and row.first]
        for pair, there in by_comparison(here, systems=systems).items():
            # `expected` names the reference; without it the first named is.
            reference = next((row.expected for row in there if row.expected), pair[0])
            ordered = pair if kind == AA or reference == pair[0] else (pair[1], pair[0])
            outcomes = outcomes_of(there, first=ordered[0], second=ordered[1])
            found.append(Control(kind, criterion, ordered, preference(outcomes, seed=seed)))
    return found


def _corrected(found: Sequence[Control], alpha: float) -> list[Control]:
    tested = [number for number, each in enumerate(found) if each.found.tests["permutation"].p is not None]
    adjusted = dict(
        zip(tested, holm([found[each].found.tests["permutation"].p or 0.0 for each in tested]), strict=True)
    )
    return [
        replace(each, p_holm=adjusted.get(number), passed=adjusted[number] > alpha if number in adjusted else None)
        for number, each in enumerate(found)
    ]


def _sees(found: Preference, alpha: float) -> bool | None:
    p, net = found.tests["permutation"].p, found.net.primary.value
    return None if p is None or net is None else p <= alpha and net > 0


def _all_passed(found: Sequence[Control]) -> bool | None:
    if not found or any(each.passed is None for each in found):
        return False if any(each.passed is False for each in found) else None
    return all(each.passed for each in found)
