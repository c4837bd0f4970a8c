"""The family: which claims are tested together, and their corrected p.

Without a plan it is every criterion in every domain, without `all`, for each comparison, and exploratory. Claims that
cannot be tested are not counted in it: whether one can depends on how many clusters and annotators there are, never on
what they said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from evaluation.stats.data.declared import Hypothesis, Plan
from evaluation.stats.data.orientation import Pair, oriented
from evaluation.stats.data.outcomes import ALL, Outcomes
from evaluation.stats.inference.estimate import Significance
from evaluation.stats.inference.inversion import FEWEST
from evaluation.stats.inference.permutation import within_margin
from evaluation.stats.preferences.contrasts import Contrasted
from evaluation.stats.preferences.preference import TESTS, Preference
from generation.corpus.corrections import benjamini_hochberg, holm

# Criterion, comparison and domain: where in the results a number stands.
Place = tuple[str, Pair, str]

OUTSIDE: Final = "outside the family that was tested together"


@dataclass(frozen=True)
class Result:
    """The judgments at one place and what they came to."""

    outcomes: Outcomes
    preference: Preference


@dataclass(frozen=True)
class Claim:
    """A hypothesis, the place in the results that speaks to it, and the test that decides it.

    `smallest_p_holm` is its corrected p had every claim come out as extreme as its clusters allow.
    """

    hypothesis: Hypothesis
    place: Place
    test: Significance
    p_holm: float | None = None
    p_bh: float | None = None
    # How many claims were tested together.
    family: int = 0
    smallest_p_holm: float | None = None


def primary_test(plan: Plan) -> str:
    """The name of the test that decides, by whom the plan speaks of."""
    return "two_way" if plan.annotators == "population" else "permutation"


def claims_of(plan: Plan, results: Mapping[Place, Result], *, systems: Sequence[str], seed: int) -> tuple[Claim, ...]:
    """The family of `plan`, or the default one where it declares no hypothesis, tested and not yet corrected."""
    hypotheses = [each for declared in plan.hypotheses for each in _against_each(declared, results)] or _default_family(
        results
    )
    claims = []
    for hypothesis in hypotheses:
        pair = oriented(hypothesis.better, hypothesis.than, systems=systems)
        place = (hypothesis.criterion, pair, hypothesis.domain)
        claims.append(Claim(hypothesis, place, _decide(hypothesis, results.get(place), plan, seed=seed)))
    return tuple(claims)


def corrected_together(
    claims: Sequence[Claim], contrasts: Sequence[Contrasted]
) -> tuple[tuple[Claim, ...], tuple[Contrasted, ...]]:
    """The family's claims and its declared contrasts with their corrected p; contrasts nobody declared are outside."""
    inside = [found for found in contrasts if found.declared]
    tests = [claim.test for claim in claims] + [found.test for found in inside]
    tested = [number for number, test in enumerate(tests) if test.p is not None]
    p_values = [tests[number].p or 0.0 for number in tested]
    smallest = [tests[number].smallest_p or 0.0 for number in tested]
    corrected = dict(
        zip(tested, zip(holm(p_values), benjamini_hochberg(p_values), holm(smallest), strict=True), strict=True)
    )
    done = list(claims)
    for number in (each for each in tested if each < len(claims)):
        p_holm, p_bh, least = corrected[number]
        done[number] = replace(claims[number], p_holm=p_holm, p_bh=p_bh, family=len(tested), smallest_p_holm=least)
    places = {id(found): len(claims) + number for number, found in enumerate(inside)}
    return tuple(done), tuple(
        replace(found, p_holm=corrected[place][0], p_bh=corrected[place][1])
        if (place := places.get(id(found), -1)) in corrected
        else found
        for found in contrasts
    )


def corrected_tests(
    claims: Sequence[Claim], results: Mapping[Place, Result], *, primary: str
) -> dict[tuple[Place, str], dict[str, float | None]]:
    """`p_holm` and `p_bh` of every kind of test at every place of the family.

    The primary test has those of its claim; each other kind is corrected over the family by itself. A claim of
    equivalence is tested otherwise, so its place is outside here.
    """
    family = {claim.place: claim for claim in claims if claim.hypothesis.margin is None and claim.place in results}
    corrected: dict[tuple[Place, str], dict[str, float | None]] = {}
    for name in TESTS:
        tested = [place for place in family if results[place].preference.tests[name].p is not None]
        p_values = [results[place].preference.tests[name].p or 0.0 for place in tested]
        for place, p_holm, p_bh in zip(tested, holm(p_values), benjamini_hochberg(p_values), strict=True):
            claim = family[place]
            own = {"p_holm": claim.p_holm, "p_bh": claim.p_bh}
            corrected[place, name] = own if name == primary else {"p_holm": p_holm, "p_bh": p_bh}
    return corrected


def _against_each(hypothesis: Hypothesis, results: Mapping[Place, Result]) -> list[Hypothesis]:
    """The claim against the system it names, or against every system that `better` was judged with."""
    if hypothesis.than:
        return [hypothesis]
    others = dict.fromkeys(
        other
        for criterion, pair, _ in results
        if criterion == hypothesis.criterion and hypothesis.better in pair
        for other in pair
        if other != hypothesis.better
    )
    return [replace(hypothesis, than=other) for other in others] or [hypothesis]


def _default_family(results: Iterable[Place]) -> list[Hypothesis]:
    places = list(results)
    named = {(criterion, pair) for criterion, pair, domain in places if domain != ALL}
    return [
        Hypothesis(criterion=criterion, domain=domain, better=pair[0], than=pair[1])
        for criterion, pair, domain in places
        if domain != ALL or (criterion, pair) not in named
    ]


def _decide(hypothesis: Hypothesis, result: Result | None, plan: Plan, *, seed: int) -> Significance:
    """The test of one claim: of a difference, or of its lying within the margin."""
    if result is None:
        return Significance(p=None, reason="nothing was judged that could speak to it")
    if hypothesis.margin is None:
        return result.preference.tests[primary_test(plan)]
    if plan.annotators == "population":
        return result.preference.two_way.within(hypothesis.margin)
    clusters = result.preference.sizes.clusters
    if clusters < FEWEST:
        return Significance(p=None, n=clusters, reason=result.preference.tests["permutation"].reason)
    sums = result.outcomes.sums()
    flipped = within_margin(
        sums.numerators.astype(int), sums.denominators.astype(int), margin=hypothesis.margin, seed=seed
    )
    method = f"two one-sided sign flips, {flipped.method}"
    return Significance(p=flipped.p, n=clusters, method=method, smallest_p=flipped.smallest_p)
