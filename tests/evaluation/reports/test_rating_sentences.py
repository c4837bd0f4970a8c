"""How two systems' ratings differ, in half a sentence."""

from typing import Any

from evaluation.reports.rating_sentences import differences_said


def an_analysis(*, value: float | None, p: float | None, low: float = -0.2, pairs: int = 1) -> dict[str, Any]:
    test = {"p": p, "p_holm": p, "n": 30} | ({} if p is not None else {"reason": "fewer than 6 clusters: no test"})
    difference = {"value": value, "low": low, "high": 0.6}
    entry = {
        "first": "pt",
        "second": "p",
        "domains": {"all": {"difference": difference, "tests": {"permutation": test}}},
    }
    return {"plan": {"alpha": 0.05}, "criteria": {"fluency": {"differences": [entry] * pairs}}}


def said(analysis: dict[str, Any]) -> str:
    return differences_said(analysis, "fluency").replace("\u00a0", " ")


def test_what_could_be_chance_is_not_called_higher():
    assert said(an_analysis(value=0.2, p=0.4)) == (
        "; neither pt nor p was shown to be rated higher: a difference of 0.20 (95 % interval −0.20 to 0.60; "
        "sign-flip permutation test over 30 clusters, p = .40)"
    )


def test_the_system_that_is_rated_higher_leads():
    assert said(an_analysis(value=-0.3, p=0.01, low=-0.7)).startswith("; p is rated higher than pt: pt less p is −0.30")


def test_what_cannot_be_tested_says_why():
    assert said(an_analysis(value=0.2, p=None)) == (
        "; the difference of pt and p cannot be tested: fewer than 6 clusters"
    )


def test_many_differences_are_left_to_their_table():
    assert said(an_analysis(value=0.2, p=0.4, pairs=4)) == ""
