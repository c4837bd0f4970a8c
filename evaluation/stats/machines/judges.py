"""Language models that judged beside people: their position bias, their verdict, and how near to people they come.

A model saw each unit in both orders. What it says of a unit is what it said in both; where the orders part it, a tie:
it has no preference that does not hang on who stands first.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from evaluation.stats.data.declared import DeclaredCriterion, StudyInfo
from evaluation.stats.data.orientation import Pair, oriented
from evaluation.stats.data.outcomes import cluster_of, domain_of
from evaluation.stats.data.rows import CANNOT_JUDGE, TIE, JudgmentRow
from evaluation.stats.inference.arrays import Floats, sums_by
from evaluation.stats.inference.confidence import measure
from evaluation.stats.inference.estimate import Estimate
from evaluation.stats.inference.resampling import ClusterSums
from evaluation.stats.machines.alternative import EPSILONS, Alternative, Unit, alternative_test

NONE: Final = "no language model judged beside people"


def judges_json(
    rows: Sequence[JudgmentRow],
    people: Sequence[JudgmentRow],
    criteria: Sequence[DeclaredCriterion],
    info: StudyInfo,
) -> dict[str, Any]:
    """The entry `judges`: model -> criterion -> its numbers; `rows` are all there are, `people` those that count."""
    machines = [
        row
        for row in rows
        if row.annotator_kind == "llm" and row.first and not (row.is_check or row.control or row.dropped)
    ]
    if not machines or (people and people[0].annotator_kind == "llm"):
        return {"value": None, "reason": NONE}
    said: dict[str, Any] = {}
    for model in sorted({row.annotator for row in machines}):
        own = [row for row in machines if row.annotator == model]
        said[model] = {
            each.key: _judge(
                [row for row in own if row.criterion == each.key],
                [row for row in people if row.criterion == each.key and row.first],
                info,
            )
            for each in criteria
            if any(row.criterion == each.key for row in own)
        }
    return said


@dataclass(frozen=True)
class _Unit:
    """Two responses of one context."""

    domain: str
    context: str
    pair: Pair


def _judge(own: Sequence[JudgmentRow], people: Sequence[JudgmentRow], info: StudyInfo) -> dict[str, Any]:
    clusters: dict[Unit, str] = {}
    for row in (*people, *own):
        clusters.setdefault(_unit(row, info), cluster_of(row))
    orders = _orders(own, info)
    verdict = {unit: _verdict(said) for unit, said in orders.items()}
    answers: dict[str, dict[Unit, str]] = defaultdict(dict)
    for row in people:
        if row.choice != CANNOT_JUDGE:
            answers[row.annotator].setdefault(_unit(row, info), row.choice)
    tests = [alternative_test(verdict, answers, clusters, epsilon=each, seed=info.seed) for each in EPSILONS]
    return {
        "n": {"units": len(verdict), "judgments": len(own)},
        "position": _position(own, orders, clusters, info),
        "net_preference": _net(verdict, clusters, info),
        "agreement": _agreement(verdict, answers, clusters, info),
        "alternative": {f"{each.epsilon:g}": _with_verdict(each) for each in tests},
    }


def _unit(row: JudgmentRow, info: StudyInfo) -> _Unit:
    return _Unit(domain_of(row), row.context, oriented(row.first, row.second, systems=info.systems))


def _orders(own: Sequence[JudgmentRow], info: StudyInfo) -> dict[Unit, dict[int, str]]:
    """What was said of each unit in either order, those who could not judge left out."""
    orders: dict[Unit, dict[int, str]] = defaultdict(dict)
    for row in own:
        if row.choice != CANNOT_JUDGE:
            orders[_unit(row, info)][row.look] = row.choice
    return dict(orders)


def _verdict(said: Mapping[int, str]) -> str:
    answers = set(said.values())
    return answers.pop() if len(answers) == 1 else TIE


def _with_verdict(test: Alternative) -> dict[str, Any]:
    """The paper's rule: a winning rate of a half or more."""
    rate = test.winning_rate.value
    return test.as_json() | {"may_replace": None if rate is None else rate >= 0.5}


def _position(
    own: Sequence[JudgmentRow],
    orders: Mapping[Unit, Mapping[int, str]],
    clusters: Mapping[Unit, str],
    info: StudyInfo,
) -> dict[str, Any]:
    """How often Reply 1 was chosen of what was decided, and how often both orders said the same of a unit."""
    decided = [row for row in own if row.choice in (row.first, row.second) and row.displayed_left]
    left = [(clusters[_unit(row, info)], float(row.choice == row.displayed_left)) for row in decided]
    both = {unit: said for unit, said in orders.items() if len(said) > 1}
    same = [(clusters[unit], float(len(set(said.values())) == 1)) for unit, said in both.items()]
    return {
        "share_left": _share(left, "nothing was decided", info).as_json(),
        "same_in_both_orders": _share(same, "no unit was judged in both orders", info).as_json(),
    }


def _net(verdict: Mapping[Unit, str], clusters: Mapping[Unit, str], info: StudyInfo) -> list[dict[str, Any]]:
    """Per comparison the model's net preference, to be set beside that of people."""
    by_pair: dict[Pair, list[tuple[str, float]]] = defaultdict(list)
    for unit, said in verdict.items():
        assert isinstance(unit, _Unit)
        score = float(said == unit.pair[0]) - float(said == unit.pair[1])
        by_pair[unit.pair].append((clusters[unit], score))
    return [
        {"first": pair[0], "second": pair[1]} | _share(scores, "", info, low=-1.0).as_json()
        for pair, scores in sorted(by_pair.items())
    ]


def _agreement(
    verdict: Mapping[Unit, str],
    answers: Mapping[str, Mapping[Unit, str]],
    clusters: Mapping[Unit, str],
    info: StudyInfo,
) -> dict[str, Any]:
    """The share of people's judgments that say what the model says, beside that of pairs of people who say the same."""
    by_unit: dict[Unit, list[str]] = defaultdict(list)
    for given in answers.values():
        for unit, answer in given.items():
            by_unit[unit].append(answer)
    with_people = [
        (clusters[unit], float(answer == verdict[unit]))
        for unit, given in by_unit.items()
        if unit in verdict
        for answer in given
    ]
    among = [
        (clusters[unit], float(one == other))
        for unit, given in by_unit.items()
        if unit in verdict
        for place, one in enumerate(given)
        for other in given[place + 1 :]
    ]
    return {
        "with_people": _share(with_people, "people judged none of its units", info).as_json(),
        "among_people": _share(among, "no two people judged one of its units", info).as_json(),
    }


def _share(values: Sequence[tuple[str, float]], why_not: str, info: StudyInfo, *, low: float = 0.0) -> Estimate:
    """The mean of values by cluster, with the interval of the one rule."""
    if not values:
        return Estimate(None, reason=why_not)
    names = {name: place for place, name in enumerate(dict.fromkeys(cluster for cluster, _ in values))}
    place = np.array([names[cluster] for cluster, _ in values])
    numbers: Floats = np.array([value for _, value in values])
    numerators, denominators = sums_by(place, numbers)[:, np.newaxis], sums_by(place)[:, np.newaxis]
    found = measure(ClusterSums(numerators, denominators, numbers.size, low=low, high=1.0), seed=info.seed).primary
    return Estimate(found.value, found.low, found.high, found.reason, found.method, {"n": numbers.size})
