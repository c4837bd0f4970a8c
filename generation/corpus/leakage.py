"""Persona leakage: a speaker who says what only the partner's persona could have told them.

An author who writes both sides of a dialogue at once knows both personas, and lets it show. What is counted are the
content words that stand in one persona alone: whoever's persona it is should be the first to mention them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from generation.corpus.content import content_words
from generation.corpus.dialogues import Dialogue
from generation.corpus.rates import Rate, ratio


@dataclass(frozen=True)
class Mention:
    """The first mention of a content word that stands in the persona of `owner` alone."""

    turn: int
    word: str
    speaker: int
    owner: int

    @property
    def leaked(self) -> bool:
        """Whether the other speaker said it first."""
        return self.speaker != self.owner


def first_mentions(dialogue: Dialogue) -> Iterator[Mention]:
    """The first mention of each word of one persona alone, in the order of the dialogue.

    Words are compared by their stems. A word that is never said is no mention; where a persona is not told, nothing is.
    """
    first, second = (content_words(speaker.persona) for speaker in dialogue.speakers)
    if not first or not second:
        return
    owners = {stem: 0 for stem in first if stem not in second} | {stem: 1 for stem in second if stem not in first}
    for number, turn in enumerate(dialogue.turns):
        for stem, word in content_words([turn.text]).items():
            owner = owners.pop(stem, None)
            if owner is not None:
                yield Mention(turn=number, word=word, speaker=turn.speaker, owner=owner)


def leak_share(dialogue: Dialogue) -> Rate:
    """The share of a dialogue's first mentions that leaked, with their number as n; None where there is none."""
    leaks = [mention.leaked for mention in first_mentions(dialogue)]
    return ratio(sum(leaks), len(leaks))


def leak_score(dialogue: Dialogue) -> float | None:
    """The value of `leak_share` alone."""
    return leak_share(dialogue).value
