"""A server that speaks the OpenAI protocol over real HTTP on 127.0.0.1, with a model that is the offline author.

It answers the prompts of `generation/prompts/` deterministically, counts what it was asked, and can be told to be slow,
busy, broken, or to answer badly. Troubles of transport are drawn per request and attempt, troubles of the answer per
request alone: asked the same again, a model that talks nonsense talks the same nonsense.

In a test it runs in a thread; `python -m tests.openai_server` is the same in a process of its own, which says its
address, is told its faults by `PUT /faults`, and its counts by `GET /counts`.
"""

import asyncio
import hashlib
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Any, Self

from tests.openai_answers import HOPELESS, completion, error, kind_of_answer
from tests.openai_http import Connection, Request, Response

__all__ = ["HOPELESS", "Faults", "OpenAIServer", "Request", "Response"]


@dataclass(frozen=True)
class Faults:
    """Shares of requests that meet each trouble; times in seconds."""

    # The median, and how widely they are spread (the sigma of a lognormal distribution; 0 makes all alike).
    latency: float = 0.0
    spread: float = 0.0
    busy: float = 0.0
    retry_after: str | None = "0.05"
    error: float = 0.0
    dropped: float = 0.0
    # Taken, and never answered.
    hanging: float = 0.0
    malformed: float = 0.0
    truncated: float = 0.0
    refused: float = 0.0
    # The first answer in a conversation is always malformed; asked again, the model does better.
    careless: bool = False
    no_structure: bool = False
    # Parameters that the model does not take.
    rejects: tuple[str, ...] = ()
    # What stands in every answer where its text should be.
    content: Any = None
    # Once so many answers are sold the account is empty.
    credit: int | None = None
    key: str | None = None
    # So many requests a minute; `burst` of them may come at once (None: a second's worth), more are turned away with a
    # 429 on the spot. `told` says so in the x-ratelimit headers of every answer.
    per_minute: float | None = None
    burst: float | None = None
    told: bool = False
    seed: int = 0


@dataclass
class Bucket:
    """What is left of a rate limit; it fills all the time."""

    per_second: float
    size: float
    left: float = field(init=False)
    at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.left = self.size

    def take(self) -> bool:
        """Whether there was one left."""
        now = time.monotonic()
        self.left = min(self.size, self.left + (now - self.at) * self.per_second)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True

    @property
    def headers(self) -> dict[str, str]:
        """As OpenAI says it."""
        return {
            "x-ratelimit-limit-requests": f"{self.per_second * 60:.0f}",
            "x-ratelimit-remaining-requests": f"{self.left:.0f}",
            "x-ratelimit-reset-requests": f"{(self.size - self.left) / self.per_second * 1000:.0f}ms",
        }


class OpenAIServer:
    """The server, running in a thread of its own while used as a context manager.

    What is no chat completion is for `also`: handlers of (request) that answer it, or None where it is not theirs.
    """

    def __init__(self, faults: Faults = Faults(), *, port: int = 0) -> None:  # frozen
        self.also: list[Callable[[Request], Response | None]] = []
        # Whether hopeless personas have stopped being so.
        self.mended = False
        self.port = port
        self.begin_with(faults)

    def begin_with(self, faults: Faults) -> None:
        """Have these faults, and count from nothing."""
        self.faults = faults
        # By the digest of the request: how often it was made, and how often an answer was sold.
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.last_request: dict[str, Any] = {}
        self.most_at_once = 0
        self.at_once = 0
        # How many came on a connection on which a 429 had been read that told to wait longer.
        self.impatient = 0
        # What each answer took, one after the other: the best schedule can be reckoned from it.
        self.latencies: list[float] = []
        self._bucket: Bucket | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._http = asyncio.run_coroutine_threadsafe(self.serve(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._close)
        self._thread.join()
        self._loop.close()

    def _close(self) -> None:
        self._http.close()
        for connection in list(Connection.open_on(self._loop)):
            connection.close()
        self._loop.call_soon(self._loop.stop)

    async def serve(self) -> asyncio.Server:
        """Begin to listen, in the loop that runs just now."""
        server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self._take), "127.0.0.1", self.port, backlog=4096
        )
        self.port = server.sockets[0].getsockname()[1]
        return server

    @property
    def base_url(self) -> str:
        """What OPENAI_BASE_URL should be."""
        return f"http://127.0.0.1:{self.port}/v1"

    def counts(self) -> dict[str, Any]:
        """What came of all requests so far."""
        return {
            "asked": self.asked.total(),
            "answered": self.answered.total(),
            "answered_twice": sum(count - 1 for count in self.answered.values()),
            "most_for_one": max(self.asked.values(), default=0),
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "most_at_once": self.most_at_once,
            "impatient": self.impatient,
            "latencies": self.latencies,
        }

    def _take(self, request: Request, send: Callable[[Response | None], None]) -> None:
        """Take a request and see to it that it is answered in its time; None drops the connection."""
        if request.path == "/v1/chat/completions" and request.method == "POST":
            self._take_question(request, send)
        elif request.path == "/faults" and request.method == "PUT":
            self.begin_with(Faults(**json.loads(request.body)))
            send(Response(200, {}))
        elif request.path == "/counts":
            send(Response(200, self.counts()))
        else:
            answers = (handler(request) for handler in self.also)
            found = next((answer for answer in answers if answer), None)
            send(found or Response(404, error(f"no {request.path} here", "not_found")))

    def _take_question(self, request: Request, send: Callable[[Response | None], None]) -> None:
        body = json.loads(request.body)
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        self.asked[digest] += 1
        attempt = self.asked[digest]
        self.last_request = body
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.impatient += time.monotonic() < request.wait_until - 0.01
        faults = self.faults
        if self._over_limit():
            return self._finish(Response(429, error("Rate limit reached", "rate_limit_exceeded")), send)
        latency = faults.latency
        if faults.spread:
            drawn = random.Random(f"latency {faults.seed} {digest} {attempt}")
            latency *= drawn.lognormvariate(0, faults.spread)
        if latency:
            later = asyncio.get_running_loop().call_later
            later(latency, self._answer, request, body, digest, attempt, send, latency)
        else:
            self._answer(request, body, digest, attempt, send)
        return None

    def _answer(
        self,
        request: Request,
        body: Mapping[str, Any],
        digest: str,
        attempt: int,
        send: Callable[[Response | None], None],
        latency: float = 0.0,
    ) -> None:
        faults = self.faults
        drawn = random.Random(f"transport {faults.seed} {digest} {attempt}").random()
        if faults.key is not None and request.headers.get("authorization") != f"Bearer {faults.key}":
            return self._finish(Response(401, error("Incorrect API key provided", "invalid_api_key")), send)
        if faults.credit is not None and self.answered.total() >= faults.credit:
            return self._finish(Response(429, error("You exceeded your current quota", "insufficient_quota")), send)
        for trouble in ("busy", "error", "dropped", "hanging"):
            drawn -= getattr(faults, trouble)
            if drawn < 0:
                return self._fail(trouble, send)
        status, answer = self.complete(body)
        if status == 200:
            self.answered[digest] += 1
            self.latencies.append(latency)
        return self._finish(Response(status, answer), send)

    def complete(self, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """The status and body that answer a request, whichever way it came; whether it is sold is for the caller."""
        faults = self.faults
        if body["model"] != "mock":
            return 404, error(f"The model {body['model']!r} does not exist", "model_not_found")
        if len(body.get("messages", [])) < 2:
            return 400, error("expected a system message and a user's", "invalid_request_error", param="messages")
        for name in faults.rejects:
            if name in body:
                message = f"Unsupported value: {name!r} does not support {body[name]} with this model."
                return 400, error(message, "unsupported_value", param=name)
        if "response_format" in body and faults.no_structure:
            return 400, error("response_format of type json_schema is not supported", "invalid_request_error")
        kind = "good" if self.mended else kind_of_answer(body, faults)
        if kind == "rejected":
            return 400, error("The prompt is too long", "context_length_exceeded")
        return 200, completion(body, kind, content=faults.content)

    def _fail(self, trouble: str, send: Callable[[Response | None], None]) -> None:
        if trouble == "busy":
            self._finish(Response(429, error("Rate limit reached", "rate_limit_exceeded")), send)
        elif trouble == "error":
            self._finish(Response(500, error("The server had an error", "server_error")), send)
        else:
            self.at_once -= 1
            if trouble == "dropped":
                send(None)

    def _finish(self, response: Response, send: Callable[[Response | None], None]) -> None:
        self.at_once -= 1
        self.statuses[response.status] += 1
        headers = {"x-request-id": f"req-{self.statuses.total()}"}
        if self._bucket and self.faults.told:
            headers |= self._bucket.headers
        if response.status == 429 and self.faults.retry_after is not None:
            headers["Retry-After"] = self.faults.retry_after
        send(Response(response.status, response.body, response.headers | headers))

    def _over_limit(self) -> bool:
        if self.faults.per_minute is None:
            return False
        if self._bucket is None:
            rate = self.faults.per_minute / 60
            self._bucket = Bucket(rate, rate if self.faults.burst is None else self.faults.burst)
        return not self._bucket.take()


async def _serve_for_ever(port: int) -> None:
    owner = OpenAIServer(port=port)
    server = await owner.serve()
    sys.stdout.write(f"{owner.base_url}\n")
    sys.stdout.flush()
    await server.serve_forever()


def faults_as_json(faults: Faults) -> dict[str, Any]:
    """As `PUT /faults` takes them."""
    return asdict(faults)


if __name__ == "__main__":
    asyncio.run(_serve_for_ever(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
