"""How right a labeller is about personas' traits, held against people's labels of a stratified sample.

The sample is drawn by trait and predicted level, so that rare levels appear; each persona stands for `weight` of them,
and everything here is of the whole that the sample was drawn from. Intervals are over personas.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from evaluation.stats.agreeing.agreement import agreement
from evaluation.stats.agreeing.judged import comparable
from evaluation.stats.data.declared import DeclaredCriterion
from evaluation.stats.data.rows import CANNOT_JUDGE, JudgmentRow
from evaluation.stats.inference.arrays import Floats, numbered
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.inference.inversion import FEWEST
from evaluation.stats.inference.resampling import bounded

RESAMPLES: Final = 1_000
ALL: Final = "all"
# Of tables, one flattened in each row, a number each.
Measure = Callable[[Floats], Floats]
_NO_REFERENCE: Final = "no persona has a majority of people's labels"
_ONE_LEVEL: Final = "people and labels name one level only"
_FEW: Final = f"fewer than {FEWEST} personas: no interval"


@dataclass(frozen=True)
class Predicted:
    """One label of the sample: of a persona in `context`, for one trait. `weight`: how many personas it stands for."""

    context: str
    trait: str
    level: str
    weight: float
    persona: tuple[str, ...] = ()


def label_accuracy(sample: Sequence[Predicted], rows: Sequence[JudgmentRow], *, seed: int) -> dict[str, Any]:
    """Per trait and over all, what the labels are worth; `rows` have a trait as criterion, a level as choice."""
    traits = list(dict.fromkeys(each.trait for each in sample))
    by_trait = {trait: [row for row in rows if row.criterion == trait] for trait in traits}
    persona = dict(zip((each.context for each in sample), _personas(sample), strict=True))
    draws = _draws(len(set(persona.values())), seed)
    measured = {
        trait: _Trait([each for each in sample if each.trait == trait], by_trait[trait], persona, draws)
        for trait in traits
    }
    return {
        "traits": {trait: each.as_json(by_trait[trait], seed=seed) for trait, each in measured.items()},
        ALL: _over_traits(list(measured.values())),
    }


def _personas(sample: Sequence[Predicted]) -> list[int]:
    """A number for each persona; of a key without personas, for each context."""
    return [int(number) for number in numbered(each.persona or each.context for each in sample)]


def _draws(personas: int, seed: int) -> Floats | None:
    """How often each persona is drawn in each resample."""
    if personas < FEWEST:
        return None
    rng = np.random.default_rng(seed)
    return rng.multinomial(personas, np.full(personas, 1 / personas), size=RESAMPLES).astype(np.float64)


def majority(labels: Sequence[str]) -> str | None:
    """What most say; None where nobody said anything or the top is shared."""
    ranked = Counter(labels).most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


class _Trait:
    """One trait: the sample's labels, people's labels of the same personas, and both as tables."""

    def __init__(
        self,
        sample: Sequence[Predicted],
        rows: Sequence[JudgmentRow],
        persona: Mapping[str, int],
        draws: Floats | None,
    ) -> None:
        said: dict[str, dict[str, str]] = defaultdict(dict)
        for row in rows:
            if row.choice != CANNOT_JUDGE:
                said[row.context][row.annotator] = row.choice
        self.judged = [each for each in sample if said.get(each.context)]
        self.unjudged = len(sample) - len(self.judged)
        reference = [majority(list(said[each.context].values())) for each in self.judged]
        self.levels = sorted({each.level for each in sample} | {row.choice for row in rows} - {CANNOT_JUDGE})
        self.no_majority = reference.count(None)
        self.weight = np.array([each.weight for each in self.judged])
        drawn = None if draws is None else draws[:, [persona[each.context] for each in self.judged]]
        self.drawn = None if drawn is None else drawn * self.weight
        self.labels = _cells(reference, [each.level for each in self.judged], self.levels)
        self.annotators = sorted({annotator for of in said.values() for annotator in of})
        self.left_out = [self._leaving_out(annotator, said) for annotator in self.annotators]

    def _leaving_out(self, annotator: str, said: Mapping[str, Mapping[str, str]]) -> tuple[Floats, Floats]:
        """Cells of the labeller's and of this annotator's labels, against the majority of all others."""
        others, own = [], []
        for each in self.judged:
            labels = said[each.context]
            rest = majority([label for name, label in labels.items() if name != annotator])
            others.append(rest if annotator in labels else None)
            own.append(labels.get(annotator, self.levels[0]))
        predicted = [each.level for each in self.judged]
        return _cells(others, predicted, self.levels), _cells(others, own, self.levels)

    def as_json(self, rows: Sequence[JudgmentRow], *, seed: int) -> dict[str, Any]:
        """The entry of a trait."""
        table = (self.weight @ self.labels).reshape(len(self.levels), len(self.levels)) if self.judged else None
        criterion = DeclaredCriterion(key="trait", name="trait", question="", scale="label", options=())
        there = agreement(comparable(rows, criterion, systems=()).judged, levels=("nominal",), seed=seed)
        llm, people, difference = self._left_out()
        return {
            "n": {
                "personas": len(self.judged),
                "unjudged": self.unjudged,
                "no_majority": self.no_majority,
                "annotators": len(self.annotators),
            },
            "balanced_accuracy": self._estimate(self.balanced, self.labels).as_json(),
            "accuracy": self._estimate(_accuracy, self.labels).as_json(),
            "kappa": self._estimate(_kappa, self.labels).as_json(),
            "chance": 1 / len(self.levels) if self.levels else None,
            "levels": self.levels,
            "confusion": None if table is None else [[float(cell) for cell in row] for row in table],
            "leave_one_out": {
                "labeller": llm.as_json(),
                "people": people.as_json(),
                "difference": difference.as_json(),
            },
            "agreement": {"units": there.units}
            | {
                name: there.coefficients[name].as_json()
                for name in ("percent", "alpha_nominal", "gwet_ac1", "cohen_kappa_mean")
            },
        }

    def balanced(self, tables: Floats) -> Floats:
        """Balanced accuracy of each row of `tables`: the mean over the levels that people named of the share found."""
        cells = tables.reshape(-1, len(self.levels), len(self.levels))
        totals = cells.sum(axis=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            found = np.diagonal(cells, axis1=1, axis2=2) / totals
        named = totals > 0
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(named, found, 0.0).sum(axis=1) / named.sum(axis=1))

    def once_and_resampled(self, measure: Measure, cells: Floats) -> tuple[float, Floats | None]:
        """A measure of the tables that weights make of `cells`: of the sample itself, and of every resample."""
        value = float(measure((self.weight @ cells)[np.newaxis])[0]) if self.judged else float("nan")
        return value, None if self.drawn is None else measure(self.drawn @ cells)

    def _estimate(self, measure: Measure, cells: Floats) -> Estimate:
        why_not = _NO_REFERENCE if not cells.any() else _ONE_LEVEL
        return _bounded(*self.once_and_resampled(measure, cells), why_not=why_not)

    def _left_out(self) -> tuple[Estimate, Estimate, Estimate]:
        """The means over annotators, each left out in turn, of the labeller's, the annotator's, and the difference."""
        pairs = [
            (self.once_and_resampled(self.balanced, labeller), self.once_and_resampled(self.balanced, own))
            for labeller, own in self.left_out
            if labeller.any()
        ]
        if not pairs:
            nothing = Estimate(None, reason="no persona was labelled by two people or more")
            return nothing, nothing, nothing
        values = np.array([(labeller[0], own[0]) for labeller, own in pairs])
        drawn = None
        if self.drawn is not None:
            drawn = np.array([(labeller[1], own[1]) for labeller, own in pairs])
        estimates = []
        for weights in ((1.0, 0.0), (0.0, 1.0), (1.0, -1.0)):
            value = float((values @ weights).mean())
            resampled = None if drawn is None else np.tensordot(drawn.mean(axis=0), weights, axes=(0, 0))
            estimates.append(_bounded(value, resampled, more={"annotators": len(pairs)}))
        return estimates[0], estimates[1], estimates[2]


def _cells(truth: Sequence[str | None], named: Sequence[str], levels: Sequence[str]) -> Floats:
    """Labels x (levels x levels): 1 at the true level's row and the named one's column; all 0 without a truth."""
    cells = np.zeros((len(named), len(levels) ** 2))
    for place, (true, label) in enumerate(zip(truth, named, strict=True)):
        if true is not None:
            cells[place, levels.index(true) * len(levels) + levels.index(label)] = 1.0
    return cells


def _accuracy(tables: Floats) -> Floats:
    levels = round(tables.shape[1] ** 0.5)
    cells = tables.reshape(-1, levels, levels)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.trace(cells, axis1=1, axis2=2) / cells.sum(axis=(1, 2)))


def _kappa(tables: Floats) -> Floats:
    """Cohen's kappa of each table; undefined where both sides name one and the same level only.

    Cohen (1960): (p_o - p_e) / (1 - p_e), with p_e from the margins of the weighted table.
    """
    levels = round(tables.shape[1] ** 0.5)
    cells = tables.reshape(-1, levels, levels)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = cells / cells.sum(axis=(1, 2), keepdims=True)
        observed = np.trace(shares, axis1=1, axis2=2)
        expected = (shares.sum(axis=2) * shares.sum(axis=1)).sum(axis=1)
        return np.asarray(np.where(expected < 1, (observed - expected) / (1 - expected), np.nan))


def _bounded(
    value: float, resampled: Floats | None, *, more: dict[str, Any] | None = None, why_not: str = _NO_REFERENCE
) -> Estimate:
    if np.isnan(value):
        return Estimate(None, reason=why_not, more=more or {})
    if resampled is None:
        return Estimate(value, reason=_FEW, more=more or {})
    estimate = bounded(value, resampled, more=more)
    if estimate.low == estimate.high and estimate.low is not None:
        return Estimate(value, reason="every resample gives the same: no interval", more=more or {})
    return estimate


def _over_traits(traits: Sequence[_Trait]) -> dict[str, Any]:
    """The mean of the traits' balanced accuracies, all of them drawn together."""
    both = [each.once_and_resampled(each.balanced, each.labels) for each in traits]
    known = [(value, drawn) for value, drawn in both if not np.isnan(value)]
    if not known:
        return {"balanced_accuracy": Estimate(None, reason=_NO_REFERENCE).as_json()}
    drawn = [resampled for _, resampled in known if resampled is not None]
    resampled = np.mean(drawn, axis=0) if len(drawn) == len(known) else None
    value = float(np.mean([value for value, _ in known]))
    return {"balanced_accuracy": _bounded(value, resampled, more={"traits": len(known)}).as_json()}
