"""What a study that is still being written will find and cost: its design, before there is a row of it."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

from evaluation.design.slots import choose_contexts
from evaluation.material.gathering import Gathered
from evaluation.material.known_pairs import plan_known_pairs
from evaluation.opening.planning import candidates_of, planned_pairs
from evaluation.results.piloting import Planned
from evaluation.stats.data.declared import PREFERENCES
from evaluation.stats.planning.latent import Variances
from evaluation.stats.planning.power import Assumed, Design
from evaluation.stats.planning.sizing import Pay, Wish
from evaluation.study_files.study_file import StudyFile

# As `plan` has them: a net preference that is worth finding, and what is taken for granted without a pilot.
EFFECT: Final = 0.14
TIES: Final = 0.2
ALIKE: Final = 0.23
LEANING: Final = 0.02
SECONDS: Final = 30.0
ANNOTATORS: Final = 15
# Fewer than `plan` simulates: a page answers while somebody waits, and its figures are good to two in a hundred.
STUDIES: Final = 600


class NothingToPlan(ValueError):
    """A study that compares nothing: no question of it is a preference."""


@dataclass(frozen=True)
class Wanted:
    """What the page asks: the difference to be found, who judges, and what it takes. None: as the study has it."""

    effect: float = EFFECT
    annotators: int = ANNOTATORS
    seconds: float = SECONDS
    hourly: float | None = None
    contexts: int | None = None
    votes: int | None = None


def planned_of(file: StudyFile, gathered: Gathered) -> Planned:
    """The design of a study of `file` and what was gathered for it, as `piloting.planned` has it of one that is made.

    Raises `WrongFiles` where its pairs with known answers cannot be made, and `NothingToPlan`.
    """
    candidates = candidates_of(gathered, always=any(not each.needs for each in file.criteria))
    chosen = choose_contexts(
        candidates,
        per_domain=file.contexts.per_domain,
        per_cluster=file.contexts.per_cluster,
        balance=file.contexts.balance,
        seed=file.contexts.seed,
    )
    asked = sum(1 for each in file.criteria if each.scale in PREFERENCES)
    if not asked or not chosen:
        raise NothingToPlan("nothing is compared: power is worked out for questions that prefer one of two replies")
    judged = plan_known_pairs(file, gathered, chosen, candidates).judged
    pairs = [each for each in planned_pairs(judged, gathered, seed=file.contexts.seed) if not each.tied]
    if not pairs:
        raise NothingToPlan("every pair has equal replies: nothing is left to judge")
    sizes = Counter((each.domain, each.first, each.second) for each in pairs)
    per_cluster = Counter(each.cluster for each in judged)
    return Planned(
        design=Design(
            contexts=min(sizes.values()),
            votes=file.judgments_per_pair,
            annotators=ANNOTATORS,
            contexts_per_cluster=max(per_cluster.values()),
        ),
        places=len(sizes),
        family=len(file.plan.hypotheses) or max(1, asked * len(sizes)),
        alpha=file.plan.alpha,
        population=file.plan.annotators == "population",
    )


def wish_of(planned: Planned, wanted: Wanted, *, currency: str = "") -> Wish:
    """What `size_of` is asked, by the page and for the study; raises ValueError where it could mean nothing."""
    checks = (
        ("effect", 0 < abs(wanted.effect) < 1, "a net preference between 0 and 1", wanted.effect),
        ("annotators", 2 <= wanted.annotators <= 5000, "2 to 5000", wanted.annotators),
        ("seconds", 0 < wanted.seconds <= 36_000, "more than 0", wanted.seconds),
        ("pay", wanted.hourly is None or 0 < wanted.hourly <= 10_000, "more than 0", wanted.hourly),
        ("contexts", wanted.contexts is None or 2 <= wanted.contexts <= 20_000, "2 to 20000", wanted.contexts),
        ("judgments", wanted.votes is None or 1 <= wanted.votes <= 50, "1 to 50", wanted.votes),
    )
    for name, right, expected, got in checks:
        if not right:
            raise ValueError(f"{name}: expected {expected}, got {got}")
    return Wish(
        assumed=Assumed(
            net=wanted.effect,
            ties=TIES,
            variances=Variances(ALIKE, 0.0, LEANING if planned.population else 0.0),
        ),
        design=replace(
            planned.design,
            contexts=wanted.contexts or planned.design.contexts,
            votes=wanted.votes or planned.design.votes,
            annotators=wanted.annotators,
        ),
        annotators="population" if planned.population else "these",
        alpha=planned.alpha,
        family=planned.family,
        places=planned.places,
        pay=Pay(seconds=wanted.seconds, hourly=wanted.hourly, currency=currency),
        # The votes wished for, and one more choice to weigh them against.
        votes=(1, 3) if (wanted.votes or planned.design.votes) != 3 else (1,),
        studies=STUDIES,
    )
