"""What a corpus is like, in numbers that can stand beside those of another; read once, from front to back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from generation.corpus.content import CONTENT
from generation.corpus.coverage import own_coverage
from generation.corpus.dialogues import Dialogue
from generation.corpus.leakage import first_mentions
from generation.corpus.lexical import NORMALISER, LexicalVariety, normalise
from generation.corpus.traits import TRAITS

# The type-token ratio falls with length; in windows of as many tokens each, corpora of any size can be compared.
WINDOW: Final = 1_000
SIGNATURE: Final = (
    f"tokens {NORMALISER}; words: tokens but punctuation; MTLD over all tokens in file order, both directions; "
    f"windows of {WINDOW:,} tokens; leak rate and own coverage on {CONTENT}"
)


@dataclass(frozen=True)
class Rate:
    """A share or mean and over how many cases it was taken; None where there is no case."""

    value: float | None
    n: int

    def as_json(self) -> dict[str, Any]:
        """The value with its n, and why it is null where it is."""
        return {"value": self.value, "n": self.n} | ({} if self.value is not None else {"reason": "nothing to measure"})


@dataclass(frozen=True)
class Summary:
    """The numbers of one corpus. `traits` counts, per trait and level, the speakers who were told it."""

    dialogues: int
    pairs_without_dialogue: int
    splits: dict[str, int]
    turns: int
    words: int
    mtld: Rate
    type_token_ratio: Rate
    type_token_ratio_in_windows: Rate
    own_coverage: Rate
    leak_rate: Rate
    traits: dict[str, dict[str, int]]
    origins: frozenset[str] = field(repr=False)

    @property
    def turns_per_dialogue(self) -> Rate:
        """Of the dialogues that have turns."""
        written = self.dialogues - self.pairs_without_dialogue
        return _ratio(self.turns, written)

    @property
    def words_per_turn(self) -> Rate:
        """Punctuation is no word."""
        return _ratio(self.words, self.turns)

    def as_json(self) -> dict[str, Any]:
        """All of it but the origins, ready for JSON."""
        rates = (
            "turns_per_dialogue",
            "words_per_turn",
            "mtld",
            "type_token_ratio",
            "type_token_ratio_in_windows",
            "own_coverage",
            "leak_rate",
        )
        return {
            "dialogues": self.dialogues,
            "pairs_without_dialogue": self.pairs_without_dialogue,
            "splits": self.splits,
            "turns": self.turns,
            "words": self.words,
            **{name: getattr(self, name).as_json() for name in rates},
            "traits": self.traits,
        }


def _ratio(count: float, of: int) -> Rate:
    return Rate(count / of if of else None, of)


def summarise(dialogues: Iterable[Dialogue]) -> Summary:
    """The summary of `dialogues`, which may be a stream: what is held is their ids, their vocabulary and counts."""
    splits: Counter[str] = Counter()
    traits: dict[str, Counter[str]] = {trait: Counter() for trait in TRAITS}
    origins: set[str] = set()
    vocabulary: set[str] = set()
    variety, windows = LexicalVariety(), _Windows()
    waiting = turns = tokens_in_all = words = mentions = leaks = speakers = 0
    coverage = 0.0
    for dialogue in dialogues:
        splits[dialogue.split] += 1
        origins.add(dialogue.origin)
        for speaker in dialogue.speakers:
            for trait, level in speaker.traits.items():
                traits[trait][level] += 1
        if not dialogue.turns:
            waiting += 1
            continue
        for turn in dialogue.turns:
            tokens = normalise(turn.text)
            variety.add(tokens)
            windows.add(tokens)
            vocabulary.update(tokens)
            tokens_in_all += len(tokens)
            words += sum(token[0].isalnum() for token in tokens)
        turns += len(dialogue.turns)
        for mention in first_mentions(dialogue):
            mentions += 1
            leaks += mention.leaked
        shares = [share for share in own_coverage(dialogue) if share is not None]
        coverage += sum(shares)
        speakers += len(shares)
    return Summary(
        dialogues=splits.total(),
        pairs_without_dialogue=waiting,
        splits=dict(sorted(splits.items())),
        turns=turns,
        words=words,
        mtld=Rate(variety.mtld, tokens_in_all),
        type_token_ratio=_ratio(len(vocabulary), tokens_in_all),
        type_token_ratio_in_windows=_ratio(windows.ratios, windows.count),
        own_coverage=_ratio(coverage, speakers),
        leak_rate=_ratio(leaks, mentions),
        traits={trait: dict(sorted(levels.items())) for trait, levels in traits.items()},
        origins=frozenset(origins),
    )


class _Windows:
    """The type-token ratios of neighbouring windows, added up; an unfinished window is not counted."""

    def __init__(self) -> None:
        self.ratios, self.count = 0.0, 0
        self._types: set[str] = set()
        self._length = 0

    def add(self, tokens: Iterable[str]) -> None:
        for token in tokens:
            self._types.add(token)
            self._length += 1
            if self._length == WINDOW:
                self.ratios += len(self._types) / WINDOW
                self.count += 1
                self._types.clear()
                self._length = 0
