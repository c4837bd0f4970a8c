"""How templated a corpus is: turns and phrases that stand in one dialogue and word for word in another.

The more dialogues are compared, the more is found twice, so corpora of any size are compared within samples of equal
size: the same persona pairs where the corpora are parallel.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappush, heapreplace
from typing import Any, Final

from generation.corpus.dialogues import Dialogue
from generation.corpus.lexical import ngrams, normalise
from generation.corpus.rates import Part, Rate, Tally
from generation.corpus.sketches import hash_of, hash_of_words

# Enough that one dialogue more or less moves the shares by a thousandth, few enough to be held.
SAMPLE: Final = 1_000
# Long enough that two people who say it do not merely speak the same language.
PHRASE: Final = 4
EXAMPLES: Final = 5
# A shorter turn ("thank you !") is small talk, and shown as an example it would say nothing.
EXAMPLE_TOKENS: Final = 6


@dataclass(frozen=True)
class Repeated:
    """A turn, and in how many dialogues of the sample it stands."""

    text: str
    dialogues: int


@dataclass(frozen=True)
class Repetition:
    """Of the sample's turns, and of its phrases of four tokens, the shares that stand in another dialogue too."""

    dialogues: int
    turns: Rate
    phrases: Rate
    examples: tuple[Repeated, ...]
    # Origin -> repeated turns and turns of its dialogues; the same of phrases.
    turns_of: dict[str, Part] = field(repr=False)
    phrases_of: dict[str, Part] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """The size of the sample, and its examples; the shares stand among a summary's rates."""
        return {"sample": self.dialogues, "examples": [vars(example) for example in self.examples]}


@dataclass(frozen=True)
class _Sampled:
    origin: str
    turns: tuple[int, ...]
    phrases: tuple[int, ...]
    # Turns that could serve as an example, by their hash.
    texts: dict[int, str]


class RepetitionSample:
    """The dialogues of a stream whose sources have the smallest hashes under `seed`: a sample without replacement."""

    def __init__(self, *, seed: int, size: int = SAMPLE) -> None:
        self._seed, self._size = seed, size
        # The largest hash first; the id behind it, since several dialogues may have one source.
        self._heap: list[tuple[int, str, _Sampled]] = []

    def add(self, dialogue: Dialogue) -> None:
        """Take the dialogue up if it belongs to the sample of what has come so far."""
        rank = (-hash_of(f"{self._seed} {dialogue.origin}"), dialogue.id)
        if len(self._heap) < self._size:
            heappush(self._heap, (*rank, _sampled(dialogue)))
        elif rank > self._heap[0][:2]:
            heapreplace(self._heap, (*rank, _sampled(dialogue)))

    @property
    def repetition(self) -> Repetition:
        """What is repeated among the dialogues of the sample."""
        held = sorted((each for *_, each in self._heap), key=lambda each: each.origin)
        turns = Counter(turn for each in held for turn in set(each.turns))
        phrases = Counter(phrase for each in held for phrase in set(each.phrases))
        turns_of = dict(_repeated(held, turns, "turns"))
        phrases_of = dict(_repeated(held, phrases, "phrases"))
        return Repetition(
            dialogues=len(held),
            turns=_rate(turns_of),
            phrases=_rate(phrases_of),
            examples=_examples(held, turns),
            turns_of=turns_of,
            phrases_of=phrases_of,
        )


def _sampled(dialogue: Dialogue) -> _Sampled:
    turns: list[int] = []
    phrases: list[int] = []
    texts: dict[int, str] = {}
    for turn in dialogue.turns:
        tokens = normalise(turn.text)
        hashed = hash_of_words(tokens)
        turns.append(hashed)
        phrases.extend(hash_of_words(gram) for gram in ngrams(tokens, PHRASE))
        if len(tokens) >= EXAMPLE_TOKENS:
            texts[hashed] = turn.text
    return _Sampled(dialogue.origin, tuple(turns), tuple(phrases), texts)


def _repeated(held: list[_Sampled], dialogues: Counter[int], what: str) -> Iterator[tuple[str, Part]]:
    parts: dict[str, list[int]] = {}
    for each in held:
        hashes: tuple[int, ...] = getattr(each, what)
        part = parts.setdefault(each.origin, [0, 0])
        part[0] += sum(dialogues[hashed] > 1 for hashed in hashes)
        part[1] += len(hashes)
    yield from ((origin, (repeated, of)) for origin, (repeated, of) in parts.items())


def _rate(parts: dict[str, Part]) -> Rate:
    tally = Tally()
    for part in parts.values():
        tally.add(part)
    return tally.rate


def _examples(held: list[_Sampled], dialogues: Counter[int]) -> tuple[Repeated, ...]:
    texts: dict[int, str] = {}
    for each in held:
        for hashed, text in each.texts.items():
            if dialogues[hashed] > 1:
                texts.setdefault(hashed, text)
    most = sorted(texts, key=lambda hashed: (-dialogues[hashed], texts[hashed]))[:EXAMPLES]
    return tuple(Repeated(texts[hashed], dialogues[hashed]) for hashed in most)
