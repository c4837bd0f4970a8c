"""A dialogue with its persona words marked: whose they are, and where one is said by the wrong speaker first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from generation.corpus.content import content_words, stem
from generation.corpus.coverage import uses
from generation.corpus.dialogues import Dialogue, Turn
from generation.corpus.leakage import first_mentions

Mark = Literal["", "own", "leak"]
_LETTERS: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Piece:
    """A stretch of a turn's text. `own`: a content word of the speaker's persona; `leak`: one that leaked here."""

    text: str
    mark: Mark = ""


@dataclass(frozen=True)
class Sentence:
    """A persona sentence, and whether its speaker uses it, as `coverage.uses` says."""

    text: str
    used: bool


@dataclass(frozen=True)
class MarkedTurn:
    """A turn in pieces that join to its text."""

    speaker: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Marked:
    """A dialogue's personas, one for each speaker, and its turns."""

    personas: tuple[tuple[Sentence, ...], tuple[Sentence, ...]]
    turns: tuple[MarkedTurn, ...]
    leaks: int


def mark(dialogue: Dialogue) -> Marked:
    """The dialogue as it is looked at by people: words of the persona marked, leaks marked otherwise."""
    personas = [content_words(speaker.persona).keys() for speaker in dialogue.speakers]
    leaks = {(each.turn, stem(each.word)) for each in first_mentions(dialogue) if each.leaked}
    turns = tuple(
        MarkedTurn(
            turn.speaker,
            tuple(
                _pieces(
                    turn,
                    own=frozenset(personas[turn.speaker]),
                    leaked=frozenset(found for number_, found in leaks if number_ == number),
                )
            ),
        )
        for number, turn in enumerate(dialogue.turns)
    )
    first, second = (
        tuple(Sentence(text, bool(used)) for text, used in zip(speaker.persona, uses(dialogue, number), strict=True))
        for number, speaker in enumerate(dialogue.speakers)
    )
    return Marked((first, second), turns, len(leaks))


def _pieces(turn: Turn, *, own: frozenset[str], leaked: frozenset[str]) -> Iterator[Piece]:
    """The text cut at its marked words. What is no content word has a stem that no persona holds."""
    plain = 0
    for found in _LETTERS.finditer(turn.text):
        there = stem(found[0].lower())
        kind: Mark = "leak" if there in leaked else "own" if there in own else ""
        if kind:
            if found.start() > plain:
                yield Piece(turn.text[plain : found.start()])
            yield Piece(found[0], kind)
            plain = found.end()
    if plain < len(turn.text):
        yield Piece(turn.text[plain:])
