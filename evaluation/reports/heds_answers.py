"""What a report knows of the datasheet's questions: answers from the analysis, by number, and nothing guessed.

What Parley's own pages do (one pair at a time, replies without names, no clock) is known of a study that ran on them;
of a file of judgments from elsewhere it is not.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from evaluation.reports.agreement_block import (
    COEFFICIENTS,
    INSTRUCTED,
    coefficient_of,
    ran_here,
    self_consistency_said,
)
from evaluation.reports.kind_words import HEDS_ANSWERS, kind_of, said_of
from evaluation.reports.methods import title_of
from evaluation.reports.numbers import counted, decimal, has_interval, listed, percent, span
from evaluation.reports.places import Place, criterion_names
from evaluation.reports.treatment import treatment_answers
from evaluation.reports.verdicts import KIND_OF_ANNOTATOR, annotator_kind
from evaluation.stats.data.outcomes import ALL

TIE, BOTH_BAD, CANNOT = "about equal", "both bad", "cannot judge"
# More systems or claims than this are summed up.
MOST_NAMED: Final = 10
EXTRA: Final = {"tie": TIE, "both_bad": BOTH_BAD, "cannot_judge": CANNOT}
FORMS: Final = {
    "preference": "Relative: which of two responses is better",
    "preference5": "Relative: which of two responses is better, and how much",
    "rating": "A rating of a single response",
    "label": "A label for a single item",
}


def general_answers(analysis: Mapping[str, Any]) -> dict[str, str]:
    """The answers on resources, systems, sample, annotators and design, by number."""
    said = {number: text for number, text in _general(analysis) if text}
    # What is said of an item only where it ran here: of a file from elsewhere nobody knows.
    own = HEDS_ANSWERS.get(kind_of(analysis), {})
    said["1.2"] = said_of(kind_of(analysis), said["1.2"])
    return said | {number: text for number, text in own.items() if number in said}


def criterion_answers(analysis: Mapping[str, Any], criterion: str, found: list[Place]) -> dict[str, str]:
    """The answers of section 4 on one criterion, by number."""
    here = [place for place in found if place.criterion == criterion]
    kind, as_written = kind_of(analysis), ("4.3.7",)
    return {
        number: text if number in as_written else said_of(kind, text)
        for number, text in _of_criterion(analysis, criterion, here)
        if text
    }


def _general(analysis: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    study, n = analysis.get("study") or {}, analysis.get("n") or {}
    systems = [str(name) for name in study.get("systems") or ()]
    names = list(criterion_names(analysis).values())
    if systems:
        compared = listed(systems) if len(systems) <= MOST_NAMED else counted(len(systems), "system")
        yield "1.1.2", f"{title_of(analysis)}: {compared} on {listed(names)}."
    digests = study.get("responses") or {}
    resources = [f"judgments SHA-256 {analysis.get('snapshot', '')}"]
    resources += [f"responses of {name} SHA-256 {digest}" for name, digest in digests.items()]
    yield "1.2", f"To be found by their digests: {'; '.join(resources)}. Where they are published: {TO_ADD}"
    per_system = counted(int(n.get("contexts") or 0), "context")
    yield "3.1.1", f"{per_system} in all; the tables have the number for each pair of systems and domain."
    yield from _power(analysis)
    yield "3.2.1", f"{int(n.get('annotators') or 0):,}{_kind_said(analysis)}"
    yield "3.3.1", _preregistered(analysis)
    yield from _quality(analysis)
    yield from treatment_answers(analysis)
    if not ran_here(analysis):
        return
    yield "2.1", "Text: the turns of a dialogue so far, with the speaker's persona, and traits where stated."
    yield "2.2", "Text: the speaker's next turn."
    yield "2.3", "Dialogue: giving the next turn."
    yield "3.1.2", "Drawn at random with a fixed seed, the same contexts for every system, as the study file says."
    yield "3.2.4", INSTRUCTED
    yield "3.3.2", "Web pages of Parley, in the annotator's own browser."
    yield (
        "3.3.4.2",
        "The dialogue so far, the responses under the names Reply 1 and Reply 2 with sides balanced, and the questions "
        "with their answers; never the systems.",
    )
    yield "3.3.5", "None of the limits: when, how fast and in how many sittings was theirs to choose."
    yield "3.3.7", "At a place of their own choosing."
    yield "3.3.8", "Not applicable: the place was theirs to choose."


TO_ADD: Final = "to be filled in by the researchers."


def _power(analysis: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    hypotheses = (analysis.get("power") or {}).get("hypotheses") or ()
    said = [
        f"{each['better']} on {each['criterion']}"
        f"{'' if each['domain'] == ALL else ' in ' + str(each['domain'])}: {decimal(each['value'])}"
        for each in hypotheses
        if each.get("value") is not None
    ]
    if said:
        if len(said) > MOST_NAMED:
            values = [each["value"] for each in hypotheses if each.get("value") is not None]
            said = [f"between {decimal(min(values))} and {decimal(max(values))}, over {counted(len(values), 'claim')}"]
        yield (
            "3.1.3.2",
            "Afterwards, from the variance seen, the net preference that a study of this size finds with power .80 at "
            f"its level: {'; '.join(said)}. The power planned for: {TO_ADD}",
        )


def _kind_said(analysis: Mapping[str, Any]) -> str:
    kind = annotator_kind(analysis)
    return "." if kind == "human" else f" ({KIND_OF_ANNOTATOR.get(kind, kind)}s, no people)."


def _preregistered(analysis: Mapping[str, Any]) -> str:
    study, plan = analysis.get("study") or {}, analysis.get("plan") or {}
    if not study.get("declared", plan.get("declared")):
        return "No: no plan was declared before the first judgment."
    claims = len(plan.get("hypotheses") or ())
    amended = len(analysis.get("amendments") or ())
    frozen = "frozen in Parley" if ran_here(analysis) else "declared"
    since = f", with {counted(amended, 'amendment')} since" if amended else ""
    said = f"The plan ({counted(claims, 'claim')}) was {frozen} before the first judgment"
    deposited = str(study.get("deposited_at") or "")
    return f"{said}{since}. A public registration: {deposited or TO_ADD}"


def _quality(analysis: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    checks = [
        each
        for each in (analysis.get("annotators") or {}).values()
        if (each.get("checks") or {}).get("value") is not None
    ]
    repeated = (analysis.get("self_consistency") or {}).get("value") is not None
    excluded = [each for each in analysis.get("excluded") or () if each["rule"] not in NO_EXCLUSION]
    kinds = [
        words
        for words, is_so in (
            ("automatic checks during the work (pairs with a known answer)", bool(checks)),
            ("pairs repeated with sides swapped", repeated),
            ("exclusion by a rule", bool(excluded)),
        )
        if is_so
    ]
    if kinds:
        yield "3.3.3.1", f"{listed(kinds).capitalize()}."
    said = [
        f"{each['rule']}: {counted(int(each['judgments']), 'judgment')} of "
        f"{counted(int(each['annotators']), 'annotator')}"
        for each in excluded
    ]
    if said:
        yield "3.3.3.2", f"Left out: {'; '.join(said)}. The report stands with and without them."


# What was never meant to enter a result, and so is no exclusion.
NO_EXCLUSION: Final = ("check pair", "second look", "control of the instrument", "the same judgment twice")


def _of_criterion(analysis: Mapping[str, Any], criterion: str, here: list[Place]) -> Iterator[tuple[str, str]]:
    said = analysis["criteria"][criterion]
    scale = str(said.get("scale", ""))
    yield "4.2.1", "Subjective: each annotator's own judgment." if ran_here(analysis) else ""
    yield "4.2.2", "Relative: two responses side by side." if scale.startswith("preference") else "Absolute."
    yield "4.2.3", "Intrinsic: the response itself is judged." if ran_here(analysis) else ""
    yield "4.3.1.1", "No name was shown, only the question." if ran_here(analysis) else ""
    values = _values(said)
    if values:
        yield "4.3.3", f"{len(values)}"
        yield "4.3.4", ", ".join(values)
    yield "4.3.5", "Multiple choice." if ran_here(analysis) else ""
    yield "4.3.6", "Not applicable: there is a scale." if values else ""
    yield "4.3.7", str(said.get("question") or "")
    yield "4.3.8", FORMS.get(scale, "")
    yield "4.3.9", _aggregated(scale)
    yield "4.3.10", _tested(analysis, here)
    yield from _agreement(said)
    own = ((analysis.get("self_consistency") or {}).get("criteria") or {}).get(criterion) or {}
    yield (
        "4.3.12.1",
        (
            "Not assessed."
            if own.get("value") is None
            else "Share of pairs answered the same when repeated, sides swapped."
        ),
    )
    yield "4.3.12.2", "Not assessed." if own.get("value") is None else self_consistency_said(own)


def _values(said: Mapping[str, Any]) -> list[str]:
    scale, options = said.get("scale"), [str(option) for option in said.get("options") or ()]
    extra = [EXTRA[option] for option in ("tie", "both_bad", "cannot_judge") if option in options]
    if scale == "preference":
        return ["first better", "second better", *extra]
    if scale == "preference5":
        return ["first much better", "first slightly better", "second slightly better", "second much better", *extra]
    if scale == "rating" and said.get("low") is not None and said.get("high") is not None:
        return [str(value) for value in range(int(said["low"]), int(said["high"]) + 1)]
    return options if scale == "label" else []


def _aggregated(scale: str) -> str:
    if scale.startswith("preference"):
        return (
            "Wins less losses over judgments (net preference), judgments weighing equally within a domain and domains "
            "equally; no majority is formed first."
        )
    return {
        "rating": "Means per system; differences of two systems context by context.",
        "label": "Shares of each label per system.",
    }.get(scale, "")


def _tested(analysis: Mapping[str, Any], here: list[Place]) -> str:
    methods = dict.fromkeys(str(place.net["method"]) for place in here if place.net.get("method"))
    primary = "two_way" if (analysis.get("plan") or {}).get("annotators") == "population" else "permutation"
    tests = dict.fromkeys(
        str(place.test(primary)["method"]) for place in here if place.test(primary).get("p") is not None
    )
    if not methods:
        return ""
    tested = f" Test over clusters: {listed(list(tests))}; Holm's correction over the family." if tests else ""
    return f"Net preference with a 95 % interval ({listed(list(methods))}).{tested}"


def _agreement(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    there = (said.get("agreement") or {}).get(ALL) or {}
    key, statistic = coefficient_of(said)
    if statistic.get("value") is None:
        yield "4.3.11.1", f"None can be had: {statistic.get('reason') or 'no two annotators judged the same'}."
        return
    bounds = f", 95 % interval {span(statistic['low'], statistic['high'])}" if has_interval(statistic) else ""
    share = (there.get("percent") or {}).get("value")
    yield "4.3.11.1", f"{COEFFICIENTS[key][0]}, {COEFFICIENTS[key][1]}, over items with two judgments or more."
    yield (
        "4.3.11.2",
        (
            f"{decimal(statistic['value'])}{bounds}, {counted(int(there.get('units') or 0), 'item')}"
            f"{'' if share is None else f'; the same answer in {percent(share)}'}."
        ),
    )
