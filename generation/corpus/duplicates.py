"""Dialogues that are nearly one another's copies, found over a corpus with MinHash signatures.

Two dialogues are compared by their shingles, the distinct runs of three words within a turn: their similarity is the
shingles in common over those of both (Jaccard). Broder (1997), "On the resemblance and containment of documents".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from generation.corpus.dialogues import Dialogue
from generation.corpus.lexical import ngrams, words

SHINGLE: Final = 3
# The estimate of a similarity has a standard error of at most 0.5 / sqrt(128) = 0.044.
PERMUTATIONS: Final = 128
SEED: Final = 1
# Candidates are looked up well below the threshold, where hardly one is missed, and their estimate decides.
LOOKED_UP_AT: Final = 0.6


class NoDatasketch(ValueError):
    """The `datasketch` package is not installed."""


@dataclass(frozen=True)
class Alike:
    """The dialogue that another is most like, and the estimated similarity, from 0 to 1."""

    id: str
    similarity: float


class NearDuplicates:
    """The dialogues accepted so far, to be asked whether one more is nearly one of them.

    What is found depends on the order in which dialogues are added, so add them in the order of their ids. Holds the
    signature for each and the index: about 15 KB a dialogue. Raises `NoDatasketch` without the package.
    """

    def __init__(self, threshold: float) -> None:
        try:
            from datasketch import MinHashLSH
        except ImportError as error:
            raise NoDatasketch("the filter of duplicates needs datasketch: pip install 'parley[dedup]'") from error
        self.threshold = threshold
        self._index = MinHashLSH(threshold=max(0.05, LOOKED_UP_AT * threshold), num_perm=PERMUTATIONS)
        self._signatures: dict[str, Any] = {}

    def most_alike(self, dialogue: Dialogue) -> Alike | None:
        """The accepted dialogue that this one is most like, where they are at least `threshold` alike; else None."""
        signature = _signature(dialogue)
        if signature is None:
            return None
        alike = [
            Alike(other, float(signature.jaccard(self._signatures[other])))
            for other in sorted(self._index.query(signature))
        ]
        near = [each for each in alike if each.similarity >= self.threshold]
        return max(near, key=lambda each: each.similarity, default=None)

    def add(self, dialogue: Dialogue) -> None:
        """Accept a dialogue; one without any three words in a row is like nothing."""
        signature = _signature(dialogue)
        if signature is not None:
            self._index.insert(dialogue.id, signature)
            self._signatures[dialogue.id] = signature


def shingles(dialogue: Dialogue) -> Iterator[str]:
    """Each run of three words within a turn."""
    for turn in dialogue.turns:
        for run in ngrams(words(turn.text), SHINGLE):
            yield " ".join(run)


def _signature(dialogue: Dialogue) -> Any:
    from datasketch import MinHash

    found = {shingle.encode() for shingle in shingles(dialogue)}
    if not found:
        return None
    signature = MinHash(num_perm=PERMUTATIONS, seed=SEED)
    signature.update_batch(sorted(found))
    return signature
