"""What the annotators' answers say of the annotators: Dawid and Skene (1979), by expectation and maximisation.

Each unit has one true category; each annotator names category l where k is true with a chance of their own. Both are
estimated together, from the majority on. An annotator who answers at random so weighs little, whoever agrees by chance.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from evaluation.stats.agreeing.judged import Compared, Judged
from evaluation.stats.inference.arrays import Floats, Integers, sums_by
from evaluation.stats.inference.estimate import Estimate

ITERATIONS: Final = 300
_CLOSE: Final = 1e-6
# Beyond this digit the order of summation, and so a name, would decide; rounding there keeps it out.
_DIGITS: Final = 11
_PRINTED: Final = 8
NO_INTERVAL: Final = "the maximum of a likelihood: no interval"


@dataclass(frozen=True)
class DawidSkene:
    """The fit. Shapes: `truth` units x categories; `errors` annotators x true x named, NaN where nothing is known."""

    prevalence: Floats
    truth: Floats
    errors: Floats
    iterations: int
    converged: bool

    def accuracy(self) -> Floats:
        """Per annotator the chance of naming the true category, over the prevalence of the categories."""
        right = np.diagonal(self.errors, axis1=1, axis2=2)
        known = ~np.isnan(right)
        weights = np.where(known, self.prevalence, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((np.where(known, right, 0.0) * weights).sum(axis=1) / weights.sum(axis=1))


def dawid_skene(unit: Integers, annotator: Integers, category: Integers, *, categories: int) -> DawidSkene:
    """The maximum of the likelihood that the majority leads to.

    E step: P(k is true of i) ~ p_k prod over judgments of i of pi_k,l. M step: p and pi are the shares under it.
    """
    units, annotators = int(unit.max()) + 1, int(annotator.max()) + 1
    truth = sums_by(unit * categories + category, groups=units * categories).reshape(units, categories)
    there = truth.sum(axis=1, keepdims=True) > 0
    truth = np.where(there, truth / np.maximum(1.0, truth.sum(axis=1, keepdims=True)), 0.0)
    cell, size = annotator * categories + category, annotators * categories
    iterations, moved = 0, 1.0
    while moved >= _CLOSE and iterations < ITERATIONS:
        iterations += 1
        prevalence = truth.sum(axis=0) / there.sum()
        of_judgments = truth[unit]
        named = np.stack([sums_by(cell, of_judgments[:, k], groups=size) for k in range(categories)])
        errors = named.reshape(categories, annotators, categories).transpose(1, 0, 2)
        with np.errstate(invalid="ignore", divide="ignore"):
            errors = errors / errors.sum(axis=2, keepdims=True)
            chances = np.log(errors).transpose(0, 2, 1).reshape(size, categories)[cell]
            likely = np.log(prevalence) + np.column_stack(
                [sums_by(unit, chances[:, k], groups=units) for k in range(categories)]
            )
        # Where an annotator is never thought to have met a true k, k is not possible for their units either.
        likely[np.isnan(likely)] = -np.inf
        better = np.exp(likely - likely.max(axis=1, keepdims=True))
        better = np.where(there, better / better.sum(axis=1, keepdims=True), 0.0).round(_DIGITS)
        moved = float(np.abs(better - truth).max())
        truth = better
    return DawidSkene(prevalence, truth, errors, iterations, moved < _CLOSE)


def both_ways(judged: Judged) -> Judged:
    """The units once more with each pair turned round, where there are more pairs than one: then no name matters."""
    if judged.mirror is None:
        return judged
    mirror = np.array(judged.mirror)
    return replace(
        judged,
        unit=np.concatenate([judged.unit, judged.unit + judged.cluster.size]),
        annotator=np.concatenate([judged.annotator, judged.annotator]),
        categories=np.concatenate([judged.categories, mirror[judged.categories]]),
        steps=np.concatenate([judged.steps, judged.steps]),
        cluster=np.concatenate([judged.cluster, judged.cluster]),
    )


@dataclass(frozen=True)
class Fitted:
    """The model over the judgments of one criterion, with its annotators' names and how much each judged in it."""

    fit: DawidSkene
    names: tuple[str, ...]
    annotators: tuple[str, ...]
    judgments: Integers
    units: int
    # With several pairs of systems every unit stands both ways round, so first and second have no meaning.
    directed: bool

    def as_json(self) -> dict[str, Any]:
        """The entry `dawid_skene` of a criterion."""
        said: dict[str, Any] = {
            "units": self.units,
            "annotators": len(self.annotators),
            "prevalence": {
                name: round(float(share), _PRINTED) for name, share in zip(self.names, self.fit.prevalence, strict=True)
            },
            "iterations": self.fit.iterations,
            "converged": self.fit.converged,
        }
        if self.directed and {"first", "second"} <= set(self.names):
            net = said["prevalence"]["first"] - said["prevalence"]["second"]
            said["net_preference"] = {"value": net, "low": None, "high": None, "reason": NO_INTERVAL}
        return said


def fitted(compared: Compared) -> Fitted | str:
    """The fit over the units with two judgments or more, or why there is none."""
    judged = compared.judged
    if "interval" in compared.levels:
        return "ratings are numbers: no category of theirs is the true one"
    shared = judged.counts().sum(axis=1) >= 2 if compared.rows else np.zeros(0, dtype=bool)
    if not shared.any():
        return "no unit has two judgments"
    kept = both_ways(judged.chosen_by(shared[judged.unit]))
    unit, annotator = (np.unique(each, return_inverse=True)[1] for each in (kept.unit, kept.annotator))
    fit = dawid_skene(unit, annotator, kept.categories, categories=len(judged.names))
    there = [row.annotator for row, known in zip(compared.rows, shared[judged.unit], strict=True) if known]
    order = np.unique(judged.annotator[shared[judged.unit]], return_index=True)[1]
    return Fitted(
        fit=fit,
        names=judged.names,
        annotators=tuple(there[place] for place in order),
        judgments=np.bincount(annotator),
        units=int(shared.sum()),
        directed=judged.mirror is None,
    )


def accuracies(fits: Sequence[Fitted]) -> dict[str, Estimate]:
    """Each annotator's chance of the true answer, over all criteria, weighted by how much they judged of each."""
    total: dict[str, float] = defaultdict(float)
    weight: dict[str, int] = defaultdict(int)
    for each in fits:
        known = zip(each.annotators, each.fit.accuracy().tolist(), each.judgments.tolist(), strict=True)
        for name, accuracy, judgments in known:
            if accuracy == accuracy:
                total[name] += accuracy * judgments
                weight[name] += judgments
    return {
        name: Estimate(round(total[name] / weight[name], _PRINTED), reason=NO_INTERVAL, method="EM from the majority")
        for name in weight
    }
