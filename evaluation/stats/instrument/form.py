"""Does form alone tell the systems apart? Length, capitals, spacing and punctuation, without a look at the words.

People who can tell the systems by their form judge systems, not replies. So a small classifier is trained on the form
of pairs, and asked which reply is whose in pairs that it has not seen: one half is chance.
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evaluation.stats.data.conduct import FormFound
from evaluation.stats.inference.arrays import Floats
from evaluation.stats.inference.intervals import wilson

# Above this share of pairs told apart, whoever runs the study is warned.
TELLING: Final = 0.60
# Fewer pairs say nothing of a classifier.
FEWEST_PAIRS: Final = 20
FOLDS: Final = 10
# A weak pull to 0, on features in units of their spread: with few pairs no single one decides.
RIDGE: Final = 1.0
STEPS: Final = 25
# What tells most is named where it leans at least as far.
LEANS: Final = 0.60
MOST_NAMED: Final = 2
_WORD: Final = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True)
class FormPair:
    """One pair as it is displayed; pairs of one cluster are never on both sides of training."""

    cluster: str
    first: str
    second: str


def _per(text: str, count: float) -> float:
    return count / max(len(text), 1)


# What is looked at, and what the reply with more of it is called.
FEATURES: Final[dict[str, Callable[[str], float]]] = {
    "more characters": lambda text: float(np.log1p(len(text))),
    "more words": lambda text: float(np.log1p(len(_WORD.findall(text)))),
    "longer words": lambda text: sum(map(len, _WORD.findall(text))) / max(len(_WORD.findall(text)), 1),
    "more capitals": lambda text: _per(text, sum(map(str.isupper, text))),
    "a capital at the beginning more often": lambda text: float(text.lstrip()[:1].isupper()),
    "more spaces before punctuation": lambda text: _per(text, len(re.findall(r"\s[.,;:!?']", text))),
    "more double spaces and line breaks": lambda text: _per(text, len(re.findall(r"\s{2,}|\n", text))),
    "more full stops": lambda text: _per(text, text.count(".")),
    "more commas": lambda text: _per(text, text.count(",")),
    "more question marks": lambda text: _per(text, text.count("?")),
    "more exclamation marks": lambda text: _per(text, text.count("!")),
    "more other punctuation": lambda text: _per(text, len(re.findall(r"[-–—:;()\"“”*_#/…]", text))),
    "more apostrophes": lambda text: _per(text, len(re.findall(r"['’]", text))),
    "more digits": lambda text: _per(text, sum(map(str.isdigit, text))),
    "more signs beyond ASCII": lambda text: _per(text, sum(not sign.isascii() for sign in text)),
    "punctuation at the end more often": lambda text: float(text.rstrip()[-1:] in set(".!?…")),
}


def form_tells(pairs: Sequence[FormPair], *, first: str, second: str, seed: int) -> FormFound:
    """How often the form of a pair's replies tells which is `first`'s, and what tells most.

    Cross-validated in folds of whole clusters, so the same pairs and seed give the same answer. The interval is
    Wilson's with clusters as its sample; a pair whose form is the same on both sides is half told.
    """
    clusters = sorted({each.cluster for each in pairs})
    if len(clusters) < FEWEST_PAIRS:
        reason = f"fewer than {FEWEST_PAIRS} dialogues to learn from"
        return FormFound(first=first, second=second, pairs=len(pairs), accuracy=None, reason=reason)
    ordered = sorted(pairs, key=lambda each: (each.cluster, each.first, each.second))
    differences = np.array(
        [[of(each.first) - of(each.second) for of in FEATURES.values()] for each in ordered], dtype=float
    )
    shuffled = list(clusters)
    random.Random(f"{seed} form of {first} and {second}").shuffle(shuffled)
    fold_of = {cluster: place % FOLDS for place, cluster in enumerate(shuffled)}
    folds = np.array([fold_of[each.cluster] for each in ordered])
    told = np.empty(len(ordered))
    for fold in range(FOLDS):
        held = folds == fold
        told[held] = _told(differences[~held], differences[held])
    accuracy = float(told.mean())
    low, high = wilson(accuracy * len(clusters), len(clusters))
    return FormFound(
        first=first,
        second=second,
        pairs=len(ordered),
        accuracy=round(accuracy, 6),
        low=round(low, 6),
        high=round(high, 6),
        by=_leanings(differences, first, second),
    )


def warns(found: FormFound) -> bool:
    """Whether form tells the two apart in more than three of five pairs, and more than by chance."""
    return found.accuracy is not None and found.low is not None and found.accuracy > TELLING and found.low > 0.5


def _told(seen: Floats, unseen: Floats) -> Floats:
    """1 where the classifier trained on `seen` tells a pair of `unseen` right, 0 where wrong, one half where it cannot.

    Logistic regression on differences, without a constant: to swap the two replies of a pair turns its answer round,
    so the share of right answers has no side to lean to.
    """
    spread = np.sqrt((seen**2).mean(axis=0))
    used = spread > 0
    if not used.any():
        return np.full(len(unseen), 0.5)
    scaled, weights = seen[:, used] / spread[used], np.zeros(int(used.sum()))
    for _step in range(STEPS):
        wrong = 1 / (1 + np.exp(np.clip(scaled @ weights, -30, 30)))
        slope = scaled.T @ wrong - RIDGE * weights
        bend = (scaled.T * (wrong * (1 - wrong))) @ scaled + RIDGE * np.eye(len(weights))
        move = np.linalg.solve(bend, slope)
        weights = weights + move
        if float(np.abs(move).max()) < 1e-9:
            break
    score = (unseen[:, used] / spread[used]) @ weights
    return np.where(np.abs(score) < 1e-12, 0.5, (score > 0).astype(float))


def _leanings(differences: Floats, first: str, second: str) -> tuple[str, ...]:
    """What differs most often in one direction, as sentences' ends: "p has more words in 71 % of pairs"."""
    leanings: dict[str, float] = defaultdict(float)
    for place, words in enumerate(FEATURES):
        column = differences[:, place]
        leanings[words] = float((column > 0).mean() + (column == 0).mean() / 2)
    named = sorted(leanings.items(), key=lambda each: (-abs(each[1] - 0.5), each[0]))
    return tuple(
        f"{first if share >= 0.5 else second} has {words} in {round(100 * max(share, 1 - share))} % of pairs"
        for words, share in named[:MOST_NAMED]
        if max(share, 1 - share) >= LEANS
    )
