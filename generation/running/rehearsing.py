"""What a run of `generate` would ask, without asking: calls, tokens, money, time, and prompts as they would be sent."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from generation.asking.authors import DOUBLE, AuthorFailed
from generation.asking.journal import Journal
from generation.asking.llm import Reply
from generation.asking.trying import Desk
from generation.corpus.dialogues import Persona
from generation.corpus.personas import PersonaKey, same_persona_key
from generation.home import existing
from generation.labels.labelling import PersonaLabels, read_labels
from generation.money.counting import Messages, tokens_of
from generation.money.estimating import Call, estimate, measure
from generation.offline.labelling import label
from generation.running.commissioning import Source, read_source
from generation.running.expecting import expected_requests
from generation.running.ordering import Order, commission_of
from generation.running.staffing import journal_of, prices_of
from generation.writing.generating import Made, make
from generation.writing.llm_author import LLMAuthor
from generation.writing.planning import Planned, with_traits

# Five reasons with their evidence.
LABEL_ANSWER_TOKENS: Final = 350
SHOWN: Final = 3
UNASKED: Final = "unasked"
NOTHING_TO_ASK: Final = {"label_calls": 0, "dialogue_calls": 0, "prompt_tokens": 0, "answer_tokens": 0, "prompts": []}


class NobodyAsks:
    """Stands where the endpoint would, and only notes what it was handed."""

    def __init__(self) -> None:
        self.requests: list[Mapping[str, Any]] = []

    async def ask(self, request: Mapping[str, Any]) -> Reply:
        """Note the request; no row gets an answer."""
        self.requests.append(request)
        raise AuthorFailed(UNASKED, "this is a rehearsal")


@dataclass(frozen=True)
class Understudy(LLMAuthor):
    """The author of a rehearsal: what is not in the journal about a persona is guessed as the offline author would.

    `labels` are the requests for those, one for each vote that is still to come.
    """

    nobody: NobodyAsks = field(kw_only=True)
    labels: list[Mapping[str, Any]] = field(default_factory=list)
    guessed: set[PersonaKey] = field(default_factory=set)

    async def label(self, persona: Persona, *, vote: int = 0) -> PersonaLabels:
        """From the journal, else guessed."""
        try:
            return await super().label(persona, vote=vote)
        except AuthorFailed as failed:
            if failed.kind != UNASKED:
                raise
        self.labels.append(self.nobody.requests[-1])
        self.guessed.add(same_persona_key(persona))
        return label(persona, levels=self.briefing.levels)


def rehearse(order: Order, *, now: Callable[[], datetime]) -> dict[str, Any]:
    """The calls that `carry_out` would make, past what the journal knows, and the first three prompts in full.

    Where labels are still to come, the prompts of dialogues show the offline author's in their stead, which their
    heading says. What cannot be used and is asked for again comes on top. Writes nothing; needs no key and no network.
    """
    source = read_source(order)
    known = read_labels(existing("corpora", order.labels), levels=order.levels) if order.labels else {}
    prices = prices_of(order)
    if order.offline:
        return dict(NOTHING_TO_ASK)
    tokens = tokens_of(order.author, Path(order.tokenizer) if order.tokenizer else None)
    with journal_of(order, source.folder.name, writing=False) as journal:
        author, made = asyncio.run(_rehearsed(order, source, known, journal=journal, now=now))
        measured = measure(journal.records())
    labels = [
        Call("label", order.author, request["messages"], LABEL_ANSWER_TOKENS, request.get("response_format"))
        for request in author.labels
    ]
    shown = [("labels of a persona", each.messages) for each in labels[:1]]
    dialogues: list[Call] = []
    for each in _to_write(source, made):
        calls = list(_calls(each, made, order))
        dialogues += calls
        if len(shown) < SHOWN:
            shown += [(_heading(each, order, author.guessed), call.messages) for call in calls]
    asked = labels + dialogues
    reckoned = estimate(
        asked,
        tokens=tokens,
        prices=prices,
        measured=measured,
        concurrency=order.concurrency,
        in_batch=order.batch,
    )
    return {
        "label_calls": len(labels),
        "dialogue_calls": len(dialogues),
        "calls": dict(Counter(call.what for call in asked)),
        **reckoned,
        "prompts": [{"what": what, "text": _as_text(messages)} for what, messages in shown[:SHOWN]],
    }


async def _rehearsed(
    order: Order,
    source: Source,
    known: Mapping[PersonaKey, PersonaLabels],
    *,
    journal: Journal,
    now: Callable[[], datetime],
) -> tuple[Understudy, Made]:
    nobody = NobodyAsks()
    async with Desk(endpoint=nobody, journal=journal, now=now) as desk:
        author = Understudy(
            order.author,
            desk,
            order.temperature,
            order.max_tries,
            order.retry_failed,
            bounds=order.bounds,
            briefing=order.briefing,
            method=order.method,
            seed=order.seed,
            nobody=nobody,
        )
        made = await make(
            source.planned, commission=commission_of(order), author=author, known_labels=known, concurrency=1
        )
    return author, made


def _to_write(source: Source, made: Made) -> Iterator[Planned]:
    """What was not written, since nobody was asked, or since what it opens as was not."""
    kinds = {failure.name: failure.kind for failure in made.failures if failure.what == "dialogue"}
    yield from (each for each in source.planned if kinds.get(each.dialogue.id) in (UNASKED, "unopened"))


def _calls(planned: Planned, made: Made, order: Order) -> Iterator[Call]:
    """The requests that one dialogue is expected to take."""
    speakers = with_traits(planned, made.labels, commission_of(order)).speakers
    for each in expected_requests(speakers, order):
        model = order.critic if each.what == "critic" and order.critic else order.author
        yield Call(each.what, model, each.messages, each.answer_tokens)


def _heading(planned: Planned, order: Order, guessed: set[PersonaKey]) -> str:
    what = "a turn" if order.method == DOUBLE else "a dialogue"
    keys = {same_persona_key(speaker.persona) for speaker in planned.dialogue.speakers}
    return what + (", with the offline author's labels in place of those to come" if keys & guessed else "")


def _as_text(messages: Messages) -> str:
    return "\n\n".join(f"[{each['role']}]\n{each['content']}" for each in messages)
