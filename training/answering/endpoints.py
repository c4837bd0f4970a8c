"""Systems that are not ours: any model behind an OpenAI-compatible endpoint, asked for its next turn.

Every exchange goes into `journal.jsonl` beside the responses before it is used, so that nothing is bought twice. What
an endpoint did not answer, or not usably, is listed with its reason; the same command once more tries just that again.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from string import Template
from typing import Any, Final

from generation.asking.fleet import Fleet, endpoints_at
from generation.asking.journal import Journal
from generation.asking.llm import Endpoint
from generation.corpus.manifest import digest_of
from generation.corpus.traits import Traits, in_words, stated
from generation.telling.parsing import Answer as Completion
from training.answering.systems import OPENAI, Answer, Keep
from training.data.examples import Example
from training.data.responses import Context

FOLDER: Final = Path(__file__).resolve().parent.parent / "prompts"
PROMPTS: Final = ("respond", "respond_context")
# How the prompt calls the speaker and the partner, and how it says that nothing is told of them.
OWN, PARTNER, NOTHING_TOLD = "You", "Other", "none given"
# An answer that cannot be used is asked for again, with what was wrong.
MAX_TRIES: Final = 3


@dataclass(frozen=True)
class EndpointModel:
    """The model `model` behind an endpoint. `temperature` None leaves it to the endpoint."""

    model: str
    now: Callable[[], datetime]
    with_traits: bool = True
    temperature: float | None = None
    max_tokens: int = 200
    base_url: str | None = None
    concurrency: int = 8

    def __post_init__(self) -> None:
        # A missing key or package is noticed here, before anything is begun.
        self._endpoint()

    def _endpoint(self) -> Endpoint | Fleet:
        return endpoints_at(self.base_url, connections=self.concurrency)

    @property
    def name(self) -> str:
        return self.model + ("" if self.with_traits else "[without-traits]")

    @property
    def settings(self) -> Mapping[str, Any]:
        return {
            "model": OPENAI + self.model,
            "with_traits": self.with_traits,
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "prompts": {prompt: hashlib.sha256(text_of(prompt).encode()).hexdigest() for prompt in PROMPTS},
        }

    @property
    def inputs(self) -> Mapping[str, Path]:
        return {}

    @property
    def made_from(self) -> Sequence[Path]:
        return []

    @property
    def told_traits(self) -> bool:
        return self.with_traits

    def told(self, traits: Traits) -> Traits:
        return stated(traits) if self.with_traits else {}

    def messages(self, context: Context, traits: Traits) -> list[dict[str, str]]:
        """What the model is asked in `context`. Never anything of the partner's persona."""
        told = [f"{trait}: {level} ({in_words(trait, level)})" for trait, level in self.told(traits).items()]
        turns = [
            f"{OWN if turn.speaker == context.speaker else PARTNER}: {_on_one_line(turn.text)}"
            for turn in context.turns
        ]
        return [
            {"role": "system", "content": text_of("respond").strip()},
            {
                "role": "user",
                "content": Template(text_of("respond_context"))
                .substitute(
                    persona=_listed(context.persona or [NOTHING_TOLD]),
                    traits=_listed(told or [NOTHING_TOLD]),
                    turns="\n".join(turns),
                )
                .strip(),
            },
        ]

    def answer(self, examples: Sequence[Example], *, to: Path, keep: Keep) -> None:
        """Several requests at a time; raises `RunStopped` where going on is pointless, and keeps what was answered."""
        with Journal(to, {"command": "respond", **self.settings}) as journal:
            asyncio.run(self._answer(examples, self._endpoint(), journal, keep))

    async def _answer(
        self, examples: Sequence[Example], endpoint: Endpoint | Fleet, journal: Journal, keep: Keep
    ) -> None:
        from generation.asking.trying import Desk

        places = iter(range(len(examples)))
        async with (
            endpoint,
            Desk(endpoint=endpoint, journal=journal, now=self.now, concurrency=self.concurrency) as desk,
        ):

            async def work() -> None:
                for place in places:
                    keep([await self._one(place, examples[place], desk)])

            workers = [asyncio.create_task(work()) for _ in range(min(self.concurrency, len(examples)))]
            ended = await asyncio.gather(*workers, return_exceptions=True)
        for end in ended:
            if isinstance(end, BaseException):
                raise end

    async def _one(self, place: int, example: Example, desk: Any) -> Answer:
        """Go through the latest round that the journal knows; where that failed in an earlier run, through another."""
        messages = self.messages(example.context, example.traits)
        latest = desk.journal.last_round(digest_of(self._request(messages)), 0)
        answer, bought = await self._tries(place, messages, desk, latest)
        if answer.text is None and not bought:
            answer, _ = await self._tries(place, messages, desk, latest + 1)
        return answer

    async def next_turn(self, context: Context, traits: Traits, desk: Any, *, sample: int, round_: int) -> Answer:
        """One reply, in a chat with a person: a `sample` of its own for each turn, another `round_` to ask again."""
        answer, _ = await self._tries(0, self.messages(context, traits), desk, round_, sample=sample)
        return answer

    async def _tries(
        self, place: int, messages: list[dict[str, str]], desk: Any, round_: int, *, sample: int = 0
    ) -> tuple[Answer, bool]:
        """An answer, and whether anything was asked for it just now."""
        from generation.asking.authors import AuthorFailed
        from generation.telling.prompting import to_ask_again

        bought, reason = False, ""
        for _ in range(MAX_TRIES):
            try:
                asked = await desk.ask(self._request(messages), what="response", sample=sample, round_=round_)
            except AuthorFailed as failed:
                return Answer(place, None, failed.reason), bought or failed.just_now
            bought = bought or asked.bought
            text = _cleaned(asked.answer.text)
            reason = _unusable(asked.answer, text)
            if not reason:
                return Answer(place, text), bought
            messages = to_ask_again(messages, answer=asked.answer.refusal or asked.answer.text, reason=reason)
        return Answer(place, None, reason), bought

    def _request(self, messages: list[dict[str, str]]) -> dict[str, Any]:
        request = {"model": self.model, "messages": messages, "max_tokens": self.max_tokens}
        return request if self.temperature is None else request | {"temperature": self.temperature}


def _unusable(answer: Completion, text: str) -> str:
    """What is wrong with an answer; empty where nothing is."""
    if answer.refusal or answer.finish_reason == "content_filter":
        return f"it is a refusal: {answer.refusal or answer.finish_reason}"
    if answer.finish_reason == "length":
        return "it was cut off before its end"
    return "" if text else "it is empty"


def _cleaned(text: str) -> str:
    """The turn on one line, without quotation marks around all of it."""
    line = " ".join(text.split())
    return line[1:-1].strip() if len(line) > 1 and (line[0], line[-1]) in {('"', '"'), ("“", "”")} else line


def _listed(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {_on_one_line(sentence)}" for sentence in sentences)


def _on_one_line(text: str) -> str:
    # A line is a sentence or a turn: nobody can put words into another's mouth by a break.
    return " ".join(text.splitlines())


def text_of(prompt: str) -> str:
    """The prompt file as it stands."""
    return (FOLDER / f"{prompt}.txt").read_text(encoding="utf-8")
