"""Asking a model until an answer can be used: each time with what was wrong with the last."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from generation.asking.authors import AuthorFailed
from generation.asking.trying import Desk, StructureRefused
from generation.corpus.manifest import digest_of
from generation.telling.parsing import Answer, Unusable
from generation.telling.prompting import Messages, to_ask_again

T = TypeVar("T")


@dataclass(frozen=True)
class Model:
    """A model behind a desk. `max_tries` answers are looked at for each row; `retry_failed` begins another round."""

    name: str
    desk: Desk
    max_tries: int = 3
    retry_failed: bool = False

    async def insist(
        self,
        messages: Messages,
        parse: Callable[[Answer], T],
        *,
        what: str,
        sample: int,
        temperature: float | None,
        form: dict[str, Any] | None = None,
    ) -> T:
        """What `parse` makes of the first answer that it takes; it raises `Unusable` for the others.

        Goes through the latest round that the journal knows; where that failed before, begins another if asked to.
        Raises `AuthorFailed` where no answer would do.
        """

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

    async def insist_on_json(
        self,
        messages: Messages,
        parse: Callable[[Answer], T],
        *,
        what: str,
        sample: int,
        temperature: float | None,
        name: str,
        schema: dict[str, Any],
    ) -> T:
        """As `insist`, asking for output of this JSON schema where the endpoint has that, else in words alone."""
        if self.desk.structured:
            form = {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": schema}}
            try:
                return await self.insist(messages, parse, what=what, sample=sample, temperature=temperature, form=form)
            except StructureRefused:
                self.desk.structured = False
        return await self.insist(messages, parse, what=what, sample=sample, temperature=temperature)

    async def _tries(
        self,
        messages: Messages,
        parse: Callable[[Answer], T],
        request: Callable[[Messages], dict[str, Any]],
        what: str,
        sample: int,
        round_: int,
    ) -> T:
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
