"""From a request to its answer: out of the journal where it was bought before, else from the endpoint, with patience.

A 429 makes everybody wait and uses up nothing. Server errors, timeouts and lost connections are asked again a few
times, further and further apart. What every answer cost goes into the journal before it is used.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Protocol, Self

from generation.asking.authors import AuthorFailed, RunStopped
from generation.asking.gate import Gate
from generation.asking.journal import SYNC_EVERY, Journal, Record
from generation.asking.llm import Busy, Rejected, Reply, Trouble
from generation.asking.pacing import Pace
from generation.corpus.manifest import digest_of
from generation.telling.parsing import Answer

# How often a request is made before it is given up, and how often while nothing was ever there to connect to.
TRIES: Final = 7
TRIES_BEFORE_ANY_ANSWER: Final = 3
# The longest wait between two tries, and between two 429s that name no time.
LONGEST_WAIT: Final = 60.0
# How long 429s without any answer are borne, in seconds.
MAX_WAIT: Final = 900.0
# So many requests given up one after the other, with no answer between them: the endpoint is down.
GIVEN_UP_IN_A_ROW: Final = 5


class EndpointDown(RunStopped):
    """The endpoint cannot be reached, or answers nothing but errors."""


class StillBusy(RunStopped):
    """Nothing but 429s for longer than a run waits."""


class StructureRefused(Exception):
    """The endpoint takes no structured output: ask in words alone."""


class Askable(Protocol):
    """What a desk needs of an endpoint; `generation.asking.llm.Endpoint` is one."""

    async def ask(self, request: Mapping[str, Any]) -> Reply:
        """Make one request."""
        ...


@dataclass(frozen=True)
class Asked:
    """An answer; `bought` tells whether it came over the network just now."""

    answer: Answer
    bought: bool
    request_id: str | None


@dataclass
class Desk:
    """Where requests are handed in. Shared by everything that asks at the same time; an async context manager.

    At most `concurrency` requests are in flight; None finds the level by itself. `pause` is the first wait in seconds
    before another try; it doubles. `max_wait` is how long 429s without any answer are borne.

    Counted in this run: `bought` answers, `waits` (429s), `trouble` by kind (server, timeout, network, and `rejected`),
    and `usage` in tokens.
    """

    endpoint: Askable
    journal: Journal
    now: Callable[[], datetime]
    concurrency: int | None = None
    pause: float = 0.25
    max_wait: float = MAX_WAIT
    waits: int = 0
    bought: int = 0
    trouble: Counter[str] = field(default_factory=Counter)
    usage: Counter[str] = field(default_factory=Counter)
    structured: bool = True
    _busy_since: float | None = None
    _answered: bool = False
    _given_up: int = 0
    _lost: list[dict[str, Any]] = field(default_factory=list)
    _closing: bool = False

    def __post_init__(self) -> None:
        self._gate = Gate(Pace(concurrency=self.concurrency))

    @property
    def in_flight(self) -> int:
        """How many requests are being answered just now."""
        return self._gate.pace.in_flight

    async def __aenter__(self) -> Self:
        self.structured = not self.journal.failed_of("structure")
        self._syncing = asyncio.create_task(self._keep_synced())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        await self._syncing
        # A run that came to its end keeps what it lost, to be taken up on demand; one that was stopped tries it again.
        if error is None and self._gate.stopped is None:
            for record in self._lost:
                self.journal.add(record)

    async def ask(self, request: Mapping[str, Any], *, what: str, sample: int, round_: int) -> Asked:
        """The answer to `request`, from the journal or the endpoint.

        Raises `AuthorFailed` where there is none to be had, `RunStopped` where there never will be one to anything, and
        `StructureRefused` for a request with a `response_format` that the endpoint does not take.
        """
        digest = digest_of(request)
        known = self.journal.find(digest, sample, round_)
        if known is not None:
            return Asked(_answer(known), bought=False, request_id=known.get("request_id"))
        line = {"request": digest, "sample": sample, "round": round_, "what": what, "asked_for": request["model"]}
        tries = 0
        while True:
            leave = await self._gate.enter()
            tries += 1
            try:
                reply = await self.endpoint.ask(request)
            except Busy as busy:
                tries -= 1
                leave.refused(pause=self._told_to_wait(busy), limits=busy.limits)
            except Trouble as trouble:
                leave.failed(pause=trouble.seconds or 0.0)
                self.trouble[trouble.kind] += 1
                unreachable = trouble.kind == "network" and not self._answered
                if tries >= (TRIES_BEFORE_ANY_ANSWER if unreachable else TRIES):
                    raise self._give_up(trouble, line | {"tries": tries}) from trouble
                await asyncio.sleep(self._backoff(tries))
            except Rejected as rejected:
                leave.failed()
                kind = "structure" if rejected.of_structure and "response_format" in request else "rejected"
                self._answered = True
                self.trouble["rejected"] += 1
                error = {"kind": kind, "reason": rejected.reason, "request_id": rejected.request_id}
                record = line | {"error": error, "tries": tries, "at": self._at()}
                self._keep(record)
                return Asked(_answer(record, just_now=True), bought=True, request_id=rejected.request_id)
            except RunStopped as stopped:
                leave.failed()
                self._gate.stop(stopped)
                raise
            except BaseException:
                leave.failed()
                raise
            else:
                self._note_answer(reply)
                seconds = round(time.monotonic() - leave.began, 3)
                try:
                    self._keep(line | as_record(reply) | {"tries": tries, "seconds": seconds, "at": self._at()})
                finally:
                    # Only now: where it could not be kept, nobody else shall be let through.
                    leave.answered(reply)
                return Asked(reply.answer, bought=True, request_id=reply.request_id)

    def _told_to_wait(self, busy: Busy) -> float:
        """For how long nobody shall ask; stops the run where that is longer than it waits."""
        self.waits += 1
        now = time.monotonic()
        if self._busy_since is None:
            self._busy_since = now
        # Unless it is told, wait as long again as nothing has come, within reason.
        waited = now - self._busy_since
        wait = busy.seconds if busy.seconds is not None else min(LONGEST_WAIT, max(self.pause, waited))
        if waited + wait > self.max_wait:
            told = "" if busy.seconds is None else f", and it asks to wait another {busy.seconds:g}"
            self._gate.stop(StillBusy(f"nothing but 429 (too many requests) for {waited:.0f} seconds{told}"))
        return wait

    def _backoff(self, tries: int) -> float:
        # Spread, so that what failed together does not come back together.
        return float(min(LONGEST_WAIT, self.pause * 2 ** (tries - 1)) * random.uniform(0.75, 1.25))

    def _note_answer(self, reply: Reply) -> None:
        self.bought += 1
        self.usage.update(reply.usage)
        self._answered, self._busy_since, self._given_up = True, None, 0

    def _keep(self, record: Record) -> None:
        try:
            self.journal.add(record)
        except RunStopped as full:
            # What cannot be kept must not be bought.
            self._gate.stop(full)
            raise

    def _give_up(self, trouble: Trouble, record: dict[str, Any]) -> Exception:
        self._given_up += 1
        error = {"kind": trouble.kind, "reason": trouble.reason, "request_id": trouble.request_id}
        self._lost.append({**record, "error": error, "at": self._at()})
        if (trouble.kind == "network" and not self._answered) or self._given_up >= GIVEN_UP_IN_A_ROW:
            down = EndpointDown(f"the endpoint does not answer ({trouble.kind}: {trouble.reason})")
            self._gate.stop(down)
            return self._gate.stopped or down
        return AuthorFailed(
            trouble.kind, trouble.reason, tries=record["tries"], request_id=trouble.request_id, just_now=True
        )

    async def _keep_synced(self) -> None:
        while not self._closing:
            await asyncio.sleep(SYNC_EVERY)
            try:
                # fsync takes milliseconds in which a hundred answers may arrive.
                await asyncio.to_thread(self.journal.sync)
            except RunStopped as full:
                self._gate.stop(full)

    def _at(self) -> str:
        return self.now().isoformat(timespec="seconds")


def as_record(reply: Reply) -> dict[str, Any]:
    """What a journal line keeps of an answer."""
    return {
        "answer": dict(vars(reply.answer)),
        "model": reply.model,
        "fingerprint": reply.fingerprint,
        "usage": dict(reply.usage),
        "request_id": reply.request_id,
    }


def _answer(record: Record, *, just_now: bool = False) -> Answer:
    """The answer in a journal line, or the failure that it keeps."""
    if "answer" in record:
        return Answer(**record["answer"])
    error = record["error"]
    if error["kind"] == "structure":
        raise StructureRefused
    raise AuthorFailed(
        error["kind"], error["reason"], tries=record["tries"], request_id=error["request_id"], just_now=just_now
    )
