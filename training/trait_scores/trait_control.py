"""Whether a trait that a system is told shows in what it says: the same contexts answered told high and told low."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from generation.corpus.distinctive import Distinctive, NgramTable, telling
from generation.corpus.expressiveness import asks, count_emoticons, count_intensifiers, exclaims
from generation.corpus.lexical import words
from generation.describing.sentiment import sentiment_signature, valence
from training.data.responses import Response
from training.scores.intervals import RESAMPLES, Difference, Score, Sums
from training.trait_scores.trait_classifier import HIGH, LOW, TraitClassifier

CHANCE: Final = 0.5
# Measure -> what of a reply it takes.
MEASURES: Final[dict[str, tuple[str, Callable[[str], float]]]] = {
    "words": ("words", lambda text: float(len(words(text)))),
    "valence": ("sentiment, -1 to 1", valence),
    "exclaims": ("has an exclamation mark", lambda text: float(exclaims(text))),
    "intensifiers": ("intensifiers", lambda text: float(count_intensifiers(words(text)))),
    "emoticons": ("emoticons", lambda text: float(count_emoticons(text))),
    "asks": ("has a question mark", lambda text: float(asks(text))),
}


class NotAContrast(ValueError):
    """Two folders of responses that do not answer the same contexts told one trait high and low."""


@dataclass(frozen=True)
class Effect:
    """A measure's mean in the high replies minus that in the low ones, paired by context; `size` is it over its SD."""

    name: str
    difference: Difference
    size: float | None


@dataclass(frozen=True)
class Failed:
    """Two texts of which a judge said nothing that can be used."""

    name: str
    kind: str
    reason: str


@dataclass(frozen=True)
class Verdict:
    """What a language model made of a contrast, over both orders of each two texts; `trait_judge` asks it.

    `accuracy` is over pairs of held-out turns, one told high and one low. `failed` count for nothing.
    """

    judge: str
    told_apart: Score
    p: float | None
    contexts: int
    accuracy: Score
    held_out: int
    failed: tuple[Failed, ...]
    usage: Mapping[str, int]
    signature: str

    @property
    def warning(self) -> str:
        """What must be said where it hears nothing, or is not to be believed; empty otherwise."""
        if self.accuracy.low is not None and self.accuracy.low <= CHANCE:
            return f"{self.judge} cannot tell held-out turns apart: its rate says nothing"
        if self.told_apart.low is not None and self.told_apart.low <= CHANCE:
            return f"{self.judge} tells the replies apart no better than by chance"
        return ""

    def as_json(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        return {
            "model": self.judge,
            "told_apart": {**self.told_apart.as_json(), "chance": CHANCE, "p": self.p},
            "contexts": self.contexts,
            "held_out_accuracy": self.accuracy.as_json(),
            "held_out_pairs": self.held_out,
            "failed": [vars(each) for each in self.failed],
            "usage": dict(self.usage),
            "warning": self.warning,
            "signature": self.signature,
        }


@dataclass(frozen=True)
class TraitControl:
    """What a contrast shows. `told_apart` is the share of contexts whose high reply sounds higher, a tie one half."""

    trait: str
    first: str
    second: str
    contexts: int
    equal: int
    told_apart: Score
    p: float | None
    classifier: TraitClassifier
    effects: tuple[Effect, ...]
    ngrams: dict[str, tuple[Distinctive, ...]]
    signature: str
    verdict: Verdict | None = None

    @property
    def warning(self) -> str:
        """What must be said where the trait does not show, or nobody could tell; empty otherwise."""
        accuracy = self.classifier.accuracy
        if accuracy.low is not None and accuracy.low <= CHANCE:
            return f"the classifier cannot tell {self.trait} from held-out turns: its rate says nothing"
        if self.told_apart.low is not None and self.told_apart.low <= CHANCE:
            return f"{self.trait} is at chance: telling it has no effect that the classifier hears"
        return ""

    def as_json(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        judged = {} if self.verdict is None else {"judge": self.verdict.as_json()}
        return {
            "trait": self.trait,
            "high": self.first,
            "low": self.second,
            "contexts": self.contexts,
            "equal_replies": self.equal,
            "told_apart": {**self.told_apart.as_json(), "chance": CHANCE, "p": self.p},
            "classifier": {
                "balanced_accuracy": self.classifier.accuracy.as_json(),
                "turns_learned_from": self.classifier.learned_from,
                "turns_held_out": self.classifier.held_out,
            },
            "effects": {
                each.name: {
                    "value": each.difference.value,
                    "low": each.difference.low,
                    "high": each.difference.high,
                    "p": each.difference.p,
                    "n": each.difference.n,
                    "size": each.size,
                }
                for each in self.effects
            },
            "ngrams": {end: [vars(each) for each in found] for end, found in self.ngrams.items()},
            "warning": self.warning,
            "signature": self.signature,
            **judged,
        }


def contrast_of(first: Sequence[Response], second: Sequence[Response]) -> tuple[str, list[tuple[Response, Response]]]:
    """The trait and the pairs of replies (high, low), whichever folder is which; raises `NotAContrast`."""
    if not first or not second:
        raise NotAContrast("there are no responses to contrast")
    by_context = {row.context.id: row for row in second}
    pairs = [(row, by_context[row.context.id]) for row in first if row.context.id in by_context]
    if len(pairs) != len(first) or len(pairs) != len(second):
        raise NotAContrast(
            f"{first[0].system} and {second[0].system} do not answer the same contexts: {len(pairs)} in common of "
            f"{len(first)} and {len(second)}"
        )
    differing = {
        trait
        for one, other in pairs
        for trait in one.given.traits.keys() | other.given.traits.keys()
        if one.given.traits.get(trait) != other.given.traits.get(trait)
    }
    if len(differing) != 1:
        raise NotAContrast(
            f"{first[0].system} and {second[0].system} differ in {', '.join(sorted(differing)) or 'no trait'}; "
            "expected one trait, as `respond --contrast TRAIT` makes them"
        )
    trait = differing.pop()
    ends = {(one.given.traits.get(trait, ""), other.given.traits.get(trait, "")) for one, other in pairs}
    if ends == {(LOW, HIGH)}:
        return trait, [(other, one) for one, other in pairs]
    if ends != {(HIGH, LOW)}:
        raise NotAContrast(f"{trait} is told as {' and '.join(sorted(map(str, ends)))}; expected high against low")
    return trait, pairs


def control(pairs: Sequence[tuple[Response, Response]], classifier: TraitClassifier, *, seed: int) -> TraitControl:
    """What `pairs` (high, low) show of the classifier's trait. Dialogues are resampled."""
    clusters = [high.context.cluster for high, _ in pairs]
    told = [_told(classifier, high.text, low.text) for high, low in pairs]
    apart = Sums.mean(told, clusters)
    ngrams = NgramTable()
    for high, low in pairs:
        ngrams.add({classifier.trait: HIGH}, [high.text])
        ngrams.add({classifier.trait: LOW}, [low.text])
    found = ngrams.distinctive().found
    return TraitControl(
        trait=classifier.trait,
        first=pairs[0][0].system,
        second=pairs[0][1].system,
        contexts=len(pairs),
        equal=sum(high.text == low.text for high, low in pairs),
        told_apart=apart.score(seed=seed),
        p=apart.minus(Sums.mean([CHANCE] * len(pairs), clusters), seed=seed).p,
        classifier=classifier,
        effects=tuple(_effect(name, take, pairs, clusters, seed=seed) for name, (_, take) in MEASURES.items()),
        ngrams={end: tuple(telling(found.get((classifier.trait, end), ()))) for end in (HIGH, LOW)},
        signature=(
            f"trait control|unit:dialogue|interval:percentile,{RESAMPLES}|seed:{seed}|"
            f"classifier:naive Bayes,words,own labels|sentiment:{sentiment_signature()}|n-grams:log-odds,Dirichlet,BH"
        ),
    )


def _told(classifier: TraitClassifier, high: str, low: str) -> float:
    above = classifier.score(high) - classifier.score(low)
    return 0.5 if above == 0 else float(above > 0)


def _effect(
    name: str,
    take: Callable[[str], float],
    pairs: Sequence[tuple[Response, Response]],
    clusters: Sequence[str],
    *,
    seed: int,
) -> Effect:
    above = [take(high.text) - take(low.text) for high, low in pairs]
    mean = sum(above) / len(above)
    spread = (sum((each - mean) ** 2 for each in above) / max(1, len(above) - 1)) ** 0.5
    difference = Sums.mean(above, clusters).minus(Sums.mean([0.0] * len(pairs), clusters), seed=seed)
    return Effect(name, difference, mean / spread if spread else None)
