"""Every metric that adds up over replies: what each reply brings to it, or why it is measured on none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from generation.corpus.expressiveness import asks
from training.models.perplexity import Likelihood
from training.scores.ground import Ground
from training.scores.intervals import NOTHING, Floats, Score, Sums, exponentials, shares
from training.scores.library_metrics import ABSENT, Parts, bleu, chrf, installed, rouge_l
from training.scores.metrics import repeated_within, same_reply_key, unigram_f1, words
from training.scores.persona_metrics import copied, leaks, own_words

Row = Sequence[float]


@dataclass(frozen=True)
class Metric:
    """A metric as what each reply brings, by its place; None where it is not measured on that reply.

    `of` makes the value from sums. With a `reason` it is measured nowhere.
    """

    rows: Sequence[Row | None] = ()
    of: Callable[[Floats], Floats] = shares
    reason: str = ""

    def over(self, places: Sequence[int], ground: Ground) -> Sums:
        """The metric's sums over the replies at `places`."""
        known = [(place, row) for place in places if not self.reason and (row := self.rows[place]) is not None]
        return Sums.of_rows([row for _, row in known], ground.clusters([place for place, _ in known]), self.of)

    def score(self, places: Sequence[int], ground: Ground, *, seed: int) -> Score:
        """Its value and interval over the replies at `places`."""
        if self.reason:
            return Score(None, reason=self.reason)
        return self.over(places, ground).score(seed=seed)


def metrics_of(ground: Ground) -> dict[str, Metric]:
    """Name -> metric, in the order in which they are reported."""
    return {
        **_likelihood(ground),
        **_overlap(ground),
        **_persona(ground),
        **_form(ground),
        **_memory(ground),
    }


def _likelihood(ground: Ground) -> dict[str, Metric]:
    """Perplexity in the right context, per piece and per word, and how much worse it is in a wrong one."""
    names = ("perplexity_per_piece", "perplexity_per_word", "perplexity_shuffled", "context_use")
    if ground.predicted.reason:
        return {name: Metric(reason=ground.predicted.reason) for name in names}
    real, shuffled = ground.predicted.real, ground.predicted.shuffled

    def per_word(place: int, found: Likelihood) -> Row:
        # One end for each reply, which the model predicts too.
        return found.negative_log, words(ground.rows[place].reference or "") + 1

    both = [(one, other) if one and other else None for one, other in zip(real, shuffled, strict=True)]
    return {
        "perplexity_per_piece": Metric(
            [None if each is None else (each.negative_log, each.pieces) for each in real], exponentials
        ),
        "perplexity_per_word": Metric(
            [None if each is None else per_word(place, each) for place, each in enumerate(real)], exponentials
        ),
        "perplexity_shuffled": Metric([each and (each[1].negative_log, each[1].pieces) for each in both], exponentials),
        "context_use": Metric(
            [each and (each[1].negative_log - each[0].negative_log, each[0].pieces) for each in both], exponentials
        ),
    }


def _overlap(ground: Ground) -> dict[str, Metric]:
    """Overlap with what was really said, and F1 against what was said in another context."""
    wrong = [None if other is None else ground.rows[other].reference for other in ground.partners]

    def f1(references: Sequence[str | None]) -> Metric:
        pairs = zip(ground.rows, references, strict=True)
        return Metric([None if said is None else (unigram_f1(row.text, said), 1.0) for row, said in pairs])

    return {
        "f1": f1([row.reference for row in ground.rows]),
        "f1_shuffled": f1(wrong),
        "bleu": _by_library(bleu, ground),
        "chrf": _by_library(chrf, ground),
        "rouge_l": _by_library(rouge_l, ground),
    }


def _by_library(measure: Callable[[Sequence[str], Sequence[str]], Parts], ground: Ground) -> Metric:
    if not installed():
        return Metric(reason=ABSENT)
    known = {place: row.reference for place, row in enumerate(ground.rows) if row.reference is not None}
    if not known:
        return Metric(reason=NOTHING)
    parts = measure([ground.rows[place].text for place in known], list(known.values()))
    rows = dict(zip(known, parts.rows, strict=True))
    return Metric([rows.get(place) for place in range(len(ground.rows))], parts.of)


def _persona(ground: Ground) -> dict[str, Metric]:
    return {
        "own_persona": Metric([own_words(row) for row in ground.rows]),
        "leaks": Metric([leaks(row) for row in ground.rows]),
        "copied_persona": Metric([copied(row) for row in ground.rows]),
    }


def _form(ground: Ground) -> dict[str, Metric]:
    return {
        "words": Metric([(float(words(row.text)), 1.0) for row in ground.rows]),
        "questions": Metric([(float(asks(row.text)), 1.0) for row in ground.rows]),
        "repeated_within": Metric([repeated_within(row.text) for row in ground.rows]),
    }


def _memory(ground: Ground) -> dict[str, Metric]:
    """The share of the replies, and of the references, that stand word for word in the training corpus."""
    if ground.trained_on.reason:
        return {name: Metric(reason=ground.trained_on.reason) for name in ("replies_seen", "references_seen")}
    return {
        "replies_seen": Metric(
            [(float(same_reply_key(row.text) in ground.trained_on.replies), 1.0) for row in ground.rows]
        ),
        "references_seen": Metric(
            [
                None if row.reference is None else (float(ground.reference_seen(place)), 1.0)
                for place, row in enumerate(ground.rows)
            ]
        ),
    }
