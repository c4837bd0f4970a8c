"""What a reviewer asks of a human evaluation, and what a file of judgments has to say to it.

The questions are those of the ARR checklist for responsible research (C3, D1 to D5) and of the sections of HEDS 3.0
(Belz and Thomson 2024): 3.1 sample, 3.2 evaluators, 3.3 design, 4.1 criteria, 4.3 response elicitation, 5 ethics.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Final, Literal

from evaluation.stats.agreeing.agreement import agreement
from evaluation.stats.agreeing.judged import comparable
from evaluation.stats.auditing.audit import Audit
from evaluation.stats.data.outcomes import cluster_of, domain_of
from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.inference.two_way import FEWEST_ANNOTATORS
from evaluation.stats.instrument.bias import side_bias

# given: it is there, and may be reported as said. weak: it is there, and will be held against the paper. missing: it is
# not there. unknown: no file of judgments can tell; the paper must.
Status = Literal["given", "weak", "missing", "unknown"]
ENOUGH_ANNOTATORS: Final = 15
LARGEST_SHARE: Final = 0.2
OFF_BALANCE: Final = 0.1


@dataclass(frozen=True)
class Point:
    """One thing that is asked: what it is, how it stands, in a sentence, and who asks."""

    topic: str
    status: Status
    said: str
    asked_by: str

    def as_json(self) -> dict[str, Any]:
        """An entry of `review`."""
        return asdict(self)


def review(found: Audit) -> tuple[Point, ...]:
    """Every point, in the order in which a reviewer reads: who judged, what, how, and what was made of it."""
    rows = found.chosen.counted
    if not rows:
        return (Point("Judgments", "missing", "Not one judgment counts.", "HEDS 4.3"),)
    points = [
        _annotators(rows),
        _shares(rows),
        _raters_per_item(rows),
        *_agreement(found),
        _sides(found),
        _clusters(rows),
        _repeats(found),
        _checks(found),
        _exclusions(found),
        _kinds(found),
        _time(rows),
        _wording(found),
        _plan(found),
        _tests(found),
        *_NEVER_IN_A_FILE,
    ]
    return tuple(points)


def _annotators(rows: Sequence[JudgmentRow]) -> Point:
    count = len({row.annotator for row in rows})
    if count < FEWEST_ANNOTATORS:
        said = f"{count} annotated: whatever comes out holds for them, and says nothing about other people."
        return Point("Number of annotators", "weak", said, "HEDS 3.2")
    if count < ENOUGH_ANNOTATORS:
        said = f"{count} annotated; for a claim about people in general {ENOUGH_ANNOTATORS} or more are wanted."
        return Point("Number of annotators", "weak", said, "HEDS 3.2")
    return Point("Number of annotators", "given", f"{count} annotated.", "HEDS 3.2")


def _shares(rows: Sequence[JudgmentRow]) -> Point:
    counts = Counter(row.annotator for row in rows)
    name, most = counts.most_common(1)[0]
    share = most / len(rows)
    fewest = min(counts.values())
    said = f"From {fewest:,} to {most:,}; the most, {share:.0%} of all, by {name}."
    if len(counts) == 1 or fewest == most:
        said = f"{most:,} each, {share:.0%} of all."
    status: Status = "weak" if share > LARGEST_SHARE else "given"
    return Point("Judgments per annotator", status, said, "HEDS 3.2")


def _raters_per_item(rows: Sequence[JudgmentRow]) -> Point:
    raters: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for row in rows:
        systems = (row.system,) if row.system else tuple(sorted((row.first, row.second)))
        raters[row.criterion, domain_of(row), row.context, systems].add(row.annotator)
    sizes = Counter(len(each) for each in raters.values())
    if set(sizes) == {1}:
        said = "One to each item: nobody can tell a difference between systems from one between annotators."
        return Point("Annotators per item", "missing", said, "HEDS 3.3")
    spread = ", ".join(f"{count:,} items with {size}" for size, count in sorted(sizes.items()))
    return Point("Annotators per item", "given", f"{spread[:1].upper()}{spread[1:]}.", "HEDS 3.3")


def _agreement(found: Audit) -> list[Point]:
    """One point for each criterion."""
    points = []
    for criterion in found.criteria:
        rows = [row for row in found.chosen.counted if row.criterion == criterion.key]
        compared = comparable(rows, criterion, systems=found.info.systems)
        there = agreement(compared.judged, levels=compared.levels, seed=found.info.seed)
        alpha = there.coefficients["alpha_nominal"]
        topic = f"Agreement on {criterion.name or criterion.key}"
        if alpha.value is None:
            points.append(Point(topic, "missing", f"None can be had: {alpha.reason}.", "HEDS 4.3"))
            continue
        bounds = (
            "" if alpha.low is None or alpha.high is None else f", 95 % interval {alpha.low:.2f} to {alpha.high:.2f}"
        )
        said = f"Krippendorff's alpha, nominal, is {alpha.value:.2f}{bounds}, over {there.units:,} items."
        points.append(
            Point(topic, "given", f"{said} Name the coefficient and its level when you report it.", "HEDS 4.3")
        )
    return points


def _sides(found: Audit) -> Point:
    rows = [row for row in found.chosen.counted if row.first]
    shown = [row for row in rows if row.displayed_left]
    topic = "Order of the two responses"
    if not rows:
        return Point(topic, "given", "Single responses were judged: there is no order within a pair.", "HEDS 3.3")
    if not shown:
        said = "The file has no displayed_left: whether sides were balanced, and whether they mattered, cannot be told."
        return Point(topic, "missing", said, "HEDS 3.3")
    bias = side_bias(found.chosen.counted, systems=found.info.systems, seed=found.info.seed)
    first = bias.first_on_left
    if first is not None and abs(first - 0.5) > OFF_BALANCE:
        said = f"The first system stood left in {first:.0%} of the judgments: side and system cannot be told apart."
        return Point(topic, "weak", said, "HEDS 3.3")
    chose = (
        "" if bias.share.value is None else f"; the left one was chosen in {bias.share.value:.0%} of what was decided"
    )
    return Point(topic, "given", f"Sides were balanced{chose}.", "HEDS 3.3")


def _clusters(rows: Sequence[JudgmentRow]) -> Point:
    contexts = {(domain_of(row), row.context): cluster_of(row) for row in rows}
    clusters = len(set(contexts.values()))
    if clusters < len(contexts):
        said = f"{len(contexts):,} contexts come from {clusters:,} clusters; tests must take clusters as the unit."
        return Point("Independence of the items", "given", said, "HEDS 3.1")
    if any(row.cluster for row in rows):
        return Point("Independence of the items", "given", f"{clusters:,} contexts, one to a cluster.", "HEDS 3.1")
    said = (
        f"{clusters:,} contexts, each taken as independent: if several come from one dialogue, document or persona, "
        "say so in a column called cluster."
    )
    return Point("Independence of the items", "unknown", said, "HEDS 3.1")


def _repeats(found: Audit) -> Point:
    number = len(found.chosen.second_looks)
    if number:
        said = f"{number:,} judgments are repeats (look 2): self-consistency can be reported."
        return Point("Agreement with oneself", "given", said, "HEDS 4.3")
    return Point("Agreement with oneself", "missing", "Nobody saw an item twice.", "HEDS 4.3")


def _checks(found: Audit) -> Point:
    number = len(found.chosen.checks)
    if number:
        return Point("Quality control", "given", f"{number:,} judgments of check pairs stand in the file.", "HEDS 3.3")
    said = "No check pairs are marked (is_check): say how attention was secured."
    return Point("Quality control", "missing", said, "HEDS 3.3")


def _exclusions(found: Audit) -> Point:
    ruled = [each for each in found.chosen.left_out if each.rule not in ("check pair", "second look")]
    if ruled:
        said = "; ".join(f"{each.judgments:,} judgments: {each.rule}" for each in ruled)
        return Point("Exclusions", "given", f"{said[:1].upper()}{said[1:]}.", "HEDS 3.3")
    said = "None are marked (excluded_by): say that nobody was left out, or by which rule, set when."
    return Point("Exclusions", "unknown", said, "HEDS 3.3")


def _kinds(found: Audit) -> Point:
    if found.chosen.kind == "human":
        said = (
            "All judgments used are of people, if annotator_kind says true."
            if _says_kind(found)
            else ("The file has no annotator_kind: all are taken to be people.")
        )
        return Point("Who the annotators are", "given" if _says_kind(found) else "unknown", said, "HEDS 3.2")
    said = f"The annotators are {found.chosen.kind}: these numbers say nothing about people."
    return Point("Who the annotators are", "weak", said, "HEDS 3.2")


def _says_kind(found: Audit) -> bool:
    # The reader fills in "human"; other kinds beside it show that the file tells them apart.
    return any("annotators" in each.rule for each in found.chosen.left_out)


def _time(rows: Sequence[JudgmentRow]) -> Point:
    seconds = [row.seconds for row in rows if row.seconds is not None]
    if not seconds:
        said = "The file has no seconds: what an hour was paid, and who rushed, cannot be told."
        return Point("Time on task", "missing", said, "ARR D2, HEDS 3.3")
    return Point(
        "Time on task", "given", f"Half of the judgments took {median(seconds):.0f} seconds or less.", "ARR D2"
    )


def _wording(found: Audit) -> Point:
    asked = [each for each in found.criteria if each.question]
    if len(asked) == len(found.criteria):
        return Point("Question and scale", "given", "The wording of every criterion stands in study.json.", "HEDS 4.3")
    said = "The file does not say what was asked or which answers were offered: quote both, word for word."
    return Point("Question and scale", "missing", said, "ARR D1, HEDS 4.3")


def _plan(found: Audit) -> Point:
    if found.info.plan.declared:
        return Point("Hypotheses", "given", "A plan was declared before the first judgment.", "ARR C3")
    said = "No plan was declared: every p here is exploratory."
    return Point("Hypotheses", "missing", said, "ARR C3")


def _tests(found: Audit) -> Point:
    number = len(found.comparisons)
    if number < 2:
        return Point("Several tests at once", "given", "One comparison, one test.", "ARR C3")
    false = 0.05 * number
    said = (
        f"{number:,} comparisons: at 5 % each, up to {false:.2g} are expected by chance where no systems differ. "
        "Say how many were made, and correct for them (Holm)."
    )
    return Point("Several tests at once", "weak", said, "ARR C3, HEDS 4.3")


_NEVER_IN_A_FILE: Final = (
    Point("Instructions", "unknown", "Give the full text that annotators read, with any screenshots.", "ARR D1"),
    Point(
        "Recruitment and pay", "unknown", "Say where they were found, and what an hour paid there and then.", "ARR D2"
    ),
    Point("Consent", "unknown", "Say what annotators agreed to, and how the data may be used.", "ARR D3"),
    Point("Ethics review", "unknown", "Name the board that approved the study, or why none had to.", "ARR D4, HEDS 5"),
    Point(
        "Annotators' background", "unknown", "Say what languages, training and traits they have.", "ARR D5, HEDS 3.2"
    ),
    Point("Choice of items", "unknown", "Say from what, how many and how the items were drawn.", "HEDS 3.1"),
)
