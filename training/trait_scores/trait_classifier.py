"""Which level of a trait a turn sounds like: naive Bayes over its words, learned from a corpus's own labels.

Labels are the author's, and turns are short: its accuracy on turns it has not learned from says how far it can be
believed, and stands beside everything it is used for.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generation.corpus.dialogues import Dialogue
from generation.corpus.lexical import normalise
from training.scores.intervals import Floats, Score, Sums, shares

HIGH, LOW = "high", "low"


class NothingToLearn(ValueError):
    """A corpus in which a trait is not told at both its ends."""


@dataclass(frozen=True)
class Said:
    """A turn of a speaker who was told the trait high (True) or low, and the dialogue it is from."""

    text: str
    high: bool
    cluster: str


@dataclass(frozen=True)
class TraitClassifier:
    """Log-odds of each word, high against low. What it has never seen says nothing; classes weigh alike.

    `accuracy` is balanced, over turns that it did not learn from.
    """

    trait: str
    weights: Mapping[str, float]
    learned_from: int
    accuracy: Score
    held_out: int

    def score(self, text: str) -> float:
        """Above 0 where the turn sounds high, below where it sounds low, 0 where it cannot be told."""
        return sum(self.weights.get(word, 0.0) for word in set(normalise(text)))


def turns_of(dialogues: Iterable[Dialogue], trait: str) -> list[Said]:
    """Every turn of a speaker who was told the trait at one of its ends; "very" counts with the end it strengthens."""
    found: list[Said] = []
    for dialogue in dialogues:
        for turn in dialogue.turns:
            end = dialogue.speakers[turn.speaker].traits.get(trait, "").removeprefix("very ")
            if end in (HIGH, LOW) and turn.text.strip():
                found.append(Said(turn.text, end == HIGH, dialogue.origin))
    return found


def learn(trait: str, *, train: Iterable[Said], held_out: Iterable[Said], seed: int) -> TraitClassifier:
    """The classifier of one trait. Multinomial over sets of words with add-one smoothing (Manning et al. 2008, 13.2).

    Raises `NothingToLearn` where either side lacks turns at either end.
    """
    train, held_out = list(train), list(held_out)
    for name, said in (("learn from", train), ("be measured on", held_out)):
        for high in (True, False):
            if not any(each.high is high for each in said):
                end = HIGH if high else LOW
                raise NothingToLearn(f"no turns of a speaker told {trait} {end} to {name}; is the corpus split?")
    counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for each in train:
        counts[each.high].update(set(normalise(each.text)))
    vocabulary = counts[True].keys() | counts[False].keys()
    totals = {high: counts[high].total() + len(vocabulary) for high in counts}
    weights = {
        word: math.log((counts[True][word] + 1) / totals[True]) - math.log((counts[False][word] + 1) / totals[False])
        for word in sorted(vocabulary)
    }
    untested = TraitClassifier(trait, weights, len(train), Score(None), len(held_out))
    return TraitClassifier(trait, weights, len(train), _balanced_accuracy(untested, held_out, seed=seed), len(held_out))


def _balanced_accuracy(classifier: TraitClassifier, said: list[Said], *, seed: int) -> Score:
    """The mean of the shares told right at either end, a tie half right, with an interval over dialogues."""
    rows = []
    for each in said:
        score = classifier.score(each.text)
        right = 0.5 if score == 0 else float((score > 0) == each.high)
        rows.append((right, 1.0, 0.0, 0.0) if each.high else (0.0, 0.0, right, 1.0))
    return Sums.of_rows(rows, [each.cluster for each in said], _mean_of_two).score(seed=seed)


def _mean_of_two(sums: Floats) -> Floats:
    found: Floats = (shares(sums[..., :2]) + shares(sums[..., 2:])) / 2
    return found
