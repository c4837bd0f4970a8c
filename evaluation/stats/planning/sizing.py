"""How large a study must be: contexts and votes for 80 and 90 % power, what they cost, and which is the better buy."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from math import ceil
from typing import Any, Final

from scipy.special import ndtri

from evaluation.stats.data.declared import Population
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.inference.inversion import FEWEST
from evaluation.stats.planning.power import STUDIES, Assumed, Design, power

TARGETS: Final = (0.8, 0.9)
VOTES: Final = (1, 2, 3, 5)
# Where a curve is simulated, in parts of the contexts that 80 % power takes by a rule of thumb.
_PLACES: Final = (0.3, 0.5, 0.75, 1.0, 1.4, 2.0)
_PLACES_OF_A_POPULATION: Final = (0.4, 0.8, 1.4, 2.4, 4.0)
# Where power is none or all, its normal score has no end.
_NEAR_NOTHING: Final = 0.002


@dataclass(frozen=True)
class Pay:
    """What a look takes and costs. `currency` is only a label."""

    seconds: float = 30.0
    hourly: float | None = None
    currency: str = ""


@dataclass(frozen=True)
class Wish:
    """What is to be found, in which judgments, by which test.

    `family` claims are tested together; each needs contexts of its own in one of `places` (a domain, a comparison), and
    all criteria are asked in one look.
    """

    assumed: Assumed
    design: Design
    annotators: Population = "these"
    alpha: float = 0.05
    family: int = 1
    places: int = 1
    votes: tuple[int, ...] = VOTES
    pay: Pay = field(default_factory=Pay)
    seed: int = 7
    studies: int = STUDIES

    @property
    def level(self) -> float:
        """Holm's first step."""
        return self.alpha / self.family


@dataclass(frozen=True)
class Cost:
    """What so many judgments take: looks of all places together, hours of annotators, and their pay."""

    judgments: int
    hours: float
    pay: float | None

    def as_json(self) -> dict[str, Any]:
        """For the page and `--json`."""
        return asdict(self)


@dataclass(frozen=True)
class Curve:
    """Power by contexts, for one number of votes; `needed` is the contexts that reach each target, None if none do."""

    votes: int
    points: tuple[tuple[int, Estimate], ...]
    needed: Mapping[float, int | None]


@dataclass(frozen=True)
class Sized:
    """The answer to a wish. `equal_pay` is the power of the design's judgments spent on other numbers of votes."""

    wish: Wish
    power: Estimate
    curves: tuple[Curve, ...]
    equal_pay: tuple[tuple[int, int, Estimate], ...]

    def cost(self, contexts: int, votes: int) -> Cost:
        """What a study with so many contexts in each place, and so many votes to each, costs."""
        judgments = contexts * votes * self.wish.places
        hours = judgments * self.wish.pay.seconds / 3600
        hourly = self.wish.pay.hourly
        return Cost(judgments, hours, None if hourly is None else hours * hourly)

    def as_json(self) -> dict[str, Any]:
        """The result of `plan --json`."""
        wish = self.wish
        design = wish.design
        return {
            "assumed": asdict(wish.assumed),
            "design": asdict(design),
            "annotators": wish.annotators,
            "alpha": wish.alpha,
            "family": wish.family,
            "level": wish.level,
            "seed": wish.seed,
            "power": self.power.as_json(),
            "cost": self.cost(design.contexts, design.votes).as_json() | {"currency": wish.pay.currency},
            "curves": [
                {
                    "votes": curve.votes,
                    "points": [{"contexts": contexts} | each.as_json() for contexts, each in curve.points],
                    "needed": [
                        {"power": target, "contexts": contexts}
                        | ({} if contexts is None else self.cost(contexts, curve.votes).as_json())
                        for target, contexts in curve.needed.items()
                    ],
                }
                for curve in self.curves
            ],
            "equal_pay": [
                {"votes": votes, "contexts": contexts} | each.as_json() for votes, contexts, each in self.equal_pay
            ],
        }


def size_of(wish: Wish) -> Sized:
    """The power of the design wished for, and what would do for 80 and 90 %; by simulation, from the seed alone.

    Raises `NoSuchJudgments` or ValueError where the wish contradicts itself. Takes seconds.
    """
    votes = [each for each in dict.fromkeys((*wish.votes, wish.design.votes)) if each <= wish.design.annotators]
    return Sized(
        wish=wish,
        power=_power(wish, wish.design),
        curves=tuple(_curve(wish, each) for each in sorted(votes)) if wish.assumed.net else (),
        equal_pay=tuple(_for_the_same_pay(wish, each) for each in sorted(votes)),
    )


def _power(wish: Wish, design: Design) -> Estimate:
    return power(
        design, wish.assumed, annotators=wish.annotators, level=wish.level, seed=wish.seed, studies=wish.studies
    )


def _for_the_same_pay(wish: Wish, votes: int) -> tuple[int, int, Estimate]:
    contexts = max(1, round(wish.design.judgments / votes))
    return votes, contexts, _power(wish, replace(wish.design, contexts=contexts, votes=votes))


def _curve(wish: Wish, votes: int) -> Curve:
    likely = contexts_by_rule(wish, votes)
    places = _PLACES if wish.annotators == "these" else _PLACES_OF_A_POPULATION
    fewest = FEWEST * wish.design.contexts_per_cluster
    grid = sorted({max(fewest, round(likely * place)) for place in places})
    points = [(contexts, _power(wish, replace(wish.design, contexts=contexts, votes=votes))) for contexts in grid]
    return Curve(votes, tuple(points), {target: _reached(points, target) for target in TARGETS})


def contexts_by_rule(wish: Wish, votes: int, *, target: float = 0.8) -> float:
    """About how many contexts a power takes by the normal rule, annotators' leanings aside: where to look."""
    assumed, design = wish.assumed, wish.design
    scores = 1 - assumed.ties - assumed.net**2
    alike = 1 + (votes - 1) * assumed.variances.context
    alike += (design.contexts_per_cluster - 1) * votes * assumed.variances.cluster
    kept = (1 - design.excluded) * (1 - design.missing)
    z = float(ndtri(1 - wish.level / 2) + ndtri(target))
    return z * z * scores * alike / (votes * kept * assumed.net**2)


def _reached(points: Sequence[tuple[int, Estimate]], target: float) -> int | None:
    """Where the curve first passes the target, between two points on the scales on which it is nearly a line."""
    goal = float(ndtri(target))
    before: tuple[float, float] | None = None
    for contexts, estimate in points:
        here = float(ndtri(min(1 - _NEAR_NOTHING, max(_NEAR_NOTHING, estimate.value or 0.0))))
        at = contexts**0.5
        if here >= goal:
            if before is None or here == before[1]:
                return contexts
            root = before[0] + (goal - before[1]) * (at - before[0]) / (here - before[1])
            return ceil(float(root * root))
        before = (at, here)
    return None
