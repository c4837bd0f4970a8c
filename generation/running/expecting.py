"""The requests that the writing and screening of a dialogue is expected to take, before any is made."""

from dataclasses import dataclass
from typing import Final

from generation.asking.authors import DOUBLE
from generation.corpus.dialogues import Dialogue, Speaker
from generation.corpus.traits import stated
from generation.offline import writing
from generation.running.ordering import Order
from generation.sieving.filters import CONTRADICTION, TRAITS
from generation.telling.prompting import Messages, to_write
from generation.writing.critics import to_find_contradictions, to_see_traits
from generation.writing.two_agents import rehearsed

# A dozen turns of some fifteen words; one of them; a list that is mostly empty; five reasons.
ANSWER_TOKENS: Final = {"dialogue": 300, "turn": 25, CONTRADICTION: 40, TRAITS: 150}


@dataclass(frozen=True)
class Expected:
    """A request as it would be sent, about how many tokens its answer has, and of which kind it is."""

    messages: Messages
    answer_tokens: int
    what: str = "critic"


def expected_requests(speakers: tuple[Speaker, Speaker], order: Order) -> list[Expected]:
    """What one dialogue takes where nothing is asked again and every candidate passes the first time.

    Where a request shows what an earlier one will bring, the offline author's words stand there.
    """
    once: list[Expected] = []
    if order.method == DOUBLE:
        requests = rehearsed(speakers, bounds=order.bounds, seed=order.seed, briefing=order.briefing)
        once += [Expected(messages, ANSWER_TOKENS["turn"], "turn") for messages in requests]
    else:
        messages = to_write(speakers, order.bounds, briefing=order.briefing)
        once.append(Expected(messages, ANSWER_TOKENS["dialogue"], "dialogue"))
    return once * order.candidates + _criticism(speakers, order)


def _criticism(speakers: tuple[Speaker, Speaker], order: Order) -> list[Expected]:
    critics = order.screen.critics
    if not critics:
        return []
    dialogue = Dialogue("", "", speakers, writing.write(speakers, seed=order.seed))
    requests: list[Expected] = []
    if CONTRADICTION in critics:
        requests.append(Expected(to_find_contradictions(dialogue), ANSWER_TOKENS[CONTRADICTION]))
    if TRAITS in critics:
        requests += [
            Expected(to_see_traits(dialogue, number), ANSWER_TOKENS[TRAITS])
            for number, speaker in enumerate(speakers)
            if stated(speaker.traits)
        ]
    return requests
