"""The queue before an endpoint: everybody waits here, first come first served, until the pace lets them through."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Sequence

from generation.asking.authors import RunStopped
from generation.asking.limits import Limit
from generation.asking.llm import Reply
from generation.asking.pacing import Pace


class Pass:
    """Leave to make one request. Whoever has it says how that ended, once."""

    def __init__(self, gate: "Gate") -> None:
        self._gate = gate
        self.began = time.monotonic()
        self._number = gate.pace.start(self.began)

    def answered(self, reply: Reply) -> None:
        """The request was answered."""
        now = time.monotonic()
        self._gate.pace.answered(self._number, began=self.began, now=now, tokens=reply.usage, limits=reply.limits)
        self._gate.let_through()

    def refused(self, *, pause: float, limits: Sequence[Limit]) -> None:
        """It was answered with 429: nobody is let through for `pause` seconds."""
        now = time.monotonic()
        self._gate.pace.refused(self._number, began=self.began, now=now, pause=pause, limits=limits)
        self._gate.let_through()

    def failed(self, *, pause: float = 0.0) -> None:
        """It ended in some other way."""
        self._gate.pace.failed()
        self._gate.pace.pause(time.monotonic() + pause)
        self._gate.let_through()


class Gate:
    """Lets requests through at a pace; closed for good by `stop`."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.stopped: RunStopped | None = None
        self._queue: deque[asyncio.Future[Pass]] = deque()
        self._alarm: asyncio.TimerHandle | None = None

    async def enter(self) -> Pass:
        """Wait for one's turn. Raises what the gate was stopped with."""
        while True:
            leave = await self._wait()
            if self.stopped is None and not self.pace.paused(time.monotonic()):
                return leave
            # A 429 came in the moment between being let through and going.
            leave.failed()

    async def _wait(self) -> Pass:
        if self.stopped:
            raise self.stopped
        if not self._queue and self.pace.wait(time.monotonic()) <= 0:
            return Pass(self)
        place: asyncio.Future[Pass] = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        self.let_through()
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and not place.exception():
                place.result().failed()
            raise

    def stop(self, reason: RunStopped) -> None:
        """Let nobody through any more; the first reason stands."""
        self.stopped = self.stopped or reason
        for place in self._queue:
            if not place.done():
                place.set_exception(self.stopped)
        self._queue.clear()

    def let_through(self) -> None:
        """Everybody whose turn it is; the next one as soon as it is."""
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None
        while self._queue:
            if self._queue[0].done():
                # Whoever stood there was cancelled.
                self._queue.popleft()
                continue
            wait = self.pace.wait(time.monotonic())
            if wait > 0:
                if math.isfinite(wait):
                    self._alarm = asyncio.get_running_loop().call_later(wait, self.let_through)
                return
            self._queue.popleft().set_result(Pass(self))
