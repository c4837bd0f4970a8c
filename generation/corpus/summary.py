"""What a corpus is like, in numbers that can stand beside those of another; read once, from front to back.

What is held does not grow with the corpus: counts, sums, samples and tables of bounded size.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from generation.corpus.content import CONTENT
from generation.corpus.dialogues import Dialogue
from generation.corpus.distinctive import DistinctiveNgrams, NgramTable
from generation.corpus.examples import LeakExample, LeakExamples
from generation.corpus.expressiveness import EXPRESSIVENESS
from generation.corpus.lexical import NORMALISER, LexicalVariety, ngrams, normalise
from generation.corpus.measures import MEASURES, MOVING_WINDOW, STYLE, Measured, Parts, Sentiment, measure
from generation.corpus.rates import Rate, Tally, ratio
from generation.corpus.repetition import PHRASE, SAMPLE, Repetition, RepetitionSample
from generation.corpus.sketches import DistinctCount, hash_of_words
from generation.corpus.traits import TRAITS, UNCLEAR

# Type-token ratios fall with length; in windows of as many tokens each, corpora of any size can be compared.
WINDOW: Final = 1_000
# Of the samples that are drawn.
SEED: Final = 7
SIGNATURE: Final = (
    f"tokens {NORMALISER}; words: tokens but punctuation; MTLD over all tokens in file order, both directions; "
    f"windows of {WINDOW:,} tokens; MATTR within dialogues, windows of {MOVING_WINDOW}; leak rate, own coverage and "
    f"use of sentences on {CONTENT}; {EXPRESSIVENESS}; repetition between {SAMPLE:,} dialogues, phrases of {PHRASE} "
    f"tokens, seed {SEED}; intervals 95 %, dialogues as clusters"
)


@dataclass(frozen=True)
class Summary:
    """The numbers of one corpus.

    `rates` has each of `MEASURES` and those of the whole text: "mtld", "type_token_ratio" and "distinct_2", the latter
    two also "_in_windows"; and "repeated_turns" and "repeated_phrases", of a sample. `traits` counts, per trait and
    level, the speakers who were told it; `styles` has the measures of `STYLE` of those speakers.
    """

    dialogues: int
    pairs_without_dialogue: int
    splits: dict[str, int]
    turns: int
    words: int
    rates: dict[str, Rate]
    repetition: Repetition
    leak_examples: tuple[LeakExample, ...]
    traits: dict[str, dict[str, int]]
    styles: dict[str, dict[str, dict[str, Rate]]]
    distinctive: DistinctiveNgrams = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        return {
            "dialogues": self.dialogues,
            "pairs_without_dialogue": self.pairs_without_dialogue,
            "splits": self.splits,
            "turns": self.turns,
            "words": self.words,
            **{name: rate.as_json() for name, rate in self.rates.items()},
            "repetition": self.repetition.as_json(),
            "leak_examples": [example.as_json() for example in self.leak_examples],
            "traits": self.traits,
            "styles": {
                trait: {
                    level: {name: rate.as_json() for name, rate in rates.items()} for level, rates in levels.items()
                }
                for trait, levels in self.styles.items()
            },
            "distinctive": self.distinctive.as_json(),
        }


def summarise(
    dialogues: Iterable[Dialogue],
    *,
    sentiment: Sentiment,
    keep: Callable[[Dialogue, Parts], None] = lambda dialogue, parts: None,
) -> Summary:
    """The summary of `dialogues`, which may be a stream; `keep` is told of each that has turns, and what it brings."""
    sizes, voices, text = _Sizes(), _Voices(), _Text()
    tallies = {name: Tally() for name in MEASURES}
    sample, leaks = RepetitionSample(seed=SEED), LeakExamples(seed=SEED)
    for dialogue in dialogues:
        sizes.add(dialogue)
        if not dialogue.turns:
            continue
        measured = measure(dialogue, sentiment=sentiment)
        for name, tally in tallies.items():
            tally.add(measured.parts[name])
        for turn in dialogue.turns:
            text.add(normalise(turn.text))
        voices.add(dialogue, measured)
        sample.add(dialogue)
        leaks.add(dialogue, measured.mentions)
        keep(dialogue, measured.parts)
    repetition = sample.repetition
    return Summary(
        dialogues=sizes.splits.total(),
        pairs_without_dialogue=sizes.waiting,
        splits=dict(sorted(sizes.splits.items())),
        turns=round(tallies["words_per_turn"].y),
        words=round(tallies["words_per_turn"].x),
        rates={
            **{name: tally.rate for name, tally in tallies.items()},
            **text.rates,
            "repeated_turns": repetition.turns,
            "repeated_phrases": repetition.phrases,
        },
        repetition=repetition,
        leak_examples=leaks.examples,
        traits={trait: dict(sorted(levels.items())) for trait, levels in sizes.traits.items()},
        styles=voices.styles,
        distinctive=voices.ngrams.distinctive(),
    )


class _Sizes:
    """How many dialogues there are, of which split, and how many speakers were told what."""

    def __init__(self) -> None:
        self.splits: Counter[str] = Counter()
        self.traits: dict[str, Counter[str]] = {trait: Counter() for trait in TRAITS}
        self.waiting = 0

    def add(self, dialogue: Dialogue) -> None:
        self.splits[dialogue.split] += 1
        self.waiting += not dialogue.turns
        for speaker in dialogue.speakers:
            for trait, level in speaker.traits.items():
                self.traits[trait][level] += 1


class _Voices:
    """How those speak who were told a level of a trait."""

    def __init__(self) -> None:
        self.ngrams = NgramTable()
        self._tallies: dict[tuple[str, str], dict[str, Tally]] = {}

    def add(self, dialogue: Dialogue, measured: Measured) -> None:
        for number, speaker in enumerate(dialogue.speakers):
            texts = [turn.text for turn in dialogue.turns if turn.speaker == number]
            told = [(trait, level) for trait, level in speaker.traits.items() if level != UNCLEAR]
            if not texts or not told:
                continue
            self.ngrams.add(speaker.traits, texts)
            for each in told:
                tallies = self._tallies.setdefault(each, {name: Tally() for name in STYLE})
                for name, tally in tallies.items():
                    tally.add(measured.speakers[number][name])

    @property
    def styles(self) -> dict[str, dict[str, dict[str, Rate]]]:
        styles: dict[str, dict[str, dict[str, Rate]]] = {}
        for trait in TRAITS:
            for told, tallies in sorted(self._tallies.items()):
                if told[0] == trait:
                    styles.setdefault(trait, {})[told[1]] = {name: tally.rate for name, tally in tallies.items()}
        return styles


class _Text:
    """All tokens of a corpus as one text: MTLD, and distinct uni- and bigrams in all and in neighbouring windows.

    No bigram goes from one turn into the next; an unfinished window is not counted.
    """

    def __init__(self) -> None:
        self._variety = LexicalVariety()
        self._distinct = DistinctCount(), DistinctCount()
        self._count = [0, 0]
        self._window: tuple[set[str], set[tuple[str, ...]]] = (set(), set())
        self._in_window = [0, 0]
        self._ratios = [0.0, 0.0]
        self._windows = 0

    def add(self, tokens: list[str]) -> None:
        self._variety.add(tokens)
        before: str | None = None
        for token in tokens:
            self._distinct[0].add(hash_of_words((token,)))
            self._window[0].add(token)
            self._in_window[0] += 1
            if before is not None:
                self._window[1].add((before, token))
                self._in_window[1] += 1
            before = token
            if self._in_window[0] == WINDOW:
                self._end_window()
        for gram in ngrams(tokens, 2):
            self._distinct[1].add(hash_of_words(gram))
        self._count[0] += len(tokens)
        self._count[1] += max(len(tokens) - 1, 0)

    def _end_window(self) -> None:
        self._windows += 1
        for n in (0, 1):
            self._ratios[n] += len(self._window[n]) / max(self._in_window[n], 1)
            self._window[n].clear()
        self._in_window = [0, 0]

    @property
    def rates(self) -> dict[str, Rate]:
        unigrams, bigrams = self._distinct
        return {
            "mtld": Rate(self._variety.mtld, self._count[0]),
            "type_token_ratio": ratio(unigrams.count, self._count[0]),
            "type_token_ratio_in_windows": ratio(self._ratios[0], self._windows),
            "distinct_2": ratio(bigrams.count, self._count[1]),
            "distinct_2_in_windows": ratio(self._ratios[1], self._windows),
        }
