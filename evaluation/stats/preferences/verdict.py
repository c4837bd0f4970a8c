"""The verdict on a claim, in the few words there are: better, worse, equivalent within m, inconclusive."""

from collections.abc import Mapping
from typing import Any, Final

from scipy.special import ndtri

from evaluation.stats.data.declared import Plan
from evaluation.stats.inference.confidence import measure
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.inference.signature import Signature
from evaluation.stats.preferences.family import Claim, Place, Result, primary_test
from evaluation.stats.preferences.looks import Sequential
from evaluation.stats.preferences.preference import UNITS, Preference

INCONCLUSIVE: Final = "inconclusive"
SCOPES: Final = {"these": "these annotators", "population": "annotators in general"}
# The usual power of a planned study, and what the smallest detectable effect is stated for.
POWER: Final = 0.8


def hypothesis_json(
    claim: Claim,
    results: Mapping[Place, Result],
    *,
    plan: Plan,
    signature: Signature,
    standing: Sequential | None = None,
    confirms: bool = True,
) -> dict[str, Any]:
    """An entry of `hypotheses`: what was claimed, what came out (seen from `better`), and the verdict.

    `standing` is the claim's in a plan with looks, where some were taken; `confirms` is false where something made the
    result exploratory.
    """
    hypothesis, result = claim.hypothesis, results.get(claim.place)
    side = 1.0 if claim.place[1][0] == hypothesis.better else -1.0
    effect = _effect(result, plan, alpha=0.05)
    shown = _seen_from(effect, side)
    said: dict[str, Any] = {
        "criterion": hypothesis.criterion,
        "domain": hypothesis.domain,
        "better": hypothesis.better,
        "than": hypothesis.than,
        "margin": hypothesis.margin,
        "declared": plan.declared and bool(plan.hypotheses) and not hypothesis.after_judgments,
        "after_judgments": hypothesis.after_judgments,
        "scope": SCOPES[plan.annotators],
        "effect": shown.as_json(),
        "test": primary_test(plan) if hypothesis.margin is None else "equivalence",
        "p": claim.test.p,
        "p_holm": claim.p_holm,
        "p_bh": claim.p_bh,
        "n": claim.test.n,
        "alpha": plan.alpha,
        "verdict": verdict(claim, shown.value, alpha=plan.alpha, standing=standing),
        "exploratory": not (confirms and plan.declared and bool(plan.hypotheses)) or hypothesis.after_judgments > 0,
        "smallest_p": claim.test.smallest_p,
        "could_reject": claim.smallest_p_holm is not None and claim.smallest_p_holm <= plan.alpha,
        "note": _note(claim, shown),
        "signature": signature.of(
            "net preference", method=claim.test.method, unit=UNITS[primary_test(plan)], n=claim.test.n, ties="0"
        ),
    }
    if standing is not None:
        said["looks"] = standing.as_json()
    if hypothesis.margin is not None:
        said["interval_90"] = _seen_from(_effect(result, plan, alpha=0.10), side).as_json()
    if claim.test.reason:
        said["reason"] = claim.test.reason
    detectable = smallest_detectable(result.preference, plan, claim.family) if result and claim.family else None
    return said | {"smallest_detectable": detectable}


def verdict(claim: Claim, effect: float | None, *, alpha: float, standing: Sequential | None = None) -> str:
    """The word. `effect` is net preference seen from the side that was claimed to be better.

    Holm's p decides; after planned looks, the claim's own p against what was left to spend, unless a look decided.
    """
    equivalent = f"equivalent within {claim.hypothesis.margin:g}" if claim.hypothesis.margin is not None else ""
    if standing is not None and standing.decided:
        return equivalent or standing.decided
    p, level = (claim.p_holm, alpha) if standing is None else (claim.test.p, standing.level)
    if p is None or p > level or effect is None:
        return INCONCLUSIVE
    if equivalent:
        return equivalent
    return "better" if effect > 0 else "worse"


def _effect(result: Result | None, plan: Plan, *, alpha: float) -> Estimate:
    """Net preference with the interval that belongs to the test which decides."""
    if result is None:
        return Estimate(None, reason="no judgments")
    if plan.annotators == "population":
        return result.preference.two_way.interval(alpha=alpha)
    if alpha == 0.05:
        return result.preference.net.primary
    return measure(result.outcomes.sums(), seed=result.preference.seed, alpha=alpha).primary


def _seen_from(estimate: Estimate, side: float) -> Estimate:
    return estimate if side > 0 else estimate.turned_round()


def _note(claim: Claim, effect: Estimate) -> str:
    """What a reader must know beside the verdict, in a sentence; empty where there is nothing."""
    if claim.test.p is None or claim.hypothesis.margin is not None or effect.low is None or effect.high is None:
        return ""
    rejects, excludes = claim.test.p <= 0.05, effect.low > 0 or effect.high < 0
    if rejects == excludes:
        return ""
    return (
        f"The test (p = {claim.test.p:.3g}, uncorrected) and the 95 % interval disagree about 0: "
        f"the interval {'excludes' if excludes else 'includes'} it."
    )


def smallest_detectable(preference: Preference, plan: Plan, family: int) -> dict[str, Any] | None:
    """The net preference found with a power of .8 at Holm's first level, from the variance that was seen."""
    error = preference.two_way.error if plan.annotators == "population" else preference.error
    if not error:
        return None
    level = plan.alpha / family
    value = float(ndtri(1 - level / 2) + ndtri(POWER)) * error
    return {"value": min(1.0, value), "power": POWER, "level": level}
