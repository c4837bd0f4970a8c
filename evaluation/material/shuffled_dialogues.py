"""Dialogues whose answer is known: one that was really held, against the same one with its turns in another order.

Pure and seeded: the same dialogues and seed give the same pairs, on any machine.
"""

import random
from collections.abc import Sequence
from typing import Final

from evaluation.design.slots import Candidate
from evaluation.material.gathering import Gathered, WrongFiles
from evaluation.study_files.checks_table import KnownPair
from generation.corpus.dialogues import Turn

# With fewer turns than that what is shuffled may still be a conversation.
FEWEST_TURNS: Final = 6
TRIES: Final = 20


def shuffled_dialogues(contexts: Sequence[Candidate], gathered: Gathered, *, seed: int) -> tuple[KnownPair, ...]:
    """For each context a dialogue of it, of every system in turn, against itself shuffled.

    Each speaker keeps their own turns, in another order: who speaks when, the words and the length tell nothing. Raises
    `WrongFiles` where no system's dialogue has turns enough.
    """
    rng = random.Random(f"{seed} shuffled turns")
    pairs = []
    for number, candidate in enumerate(contexts):
        places = range(number, number + len(gathered.systems))
        dialogues = [gathered.systems[place % len(gathered.systems)].turns[candidate.id] for place in places]
        turns = next((each for each in dialogues if _may_be_shuffled(each)), None)
        if turns is None:
            raise WrongFiles(
                f"{candidate.id}: no dialogue of it can be made a pair with a known answer; expected one of at "
                f"least {FEWEST_TURNS} different turns"
            )
        wrong = shuffled(turns, rng)
        pairs.append(
            KnownPair(
                context=gathered.contexts[candidate.id],
                right=_text(turns),
                wrong=_text(wrong),
                right_turns=turns,
                wrong_turns=wrong,
            )
        )
    return tuple(pairs)


def shuffled(turns: Sequence[Turn], rng: random.Random) -> tuple[Turn, ...]:
    """The turns with those of each speaker in another order, as few as can be in their own place."""
    return max((_once(turns, rng) for _ in range(TRIES)), key=lambda each: _moved(turns, each))


def _once(turns: Sequence[Turn], rng: random.Random) -> tuple[Turn, ...]:
    said = {speaker: [turn.text for turn in turns if turn.speaker == speaker] for speaker in (0, 1)}
    for texts in said.values():
        rng.shuffle(texts)
    return tuple(Turn(turn.speaker, said[turn.speaker].pop()) for turn in turns)


def _moved(turns: Sequence[Turn], others: Sequence[Turn]) -> int:
    return sum(one.text != two.text for one, two in zip(turns, others, strict=True))


def _may_be_shuffled(turns: Sequence[Turn]) -> bool:
    """Whether enough is said, and by both something that can change its place."""
    said = [{turn.text for turn in turns if turn.speaker == speaker} for speaker in (0, 1)]
    return len(turns) >= FEWEST_TURNS and min(map(len, said)) > 1


def _text(turns: Sequence[Turn]) -> str:
    return "\n".join(turn.text for turn in turns)
