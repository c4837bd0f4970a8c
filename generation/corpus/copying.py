"""What a dialogue says word for word that should be said once, or in words of one's own.

Copying is a speaker who says sentences of their own persona as they stand there; repetition is a dialogue that says the
same again and again.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from generation.corpus.dialogues import Dialogue
from generation.corpus.lexical import ngrams, words

# A said sentence that shares so much with the persona's is its copy: one word in five may differ.
SAME_SENTENCE: Final = 0.8
# "do you have any" is a phrase of the language; four words in a row said twice are heard as the same again.
PHRASE: Final = 4
_SENTENCE_END: Final = re.compile(r"[.!?\n]+")


def overlap_f1(one: Sequence[str], other: Sequence[str]) -> float:
    """Twice the words in common over the words of both: 1 for the same words in whatever order, 0 for none.

    The harmonic mean of precision and recall of one bag of words in the other; 0 where both are empty.
    """
    common = sum((Counter(one) & Counter(other)).values())
    return 2 * common / (len(one) + len(other)) if common else 0.0


def copied_share(dialogue: Dialogue) -> float | None:
    """The share of the personas' sentences that their speakers say nearly as they stand; None without any sentence.

    A sentence counts as copied where one that its speaker says has an overlap F1 of at least `SAME_SENTENCE` with it.
    """
    copied = sentences = 0
    for number, speaker in enumerate(dialogue.speakers):
        said = _sentences(turn.text for turn in dialogue.turns if turn.speaker == number)
        for sentence in speaker.persona:
            told = words(sentence)
            sentences += 1
            copied += any(overlap_f1(told, each) >= SAME_SENTENCE for each in said)
    return copied / sentences if sentences else None


def repeated_share(dialogue: Dialogue) -> float | None:
    """The share of the dialogue's phrases of four words that were said in it before; None where it has no phrase."""
    phrases = [phrase for turn in dialogue.turns for phrase in ngrams(words(turn.text), PHRASE)]
    return 1 - len(set(phrases)) / len(phrases) if phrases else None


def _sentences(texts: Iterable[str]) -> list[list[str]]:
    return [found for text in texts for part in _SENTENCE_END.split(text) if (found := words(part))]
