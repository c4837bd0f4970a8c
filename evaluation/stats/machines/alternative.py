"""The alternative-annotator test: may a model stand in for one of the people who judge?

Calderon, Reichart and Dror (2025), "The Alternative Annotator Test for LLM-as-a-Judge". Each annotator in turn is left
out: on the units that they judged, does the model agree with the others at least as well as they do? The model's
advantage is the share of units on which it does; it wins over an annotator where a one-sided t test rejects that the
annotator's own share exceeds the model's by epsilon or more, corrected over annotators (Benjamini and Yekutieli 2001,
q = 5 %).

Unlike in the paper, which takes units as independent, the t test is over clusters.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from scipy.special import stdtr

from evaluation.stats.inference.arrays import Floats, Integers, sums_by
from evaluation.stats.inference.confidence import measure
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.inference.intervals import wilson
from evaluation.stats.inference.resampling import ClusterSums, standard_error
from generation.corpus.corrections import benjamini_hochberg

FEWEST_PEOPLE: Final = 3
# Below it the t test has nothing to lean on; the paper asks for as many units.
FEWEST_UNITS: Final = 30
# What a person is worth beyond a model: for crowd workers and for experts, as the paper advises.
EPSILONS: Final = (0.1, 0.2)
LEVEL: Final = 0.05

Unit = Hashable


@dataclass(frozen=True)
class LeftOut:
    """One annotator against the model, measured by the others: `advantage` is the model's, `own` the annotator's."""

    units: int
    advantage: float
    own: float
    p: float
    p_by: float

    def as_json(self) -> dict[str, Any]:
        """An entry of `annotators`."""
        return asdict(self) | {"won": self.p_by <= LEVEL}


@dataclass(frozen=True)
class Alternative:
    """The test for one epsilon. A model with a winning rate of a half or more may replace an annotator."""

    epsilon: float
    winning_rate: Estimate
    advantage: Estimate
    annotators: Mapping[str, LeftOut]

    def as_json(self) -> dict[str, Any]:
        """The entry of one epsilon."""
        return {
            "epsilon": self.epsilon,
            "winning_rate": self.winning_rate.as_json(),
            "advantage": self.advantage.as_json(),
            "annotators": {name: each.as_json() for name, each in self.annotators.items()},
        }


@dataclass(frozen=True)
class _Compared:
    """On each unit of one annotator whether the model, and whether they, did at least as well; its cluster."""

    model: Floats
    own: Floats
    cluster: Integers


def alternative_test(
    model: Mapping[Unit, str],
    people: Mapping[str, Mapping[Unit, str]],
    clusters: Mapping[Unit, str],
    *,
    epsilon: float,
    seed: int,
) -> Alternative:
    """The test of `model` against `people`: each maps units to the answer given there.

    An annotator takes part with 30 units or more that the model and somebody else judged, too; with fewer than three
    such the test is undefined.
    """
    compared = _compared(model, people, clusters)
    if len(compared) < FEWEST_PEOPLE:
        reason = (
            f"fewer than {FEWEST_PEOPLE} annotators share {FEWEST_UNITS} units with the model and with somebody else"
        )
        nothing = Estimate(None, reason=reason)
        return Alternative(epsilon, nothing, nothing, {})
    tested = {name: _left_out(each, epsilon) for name, each in compared.items()}
    p_by = _benjamini_yekutieli([each.p for each in tested.values()])
    annotators = {name: replace(each, p_by=p) for (name, each), p in zip(tested.items(), p_by, strict=True)}
    won = sum(each.p_by <= LEVEL for each in annotators.values())
    low, high = wilson(won, len(annotators))
    return Alternative(
        epsilon,
        Estimate(won / len(annotators), low, high, method="Wilson over annotators", more={"n": len(annotators)}),
        _mean_advantage(list(compared.values()), seed=seed),
        annotators,
    )


def _compared(
    model: Mapping[Unit, str], people: Mapping[str, Mapping[Unit, str]], clusters: Mapping[Unit, str]
) -> dict[str, _Compared]:
    answers: dict[Unit, dict[str, str]] = defaultdict(dict)
    for name, given in people.items():
        for unit, answer in given.items():
            answers[unit][name] = answer
    places = {cluster: number for number, cluster in enumerate(dict.fromkeys(clusters.values()))}
    found = {}
    for name, given in sorted(people.items()):
        units = [unit for unit in given if unit in model and len(answers[unit]) > 1]
        if len(units) < FEWEST_UNITS:
            continue
        scores = np.array([_scores(model[unit], given[unit], name, answers[unit]) for unit in units])
        found[name] = _Compared(
            model=(scores[:, 0] >= scores[:, 1]).astype(np.float64),
            own=(scores[:, 1] >= scores[:, 0]).astype(np.float64),
            cluster=np.array([places[clusters[unit]] for unit in units], dtype=np.int64),
        )
    return found


def _scores(model: str, own: str, name: str, answers: Mapping[str, str]) -> tuple[float, float]:
    """The shares of the others who say what the model, and what the annotator says."""
    others = [answer for other, answer in answers.items() if other != name]
    return others.count(model) / len(others), others.count(own) / len(others)


def _left_out(compared: _Compared, epsilon: float) -> LeftOut:
    """One-sided, that the annotator's share exceeds the model's by epsilon or more; small p: the model wins."""
    difference = compared.own - compared.model
    sums = _sums(difference, compared.cluster)
    error = standard_error(sums) if sums.clusters > 1 else float("nan")
    value = float(difference.mean()) - epsilon
    if np.isnan(error):
        p = 1.0
    elif error <= 1e-12:
        p = 0.0 if value < 0 else 1.0
    else:
        p = float(stdtr(sums.clusters - 1, value / error))
    return LeftOut(compared.model.size, float(compared.model.mean()), float(compared.own.mean()), p, p_by=p)


def _sums(values: Floats, cluster: Integers) -> ClusterSums:
    clusters, place = np.unique(cluster, return_inverse=True)
    numerators = sums_by(place, values, groups=clusters.size)[:, np.newaxis]
    return ClusterSums(numerators, sums_by(place, groups=clusters.size)[:, np.newaxis], values.size)


def _benjamini_yekutieli(p_values: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's adjusted p times the sum of 1/k: for tests that depend on each other in any way."""
    harmonic = sum(1 / k for k in range(1, len(p_values) + 1))
    return [min(1.0, p * harmonic) for p in benjamini_hochberg(p_values)]


def _mean_advantage(compared: Sequence[_Compared], *, seed: int) -> Estimate:
    """The mean over annotators of the model's advantage, clusters resampled with all that anybody judged in them."""
    names = np.unique(np.concatenate([each.cluster for each in compared]))
    numerators, denominators = np.zeros((names.size, len(compared))), np.zeros((names.size, len(compared)))
    for column, each in enumerate(compared):
        place = np.searchsorted(names, each.cluster)
        numerators[:, column] = np.bincount(place, weights=each.model, minlength=names.size)
        denominators[:, column] = np.bincount(place, minlength=names.size)
    sums = ClusterSums(numerators, denominators, sum(each.model.size for each in compared), low=0.0, high=1.0)
    return measure(sums, seed=seed).primary
