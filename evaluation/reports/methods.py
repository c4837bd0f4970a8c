"""The methods paragraph, from what was really done: only what happened is said, with its numbers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from evaluation.reports.cautions import is_declared
from evaluation.reports.conduct_methods import conduct_said
from evaluation.reports.numbers import SPACE, counted, decimal, in_words, listed
from evaluation.reports.places import Place, criterion_names, pairs_of
from evaluation.reports.verdicts import KIND_OF_ANNOTATOR, annotator_kind, in_a_sentence

SCALES: Final = {
    "preference": "as a preference between two responses",
    "preference5": "as a preference in five steps",
    "rating": "as a rating of single responses",
    "label": "by choosing a label",
}


def methods(analysis: Mapping[str, Any], found: Sequence[Place]) -> tuple[str, ...]:
    """The paragraphs: who judged what, how effects and tests were had, how agreement was, what was left out."""
    if not int((analysis.get("n") or {}).get("judgments") or 0):
        return ("Nothing was analysed: not one judgment counts.",)
    paragraphs = [
        _data(analysis, found),
        conduct_said(analysis),
        _effects(found),
        _tests(analysis, found),
        _agreement(analysis),
        _left_out(analysis),
    ]
    return tuple(paragraph for paragraph in paragraphs if paragraph)


def _data(analysis: Mapping[str, Any], found: Sequence[Place]) -> str:
    n, study = analysis.get("n") or {}, analysis.get("study") or {}
    word = KIND_OF_ANNOTATOR.get(annotator_kind(analysis), "annotator")
    names = criterion_names(analysis)
    scales: dict[str, list[str]] = {}
    for key, name in names.items():
        scales.setdefault(str(analysis["criteria"][key].get("scale", "")), []).append(in_a_sentence(name))
    judged = listed([f"{listed(each)}, {SCALES.get(scale, '')}".rstrip(", ") for scale, each in scales.items()])
    annotators = int(n.get("annotators") or 0)
    sentences = [
        f"{in_words(annotators).capitalize()} {word if annotators == 1 else word + 's'} gave "
        f"{counted(int(n.get('judgments') or 0), 'judgment')} on {counted(int(n.get('contexts') or 0), 'context')}.",
        f"They judged {judged}.",
    ]
    clusters, contexts = int(n.get("clusters") or 0), int(n.get("contexts") or 0)
    if found:
        unit = "a context" if clusters == contexts else f"a cluster of contexts ({clusters:,} in all)"
        sentences.append(
            f"The unit of resampling and testing is {unit}: what comes from one dialogue is not independent."
        )
    if study.get("judgments_per_pair"):
        sentences.append(f"The study planned {counted(int(study['judgments_per_pair']), 'judgment')} per pair.")
    ties = sum((study.get("automatic_ties") or {}).values())
    if ties:
        sentences.append(
            f"In {counted(ties, 'pair')} the two responses were equal: nobody was asked, and each counts as a tie."
        )
    return " ".join(sentences)


def _effects(found: Sequence[Place]) -> str:
    methods = list(dict.fromkeys(str(place.net.get("method", "")) for place in found if place.net.get("method")))
    if not methods:
        return ""
    sentences = [
        "Net preference is the number of wins minus losses over the number of judgments, a tie counting 0; judgments "
        "weigh equally within a domain, and domains equally where they are taken together."
    ]
    sentences.append(f"Its 95{SPACE}% interval: {'; '.join(methods)}.")
    general = [place.net.get("two_way") or {} for place in found]
    if any(each.get("value") is not None and each.get("low") is not None for each in general):
        sentences.append(
            "The two-way interval adds the variance between annotators (Cameron, Gelbach and Miller 2011), with "
            "Student's t on the smaller number of clusters or annotators, less one."
        )
    return " ".join(sentences)


def _tests(analysis: Mapping[str, Any], found: Sequence[Place]) -> str:
    hypotheses = list(analysis.get("hypotheses") or ())
    if not hypotheses:
        return ""
    plan = analysis.get("plan") or {}
    primary = "two_way" if plan.get("annotators") == "population" else "permutation"
    ways = list(
        dict.fromkeys(
            str(place.test(primary).get("method", "")) for place in found if place.test(primary).get("p") is not None
        )
    )
    alpha = plan.get("alpha", 0.05)
    tested = sum(1 for each in hypotheses if each.get("p") is not None)
    if not tested:
        return "Nothing could be tested."
    origin = (
        "as the plan declares it"
        if is_declared(analysis) and plan.get("hypotheses")
        else "each criterion in each domain, which nobody declared beforehand"
    )
    name = "is the two-way clustered t test" if primary == "two_way" else "flips the sign of whole clusters"
    how = listed([way.removeprefix("sign flip, ") for way in ways])
    sentences = [
        f"The primary test {name}{f' ({how})' if how else ''}, two-sided, at {decimal(float(alpha))}.",
        f"The family has {counted(tested, 'claim')}, {origin}; {_corrected(analysis)}.",
    ]
    if any(each.get("margin") is not None for each in hypotheses):
        sentences.append("Equivalence was tested by two one-sided tests (Schuirmann 1987) against the declared margin.")
    if len(pairs_of(list(found))) > 1:
        sentences.append(
            "The ranking is Bradley and Terry's (1952), a tie counting half a win for either, clusters resampled; "
            "Davidson's (1970), with ties of their own, stands beside it."
        )
    return " ".join(sentences)


def _corrected(analysis: Mapping[str, Any]) -> str:
    looks = list(analysis.get("looks") or ())
    if not looks:
        return "Holm's (1979) correction runs over it"
    return (
        f"alpha is shared equally between them and spent over {counted(len(looks), 'planned look')} and the end (Lan "
        "and DeMets 1983, with O'Brien and Fleming's (1979) shape)"
    )


def _agreement(analysis: Mapping[str, Any]) -> str:
    units = [
        int(domain.get("units") or 0)
        for criterion in (analysis.get("criteria") or {}).values()
        for domain in (criterion.get("agreement") or {}).values()
    ]
    if not any(units):
        return "Agreement is not known: no two annotators judged the same."
    return (
        "Agreement is Krippendorff's (2011) alpha, by the krippendorff package, over units with two judgments or more; "
        "its interval resamples clusters."
    )


def _left_out(analysis: Mapping[str, Any]) -> str:
    excluded = [each for each in analysis.get("excluded") or () if each.get("judgments")]
    seed = f"The seed is {analysis.get('seed')}; the same judgments and seed give the same numbers."
    if not excluded:
        return f"No judgment was left out. {seed}"
    parts = [f"{counted(int(each['judgments']), 'judgment')} ({each['rule']})" for each in excluded]
    return f"Left out: {listed(parts)}. {seed}"


def size_said(analysis: Mapping[str, Any]) -> str:
    """The size of the data in a line: "540 judgments, 60 contexts, 12 annotators"."""
    n = analysis.get("n") or {}
    word = KIND_OF_ANNOTATOR.get(annotator_kind(analysis), "annotator")
    words = (("judgments", "judgment"), ("contexts", "context"), ("annotators", word))
    return ", ".join(counted(int(n.get(key) or 0), one) for key, one in words)


def title_of(analysis: Mapping[str, Any]) -> str:
    """What the report is called."""
    study = analysis.get("study") or {}
    systems = list(study.get("systems") or ())
    named = str(study.get("title") or study.get("name") or "")
    if named:
        return named
    if len(systems) == 2:
        return f"{systems[0]} against {systems[1]}"
    return f"{in_words(len(systems)).capitalize()} systems compared" if systems else "Judgments analysed"
