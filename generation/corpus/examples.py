"""Leaks to look at: who said which word of whose persona, in which dialogue. A sample, the same for the same corpus."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappush, heapreplace
from typing import Any, Final

from generation.corpus.content import content_words, stem
from generation.corpus.dialogues import Dialogue
from generation.corpus.leakage import Mention
from generation.corpus.sketches import hash_of

COUNT: Final = 5


@dataclass(frozen=True)
class LeakExample:
    """A leak: in `turn` of `dialogue`, `speaker` says `word`, which stands in `sentence` of the other's persona."""

    dialogue: str
    turn: int
    speaker: int
    word: str
    text: str
    sentence: str

    def as_json(self) -> dict[str, Any]:
        """The example with whose persona it is."""
        return {**vars(self), "persona_of": 1 - self.speaker}


class LeakExamples:
    """The leaks of a stream whose dialogue and word have the smallest hashes under `seed`, at most one a dialogue."""

    def __init__(self, *, seed: int, count: int = COUNT) -> None:
        self._seed, self._count = seed, count
        self._heap: list[tuple[int, str, LeakExample]] = []

    def add(self, dialogue: Dialogue, mentions: Sequence[Mention]) -> None:
        """Take up a leak of the dialogue, if it belongs to the sample of what has come so far."""
        leaks = [mention for mention in mentions if mention.leaked]
        if not leaks:
            return
        rank = (-hash_of(f"{self._seed} {dialogue.id}"), dialogue.id)
        full = len(self._heap) >= self._count
        if full and rank <= self._heap[0][:2]:
            return
        chosen = min(leaks, key=lambda leak: hash_of(f"{self._seed} {leak.word}"))
        put = heapreplace if full else heappush
        put(self._heap, (*rank, _example(dialogue, chosen)))

    @property
    def examples(self) -> tuple[LeakExample, ...]:
        """By dialogue."""
        return tuple(sorted((example for *_, example in self._heap), key=lambda example: example.dialogue))


def _example(dialogue: Dialogue, leak: Mention) -> LeakExample:
    told = stem(leak.word)
    sentences = dialogue.speakers[leak.owner].persona
    return LeakExample(
        dialogue=dialogue.id,
        turn=leak.turn,
        speaker=leak.speaker,
        word=leak.word,
        text=dialogue.turns[leak.turn].text,
        sentence=next(sentence for sentence in sentences if told in content_words([sentence])),
    )
