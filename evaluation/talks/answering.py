"""The process that answers talks: takes what waits, asks the systems' endpoints, and puts down what they say.

The database is used in one thread and the endpoints in another, so that one slow answer keeps nobody else waiting.
Every exchange is journalled under `PARLEY_HOME/talks` before it is put down: a process that dies buys nothing twice.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

from evaluation.models import AnsweringProcess, TalkReply
from evaluation.talks.talking import GONE_AFTER, SEEN_EVERY, claim, context_of, release, settle
from generation.asking.authors import RunStopped
from generation.asking.journal import Journal
from generation.asking.llm import Endpoint
from generation.asking.trying import Desk
from generation.home import home
from training.answering.endpoints import EndpointModel
from training.answering.systems import Answer
from training.data.responses import Context

# How often it looks for what waits, in seconds: a person waits for the answer.
LOOK_EVERY: Final = 0.25
# How long 429s are borne for one reply, in seconds.
MAX_WAIT: Final = 60.0
LOG: Final = logging.getLogger(__name__)


class NoSystems(ValueError):
    """No system to ask, or too many to be meant."""


@dataclass
class Counts:
    """What came of the replies so far; `failed` has each with its reason."""

    answered: int
    failed: list[dict[str, str]]


class Answering:
    """Answers talks for `systems` (name -> model behind its endpoint) while used as a context manager.

    Raises `CorpusBusy` where another process answers already, since both would ask the same.
    """

    def __init__(self, systems: Mapping[str, EndpointModel], *, concurrency: int, now: Callable[[], datetime]) -> None:
        self.systems, self.concurrency, self.now = dict(systems), concurrency, now
        self.counts = Counts(0, [])
        self._under_way: dict[Future[Answer], TalkReply] = {}

    def __enter__(self) -> Self:
        self._journal = Journal(home() / "talks", {"command": "answer_talks"})
        self._journal.__enter__()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="asking", daemon=True)
        self._thread.start()
        release()
        AnsweringProcess.objects.filter(seen_at__lte=self.now() - GONE_AFTER).delete()
        self._process = AnsweringProcess.objects.create(systems=list(self.systems), seen_at=self.now())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for future in self._under_way:
            future.cancel()
        asyncio.run_coroutine_threadsafe(_cancel_the_others(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._journal.__exit__(kind, error, trace)
        # What was being asked waits for the next process; the systems stay known to the pages.
        release()
        AnsweringProcess.objects.filter(pk=self._process.pk).update(seen_at=self.now() - GONE_AFTER)

    def until(self, stop: threading.Event) -> None:
        """Answer until `stop` is set."""
        seen = time.monotonic()
        while not stop.is_set():
            self.look()
            if time.monotonic() - seen > SEEN_EVERY.total_seconds():
                AnsweringProcess.objects.filter(pk=self._process.pk).update(seen_at=self.now())
                seen = time.monotonic()
            stop.wait(LOOK_EVERY)

    def once(self) -> None:
        """Answer what waits now, and what comes meanwhile."""
        self.look()
        while self._under_way:
            time.sleep(LOOK_EVERY / 5)
            self.look()

    def look(self) -> None:
        """Put down what was answered, and ask for what waits."""
        for future in [each for each in self._under_way if each.done()]:
            self._put_down(self._under_way.pop(future), _result(future))
        for reply in claim(systems=list(self.systems), most=self.concurrency - len(self._under_way)):
            model = self.systems[reply.turn.talk.systems[reply.side]]
            asking = self._ask(model, context_of(reply), sample=reply.pk, round_=reply.round)
            self._under_way[asyncio.run_coroutine_threadsafe(asking, self._loop)] = reply

    def _put_down(self, reply: TalkReply, answer: Answer) -> None:
        if not settle(reply, text=answer.text, reason=answer.reason, now=self.now()):
            return
        if answer.text:
            self.counts.answered += 1
        else:
            talk = reply.turn.talk
            self.counts.failed.append(
                {"talk": str(talk.pk), "system": talk.systems[reply.side], "reason": answer.reason}
            )

    def _ask(self, model: EndpointModel, context: Context, *, sample: int, round_: int) -> Coroutine[Any, Any, Answer]:
        async def ask() -> Answer:
            # A desk for each reply: what stops one, such as a name that the endpoint does not know, stops no other.
            endpoint = Endpoint(base_url=model.base_url, connections=1, key_needed=False)
            async with (
                endpoint,
                Desk(endpoint=endpoint, journal=self._journal, now=self.now, concurrency=1, max_wait=MAX_WAIT) as desk,
            ):
                return await model.next_turn(context, context.traits, desk, sample=sample, round_=round_)

        return ask()


def _result(future: Future[Answer]) -> Answer:
    """What came of asking; whatever goes wrong is that reply's alone."""
    try:
        return future.result()
    except RunStopped as stopped:
        return Answer(0, None, str(stopped))
    except Exception as error:
        LOG.exception("a reply could not be asked for")
        return Answer(0, None, f"{type(error).__name__}: {error}")


async def _cancel_the_others() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def models_at(base_url: str | None, *, most: int) -> list[str]:
    """The models that an endpoint says it has; raises `NoSystems` where there are none, or more than `most`."""

    async def listed() -> list[str]:
        async with Endpoint(base_url=base_url, connections=1) as endpoint:
            return [each.id async for each in endpoint.client.models.list()]

    try:
        found = asyncio.run(listed())
    except (NoSystems, ValueError):
        raise
    except Exception as error:  # the SDK's and aiohttp's errors have no common base
        raise NoSystems(
            f"{base_url or 'the endpoint'} does not list its models ({error}): name them with --model"
        ) from error
    if not 1 <= len(found) <= most:
        raise NoSystems(f"{base_url or 'the endpoint'} has {len(found)} models: name those that are meant with --model")
    return found
