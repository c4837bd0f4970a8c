"""The method text of what stands beside the primary result: tests, contrasts, ratings, influence, model judges."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from evaluation.reports.numbers import counted, listed
from evaluation.reports.places import Place

BESIDE: Final = {
    "sign": "an exact sign test over the pluralities of contexts",
    "wilcoxon": "Wilcoxon's (1945) signed-rank test over cluster means, balanced clusters left out (and kept, as by "
    "Pratt 1959, in the report's JSON)",
    "mixed": "a linear mixed model with crossed random intercepts of clusters and annotators (REML; degrees of freedom "
    "by Satterthwaite 1946, found as by Giesbrecht and Burns 1985)",
}


def model_methods(analysis: Mapping[str, Any], found: Sequence[Place]) -> tuple[str, ...]:
    """One paragraph on what stands beside each preference, one on every other analysis that was made."""
    if not int((analysis.get("n") or {}).get("judgments") or 0):
        return ()
    paragraphs = (_beside(analysis, found), [*_contrasts(analysis), *_ratings(analysis), *_hanging(analysis, found)])
    return tuple(" ".join(sentences) for sentences in (*paragraphs, _judges(analysis)) if sentences)


def _beside(analysis: Mapping[str, Any], found: Sequence[Place]) -> list[str]:
    intervals = [
        words
        for words, is_there in (
            (
                "the percentile bootstrap",
                any((place.net.get("percentile") or {}).get("low") is not None for place in found),
            ),
            (
                "Wilson's (1927) on the share of contexts won",
                any((place.numbers.get("wilson") or {}).get("low") is not None for place in found),
            ),
        )
        if is_there
    ]
    tests = [words for name, words in BESIDE.items() if any(place.test(name).get("p") is not None for place in found)]
    said = []
    if any("bootstrap-t" in str(place.net.get("method", "")) for place in found):
        said.append(
            "The bootstrap-t studentises each resample by its own cluster-robust error (Efron and Tibshirani 1993)."
        )
    if any("Clopper" in str(place.net.get("method", "")) for place in found):
        said.append("Where all agree, the interval is Clopper and Pearson's (1934) over clusters.")
    if intervals:
        said.append(f"Beside it {'stands' if len(intervals) == 1 else 'stand'} {listed(intervals)}.")
    if tests:
        said.append(
            f"Beside the primary test, uncorrected, {'stands' if len(tests) == 1 else 'stand'} {listed(tests)}."
        )
    if any(each.get("p_bh") is not None for each in analysis.get("hypotheses") or ()):
        said.append("The JSON of the report has p after Benjamini and Hochberg (1995), too.")
    return said


def _contrasts(analysis: Mapping[str, Any]) -> list[str]:
    contrasts = [
        each for each in analysis.get("contrasts") or () if (each.get("difference") or {}).get("value") is not None
    ]
    if not contrasts:
        return []
    paired = any(int(each.get("paired_clusters") or 0) for each in contrasts)
    declared = all(each.get("declared") for each in contrasts)
    one = len(contrasts) == 1
    corrected = (
        "corrected together with the family's claims"
        if declared
        else "declared by nobody, and corrected among themselves by Holm (1979)"
    )
    return [
        f"{counted(len(contrasts), 'contrast').capitalize()} {'compares' if one else 'compare'} two net preferences"
        f"{'' if one else ' each'}{', cluster by cluster where a cluster has both' if paired else ''}; "
        f"{'it was' if one else 'they were'} {corrected}."
    ]


def _ratings(analysis: Mapping[str, Any]) -> list[str]:
    scales = {str(each.get("scale")) for each in (analysis.get("criteria") or {}).values() if each.get("differences")}
    said = []
    if scales & {"rating", "label"}:
        what = listed(
            [words for scale, words in (("rating", "ratings"), ("label", "shares of labels")) if scale in scales]
        )
        said.append(
            f"Systems that were judged one response at a time are compared by the difference of their {what} on the "
            "contexts that both were judged on, tested by sign flips over clusters."
        )
    if any(each.get("strengths") for each in (analysis.get("criteria") or {}).values()):
        said.append("On five steps the mean signed step (much 2, slightly 1) stands beside net preference.")
    runs = (analysis.get("training_runs") or {}).get("systems") or {}
    if any(int(number) > 1 for number in runs.values()):
        said.append("Contexts were dealt over several training runs of a system, which the verdict takes together.")
    return said


def _hanging(analysis: Mapping[str, Any], found: Sequence[Place]) -> list[str]:
    if not found or not analysis.get("robustness"):
        return []
    return [
        "How far the result hangs on few was computed exactly from sums: effects without each annotator and each "
        "cluster, and how few judgments, dropped, would turn its sign or its significance (the question of Broderick, "
        "Giordano and Meager 2020)."
    ]


def _judges(analysis: Mapping[str, Any]) -> list[str]:
    judges = (analysis.get("automatic") or {}).get("judges") or {}
    if not judges or "reason" in judges:
        return []
    return [
        "Language models judged beside people, in both orders, and enter no result of theirs; each is set against "
        "people by the alternative-annotator test (Calderon, Reichart and Dror 2025), its t tests over clusters, "
        "corrected over annotators (Benjamini and Yekutieli 2001)."
    ]
