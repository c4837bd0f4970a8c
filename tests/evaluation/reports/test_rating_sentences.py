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


def test_of_several_domains_each_is_told_as_holm_corrects_each_of_them():
    analysis = an_analysis(value=0.2, p=0.4)
    domains = analysis["criteria"]["fluency"]["differences"][0]["domains"]
    of_all = domains["all"]
    domains |= {"chat": of_all, "letters": of_all}
    # As the statistics leave it: the family is of single domains.
    domains["all"] = of_all | {"tests": {"permutation": {"p": 0.001, "p_holm": None, "n": 60}}}

    assert said(analysis) == (
        "; neither pt nor p was shown to be rated higher in chat: a difference of 0.20 (95 % interval −0.20 to 0.60; "
        "sign-flip permutation test over 30 clusters, p = .40 after Holm)"
        "; neither pt nor p was shown to be rated higher in letters: a difference of 0.20 (95 % interval −0.20 to "
        "0.60; sign-flip permutation test over 30 clusters, p = .40 after Holm)"
    )


def test_many_pairs_in_many_domains_are_left_to_their_table_and_it_is_said():
    analysis = an_analysis(value=0.2, p=0.4, pairs=3)
    domains = analysis["criteria"]["fluency"]["differences"][0]["domains"]
    domains |= {"chat": domains["all"], "letters": domains["all"]}

    assert said(analysis) == "; the 6 differences, by pair of systems and domain, stand in their table"
