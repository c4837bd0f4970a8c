"""What a run of `generate` would ask, without asking: calls, tokens, and the prompts as they would be sent."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from generation.asking import Desk
from generation.authors import OFFLINE_AUTHORS, AuthorFailed
from generation.commissioning import Order, Source, commission_of, read_source, settings_of
from generation.corpus.dialogues import Speaker
from generation.corpus.personas import PersonaKey
from generation.generating import Made, make
from generation.home import existing, place
from generation.journal import Journal
from generation.labelling import PersonaLabels, read_labels
from generation.llm import Reply
from generation.llm_author import LLMAuthor
from generation.offline.labelling import label
from generation.parsing import BOUNDS
from generation.planning import Planned, distinct_personas, with_traits
from generation.prompting import Messages, to_write

# English text under the tokenizers of today's models; a count needs the model's own.
CHARACTERS_PER_TOKEN: Final = 4
# Five reasons with their evidence; a dozen turns of some fifteen words.
LABEL_ANSWER_TOKENS: Final = 350
DIALOGUE_ANSWER_TOKENS: Final = 300
SHOWN: Final = 3


class NobodyAsks:
    """Stands where the endpoint would, and only notes what it was handed."""

    def __init__(self) -> None:
        self.requests: list[Messages] = []

    async def ask(self, request: Mapping[str, Any]) -> Reply:
        """Note the request; no row gets an answer."""
        self.requests.append(request["messages"])
        raise AuthorFailed("unasked", "this is a rehearsal")


def rehearse(order: Order, *, now: Callable[[], datetime]) -> dict[str, Any]:
    """The calls that `carry_out` would make, past what the journal knows, and the first three prompts in full.

    Token counts are estimates from the number of characters. Where labels are still to come, the prompts of dialogues
    show the offline author's in their stead, which their heading says. Writes nothing; needs no key and no network.
    """
    source = read_source(order)
    known = read_labels(existing("corpora", order.labels)) if order.labels else {}
    if order.author in OFFLINE_AUTHORS:
        return {"label_calls": 0, "dialogue_calls": 0, "prompt_tokens": 0, "answer_tokens": 0, "prompts": []}
    nobody = NobodyAsks()
    settings = settings_of(order, source.folder.name)
    with Journal(place("corpora", order.to), settings, writing=False) as journal:
        made = asyncio.run(_make_nothing(order, source, known, journal=journal, endpoint=nobody, now=now))
    failed = Counter((failure.what, failure.kind) for failure in made.failures)
    calls = {"label_calls": failed["persona", "unasked"], "dialogue_calls": failed["dialogue", "unasked"]}
    # A dialogue whose labels are still to come was not asked for yet, and will be.
    unlabelled = {failure.name for failure in made.failures if failure.kind == "unlabelled"}
    guessed = [
        to_write(_with_guessed_traits(each, made.labels, order), BOUNDS)
        for each in source.planned
        if each.dialogue.id in unlabelled
    ]
    calls["dialogue_calls"] += len(guessed)
    asked = nobody.requests + guessed
    labels, others = asked[: calls["label_calls"]], nobody.requests[calls["label_calls"] :]
    shown = [("labels of a persona", each) for each in labels[:1]]
    shown += [("a dialogue", each) for each in others]
    shown += [("a dialogue, with the offline author's labels in place of those to come", each) for each in guessed]
    return {
        **calls,
        "prompt_tokens": sum(len(part["content"]) for each in asked for part in each) // CHARACTERS_PER_TOKEN,
        "answer_tokens": calls["label_calls"] * LABEL_ANSWER_TOKENS + calls["dialogue_calls"] * DIALOGUE_ANSWER_TOKENS,
        "prompts": [{"what": what, "text": _as_text(each)} for what, each in shown[:SHOWN]],
    }


async def _make_nothing(
    order: Order,
    source: Source,
    known: Mapping[PersonaKey, PersonaLabels],
    *,
    journal: Journal,
    endpoint: NobodyAsks,
    now: Callable[[], datetime],
) -> Made:
    async with Desk(endpoint=endpoint, journal=journal, now=now) as desk:
        author = LLMAuthor(order.author, desk, order.temperature, order.max_tries, order.retry_failed)
        return await make(
            source.planned, commission=commission_of(order), author=author, known_labels=known, concurrency=1
        )


def _with_guessed_traits(
    planned: Planned, labels: Mapping[PersonaKey, PersonaLabels], order: Order
) -> tuple[Speaker, Speaker]:
    personas = distinct_personas([planned])
    guesses = {key: labels.get(key) or label(persona) for key, persona in personas.items()}
    return with_traits(planned, guesses, commission_of(order)).speakers


def _as_text(messages: Messages) -> str:
    return "\n\n".join(f"[{each['role']}]\n{each['content']}" for each in messages)
