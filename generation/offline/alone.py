"""The offline author as one of two agents: it knows its own persona, and of the other what they have said."""

import random
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from generation.corpus.dialogues import Speaker, Turn
from generation.corpus.lexical import words
from generation.offline import wording
from generation.offline.facts import Fact, fact
from generation.offline.listening import heard
from generation.offline.manners import MANNERS
from generation.offline.writing import LONGEST, SHORTEST, Voice, answer_to, finish, question_after, voice

_SENTENCE: Final = re.compile(r"[^.!?]+")
_SLOT: Final = re.compile(r"\{\w+\}")


def write(
    speakers: tuple[Speaker, Speaker], *, seed: int, sample: int = 0, opening: Sequence[Turn] = ()
) -> tuple[Turn, ...]:
    """A dialogue of 8 to 14 turns between two such agents; the same arguments always give the same turns."""
    rng = random.Random(f"agents {seed} {sample} {speakers!r}")
    length = max(rng.randrange(SHORTEST, LONGEST + 1, 2), len(opening) + 4 + len(opening) % 2)
    turns = list(opening)
    while len(turns) < length:
        number = len(turns) % 2
        said = message(speakers[number], number, turns, left=length - len(turns), seed=seed + 7919 * sample)
        turns.append(Turn(number, said))
    return tuple(turns)


def message(speaker: Speaker, number: int, turns: Sequence[Turn], *, left: int, seed: int) -> str:
    """The next turn of `speaker`, who is number `number` of the two; `left` counts the turns to come, this one too.

    With two left it takes leave, and with one it answers that.
    """
    rng = random.Random(f"message {seed} {number} {speaker!r} {[turn.text for turn in turns]!r}")
    if not turns:
        return finish([rng.choice(wording.GREETINGS)], rng)
    said = _said(turns)
    me = _after(speaker, number, turns, said)
    if left <= 2:
        bye = me.manner("bye", rng)
        return finish(
            [*([bye] if bye else []), me.pick(wording.FAREWELLS if left == 2 else wording.FAREWELLS_BACK, rng)], rng
        )
    told = _told_in(turns[-1].text)
    partner = Voice(traits=(), untold=[], said=said, told=[told] if told else [])
    asked = heard(turns, ((), ()), wording.ASKING).asked
    # Asked for nothing that is known by name, one says more of what one has just told.
    asked = "more" if asked == "self" and me.told else asked
    # Two turns are left that are no farewell: one for each.
    late = left <= 4 and not me.told
    sentences, mine = answer_to(me, told=told, asked=asked, late=late, rng=rng)
    if left > 3:
        more, _ = question_after(me, partner, told=None if asked == "more" else told, mine=mine, rng=rng)
        sentences += more
    return finish(sentences or [me.fresh(wording.REACTING, rng) or me.pick(wording.LEADING_OVER, rng)], rng)


def _after(speaker: Speaker, number: int, turns: Sequence[Turn], said: set[str]) -> Voice:
    """The speaker as the talk has left them: what they have told is no longer to be told."""
    me = voice(speaker, said)
    facts: tuple[Sequence[Fact], Sequence[Fact]] = (me.untold, ()) if number == 0 else ((), me.untold)
    for each in heard(turns, facts, wording.ASKING).facts:
        me.told += each
    me.untold = [each for each in me.untold if each not in me.told]
    return me


def _told_in(text: str) -> Fact | None:
    """The last thing that the partner told of themselves, as far as it has a topic one can come back to."""
    told = [fact(sentence) for sentence in _SENTENCE.findall(text)]
    return next((each for each in reversed(told) if each.topic and each.kind != "other"), None)


def _said(turns: Sequence[Turn]) -> set[str]:
    """The phrases of the grammar that somebody has said already; a phrase with a slot by the longer of its parts."""
    text = " ".join(f" {' '.join(words(turn.text))} " for turn in turns)
    return {phrase for phrase, spoken in _phrases() if f" {spoken} " in text}


@cache
def _phrases() -> tuple[tuple[str, str], ...]:
    return tuple(
        (phrase, max((" ".join(words(part)) for part in _SLOT.split(phrase)), key=len)) for phrase in _all_phrases()
    )


def _all_phrases() -> Iterator[str]:
    for value in vars(wording).values():
        for each in value.values() if isinstance(value, dict) else [value]:
            if isinstance(each, tuple):
                yield from each
    for places in MANNERS.values():
        for choices in places.values():
            yield from choices
