"""How people were treated and what was known of the material: ethics, warnings, skips, who they are, and form.

All of it stands beside the results and changes none of them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from evaluation.reports.caution import Caution
from evaluation.reports.numbers import SPACE, counted, listed, percent
from evaluation.reports.table import Column, Missing, Table, Value
from evaluation.stats.data.conduct import SMALLEST_CELL, Conduct, FormFound, conduct_from_json
from evaluation.stats.instrument.form import warns

SHOWN: Final = {
    "detokenised": "as one writes them, with spaces before punctuation closed and sentences capitalised",
    "as-is": "as they came",
}


def treatment_methods(analysis: Mapping[str, Any]) -> tuple[str, ...]:
    """A paragraph on what annotators were told and shown; none of a file of judgments that knows nothing of it."""
    study = analysis.get("study") or {}
    found = study.get("conduct") or {}
    said = []
    if study.get("display"):
        said.append(
            "Replies, references, the persona and the turns before were shown "
            f"{SHOWN.get(str(study['display']), str(study['display']))}, by one function for all of them; what is kept "
            "is the raw text."
        )
    if found.get("layout") == "one-per-page":
        said.append("Questions came one at a time.")
    own = [
        f"{trait} at {level} was called “{words}”"
        for trait, levels in (found.get("trait_words") or {}).items()
        for level, words in levels.items()
    ]
    if own:
        said.append(f"Traits were said in the study's own words where it has some: {'; '.join(own)}.")
    if found.get("content_warning"):
        said.append(f"Before they agreed, annotators were warned: “{str(found['content_warning']).strip()}”")
    if found.get("may_skip"):
        said.append("Any pair could be passed over without giving a reason and without penalty.")
    if found.get("ethics"):
        said.append(ethics_said(found))
    return (" ".join(said),) if said else ()


def ethics_said(found: Mapping[str, Any]) -> str:
    """The sentence on the ethics approval; empty where nothing was stated."""
    ethics = str(found.get("ethics") or "")
    if not ethics:
        return ""
    return "No ethics approval was stated (“none”)." if ethics == "none" else f"Ethics approval: {ethics.rstrip('.')}."


def treatment_paragraphs(analysis: Mapping[str, Any]) -> tuple[str, ...]:
    """What the instrument may hang on: form, and pairs that nobody would judge."""
    paragraphs = (" ".join(_form(analysis)), _skips(analysis))
    return tuple(paragraph for paragraph in paragraphs if paragraph)


def treatment_cautions(analysis: Mapping[str, Any]) -> tuple[Caution, ...]:
    """Where form gives systems away, and where pairs are missing because people passed over them."""
    said = [
        Caution(
            f"The form of the replies alone tells {each.first} from {each.second} in {percent(each.accuracy)} of "
            "pairs: people may have judged the form, or known the system by it."
        )
        for each in _found(analysis)
        if warns(each) and each.accuracy is not None
    ]
    often = [each for each in _conduct(analysis).skipped_pairs if each.often]
    if often:
        said.append(
            Caution(
                f"{counted(len(often), 'pair')} {'was' if len(often) == 1 else 'were'} passed over by one in three or "
                "more of those who saw it: what is missing there is not missing by chance."
            )
        )
    return tuple(said)


def treatment_tables(analysis: Mapping[str, Any]) -> tuple[Table, ...]:
    """Form, skipped pairs and the background, where there is any."""
    return tuple(table for table in (_form_table(analysis), _skipped(analysis), _background(analysis)) if table.rows)


def treatment_answers(analysis: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the datasheet can be told: ethics, and who the annotators said they are."""
    found = (analysis.get("study") or {}).get("conduct") or {}
    yield "5.1", ethics_said(found)
    said = [
        f"{question}: {', '.join(f'{answer} {number}' if number else answer for answer, number in cells)}"
        for question, cells in _conduct(analysis).background.items()
    ]
    if said:
        yield "3.2.5", f"As they said themselves, in cells of {SMALLEST_CELL} or more. {'; '.join(said)}."


def _conduct(analysis: Mapping[str, Any]) -> Conduct:
    return conduct_from_json((analysis.get("study") or {}).get("conduct") or {})


def _found(analysis: Mapping[str, Any]) -> tuple[FormFound, ...]:
    return _conduct(analysis).form


def _form(analysis: Mapping[str, Any]) -> Iterator[str]:
    known = [each for each in _found(analysis) if each.accuracy is not None]
    if not known:
        return
    if len(known) > MOST_NAMED:
        worst = max(known, key=lambda each: each.accuracy or 0.0)
        yield (
            f"From length, capitals, spacing and punctuation alone a classifier tells the replies of two systems apart "
            f"in {percent(min(each.accuracy or 0.0 for each in known))} to {percent(worst.accuracy or 0.0)} of pairs, "
            f"the most between {worst.first} and {worst.second}; one half is chance."
        )
        return
    parts = [
        f"{each.first} from {each.second} in {percent(each.accuracy or 0.0)} of {each.pairs:,} pairs "
        f"(95{SPACE}% interval {percent(each.low or 0.0)} to {percent(each.high or 0.0)}"
        f"{'; ' + '; '.join(each.by) if each.by else ''})"
        for each in known
    ]
    yield (
        f"From length, capitals, spacing and punctuation alone a classifier tells {listed(parts)}; one half is chance."
    )


# More pairs of systems than this are summed up; the table has them all.
MOST_NAMED: Final = 3


def _skips(analysis: Mapping[str, Any]) -> str:
    found = _conduct(analysis)
    if not found.may_skip:
        return ""
    skips, people = sum(found.skips.values()), len(found.skips)
    if not skips:
        return "Nobody passed over a pair, though everybody could."
    annotators = "one annotator" if people == 1 else f"{people:,} annotators"
    pairs = len(found.skipped_pairs)
    where = f", of {counted(pairs, 'judged pair')}" if pairs else ", none of a judged pair"
    return (
        f"{counted(skips, 'look')} {'was' if skips == 1 else 'were'} passed over, by {annotators}{where}. Others "
        "judged these pairs in their place, so that no pair has fewer judgments for it where anybody would judge it."
    )


def _form_table(analysis: Mapping[str, Any]) -> Table:
    rows: list[tuple[Value, ...]] = [
        (
            each.first,
            each.second,
            each.pairs,
            each.accuracy if each.accuracy is not None else Missing(each.reason),
            (each.low, each.high) if each.low is not None and each.high is not None else Missing(each.reason),
            "; ".join(each.by),
        )
        for each in _found(analysis)
    ]
    columns = (
        Column("first", "First"),
        Column("second", "Second"),
        Column("pairs", "Pairs", "count"),
        Column("told", "Told by form", "share"),
        Column("told_95", "95 %", "interval"),
        Column("by", "What differs most", "prose"),
    )
    note = (
        "Ten-fold cross-validated logistic regression on length, capitals, spacing, punctuation, digits and signs "
        "beyond ASCII of the replies as displayed, whole clusters held out; Wilson over clusters. One half is chance."
    )
    return Table("form", "Does form alone tell the systems apart?", columns, tuple(rows), note)


def _skipped(analysis: Mapping[str, Any]) -> Table:
    rows: list[tuple[Value, ...]] = [
        (
            each.context,
            each.domain,
            each.first,
            each.second,
            each.skipped,
            each.judged,
            each.skipped / (each.skipped + each.judged),
            "often" if each.often else "",
        )
        for each in _conduct(analysis).skipped_pairs
    ]
    columns = (
        Column("context", "Context"),
        Column("domain", "Domain"),
        Column("first", "First"),
        Column("second", "Second"),
        Column("skipped", "Passed over", "count"),
        Column("judged", "Judged", "count"),
        Column("share", "Share", "share"),
        Column("often", "Often"),
    )
    note = "Often: two at least, and one in three or more of those who saw the pair."
    return Table("skipped", "Pairs that were passed over", columns, tuple(rows), note)


def _background(analysis: Mapping[str, Any]) -> Table:
    rows: list[tuple[Value, ...]] = [
        (question, answer, number if number else Missing(f"fewer than {SMALLEST_CELL} are not counted"))
        for question, cells in _conduct(analysis).background.items()
        for answer, number in cells
    ]
    columns = (
        Column("question", "Question"),
        Column("answer", "Answer"),
        Column("annotators", "Annotators", "count"),
    )
    note = (
        f"What annotators said of themselves, if they liked. Answers of fewer than {SMALLEST_CELL} are put together; "
        "nobody's can be looked up. Those of annotators who withdrew later are among them."
    )
    return Table("background", "Who judged, as they say", columns, tuple(rows), note)
