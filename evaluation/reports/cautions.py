"""The cautions that are due beside a verdict, and the marks that follow its numbers wherever they are shown."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from evaluation.reports.caution import Caution
from evaluation.reports.conduct_cautions import amendment_cautions, checkpoint_cautions, look_cautions
from evaluation.reports.numbers import counted, has_interval, in_words, listed
from evaluation.reports.places import Place, criterion_names, systems_of
from evaluation.reports.verdicts import annotator_kind, annotator_word, in_a_sentence
from evaluation.stats.data.outcomes import ALL
from evaluation.stats.inference.two_way import FEWEST_ANNOTATORS


def cautions(analysis: Mapping[str, Any], found: Sequence[Place]) -> tuple[Caution, ...]:
    """What must be known beside the verdict, what matters most first."""
    study = analysis.get("study") or {}
    data = _of_the_data(analysis, study)
    caveats = {str(caveat).rstrip(".") for caveat in study.get("caveats") or ()}
    warnings = [
        Caution(str(text), mark=_mark_of(str(text)))
        for text in analysis.get("warnings") or ()
        if not str(text).startswith(_SAID_ELSEWHERE) and str(text).rstrip(".") not in caveats
    ]
    scope = (*_of_the_scope(analysis, found), *checkpoint_cautions(analysis))
    return (*data, *warnings, *_of_the_plan(analysis), *look_cautions(analysis), *_of_the_tests(analysis), *scope)


# Warnings of the analysis that the banner or the verdict says in its own words.
_SAID_ELSEWHERE: Final = ("The annotators are ", "There are no judgments")
_MARKS: Final = {
    "No plan was declared before the first judgment": "Exploratory",
    "Results were looked at before the study was closed": "Unblinded early",
}


def _mark_of(warning: str) -> str:
    by_hand = "Exploratory" if warning.endswith("the primary result is exploratory.") else ""
    return _MARKS.get(warning.partition(":")[0], by_hand)


def _of_the_data(analysis: Mapping[str, Any], study: Mapping[str, Any]) -> list[Caution]:
    said = []
    kind = annotator_kind(analysis)
    if study.get("simulated") or kind == "simulated":
        said.append(
            Caution(
                "No person judged anything here: the annotators are simulated. This shows what a report will look "
                "like, and says nothing about the systems.",
                mark="Simulated annotators",
                weight="loud",
            )
        )
    if kind == "llm":
        said.append(
            Caution(
                "A language model judged here, not people; it may share habits with the systems.",
                mark="LLM judge",
                weight="loud",
            )
        )
    # "simulated" among the caveats is what the first sentence says already.
    caveats = [str(caveat) for caveat in study.get("caveats") or () if str(caveat).lower() != "simulated"]
    said.extend(Caution(_caveat(caveat), mark=_mark(caveat), weight="loud") for caveat in caveats)
    return said


def _caveat(text: str) -> str:
    """A caveat of the files that the systems came from, as a sentence."""
    sentence = text.strip().rstrip(".")
    if sentence.startswith("written by"):
        return f"Dialogues behind these systems were {sentence}."
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _mark(text: str) -> str:
    """A caveat short enough to stand beside a number; empty where it is a sentence."""
    if "offline author" in text.lower():
        return "Offline author"
    return text[:1].upper() + text[1:] if len(text) <= 30 else ""


def _of_the_plan(analysis: Mapping[str, Any]) -> list[Caution]:
    said = []
    if is_declared(analysis) and not (analysis.get("plan") or {}).get("hypotheses"):
        said.append(
            Caution(
                "The plan declares no hypothesis: each criterion in each domain was tested, and the result is "
                "exploratory.",
                mark="Exploratory",
            )
        )
    return [*said, *amendment_cautions(analysis)]


def is_declared(analysis: Mapping[str, Any]) -> bool:
    """Whether a plan was declared before the first judgment."""
    study, plan = analysis.get("study") or {}, analysis.get("plan") or {}
    return bool(study.get("declared", plan.get("declared", False)))


def _of_the_tests(analysis: Mapping[str, Any]) -> list[Caution]:
    names = criterion_names(analysis)
    hypotheses = list(analysis.get("hypotheses") or ())
    said = []
    powerless = [each for each in hypotheses if each.get("p") is not None and not each.get("could_reject", True)]
    if powerless and len(powerless) == len(hypotheses):
        said.append(
            Caution(
                "This study could not have rejected anything: so few clusters lean to either side that even the most "
                "extreme outcome stays above the corrected level.",
                mark="Could not reject",
            )
        )
    elif len(powerless) > 4:
        said.append(
            Caution(
                f"{counted(len(powerless), 'claim')} of {len(hypotheses):,} could not have been rejected, whatever was "
                "answered: the clusters are too few."
            )
        )
    elif powerless:
        where = listed([_place_said(each, names) for each in powerless])
        said.append(
            Caution(f"This study could not have rejected on {where}, whatever was answered: the clusters are too few.")
        )
    for each in hypotheses:
        if each.get("note"):
            said.append(Caution(f"{_place_said(each, names).capitalize()}: {each['note']}"))
    return said


def _place_said(hypothesis: Mapping[str, Any], names: Mapping[str, str]) -> str:
    name = in_a_sentence(names.get(str(hypothesis["criterion"]), str(hypothesis["criterion"])))
    return name if hypothesis["domain"] == ALL else f"{name} in {hypothesis['domain']}"


def _of_the_scope(analysis: Mapping[str, Any], found: Sequence[Place]) -> list[Caution]:
    count = int((analysis.get("n") or {}).get("annotators") or 0)
    if count == 0:
        return []
    if not found:
        return _of_ratings_and_labels(analysis, count)
    if (analysis.get("plan") or {}).get("annotators") == "population":
        return [Caution("The test takes annotators as a sample, too: the verdict speaks for annotators in general.")]
    word = annotator_word(analysis, count)
    this = "this one" if count == 1 else f"these {in_words(count)}"
    scope = f"{in_words(count).capitalize()} {word} took part. The verdict speaks for {this}"
    if len(systems_of(list(found))) > 2:
        return [Caution(f"{scope}: the ranking resamples dialogues, not annotators.")]
    if any(has_interval(place.net.get("two_way") or {}) for place in found):
        return [Caution(f"{scope}; for annotators in general read the two-way interval in the table.")]
    # The analysis itself warns that so few speak for nobody else.
    return []


def _of_ratings_and_labels(analysis: Mapping[str, Any], count: int) -> list[Caution]:
    """Whom ratings and labels speak for. Of fewer than five annotators the analysis itself says it."""
    if count < FEWEST_ANNOTATORS:
        return []
    word = annotator_word(analysis, count)
    many = in_words(count)
    return [
        Caution(
            f"{many.capitalize()} {word} took part. What they say speaks for these {many}: the intervals resample what "
            "was judged, not annotators."
        )
    ]
