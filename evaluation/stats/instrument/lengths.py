"""Length: whether the longer reply is preferred for being longer, and what is left where both are as long.

Lengths come from the study (`measures.lengths`); a file of judgments alone does not know them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from evaluation.stats.data.orientation import Pair, by_comparison
from evaluation.stats.data.outcomes import cluster_of
from evaluation.stats.data.rows import CANNOT_JUDGE, JudgmentRow
from evaluation.stats.inference.arrays import Floats, Integers, Truths, numbered, sums_by
from evaluation.stats.inference.estimate import Estimate, Significance
from evaluation.stats.inference.inversion import FEWEST
from evaluation.stats.inference.permutation import sign_flip
from evaluation.stats.inference.robust import TWO_WAY, least_squares, mean_of
from evaluation.stats.instrument.conditions import MOST_PAIRS

Lengths = Mapping[str, Mapping[str, int]]
UNKNOWN: Final = "the lengths of the responses are not known: study.json has no measures.lengths"
_EQUAL: Final = "no judged pair has replies of different length"


def length_bias(rows: Sequence[JudgmentRow], lengths: Lengths, *, seed: int) -> dict[str, Any]:
    """Net preference for the longer reply, whichever system gave it, and its test.

    With five annotators or more both are two-way clustered, as of sides; with fewer the test is a sign flip over
    clusters.
    """
    told = [(row, known) for row in rows if (known := _known(row, lengths)) and known[0] != known[1]]
    score = np.array([_for_longer(row, known) for row, known in told])
    cluster = numbered(cluster_of(row) for row, _ in told)
    annotator = numbered(row.annotator for row, _ in told)
    why_not = _EQUAL if lengths else UNKNOWN
    net = mean_of(score, cluster, low=-1.0, high=1.0, why_not=why_not, annotator=annotator)
    test = _test(score, cluster, annotator, seed=seed)
    said = net.as_json() | {"p": test.p, "n": int(score.size)}
    return said | ({"test": test.method} if test.p is not None else {"reason": said.get("reason") or test.reason})


def _test(score: Floats, cluster: Integers, annotator: Integers, *, seed: int) -> Significance:
    clusters = int(cluster.max(initial=-1)) + 1
    if clusters < FEWEST:
        return Significance(p=None, n=clusters, reason=f"fewer than {FEWEST} clusters: nothing can be tested")
    fit = least_squares(np.ones((score.size, 1)), score, cluster, annotator)
    if fit is not None and fit.method == TWO_WAY and (general := fit.test(0)).p is not None:
        return general
    flipped = sign_flip(sums_by(cluster, score).astype(np.int64), seed=seed)
    return Significance(p=flipped.p, n=clusters, method=f"sign flip, {flipped.method}")


def by_length(rows: Sequence[JudgmentRow], lengths: Lengths, *, systems: Sequence[str]) -> list[dict[str, Any]]:
    """For each comparison net preference where the first is longer, as long, shorter; and controlled for length.

    `controlled` is the intercept of a line through the outcomes over log2(words of the first / words of the second):
    net preference where both are as long. `per_doubling` is its slope.
    """
    pairs = by_comparison(rows, systems=systems)
    if not lengths or len(pairs) > MOST_PAIRS:
        return []
    return [entry for pair, there in pairs.items() if (entry := _of_pair(pair, there, lengths)) is not None]


def _of_pair(pair: Pair, rows: Sequence[JudgmentRow], lengths: Lengths) -> dict[str, Any] | None:
    first, second = (lengths.get(system, {}) for system in pair)
    known = [row for row in rows if row.choice != CANNOT_JUDGE and row.context in first and row.context in second]
    if not known:
        return None
    score = np.array([float(row.choice == pair[0]) - float(row.choice == pair[1]) for row in known])
    words = np.array([(first[row.context], second[row.context]) for row in known], dtype=np.float64)
    cluster, annotator = numbered(cluster_of(row) for row in known), numbered(row.annotator for row in known)
    longer = words[:, 0] - words[:, 1]

    def net(here: Truths) -> dict[str, Any]:
        why_not = "no such pair was judged"
        of = mean_of(score[here], cluster[here], low=-1.0, high=1.0, why_not=why_not, annotator=annotator[here])
        return of.as_json()

    return {
        "first": pair[0],
        "second": pair[1],
        "n": len(known),
        "words": {"first": float(words[:, 0].mean()), "second": float(words[:, 1].mean())},
        "first_longer": net(longer > 0),
        "as_long": net(longer == 0),
        "first_shorter": net(longer < 0),
    } | _controlled(score, words, cluster, annotator)


def _controlled(score: Floats, words: Floats, cluster: Integers, annotator: Integers) -> dict[str, Any]:
    # A reply without words counts as one word: its logarithm must exist.
    doublings = np.log2(np.maximum(1.0, words[:, 0]) / np.maximum(1.0, words[:, 1]))
    fit = least_squares(np.column_stack([np.ones(score.size), doublings]), score, cluster, annotator)
    if fit is None:
        nothing = Estimate(None, reason="the ratio of the lengths never varies").as_json()
        return {"controlled": nothing, "per_doubling": nothing}
    return {
        "controlled": fit.estimate(0, low=-1.0, high=1.0).as_json(),
        "per_doubling": fit.estimate(1).as_json() | {"p": fit.test(1).p},
    }


def _known(row: JudgmentRow, lengths: Lengths) -> tuple[int, int] | None:
    """The words of the first and of the second, where a reply was preferred or a tie called between known lengths."""
    if not row.first or row.choice == CANNOT_JUDGE:
        return None
    first, second = (lengths.get(system, {}).get(row.context) for system in (row.first, row.second))
    return (first, second) if first is not None and second is not None else None


def _for_longer(row: JudgmentRow, words: tuple[int, int]) -> float:
    longer = row.first if words[0] > words[1] else row.second
    return 0.0 if row.choice not in (row.first, row.second) else (1.0 if row.choice == longer else -1.0)
