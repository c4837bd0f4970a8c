"""How a study was declared and kept to, for the methods: registration, amendments, the wording that was answered.

Where nothing was opened here, as with a judgments file from elsewhere, nothing is said.
"""

from collections.abc import Mapping
from typing import Any

from evaluation.reports.numbers import counted, in_words, listed
from evaluation.reports.places import criterion_names
from evaluation.reports.verdicts import in_a_sentence


def conduct_said(analysis: Mapping[str, Any]) -> str:
    """The paragraph; empty where no study was opened."""
    study = analysis.get("study") or {}
    if not study.get("opened_at"):
        return ""
    return " ".join([_registered(study), *_amended(analysis), *_worded(analysis)])


def _registered(study: Mapping[str, Any]) -> str:
    if study.get("deposited_at"):
        late = int(study.get("deposited_after_judgments") or 0)
        when = f" (with {counted(late, 'judgment')} in by then)" if late else ""
        said = f"Design and plan were frozen when the study was opened, and are deposited at {study['deposited_at']}"
        return f"{said}{when}."
    return "Design and plan were frozen when the study was opened; they were not deposited elsewhere."


def _amended(analysis: Mapping[str, Any]) -> list[str]:
    amendments = list(analysis.get("amendments") or ())
    if not amendments:
        return ["Nothing was amended after that."]
    said = [
        f"It was amended {counted(len(amendments), 'time')} after that: "
        + "; ".join(
            f"on {str(each.get('at') or 'a day not kept')[:10]}{_known(each)}, {_in_words(each)}" for each in amendments
        )
        + "."
    ]
    late = [each for each in analysis.get("hypotheses") or () if each.get("after_judgments")]
    if late:
        names = criterion_names(analysis)
        which = listed([_claimed(each, names) for each in late])
        said.append(
            f"{in_words(len(late)).capitalize()} claim{'' if len(late) == 1 else 's'} ({which}) "
            f"{'was' if len(late) == 1 else 'were'} added when "
            "judgments were in: exploratory, corrected with all claims, while those declared before the first judgment "
            "are corrected among themselves."
        )
    return said + _extended(amendments)


def _claimed(claim: Mapping[str, Any], names: Mapping[str, str]) -> str:
    name = in_a_sentence(names.get(str(claim["criterion"]), str(claim["criterion"])))
    where = "" if claim["domain"] == "all" else f" in {claim['domain']}"
    return f"{claim['better']} over {claim['than']} on {name}{where}"


def _known(amendment: Mapping[str, Any]) -> str:
    judgments = amendment.get("judgments")
    if judgments is None:
        return ""
    seen = ", when results could be seen" if amendment.get("results_seen") else ", results not seen"
    return f" with {counted(int(judgments), 'judgment')} in{seen}"


def _in_words(amendment: Mapping[str, Any]) -> str:
    text = str(amendment["text"]).rstrip(".")
    return f"{text[:1].lower()}{text[1:]}" if text[1:2].islower() else text


def _extended(amendments: list[Any]) -> list[str]:
    """That the size was not the planned one, and whether the decision could hang on the result."""
    extensions = [each for each in amendments if any(_is_size(change) for change in each.get("changes") or ())]
    if not extensions:
        return []
    if any(each.get("results_seen") for each in extensions):
        return [
            "It was extended after results could be seen, which is optional stopping: tests of a fixed size do not "
            "hold their level, and the result is exploratory."
        ]
    return ["It was extended while results by system were hidden, so the decision could not rest on them."]


def _is_size(change: Mapping[str, Any]) -> bool:
    return str(change.get("key")) in ("judgments_per_pair", "contexts")


def _worded(analysis: Mapping[str, Any]) -> list[str]:
    """How many judgments answered which version of a question, where it was reworded."""
    names = criterion_names(analysis)
    said = []
    for key, criterion in (analysis.get("criteria") or {}).items():
        versions = {str(version): int(count) for version, count in (criterion.get("wordings") or {}).items()}
        if len(versions) > 1 or any(version != "1" for version in versions):
            parts = listed([f"version {version} ({counted(count, 'judgment')})" for version, count in versions.items()])
            said.append(f"The question on {in_a_sentence(names.get(key, key))} was answered in {parts}.")
    return said
