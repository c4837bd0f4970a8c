"""How fast the statistics are, beside plain ways of doing the same.

    .venv/bin/python -m benchmarks.statistics [--size 100000] [--peer-resamples 3]

Each task runs in this process and on the same judgments as its peer: Krippendorff's alpha resampled by a loop over the
`krippendorff` package and by `evalica`, Bradley-Terry resampled by a loop over `evalica`. Peers that would take minutes
run a few resamples and are scaled up, which is said. Results that must agree are compared before any time is printed.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import krippendorff
import numpy as np

from evaluation.stats.agreeing.agreement import agreement
from evaluation.stats.agreeing.judged import Judged
from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import StudyInfo
from evaluation.stats.data.games import games_of
from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.inference.arrays import Integers
from evaluation.stats.preferences.davidson import davidson
from evaluation.stats.preferences.mixed import mixed
from evaluation.stats.preferences.ranking import bradley_terry

RESAMPLES = 1_000
SYSTEMS = 10


@dataclass(frozen=True)
class Timed:
    """Seconds of one way of doing a task; `scaled` where only part of it was run."""

    way: str
    seconds: float
    scaled: bool = False


def main() -> None:
    """Run every task and print its times, ours first, with how many times as long each peer takes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=100_000, help="units, games and judgments (default 100,000)")
    parser.add_argument("--peer-resamples", type=int, default=3, help="resamples that slow peers run (default 3)")
    options = parser.parse_args()
    for task in (alpha, ranking, whole_study):
        print(f"\n{task.__doc__.splitlines()[0]}")
        timed = task(options.size, options.peer_resamples)
        for each in timed:
            ratio = "" if each is timed[0] else f"  {each.seconds / timed[0].seconds:8.1f} times as long"
            print(f"  {each.way:<52} {each.seconds:9.2f} s{ratio}{' (scaled up)' if each.scaled else ''}")


def alpha(size: int, few: int) -> list[Timed]:
    """Krippendorff's alpha, nominal and ordinal, of units with five judgments, with 1,000 resamples of clusters."""
    rng = np.random.default_rng(1)
    annotators = np.argsort(rng.random((size, 50)), axis=1)[:, :5]
    leaning = rng.normal(0, 0.8, size=(size, 1))
    answers = np.digitize(leaning + rng.normal(size=(size, 5)), [-0.4, 0.4])
    judged = Judged(
        unit=np.repeat(np.arange(size), 5),
        annotator=annotators.ravel().astype(np.int64),
        categories=answers.ravel().astype(np.int64),
        names=("second", "tie", "first"),
        steps=answers.ravel().astype(np.int64),
        values=(-1.0, 0.0, 1.0),
        cluster=np.arange(size),
    )
    begun = time.perf_counter()
    ours = agreement(judged, levels=("nominal", "ordinal"), seed=7)
    timed = [Timed("all coefficients of this package", time.perf_counter() - begun)]
    counts = judged.counts()
    by_package = krippendorff.alpha(value_counts=counts, value_domain=[0, 1, 2], level_of_measurement="nominal")
    agree("alpha", ours.coefficients["alpha_nominal"].value, by_package)
    seconds = _seconds(lambda: _loop_over_the_package(counts, few, rng)) * RESAMPLES / few
    timed.append(Timed("a loop over krippendorff.alpha, nominal alone", seconds, scaled=True))
    return timed + _alpha_by_evalica(answers, annotators, few, by_package)


def _loop_over_the_package(counts: Integers, few: int, rng: np.random.Generator) -> None:
    for _ in range(few):
        drawn = counts[rng.integers(len(counts), size=len(counts))]
        krippendorff.alpha(value_counts=drawn, value_domain=[0, 1, 2], level_of_measurement="nominal")


def _alpha_by_evalica(answers: Integers, annotators: Integers, few: int, expected: float) -> list[Timed]:
    evalica, pandas = _peers()
    if evalica is None:
        return []
    table = np.full((50, len(answers)), np.nan)
    table[annotators.T, np.arange(len(answers))] = answers.T
    data = pandas.DataFrame(table)
    agree("alpha by evalica", evalica.alpha(data, distance="nominal").alpha, expected)
    seconds = _seconds(lambda: evalica.alpha(data, distance="nominal")) * RESAMPLES
    drawn = _seconds(lambda: evalica.alpha_bootstrap(data, distance="nominal", n_resamples=RESAMPLES, random_state=7))
    return [
        Timed("a loop over evalica.alpha, nominal alone", seconds, scaled=True),
        Timed("evalica.alpha_bootstrap (of coincidences, not of units)", drawn),
    ]


def ranking(size: int, few: int) -> list[Timed]:
    """Bradley-Terry of ten systems, with 1,000 resamples of clusters."""
    rng = np.random.default_rng(2)
    names = [f"system-{number}" for number in range(SYSTEMS)]
    first = rng.integers(SYSTEMS, size=size)
    second = (first + rng.integers(1, SYSTEMS, size=size)) % SYSTEMS
    strengths = np.linspace(-1, 1, SYSTEMS)
    half = (strengths[first] - strengths[second]) / 2
    drawn = rng.random(size) * (np.exp(half) + np.exp(-half) + 0.8)
    won = np.where(drawn < np.exp(half), 1, np.where(drawn < np.exp(half) + np.exp(-half), -1, 0))
    cluster = np.arange(size) % max(1, size // 5)
    rows = [
        JudgmentRow(
            context=f"talk-{c}",
            annotator="a",
            criterion="naturalness",
            choice=names[i] if w > 0 else names[j] if w < 0 else "tie",
            first=names[i],
            second=names[j],
        )
        for c, i, j, w in zip(cluster, first, second, won, strict=True)
    ]
    begun = time.perf_counter()
    games = games_of(rows, systems=names)
    ours = bradley_terry(games, systems=names, seed=7)
    timed = [Timed("Bradley-Terry of this package, from rows", time.perf_counter() - begun)]
    timed.append(Timed("Davidson's model of this package", _seconds(lambda: davidson(games, systems=names, seed=7))))
    evalica, _ = _peers()
    if evalica is None:
        return timed
    winners = [evalica.Winner.X if w > 0 else evalica.Winner.Y if w < 0 else evalica.Winner.Draw for w in won]
    scores = evalica.bradley_terry(first.tolist(), second.tolist(), winners, tolerance=1e-12, limit=10_000).scores
    logs = np.log([scores[number] for number in range(SYSTEMS)])
    for number, name in enumerate(names):
        agree(name, ours[name].value, float(logs[number] - logs.mean()))

    def loop() -> None:
        members = [np.flatnonzero(cluster == each) for each in range(int(cluster.max()) + 1)]
        for _ in range(few):
            picked = np.concatenate([members[each] for each in rng.integers(len(members), size=len(members))])
            chosen = [winners[each] for each in picked]
            evalica.bradley_terry(first[picked].tolist(), second[picked].tolist(), chosen)

    timed.append(Timed("a loop over evalica.bradley_terry", _seconds(loop) * RESAMPLES / few, scaled=True))
    return timed


def whole_study(size: int, few: int) -> list[Timed]:
    """Everything that a report needs: `analyse`, two systems, two domains, three criteria, 200 annotators."""
    rng = np.random.default_rng(3)
    contexts = max(6, size // 30)
    rows = []
    for domain in ("personachat", "personalitychat"):
        for context in range(contexts):
            for annotator in rng.permutation(200)[:5]:
                left, answers = ("p", "pt")[rng.integers(2)], rng.choice(("pt", "tie", "p"), 3, p=(0.42, 0.2, 0.38))
                rows += [
                    JudgmentRow(
                        context=f"{domain}/test/{context:05}#4",
                        annotator=f"A-{annotator}",
                        criterion=criterion,
                        choice=str(answer),
                        first="p",
                        second="pt",
                        domain=domain,
                        displayed_left=left,
                        seconds=float(rng.integers(5, 60)),
                    )
                    for criterion, answer in zip(("naturalness", "coherence", "wit"), answers, strict=True)
                ]
    print(f"  {len(rows):,} judgments")
    timed = [Timed("the whole analysis", _seconds(lambda: analyse(rows, StudyInfo(systems=("p", "pt")))))]
    cluster, annotator = np.repeat(np.arange(size // 5), 5), rng.integers(200, size=size // 5 * 5)
    scores = rng.choice((-1, 0, 1), size=cluster.size)
    fit = _seconds(lambda: mixed(scores, domain=np.zeros_like(cluster), cluster=cluster, annotator=annotator))
    return [*timed, Timed("of it, one mixed model of as many judgments", fit)]


def agree(what: str, ours: float | None, theirs: float) -> None:
    """Stop where two ways of computing one number do not give it."""
    if ours is None or abs(ours - theirs) > 1e-6:
        raise SystemExit(f"{what}: {ours} here and {theirs} there")


def _peers() -> Sequence[object]:
    """evalica and pandas, or two Nones: they are for development alone."""
    try:
        import evalica
        import pandas
    except ImportError:
        print("  evalica is not installed (pip install evalica), so it is not compared with")
        return None, None
    return evalica, pandas


def _seconds(task: Callable[[], object]) -> float:
    begun = time.perf_counter()
    task()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
