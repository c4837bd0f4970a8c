"""The double method: two agents take turns, each of whom was told its own persona and traits and nothing else.

Neither can leak the other's persona, since neither knows it. Every turn is a request of its own, so that a dialogue
that was cut off goes on, out of the journal, at the turn where it was.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from generation.asking.authors import AuthorFailed
from generation.asking.insisting import Model
from generation.corpus.coverage import own_coverage
from generation.corpus.dialogues import Dialogue, Speaker, Turn
from generation.corpus.manifest import digest_of
from generation.offline import alone
from generation.telling.parsing import Answer, Bounds, Unusable, check_personas_used, parse_message
from generation.telling.prompting import BRIEFING, Briefing, Messages, filled, told_traits

# 48 bits: no two of a million dialogues are likely to share a number, and JSON keeps it whole.
SAMPLE_DIGITS: Final = 12


@dataclass(frozen=True)
class TwoAgents:
    """Two agents, both played by `model`. `seed` draws the number of turns; `max_tries` dialogues are looked at."""

    model: Model
    bounds: Bounds
    seed: int
    temperature: float | None = 1.0
    briefing: Briefing = BRIEFING

    async def write(
        self, speakers: tuple[Speaker, Speaker], *, sample: int, opening: tuple[Turn, ...] = ()
    ) -> tuple[Turn, ...]:
        """A dialogue that begins with `opening`, one request for each turn after it.

        No agent can be told that a persona went unused without being told of the other, so such a dialogue is begun
        anew. Raises `AuthorFailed` where a turn never comes good, or no dialogue does.
        """
        failed: Unusable | None = None
        for number in range(self.model.max_tries):
            turns = await self._talk(speakers, sample_of(speakers, sample, number), opening)
            try:
                check_personas_used(turns, speakers, self.bounds)
            except Unusable as error:
                failed = error
            else:
                return turns
        assert failed is not None
        raise AuthorFailed(failed.kind, failed.reason, tries=self.model.max_tries)

    async def _talk(
        self, speakers: tuple[Speaker, Speaker], sample: int, opening: tuple[Turn, ...]
    ) -> tuple[Turn, ...]:
        turns = list(opening)
        length = max(number_of_turns(self.bounds, self.seed, sample), len(opening))
        while len(turns) < length:
            number = len(turns) % 2
            messages = to_agent(
                speakers[number], number, turns, length=length, bounds=self.bounds, briefing=self.briefing
            )
            text = await self._say(messages, turns, speakers[number], sample)
            turns.append(Turn(number, text))
        return tuple(turns)

    async def _say(self, messages: Messages, turns: Sequence[Turn], speaker: Speaker, sample: int) -> str:
        def parse(answer: Answer) -> str:
            return parse_message(answer, turns, speaker, self.bounds)

        return await self.model.insist(messages, parse, what="turn", sample=sample, temperature=self.temperature)


def sample_of(speakers: tuple[Speaker, Speaker], sample: int, number: int) -> int:
    """The sample number of all requests of one dialogue, the `number`-th tried.

    A request shows one persona alone, and may be the same in dialogues with other partners: who both are makes the
    number, so that each dialogue buys answers of its own, whatever else is in the corpus.
    """
    pair = [{"persona": list(speaker.persona), "traits": speaker.traits} for speaker in speakers]
    return int(digest_of([pair, sample, number])[:SAMPLE_DIGITS], 16)


def number_of_turns(bounds: Bounds, seed: int, sample: int) -> int:
    """How many turns a dialogue shall have, any number within the bounds being as likely."""
    return random.Random(f"turns {seed} {sample}").randint(bounds.min_turns, bounds.max_turns)


def to_agent(
    speaker: Speaker,
    number: int,
    turns: Sequence[Turn],
    *,
    length: int,
    bounds: Bounds,
    briefing: Briefing = BRIEFING,
) -> Messages:
    """Ask an agent, who is speaker `number`, for the next message; what it said itself is its own part of the talk.

    From the middle of the dialogue an agent that has told too little of itself is reminded; at its end it takes leave.
    """
    rules = filled(
        "agent",
        max_words=str(bounds.max_words),
        persona="\n".join(f"- {sentence}" for sentence in speaker.persona),
        traits=told_traits(speaker, briefing),
    )
    messages = [{"role": "system", "content": rules}]
    if number == 0:
        messages.append({"role": "user", "content": filled("agent_begin")})
    messages += [{"role": "assistant" if turn.speaker == number else "user", "content": turn.text} for turn in turns]
    notes = [messages[-1]["content"]]
    if len(turns) >= length / 2 and (untold := _untold(speaker, number, turns, bounds)):
        notes.append(filled("agent_remind", untold=untold))
    if len(turns) >= length - 2:
        notes.append(filled("agent_end"))
    messages[-1] = {"role": "user", "content": "\n".join(notes)}
    return messages


def _untold(speaker: Speaker, number: int, turns: Sequence[Turn], bounds: Bounds) -> str:
    """What the agent should tell of itself; empty where it has told enough."""
    nobody = Speaker(())
    alone = (speaker, nobody) if number == 0 else (nobody, speaker)
    share = own_coverage(Dialogue("", "", alone, tuple(turns)))[number]
    return " ".join(speaker.persona) if share is not None and share < bounds.min_coverage else ""


def rehearsed(
    speakers: tuple[Speaker, Speaker], *, bounds: Bounds, seed: int, sample: int = 0, briefing: Briefing = BRIEFING
) -> list[Messages]:
    """The requests that a dialogue would take, with the offline author's words where those of the agents will be."""
    length = number_of_turns(bounds, seed, sample_of(speakers, sample, 0))
    turns: list[Turn] = []
    requests: list[Messages] = []
    for place in range(length):
        number = place % 2
        requests.append(to_agent(speakers[number], number, turns, length=length, bounds=bounds, briefing=briefing))
        said = alone.message(speakers[number], number, turns, left=length - place, seed=seed)
        turns.append(Turn(number, said))
    return requests
