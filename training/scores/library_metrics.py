"""BLEU, chrF and ROUGE-L as their libraries measure them, in parts that add up over replies.

They come with the extra [metrics]; without it these metrics are null, with the reason.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from generation.corpus.lexical import normalise
from training.scores.intervals import Floats, shares

ABSENT: Final = "needs sacrebleu and rouge-score: pip install 'parley[metrics]'"


@dataclass(frozen=True)
class Parts:
    """A metric's sums for each pair of reply and reference, what they make, and the library's signature."""

    rows: Sequence[Sequence[float]]
    of: Callable[[Floats], Floats]
    signature: str


def installed() -> bool:
    """Whether the extra is there."""
    from importlib.util import find_spec

    return find_spec("sacrebleu") is not None and find_spec("rouge_score") is not None


def bleu(replies: Sequence[str], references: Sequence[str]) -> Parts:
    """Corpus BLEU, 0 to 100, over the tokens of the one normaliser: how a corpus is stored earns no point."""
    from sacrebleu.metrics import BLEU

    # force: told apart already, the tokens are not to be told apart again.
    return _sacrebleu(BLEU(tokenize="none", force=True), replies, references)


def chrf(replies: Sequence[str], references: Sequence[str]) -> Parts:
    """Corpus chrF, 0 to 100, sacrebleu's defaults, on texts evened out by the normaliser."""
    from sacrebleu.metrics import CHRF

    return _sacrebleu(CHRF(), replies, references)


def evened(text: str) -> str:
    """The text as these metrics see it: its normalised tokens, parted by spaces."""
    return " ".join(normalise(text))


def _sacrebleu(metric: Any, replies: Sequence[str], references: Sequence[str]) -> Parts:
    # These two are how sacrebleu's own resampling gets at the sums of single sentences; a test holds the result
    # equal to its corpus_score.
    ours, theirs = [evened(each) for each in replies], [evened(each) for each in references]
    rows = metric._extract_corpus_statistics(ours, [theirs])

    def of(sums: Floats) -> Floats:
        flat = np.rint(sums).astype(np.int64).reshape(-1, sums.shape[-1])
        found = [metric._aggregate_and_compute([each.tolist()]).score for each in flat]
        return np.array(found, dtype=np.float64).reshape(sums.shape[:-1])

    return Parts(rows, of, str(metric.get_signature()))


def rouge_l(replies: Sequence[str], references: Sequence[str]) -> Parts:
    """The mean F-measure of the longest common subsequence, 0 to 1, as rouge-score has it, unstemmed."""
    from importlib.metadata import version

    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rougeL"], use_stemmer=False)
    found = [
        scorer.score(evened(reference), evened(reply))["rougeL"].fmeasure
        for reply, reference in zip(replies, references, strict=True)
    ]
    return Parts([(value, 1.0) for value in found], shares, f"rouge-score:{version('rouge-score')}")
