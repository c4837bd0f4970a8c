"""What a study could have found, from the variance that it saw; and what it teaches the next one.

Never the power of what was observed: that says nothing which p does not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from evaluation.stats.data.declared import Plan
from evaluation.stats.data.outcomes import ALL, Outcomes
from evaluation.stats.planning.variances import pilot_of
from evaluation.stats.preferences.family import Claim, Place, Result
from evaluation.stats.preferences.verdict import smallest_detectable

NOTHING: Final = "no two systems were compared"


def power_json(claims: Sequence[Claim], results: Mapping[Place, Result], plan: Plan) -> dict[str, Any]:
    """The entry `power`: per claim the smallest detectable effect; per criterion what `plan --from` plans with."""
    if not results:
        return {"value": None, "reason": NOTHING}
    return {
        "hypotheses": [_claim(claim, results, plan) for claim in claims],
        "criteria": {key: _learned(key, results) for key in dict.fromkeys(key for key, _, _ in results)},
    }


def _claim(claim: Claim, results: Mapping[Place, Result], plan: Plan) -> dict[str, Any]:
    hypothesis, result = claim.hypothesis, results.get(claim.place)
    found = smallest_detectable(result.preference, plan, claim.family) if result and claim.family else None
    named = {"criterion": hypothesis.criterion, "domain": hypothesis.domain}
    named |= {"better": hypothesis.better, "than": hypothesis.than}
    if found is None:
        why = claim.test.reason or "every cluster is the same: how much they vary is not known"
        return named | {"value": None, "low": None, "high": None, "reason": why}
    return named | {"low": None, "high": None} | found


def _learned(criterion: str, results: Mapping[Place, Result]) -> dict[str, Any]:
    """Over all comparisons of a criterion, each about its own mean."""
    pilot = pilot_of(_outcomes(criterion, results))
    if pilot is None:
        return {"judgments": 0, "value": None, "reason": "nothing was judged"}
    return {"judgments": pilot.judgments, "ties": pilot.ties, "correlation": asdict(pilot.variances)}


def _outcomes(criterion: str, results: Mapping[Place, Result]) -> Iterator[Outcomes]:
    return (result.outcomes for (key, _, domain), result in results.items() if key == criterion and domain == ALL)
