"""The method text of what stands beside the results: only what was really done, with its sources."""

from collections.abc import Mapping
from typing import Any

from evaluation.reports.numbers import listed


def instrument_methods(analysis: Mapping[str, Any]) -> tuple[str, ...]:
    """One paragraph on the controls and traits, one on everything that answers were held against."""
    return tuple(" ".join(part) for part in (_tests(analysis), _beside(analysis)) if part)


def _tests(analysis: Mapping[str, Any]) -> list[str]:
    controls, told = analysis.get("controls") or {}, analysis.get("identification") or {}
    said = []
    kinds = [
        words
        for key, words in (("aa", "two samples of one system"), ("ceiling", "a human reply beside a shuffled one"))
        if controls.get(key)
    ]
    if kinds:
        said.append(
            f"As controls of the instrument annotators were also shown {listed(kinds)}; these judgments enter no "
            "result."
        )
    if told.get("traits"):
        said.append(
            "Whether traits can be told from replies was asked of a reply at the high and one at the low end of each "
            "trait; right answers (ties half) were tested against one half by sign flips over clusters, corrected by "
            "Holm over the traits of a system."
        )
        beside = [
            words
            for key, words in (
                ("another_trait", "the same replies asked about another trait"),
                ("told_no_trait", "a system that was told no trait"),
            )
            if told.get(key)
        ]
        if beside:
            said.append(f"Its {'control is' if len(beside) == 1 else 'controls are'} {listed(beside)}.")
    return said


def _beside(analysis: Mapping[str, Any]) -> list[str]:
    bias, length = analysis.get("bias") or {}, analysis.get("length_bias") or {}
    said = []
    if any(isinstance((each.get("dawid_skene") or {}).get("units"), int) for each in analysis["criteria"].values()):
        said.append(
            "Annotators' chances of the true answer are those of Dawid and Skene's (1979) model, fitted by expectation "
            "and maximisation from the majority."
        )
    conditions = [
        words
        for key, words in (("order", "the place in the session"), ("layout", "the layout"), ("pace", "haste"))
        if (bias.get(key) or {}).get("criteria")
    ]
    done = [f"{listed(conditions)}"] if conditions else []
    if length.get("value") is not None:
        done.append("the replies' lengths (net preference at equal length is the intercept over log2 of their ratio)")
    if done:
        said.append(
            f"How far answers hang on {listed(done)} was estimated by least squares with variances clustered by "
            "dialogue and, with five annotators or more, by annotator too (Liang and Zeger 1986; Cameron, Gelbach and "
            "Miller 2011)."
        )
    if (analysis.get("automatic") or {}).get("contexts"):
        said.append(
            "Metrics were correlated with people's mean verdict on each pair by Kendall's tau-b and Pearson's r, "
            "clusters resampled."
        )
    return said
