"""An audit as people read it: a short letter, the points of a reviewer, and the table of comparisons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from evaluation.reports.numbers import counted, decimal, in_words, listed, p_said, p_value, percent, plain
from evaluation.reports.places import spoken
from evaluation.reports.table import Column, Missing, Table, Value, without_empty_columns
from evaluation.stats.auditing.audit import CLUSTERED, Audit, Comparison
from evaluation.stats.auditing.reviewing import Point, Status, review
from evaluation.stats.inference.estimate import Estimate, Significance
from evaluation.stats.inference.two_way import FEWEST_ANNOTATORS
from generation.corpus.manifest import parley_version

# More of them than this are for the table.
MOST_NAMED: Final = 3
# Above this many systems no single comparison is the result.
MOST_SYSTEMS: Final = 10
HEADINGS: Final[dict[Status, str]] = {
    "weak": "What will be held against it",
    "missing": "What is missing",
    "unknown": "What only you can say",
    "given": "What is there",
}


@dataclass(frozen=True)
class Letter:
    """An audit in words. `paragraphs` read on; `points` are grouped under `HEADINGS`."""

    file: str
    paragraphs: tuple[str, ...]
    points: tuple[Point, ...]
    tables: tuple[Table, ...]
    analysis: dict[str, Any]

    @property
    def title(self) -> str:
        """What stands at the top."""
        return f"Audit of {self.file}"

    def grouped(self) -> list[tuple[str, list[Point]]]:
        """The points under their headings, those that weigh most first."""
        groups = [(heading, [each for each in self.points if each.status == key]) for key, heading in HEADINGS.items()]
        return [(heading, points) for heading, points in groups if points]


def letter_of(found: Audit, *, file: str) -> Letter:
    """The letter on an audit of the file called `file`."""
    points = review(found)
    return Letter(
        file=file,
        paragraphs=tuple(paragraph for paragraph in _paragraphs(found) if paragraph),
        points=points,
        tables=tuple(table for table in (_table(found), _points(points)) if table.rows),
        analysis={
            "file": file,
            "snapshot": found.snapshot,
            "seed": found.info.seed,
            "parley": parley_version(),
            "n": _sizes(found),
            "comparisons": [each.as_json() for each in found.comparisons],
            "found": {
                "comparisons": len(found.comparisons),
                "usual": found.found("binomial"),
                "majority": found.found("majority"),
                "permutation": found.found("permutation"),
                "permutation_holm": found.found("permutation", corrected=True),
                "two_way": found.found("two_way"),
                "two_way_holm": found.found("two_way", corrected=True),
                "lost": len(found.lost()),
            },
            "review": [each.as_json() for each in points],
        },
    )


def _sizes(found: Audit) -> dict[str, int]:
    rows = found.chosen.counted
    return {
        "judgments": len(rows),
        "contexts": len({(row.domain, row.context) for row in rows}),
        "annotators": len({row.annotator for row in rows}),
        "criteria": len({row.criterion for row in rows}),
        "systems": len(_systems(found)),
    }


def _systems(found: Audit) -> set[str]:
    return {name for each in found.comparisons for name in (each.first, each.second)}


def _paragraphs(found: Audit) -> list[str]:
    n = _sizes(found)
    if not n["judgments"]:
        return ["There is nothing to audit: not one judgment counts."]
    words = (("judgments", "judgment"), ("contexts", "context"), ("annotators", "annotator"))
    opening = f"Your file holds {listed([counted(n[key], one) for key, one in words])}"
    if not found.comparisons:
        return [f"{opening}. No two systems are compared in it, so that there is nothing to test: see the agreement."]
    systems = counted(n["systems"], "system")
    asked = "" if n["criteria"] < 2 else f" under {counted(n['criteria'], 'criterion', 'criteria')}"
    number = len(found.comparisons)
    opening += f", and compares {systems}{asked} in {counted(number, 'comparison')}."
    if number == 1:
        return [opening, *_on_one(found.comparisons[0])]
    return [opening, _usual(found), _clustered(found), _general(found), _on_lost(found), _on_many(found)]


def _on_one(comparison: Comparison) -> list[str]:
    permutation, general = (comparison.clustered[name] for name in CLUSTERED)
    size = "" if comparison.effect.value is None else f"{_effect(comparison)}, "
    clustered = (
        f"With the cluster as the unit: {size}{p_said(permutation.p)} over {counted(permutation.n, 'cluster')}."
        if permutation.p is not None
        else f"With the cluster as the unit nothing can be tested: {permutation.reason}."
    )
    others = (
        f"For annotators in general (two-way clustered): {p_said(general.p)}."
        if general.p is not None
        else f"Nothing can be said of annotators in general: {general.reason.partition(':')[0]}."
    )
    return [_usual_of_one(comparison), f"{clustered} {others}"]


def _usual_of_one(comparison: Comparison) -> str:
    usual, share = comparison.usual, comparison.published.share
    names = f"{comparison.first} against {comparison.second}"
    if usual.p is None:
        return f"{names}: the usual test cannot be had ({usual.reason})."
    if comparison.scale == "rating":
        difference = plain(share.value or 0.0, sign=True)
        return (
            f"Welch's t test, that takes each rating as independent, says of {names}: a mean difference of "
            f"{difference}, {p_said(usual.p)}."
        )
    said = (
        f"A binomial test that takes each judgment as independent says of {names}: {percent(share.value or 0.0)} "
        f"of the decided judgments for {comparison.first}, {p_said(usual.p)}."
    )
    majority = comparison.published.tests["majority"]
    if majority.p is None:
        return said
    return f"{said} A sign test over the majority of each item: {p_said(majority.p)}."


def _effect(comparison: Comparison) -> str:
    effect = comparison.effect
    say = plain if comparison.scale == "rating" else decimal
    name = "a mean difference" if comparison.scale == "rating" else "a net preference"
    bounds = "" if effect.low is None or effect.high is None else f" ({say(effect.low)} to {say(effect.high)})"
    return f"{name} of {say(effect.value or 0.0, sign=True)}{bounds}"


def _usual(found: Audit) -> str:
    number, usual, majority = len(found.comparisons), found.found("binomial"), found.tested("majority")
    said = (
        f"A test that takes every judgment as independent, as most papers have it, calls {usual:,} of {number:,} "
        "comparisons different at 5 %"
    )
    if majority:
        return f"{said}; a sign test over the majority of each item, {found.found('majority'):,}."
    return f"{said}."


def _clustered(found: Audit) -> str:
    tested, number = found.tested("permutation"), len(found.comparisons)
    if not tested:
        return "With the cluster as the unit not one comparison can be tested: none has six clusters."
    which = f"{tested:,}" if tested == number else f"the {tested:,} that have the six clusters such a test needs"
    corrected = found.found("permutation", corrected=True)
    return (
        f"With the cluster as the unit, {found.found('permutation'):,} of {which} differ; "
        f"corrected for {counted(tested, 'test')} (Holm), {in_words(corrected)}."
    )


def _general(found: Audit) -> str:
    tested = found.tested("two_way")
    if not tested:
        few = f"none has {in_words(FEWEST_ANNOTATORS)} annotators and six clusters"
        return f"Of annotators in general nothing can be said: {few}."
    corrected = found.found("two_way", corrected=True)
    return (
        f"For annotators in general (two-way clustered), {found.found('two_way'):,} of {tested:,} differ; "
        f"corrected, {in_words(corrected)}."
    )


def _on_lost(found: Audit) -> str:
    lost = found.lost()
    if not lost:
        return "Everything that the usual test found stands." if found.found("binomial") else ""
    named = [
        f"{each.first} against {each.second}"
        + (f" ({spoken(each.criterion).lower()})" if _sizes(found)["criteria"] > 1 else "")
        + f": {p_said(each.usual.p or 0.0)} as usual, {_as_clustered(each)}"
        for each in lost[:MOST_NAMED]
    ]
    rest = f"; and {counted(len(lost) - MOST_NAMED, 'more comparison')}" if len(lost) > MOST_NAMED else ""
    return f"What was found and does not stand: {'; '.join(named)}{rest}."


def _as_clustered(comparison: Comparison) -> str:
    test = comparison.clustered["permutation"]
    if test.p is None:
        return "not testable over clusters"
    return f"{p_value(test.p)} over clusters, {p_value(comparison.p_holm['permutation'])} corrected"


def _on_many(found: Audit) -> str:
    if len(_systems(found)) <= MOST_SYSTEMS:
        return ""
    return "With so many systems no single comparison is the result; their ranking is, and `analyse` gives it."


def _table(found: Audit) -> Table:
    many = len({each.criterion for each in found.comparisons}) > 1
    rated = any(each.scale == "rating" for each in found.comparisons)
    columns = (
        Column("first", "First"),
        Column("second", "Second"),
        Column("criterion", "Criterion", shown=many),
        Column("judgments", "Judgments", "count", shown=False),
        Column("clusters", "Clusters", "count"),
        Column("annotators", "Annotators", "count", shown=False),
        Column("share", "Share of wins", "share"),
        Column("usual_p", "p, usual", "p"),
        Column("majority_p", "p, majority", "p"),
        Column("effect", "Effect", "number" if rated else "net"),
        Column("effect_95", "95 %", "bounds" if rated else "interval"),
        Column("permutation_p", "p, clusters", "p"),
        Column("permutation_p_holm", "p, Holm", "p"),
        Column("two_way_p", "p, two-way", "p"),
    )
    rows: list[tuple[Value, ...]] = []
    for each in found.comparisons:
        is_rating = each.scale == "rating"
        rows.append(
            (
                each.first,
                each.second,
                each.criterion,
                *(each.sizes[key] for key in ("judgments", "clusters", "annotators")),
                Missing("ratings have a difference, no share") if is_rating else _value(each.published.share),
                _p(each.usual),
                _p(each.published.tests.get("majority", Significance(None, reason="ratings have no majority"))),
                _value(each.effect),
                _bounds(each.effect),
                _p(each.clustered["permutation"]),
                each.p_holm.get("permutation", Missing("")),
                _p(each.clustered["two_way"]),
            )
        )
    note = "Effect: net preference, on ratings the mean difference; the share is of decided judgments."
    table = Table("audit", "Each comparison, as usual and by clusters", columns, tuple(rows), note=note)
    return without_empty_columns(table, ["share", "majority_p", "two_way_p"])


def _points(points: Sequence[Point]) -> Table:
    columns = (
        Column("topic", "Topic"),
        Column("status", "Status"),
        Column("said", "In words", "prose"),
        Column("asked_by", "Asked by"),
    )
    rows = tuple((each.topic, each.status, each.said, each.asked_by) for each in points)
    return Table("review", "What a reviewer asks", columns, rows)


def _value(estimate: Estimate) -> Value:
    return Missing(estimate.reason) if estimate.value is None else estimate.value


def _bounds(estimate: Estimate) -> Value:
    if estimate.low is None or estimate.high is None:
        return Missing(estimate.reason)
    return estimate.low, estimate.high


def _p(test: Significance) -> Value:
    return Missing(test.reason) if test.p is None else test.p
