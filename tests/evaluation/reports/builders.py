"""Judgments of a small study, and pieces of an analysis, with only the words that matter."""

import random
from collections.abc import Mapping
from typing import Any

from evaluation.stats.data.declared import DeclaredCriterion, Hypothesis, Plan, StudyInfo
from evaluation.stats.data.rows import AnnotatorKind, JudgmentRow

NATURALNESS = DeclaredCriterion("naturalness", "Naturalness", "Which sounds more like a person?")
COHERENCE = DeclaredCriterion("coherence", "Coherence", "Which follows better?")
DOMAINS = ("personachat", "synthetic")


def some_rows(
    *,
    systems: tuple[str, str] = ("pt", "p"),
    criteria: tuple[str, ...] = ("naturalness",),
    domains: tuple[str, ...] = DOMAINS,
    contexts: int = 8,
    votes: int = 3,
    annotators: int = 6,
    strength: float = 1.0,
    kind: AnnotatorKind = "human",
    seed: int = 3,
) -> list[JudgmentRow]:
    """`contexts` in each domain, each with `votes` judgments on every criterion; `strength` is the first system's."""
    rng = random.Random(seed)
    names = [f"A-{number:02}" for number in range(annotators)]
    first, second = systems
    rows = []
    for domain in domains:
        for number in range(contexts):
            merit = rng.gauss(strength, 0.7)
            for annotator in rng.sample(names, votes):
                left = rng.choice(systems)
                for criterion in criteria:
                    said = merit + rng.gauss(0, 0.8)
                    rows.append(
                        JudgmentRow(
                            context=f"{domain}/test/{number:05}#5",
                            annotator=annotator,
                            criterion=criterion,
                            choice="tie" if abs(said) < 0.3 else first if said > 0 else second,
                            first=first,
                            second=second,
                            annotator_kind=kind,
                            cluster=f"{domain}/test/{number:05}",
                            domain=domain,
                            displayed_left=left,
                            seconds=round(rng.uniform(10, 30), 1),
                        )
                    )
    return rows


def three_systems() -> list[JudgmentRow]:
    """Rock beats scissors, scissors beat paper, and rock beats paper, mostly."""
    pairs = (("rock", "scissors"), ("scissors", "paper"), ("rock", "paper"))
    return [
        row
        for number, pair in enumerate(pairs)
        for row in some_rows(systems=pair, domains=("",), contexts=12, seed=number)
    ]


def an_info(**fields: Any) -> StudyInfo:
    """A study with a declared plan on naturalness in both domains, unless told otherwise."""
    plan = Plan(declared=True, hypotheses=tuple(Hypothesis("naturalness", domain, "pt", "p") for domain in DOMAINS))
    given: dict[str, Any] = {"name": "snow", "title": "Snow", "systems": ("pt", "p"), "criteria": (NATURALNESS,)}
    return StudyInfo(**{**given, "plan": plan, **fields})


def a_statistic(value: float | None, low: float | None = None, high: float | None = None, **more: Any) -> dict:
    """A statistic as the report's JSON has it."""
    return {"value": value, "low": low, "high": high, **more}


def a_claim(**fields: Any) -> dict[str, Any]:
    """An entry of `hypotheses` that came out for pt on naturalness."""
    given: dict[str, Any] = {
        "criterion": "naturalness",
        "domain": "personachat",
        "better": "pt",
        "than": "p",
        "margin": None,
        "effect": a_statistic(0.31, 0.22, 0.4),
        "test": "permutation",
        "p": 0.0001,
        "p_holm": 0.0002,
        "n": 30,
        "alpha": 0.05,
        "verdict": "better",
        "could_reject": True,
        "note": "",
        "signature": "stat:net preference",
    }
    return {**given, **fields}


def a_place(net: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """The numbers of a comparison in one domain."""
    given: dict[str, Any] = {
        "n": {"clusters": 30, "contexts": 30, "annotators": 14, "judgments": 90},
        "counts": {"first": 45, "tie": 25, "second": 20, "both_bad": 0, "cannot_judge": 0},
        "contexts": {"first": 18, "tie": 5, "second": 7},
        "net_preference": {**net, "two_way": a_statistic(0.31, 0.17, 0.45)},
        "tests": {"permutation": {"p": 0.0001, "p_holm": 0.0002, "n": 30}},
    }
    return {**given, **fields}


def an_analysis(*claims: dict[str, Any], annotators: int = 14, **fields: Any) -> dict[str, Any]:
    """An analysis with one comparison, pt against p, on naturalness and coherence in both domains."""
    domains = {domain: a_place(a_statistic(0.31, 0.22, 0.4)) for domain in DOMAINS}
    comparison = {"first": "pt", "second": "p", "domains": domains}
    given: dict[str, Any] = {
        "signature": "stat:all|annotators:human",
        "seed": 7,
        "study": {
            "title": "Snow",
            "annotator_kind": "human",
            "declared": True,
            "systems": ["pt", "p"],
            "criteria": {"naturalness": "Naturalness", "coherence": "Coherence"},
        },
        "n": {"clusters": 60, "contexts": 60, "annotators": annotators, "judgments": 180},
        "plan": {"declared": True, "annotators": "these", "alpha": 0.05, "hypotheses": list(claims)},
        "hypotheses": list(claims),
        "amendments": [],
        "criteria": {
            key: {"scale": "preference", "agreement": {}, "comparisons": [comparison]}
            for key in ("naturalness", "coherence")
        },
        "warnings": [],
    }
    return {**given, **fields}
