"""What a table of judgments cannot carry: scales, the declared plan, and what is known of the study.

It is `FILE.study.json` beside an exported file, and what `report` builds from a study: one object either way, so that
`analyse` on the export gives the same numbers as `report`.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, get_args

from evaluation.stats.data.conduct import Conduct, conduct_from_json
from evaluation.stats.data.measures import Measures, measures_from_json

Scale = Literal["preference", "preference5", "rating", "label"]
# What each is called where it is told: `tests/evaluation/study_files/test_scales.py` holds every place to all of them.
SCALES: Final[tuple[Scale, ...]] = get_args(Scale)
# Those that compare the two responses of a pair, instead of telling of one.
PREFERENCES: Final[tuple[Scale, ...]] = ("preference", "preference5")
Population = Literal["these", "population"]
# Many more pairs than any study has, and few enough to count one by one.
MOST_TIES: Final = 1_000_000


@dataclass(frozen=True)
class DeclaredCriterion:
    """A question as it was asked: its scale, what else could be answered, and its labels in order."""

    key: str
    name: str
    question: str
    scale: Scale = "preference"
    # On a preference any of "tie", "both_bad", "cannot_judge"; on a label the labels in their order.
    options: tuple[str, ...] = ("tie",)
    low: int | None = None
    high: int | None = None
    needs: str = ""


@dataclass(frozen=True)
class Hypothesis:
    """One declared claim: under `criterion`, in `domain` ("all" pools them), `better` beats `than`."""

    criterion: str
    domain: str
    better: str
    than: str = ""
    # With a margin the claim is equivalence within it, on net preference.
    margin: float | None = None
    # How many judgments were in when an amendment added it; 0: it was declared before the first.
    after_judgments: int = 0


@dataclass(frozen=True)
class Side:
    """One net preference of a contrast: of `better` over `than` in `domain`, where that `trait` was asked about."""

    better: str
    than: str
    domain: str = "all"
    trait: str = ""
    level: str = ""


@dataclass(frozen=True)
class Contrast:
    """A declared question about a difference: is net preference on the one `side` that on the other, `minus`?"""

    criterion: str
    side: Side
    minus: Side
    # As a hypothesis has it.
    after_judgments: int = 0


@dataclass(frozen=True)
class Plan:
    """What was declared before the first judgment. Not `declared`: the analysis is exploratory.

    `looks` are the shares of the clusters at which results may be tested before the end, rising, without the end.
    """

    declared: bool = False
    annotators: Population = "these"
    alpha: float = 0.05
    hypotheses: tuple[Hypothesis, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    looks: tuple[float, ...] = ()
    exclusions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Look:
    """A planned look that was taken: when, and for each claim in the plan's order what it came to.

    `claims` holds, as `looks.claim_seen` gives them, the clusters completed and planned, p, level and decision.
    """

    at: str
    claims: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Amended:
    """A change to an open study: what and why, when, how many judgments were in, and whether results could be seen.

    `changes` says each value from what and to what: `{"key", "before", "after"}`. An old file has the `text` alone.
    """

    text: str
    at: str = ""
    judgments: int | None = None
    results_seen: bool = False
    changes: tuple[dict[str, Any], ...] = ()

    def changed(self, *keys: str) -> bool:
        """Whether one of `keys` was changed by it."""
        return any(change.get("key") in keys for change in self.changes)


@dataclass(frozen=True)
class StudyInfo:
    """A study as its report needs it, beside the judgments."""

    name: str = ""
    title: str = ""
    # In the study's own order: comparisons are oriented by it.
    systems: tuple[str, ...] = ()
    criteria: tuple[DeclaredCriterion, ...] = ()
    plan: Plan = field(default_factory=Plan)
    seed: int = 7
    simulated: bool = False
    caveats: tuple[str, ...] = ()
    amendments: tuple[Amended, ...] = ()
    # Where the preregistration was deposited outside; empty: it was not.
    deposited_at: str = ""
    # How many judgments were in by then.
    deposited_after_judgments: int = 0
    unblinded_early: bool = False
    opened_at: str = ""
    closed_at: str = ""
    judgments_per_pair: int | None = None
    display: str = ""
    # Digest of each system's responses, by name.
    responses: dict[str, str] = field(default_factory=dict)
    # Pairs with equal responses, shown to nobody and counted as ties: domain -> number.
    automatic_ties: dict[str, int] = field(default_factory=dict)
    # How many clusters were to be judged: criterion -> domain (and "all") -> number.
    planned_clusters: dict[str, dict[str, int]] = field(default_factory=dict)
    # The planned looks that were taken, in their order.
    looks: tuple[Look, ...] = ()
    # What was changed by hand after results were seen, as sentences: it makes the primary result exploratory.
    changed_after_unblinding: tuple[str, ...] = ()
    # What is known of the responses themselves: lengths, metric scores.
    measures: Measures = field(default_factory=Measures)
    # The researchers' own answers to the datasheet, by question (`evaluation.study_files.heds_questions`).
    datasheet: dict[str, str] = field(default_factory=dict)
    # What was said to annotators, what they passed over, and how far form tells the systems apart.
    conduct: Conduct = field(default_factory=Conduct)

    # What was judged where that is no pair of replies: "dialogues" or "persona".
    kind: str = ""
    # Of personas that were labelled: what a labeller said of each, {"levels": trait -> level, "weight": number}.
    labelled: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The content of `FILE.study.json`."""
        return {"format": 1, **asdict(self)}


def study_info_from_json(data: dict[str, Any]) -> StudyInfo:
    """The study described by a parsed `FILE.study.json`; keys that are not known are passed over.

    Raises ValueError that says what was expected and what came, where a value could mean nothing.
    """
    plan = dict(data.get("plan") or {})
    alpha, seed = float(plan.get("alpha", 0.05)), int(data.get("seed", 7))
    if not 0 < alpha < 1:
        raise ValueError(f"plan.alpha: expected a level between 0 and 1, got {alpha}")
    if seed < 0:
        raise ValueError(f"seed: expected a whole number of at least 0, got {seed}")
    ties = dict(data.get("automatic_ties") or {})
    for domain, count in ties.items():
        if not isinstance(count, int) or not 0 <= count <= MOST_TIES:
            raise ValueError(f"automatic_ties.{domain}: expected how many, got {count!r}")
    return StudyInfo(
        name=str(data.get("name", "")),
        title=str(data.get("title", "")),
        systems=tuple(data.get("systems") or ()),
        criteria=tuple(
            DeclaredCriterion(
                key=str(each["key"]),
                name=str(each.get("name") or each["key"]),
                question=str(each.get("question", "")),
                scale=_among(SCALES, each.get("scale", "preference"), f"criteria.{each['key']}.scale"),
                options=tuple(each.get("options", ("tie",))),
                low=each.get("low"),
                high=each.get("high"),
                needs=str(each.get("needs", "")),
            )
            for each in data.get("criteria") or ()
        ),
        plan=Plan(
            declared=bool(plan.get("declared", bool(plan))),
            annotators=_among(get_args(Population), plan.get("annotators", "these"), "plan.annotators"),
            alpha=alpha,
            hypotheses=tuple(
                Hypothesis(
                    criterion=str(each["criterion"]),
                    domain=str(each.get("domain", "all")),
                    better=str(each["better"]),
                    than=str(each.get("than", "")),
                    margin=each.get("margin"),
                    after_judgments=int(each.get("after_judgments") or 0),
                )
                for each in plan.get("hypotheses") or ()
            ),
            contrasts=tuple(
                Contrast(
                    criterion=str(each["criterion"]),
                    side=Side(**{key: str(value) for key, value in each["side"].items()}),
                    minus=Side(**{key: str(value) for key, value in each["minus"].items()}),
                    after_judgments=int(each.get("after_judgments") or 0),
                )
                for each in plan.get("contrasts") or ()
            ),
            looks=tuple(float(each) for each in plan.get("looks") or ()),
            exclusions=tuple(plan.get("exclusions") or ()),
        ),
        seed=seed,
        simulated=bool(data.get("simulated", False)),
        caveats=tuple(data.get("caveats") or ()),
        amendments=tuple(_amended(each) for each in data.get("amendments") or ()),
        deposited_at=str(data.get("deposited_at", "")),
        deposited_after_judgments=int(data.get("deposited_after_judgments") or 0),
        unblinded_early=bool(data.get("unblinded_early", False)),
        opened_at=str(data.get("opened_at", "")),
        closed_at=str(data.get("closed_at", "")),
        judgments_per_pair=data.get("judgments_per_pair"),
        display=str(data.get("display", "")),
        responses=dict(data.get("responses") or {}),
        automatic_ties=ties,
        planned_clusters={
            str(criterion): {str(domain): int(number) for domain, number in domains.items()}
            for criterion, domains in (data.get("planned_clusters") or {}).items()
        },
        looks=tuple(
            Look(at=str(each["at"]), claims=tuple(dict(claim) for claim in each.get("claims") or ()))
            for each in data.get("looks") or ()
        ),
        changed_after_unblinding=tuple(data.get("changed_after_unblinding") or ()),
        measures=measures_from_json(data.get("measures") or {}),
        datasheet={str(question): str(answer) for question, answer in (data.get("datasheet") or {}).items()},
        kind=str(data.get("kind") or ""),
        labelled={str(context): _labelled(each, context) for context, each in (data.get("labelled") or {}).items()},
        conduct=conduct_from_json(data.get("conduct") or {}),
    )


def _amended(said: Any) -> Amended:
    """An amendment as a file has it: an object, or in an old file a sentence."""
    if isinstance(said, str):
        return Amended(said)
    count = said.get("judgments")
    return Amended(
        text=str(said["text"]),
        at=str(said.get("at", "")),
        judgments=None if count is None else int(count),
        results_seen=bool(said.get("results_seen", False)),
        changes=tuple(dict(each) for each in said.get("changes") or ()),
    )


def _labelled(data: Any, context: str) -> dict[str, Any]:
    levels, weight = data.get("levels"), data.get("weight")
    if not isinstance(levels, dict) or not all(isinstance(level, str) for level in levels.values()):
        raise ValueError(f"labelled.{context}.levels: expected a level for each trait, got {levels!r}")
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < float("inf"):
        raise ValueError(f"labelled.{context}.weight: expected a number above 0, got {weight!r}")
    return {"levels": {str(trait): level for trait, level in levels.items()}, "weight": float(weight)}


def _among(known: tuple[Any, ...], value: Any, where: str) -> Any:
    if value not in known:
        raise ValueError(f"{where}: expected one of {', '.join(known)}, got {value!r}")
    return value
