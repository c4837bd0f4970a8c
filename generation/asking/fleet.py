"""Several endpoints that serve the same model, as one: a request goes to the one with the fewest in flight."""

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from generation.asking.authors import RunStopped
from generation.asking.llm import Busy, Endpoint, Reply, Trouble

# So many troubles with no answer between them and an endpoint is left out, at first for so long, then for twice that.
TROUBLES_IN_A_ROW: Final = 3
LEFT_OUT: Final = 5.0
LONGEST_LEFT_OUT: Final = 60.0
# Where a 429 names no time.
PAUSE: Final = 1.0


def endpoints_at(addresses: str | None, *, connections: int, key_needed: bool = True) -> "Endpoint | Fleet":
    """The endpoint at the address, or the fleet at several with commas between them; by default OPENAI_BASE_URL's."""
    named = [each.strip() for each in (addresses or os.environ.get("OPENAI_BASE_URL", "")).split(",")]

    def endpoint(address: str) -> Endpoint:
        return Endpoint(base_url=address or None, connections=connections, key_needed=key_needed)

    return endpoint(named[0]) if len(named) == 1 else Fleet([endpoint(address) for address in named if address])


@dataclass
class Member:
    """An endpoint of a fleet, and how it does."""

    endpoint: Endpoint
    in_flight: int = 0
    busy_until: float = 0.0
    troubles: int = 0
    out_until: float = 0.0
    left_out_for: float = LEFT_OUT

    @property
    def is_out(self) -> bool:
        """Whether it was in trouble so often that nothing but now and then one request goes to it."""
        return self.troubles >= TROUBLES_IN_A_ROW

    def takes_any(self, now: float) -> bool:
        """Whether the next request may go to it."""
        if now < self.busy_until:
            return False
        return not self.is_out or (now >= self.out_until and not self.in_flight)

    def answered(self) -> None:
        """It works, or works again."""
        self.troubles, self.left_out_for = 0, LEFT_OUT

    def stumbled(self, now: float) -> None:
        """It did not answer."""
        self.troubles += 1
        if self.is_out and now >= self.out_until:
            self.out_until = now + self.left_out_for
            self.left_out_for = min(LONGEST_LEFT_OUT, self.left_out_for * 2)


class Fleet:
    """Endpoints that share the load, open while used as an async context manager.

    One that is down is left out and tried again later, one that asks to wait is left alone so long; only where none is
    left does a request fail of it.
    """

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self.members = [Member(endpoint) for endpoint in endpoints]
        self._turn = 0

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            for member in self.members:
                await stack.enter_async_context(member.endpoint)
            self._open = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    @property
    def client(self) -> Any:
        """The first one's `openai.AsyncOpenAI`: files and batches lie with one endpoint."""
        return self.members[0].endpoint.client

    async def ask(self, request: Mapping[str, Any]) -> Reply:
        """Make one request of whoever has the least to do, and of another where that one is not there.

        Raises as an endpoint does: `Busy` where all that are there ask to wait, `Trouble` where none is there.
        """
        tried: list[Member] = []
        trouble: Trouble | None = None
        while member := self._next(tried):
            tried.append(member)
            try:
                return await self._ask(member, request)
            except Busy as busy:
                wait = PAUSE if busy.seconds is None else busy.seconds
                member.busy_until = max(member.busy_until, time.monotonic() + wait)
            except Trouble as error:
                trouble = error
                # Another may be there; an error of the server itself may be the request's.
                if error.kind != "network":
                    raise
        now = time.monotonic()
        waits = [member.busy_until - now for member in self.members if member.busy_until > now]
        if waits:
            raise Busy(min(waits)) from trouble
        raise trouble or Trouble("network", f"none of the {len(self.members)} endpoints answers")

    async def _ask(self, member: Member, request: Mapping[str, Any]) -> Reply:
        member.in_flight += 1
        try:
            reply = await member.endpoint.ask(request)
        except Trouble:
            member.stumbled(time.monotonic())
            raise
        except RunStopped as error:
            raise type(error)(f"{member.endpoint.base_url}: {error}") from error
        finally:
            member.in_flight -= 1
        member.answered()
        # Limits are each endpoint's own, and no measure of what all of them take.
        return Reply(reply.answer, reply.model, reply.usage, reply.request_id, reply.fingerprint)

    def _next(self, tried: Sequence[Member]) -> Member | None:
        """The one with the fewest in flight of those that are there; among equals, each in its turn."""
        now = time.monotonic()
        self._turn += 1
        there = [
            (member.in_flight, (place - self._turn) % len(self.members), member)
            for place, member in enumerate(self.members)
            if member not in tried and member.takes_any(now)
        ]
        return min(there, key=lambda each: each[:2])[2] if there else None
