"""What a pilot or a draft tells its successor: how alike judgments were, how long they took, and the design to be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

from django.db.models import Count

from evaluation.items.blinding import require_results
from evaluation.models import Item, Study
from evaluation.results.exporting import info_of, rows_of
from evaluation.results.judgments_file import read_info, read_judgments
from evaluation.stats.data.criteria import criteria_of
from evaluation.stats.data.declared import PREFERENCES, Population, StudyInfo
from evaluation.stats.data.orientation import by_comparison
from evaluation.stats.data.outcomes import outcomes_of
from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.data.selection import choose
from evaluation.stats.data.snapshot import in_order
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.planning.power import Assumed, Design, power
from evaluation.stats.planning.variances import Pilot, pilot_of
from evaluation.studies.life import study_named


class NoPilot(ValueError):
    """A pilot from which nothing can be learned."""


@dataclass(frozen=True)
class Learned:
    """A pilot's judgments of one criterion. `seconds` is the mean active time of a look, None where it is not known."""

    criterion: str
    pilot: Pilot
    seconds: float | None
    # The share of annotators whom a rule struck out.
    excluded: float


def learn(source: str, *, criterion: str | None = None) -> Learned:
    """What the pilot teaches: a judgments file where `source` is one, else the study of that name.

    Raises `NoPilot` where it has no preferences (of `criterion`), and `ResultsHidden` for a study that is not closed.
    """
    path = Path(source).expanduser()
    if path.is_file():
        return learn_from(read_judgments(path), read_info(path) or StudyInfo(), criterion=criterion, name=path.name)
    study = study_named(source)
    require_results(study)
    return learn_from(rows_of(study), info_of(study), criterion=criterion, name=study.name)


def learn_from(rows: Sequence[JudgmentRow], info: StudyInfo, *, criterion: str | None, name: str) -> Learned:
    """The same from the judgments themselves; without a criterion named, the first on which systems were compared."""
    chosen = choose(in_order(rows))
    compared = [
        each.key
        for each in criteria_of(chosen.counted, info.criteria)
        if any(row.criterion == each.key and row.first for row in chosen.counted)
    ]
    if not compared or (criterion and criterion not in compared):
        there = ", ".join(compared) or "none"
        raise NoPilot(f"{name} compares no systems on {criterion or 'any criterion'}; on: {there}")
    key = criterion or compared[0]
    here = [row for row in chosen.counted if row.criterion == key]
    pairs = by_comparison(here, systems=info.systems).items()
    pilot = pilot_of(outcomes_of(there, first=pair[0], second=pair[1]) for pair, there in pairs)
    if pilot is None:
        raise NoPilot(f"{name} has no judgment on {key} that chose a side or a tie")
    looks = {(row.domain, row.context, row.pair, row.annotator): row.seconds for row in chosen.counted}
    known = [seconds for seconds in looks.values() if seconds is not None]
    struck = {row.annotator for row in rows if row.excluded_by}
    everybody = {row.annotator for row in rows if row.annotator_kind == chosen.kind}
    return Learned(key, pilot, mean(known) if known else None, len(struck & everybody) / len(everybody))


@dataclass(frozen=True)
class Planned:
    """A study's design as sizes: contexts of one domain and comparison, and in how many such places there are some."""

    design: Design
    places: int
    family: int
    alpha: float
    population: bool


def planned(study: Study, *, annotators: int) -> Planned:
    """The design of a study, in whatever state. Contexts are those of its smallest domain and comparison."""
    items = Item.objects.filter(study=study, is_check=False, is_practice=False, automatic_tie=False)
    counts = items.values("context__domain", "first__system", "second__system").annotate(n=Count("pk"))
    sizes = [int(row["n"]) for row in counts if row["first__system"] is not None]
    if not sizes:
        raise NoPilot(f"{study.name} has no pair to judge")
    contexts = items.values("context__cluster", "context__domain").annotate(n=Count("context", distinct=True))
    per_cluster = max(int(row["n"]) for row in contexts)
    info = info_of(study)
    preferences = study.criteria.filter(scale__in=PREFERENCES).count()
    return Planned(
        design=Design(
            contexts=min(sizes),
            votes=study.judgments_per_pair,
            annotators=annotators,
            contexts_per_cluster=per_cluster,
        ),
        places=len(sizes),
        family=len(info.plan.hypotheses) or max(1, preferences * len(sizes)),
        alpha=info.plan.alpha,
        population=info.plan.annotators == "population",
    )


@dataclass(frozen=True)
class Foreseen:
    """How the primary test of a study will do, were its judgments as a pilot's: measured on simulated studies.

    `false_positives` is how often one claim is found where nothing is to be found, `power` where `effect` is.
    """

    effect: float
    level: float
    population: bool
    false_positives: Estimate
    power: Estimate

    def as_json(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "effect": self.effect,
            "level": self.level,
            "annotators": "population" if self.population else "these",
            "false_positives": self.false_positives.as_json(),
            "power": self.power.as_json(),
        }


def foresee(study: Study, learned: Learned, *, annotators: int, effect: float, seed: int) -> Foreseen:
    """What the design of `study` would find, with so many annotators, at the level of Holm's first step."""
    plan = planned(study, annotators=annotators)
    level = plan.alpha / plan.family
    design = replace(plan.design, excluded=learned.excluded)
    known = Assumed(net=effect, ties=learned.pilot.ties, variances=learned.pilot.variances)

    def rate(assumed: Assumed) -> Estimate:
        whom: Population = "population" if plan.population else "these"
        return power(design, assumed, annotators=whom, level=level, seed=seed)

    return Foreseen(effect, level, plan.population, rate(replace(known, net=0.0)), rate(known))
