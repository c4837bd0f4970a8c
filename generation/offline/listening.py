"""What an opening by another hand has already said: which facts were told, and what its last turn asks for.

By words alone, as in the rest of the grammar: a fact is told where a turn has at least half of its content words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generation.corpus.content import content_words
from generation.corpus.dialogues import Turn
from generation.corpus.lexical import words
from generation.offline.facts import Fact


@dataclass(frozen=True)
class Heard:
    """For each turn of an opening the facts of its speaker that it tells; and the subject of the question it ends in.

    `asked` is None where it ends in none, "mood" where somebody was only greeted.
    """

    facts: tuple[tuple[Fact, ...], ...]
    asked: str | None


def heard(
    opening: Sequence[Turn], facts: tuple[Sequence[Fact], Sequence[Fact]], asking: Mapping[str, Sequence[str]]
) -> Heard:
    """What an opening says of the speakers' `facts`; `asking` are the questions that are known, by subject."""
    told = tuple(
        tuple(fact for fact in facts[turn.speaker] if _is_told(fact, turn.text) and not _before(fact, opening, place))
        for place, turn in enumerate(opening)
    )
    return Heard(told, _asked(opening, asking))


def _is_told(fact: Fact, text: str) -> bool:
    asked = content_words([fact.sentence]).keys()
    return bool(asked) and 2 * len(asked & content_words([text]).keys()) >= len(asked)


def _before(fact: Fact, opening: Sequence[Turn], place: int) -> bool:
    speaker = opening[place].speaker
    return any(_is_told(fact, turn.text) for turn in opening[:place] if turn.speaker == speaker)


def _asked(opening: Sequence[Turn], asking: Mapping[str, Sequence[str]]) -> str | None:
    if len(opening) == 1:
        return "mood"
    last = opening[-1].text
    if not last.rstrip().endswith("?"):
        return None
    said = f" {' '.join(words(last))} "
    for subject, questions in asking.items():
        if any(f" {' '.join(words(question))} " in said for question in questions):
            return subject
    return "self"
