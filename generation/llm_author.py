"""An LLM as author: asks for labels and dialogues, checks what comes, and asks again with the reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from generation.asking import Desk, StructureRefused
from generation.authors import AuthorFailed
from generation.corpus.dialogues import Persona, Speaker, Turn
from generation.corpus.manifest import digest_of
from generation.labelling import PersonaLabels
from generation.parsing import BOUNDS, Answer, Bounds, Unusable, parse_dialogue, parse_labels
from generation.prompting import Messages, to_ask_again, to_label, to_write

T = TypeVar("T")


class Guess(BaseModel):
    """One trait, in the order in which it is thought about."""

    model_config = ConfigDict(extra="forbid")
    evidence: list[str]
    reason: str
    level: Literal["high", "low", "unclear"]


class Guesses(BaseModel):
    """The five traits of a persona: the schema of structured output."""

    model_config = ConfigDict(extra="forbid")
    openness: Guess
    conscientiousness: Guess
    extraversion: Guess
    agreeableness: Guess
    neuroticism: Guess


@dataclass(frozen=True)
class LLMAuthor:
    """A model behind a desk. `max_tries` answers are looked at for each row; `retry_failed` begins another round.

    `temperature` is that of the dialogues; labels are asked for at 0. None leaves both to the endpoint.
    """

    name: str
    desk: Desk
    temperature: float | None = 1.0
    max_tries: int = 3
    retry_failed: bool = False
    bounds: Bounds = BOUNDS

    @property
    def note(self) -> str:
        """How often the endpoint said to wait."""
        return f"{self.desk.waits} times told to wait (429)" if self.desk.waits else ""

    async def label(self, persona: Persona) -> PersonaLabels:
        """The five traits of a persona, as structured output where the endpoint has it."""
        messages, temperature = to_label(persona), None if self.temperature is None else 0.0

        def parse(answer: Answer) -> PersonaLabels:
            return parse_labels(answer, persona)

        if self.desk.structured:
            schema = {"name": "traits", "strict": True, "schema": Guesses.model_json_schema()}
            form = {"type": "json_schema", "json_schema": schema}
            try:
                return await self._rounds(messages, parse, "label", 0, temperature, form)
            except StructureRefused:
                self.desk.structured = False
        return await self._rounds(messages, parse, "label", 0, temperature, None)

    async def write(self, speakers: tuple[Speaker, Speaker], *, sample: int) -> tuple[Turn, ...]:
        """A whole dialogue in one completion."""

        def parse(answer: Answer) -> tuple[Turn, ...]:
            return parse_dialogue(answer, speakers, self.bounds)

        return await self._rounds(to_write(speakers, self.bounds), parse, "dialogue", sample, self.temperature, None)

    async def _rounds(
        self,
        messages: Messages,
        parse: Callable[[Answer], T],
        what: str,
        sample: int,
        temperature: float | None,
        form: dict[str, Any] | None,
    ) -> T:
        """Go through the latest round that the journal knows; where that failed before, begin another if asked to."""

        def request(messages: Messages) -> dict[str, Any]:
            extra = {"temperature": temperature, "response_format": form}
            return {"model": self.name, "messages": messages} | {k: v for k, v in extra.items() if v is not None}

        round_ = self.desk.journal.last_round(digest_of(request(messages)), sample)
        try:
            return await self._tries(messages, parse, request, what, sample, round_)
        except AuthorFailed as failed:
            if not self.retry_failed or failed.just_now:
                raise
        return await self._tries(messages, parse, request, what, sample, round_ + 1)

    async def _tries(
        self,
        messages: Messages,
        parse: Callable[[Answer], T],
        request: Callable[[Messages], dict[str, Any]],
        what: str,
        sample: int,
        round_: int,
    ) -> T:
        """Ask, and ask again with what was wrong, until an answer can be used or the tries are used up."""
        bought = False
        failed: Unusable | None = None
        for _ in range(self.max_tries):
            asked = await self.desk.ask(request(messages), what=what, sample=sample, round_=round_)
            bought = bought or asked.bought
            try:
                return parse(asked.answer)
            except Unusable as error:
                failed = error
                messages = to_ask_again(messages, answer=asked.answer.refusal or asked.answer.text, reason=error.reason)
        assert failed is not None
        raise AuthorFailed(
            failed.kind, failed.reason, tries=self.max_tries, request_id=asked.request_id, just_now=bought
        )
