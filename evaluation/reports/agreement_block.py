"""What audits of human evaluations look for first: which coefficient, at which level, over what, and who annotated.

One line per criterion with the coefficient that suits its scale; all of them stand in the table of agreement.
"""

from collections.abc import Mapping
from typing import Any, Final

from evaluation.reports.numbers import counted, has_interval, listed, percent
from evaluation.reports.places import criterion_names
from evaluation.reports.table import Column, Table, Value, interval_of, signed, value_of
from evaluation.reports.verdicts import KIND_OF_ANNOTATOR, annotator_kind
from evaluation.stats.data.outcomes import ALL
from evaluation.study_files.heds_questions import ADJUDICATION

OPEN: Final = "to be filled in by the researchers"
INSTRUCTED: Final = "Instructions on a page of their own before the first pair."
# Key in the analysis -> its name, and the level of measurement that it takes the scale for.
COEFFICIENTS: Final = {
    "alpha_nominal": ("Krippendorff's alpha", "nominal"),
    "alpha_ordinal": ("Krippendorff's alpha", "ordinal"),
    "alpha_interval": ("Krippendorff's alpha", "interval"),
}
# The level that says most of each scale; the nominal one stands where that is undefined.
SUITED: Final = {
    "preference": "alpha_ordinal",
    "preference5": "alpha_ordinal",
    "rating": "alpha_interval",
    "label": "alpha_nominal",
}


def ran_here(analysis: Mapping[str, Any]) -> bool:
    """Whether the judgments were given on Parley's pages, and by people."""
    study = analysis.get("study") or {}
    return bool(study.get("name") and study.get("opened_at")) and annotator_kind(analysis) == "human"


def coefficient_of(said: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The coefficient that a criterion of the analysis is reported with, over all domains: its key and its number."""
    there = (said.get("agreement") or {}).get(ALL) or {}
    for key in (SUITED.get(str(said.get("scale")), "alpha_nominal"), "alpha_nominal"):
        if (there.get(key) or {}).get("value") is not None:
            return key, there[key]
    return "alpha_nominal", there.get("alpha_nominal") or {}


def agreement_block(analysis: Mapping[str, Any]) -> Table | None:
    """A row per criterion: coefficient, level, value, interval, same answers, items, annotators per item."""
    rows: list[tuple[Value, ...]] = []
    signatures: dict[str, str] = {}
    for criterion, name in criterion_names(analysis).items():
        said = analysis["criteria"][criterion]
        there = (said.get("agreement") or {}).get(ALL)
        if not there:
            continue
        key, statistic = coefficient_of(said)
        coefficient, level = COEFFICIENTS[key]
        rows.append(
            (
                name,
                coefficient,
                level,
                value_of(statistic),
                interval_of(statistic),
                value_of(there.get("percent")),
                int(there.get("units") or 0),
                int(there.get("judgments") or 0),
                raters_said(there.get("raters") or {}),
            )
        )
        signatures |= signed(name, {coefficient: statistic})
    columns = (
        Column("criterion", "Criterion"),
        Column("coefficient", "Coefficient"),
        Column("level", "Level"),
        Column("value", "Value", "coefficient"),
        Column("value_95", "95 %", "interval"),
        Column("percent", "Same answer", "share"),
        Column("units", "Items", "count"),
        Column("judgments", "Judgments", "count"),
        Column("raters", "Annotators per item"),
    )
    note = (
        "Over all domains. Items are those with two judgments or more; in brackets, how many items had so many "
        "annotators. 1 is perfect agreement, 0 is chance."
    )
    return (
        Table("agreement_reported", "Agreement as reported", columns, tuple(rows), note, signatures) if rows else None
    )


def raters_said(raters: Mapping[str, int]) -> str:
    """How many annotators the items had: "3", or with how many items had so many "2 (4), 3 (116)"."""
    if len(raters) == 1:
        return next(iter(raters))
    sizes = sorted(raters.items(), key=lambda each: int(each[0]))
    return ", ".join(f"{size} ({items:,})" for size, items in sizes)


def facts(analysis: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Annotators, training, pay, exclusions, adjudication and self-consistency, as terms and what is known of them."""
    study = analysis.get("study") or {}
    answers: Mapping[str, str] = study.get("datasheet") or {}
    kind = annotator_kind(analysis)
    count = int((analysis.get("n") or {}).get("annotators") or 0)
    unknown = OPEN if kind == "human" else "none: no people took part"
    return (
        ("Annotators", counted(count, KIND_OF_ANNOTATOR.get(kind, "annotator"))),
        ("Training", answers.get("3.2.4") or (INSTRUCTED if ran_here(analysis) else unknown)),
        ("Pay", answers.get("3.2.2.2") or unknown),
        ("Recruitment", answers.get("3.2.3") or unknown),
        ("Exclusions", _exclusions(analysis)),
        ("Adjudication", answers.get(ADJUDICATION) or "none in this analysis: every judgment counts as it was given"),
        ("With themselves", self_consistency_said(analysis.get("self_consistency") or {})),
    )


def _exclusions(analysis: Mapping[str, Any]) -> str:
    left_out = [
        f"{counted(int(each['judgments']), 'judgment')} ({each['rule']})"
        for each in analysis.get("excluded") or ()
        if each.get("judgments")
    ]
    return listed(left_out) if left_out else "none"


def self_consistency_said(statistic: Mapping[str, Any]) -> str:
    """How often a pair was answered the same again: "81 % (70 % to 90 %)", or why that is not known."""
    if statistic.get("value") is None:
        return f"not known: {statistic.get('reason') or 'no pair was shown twice'}"
    bounds = f" ({percent(statistic['low'])} to {percent(statistic['high'])})" if has_interval(statistic) else ""
    return f"{percent(statistic['value'])}{bounds}"
