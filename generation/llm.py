"""One HTTP request to an OpenAI-compatible endpoint, and what came of it. The only module that imports `openai`.

Chat completions go over a bare aiohttp session: the SDK costs seven times the CPU and counts a 429 as a try, so that it
loses rows under a rate limit (docs/decisions/0011). The SDK serves what is asked for rarely: files and batches.
Retrying is `asking`'s.
"""

import asyncio
import json
import os
import time
import urllib.request
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from generation.authors import RunStopped
from generation.limits import Limit, limits_in
from generation.parsing import Answer

OPENAI_URL: Final = "https://api.openai.com/v1"
# A whole dialogue can take a minute on a busy endpoint; a connection that is not there by then never will be.
TIMEOUT: Final = 180.0
CONNECT_TIMEOUT: Final = 20.0
# Once so many answers have come, none is waited for longer than so many times the slowest of them, or than so long: an
# answer is worth a wait, a connection that hangs is not. Not where it would give up more than one in twenty.
ANSWERS_KNOWN: Final = 50
TIMES_SLOWEST: Final = 3.0
LEAST_WAIT: Final = 5.0
WATCH_EVERY: Final = 0.5
SELDOM: Final = 0.05
# Servers close connections that nobody uses, many after five seconds; one that is just being closed breaks a request.
KEEP_ALIVE: Final = 4.0
# What endpoints say when there is no more money; waiting does not help.
NO_CREDIT: Final = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "account_deactivated")
# What a parameter that was refused is left out with.
LEFT_OUT_WITH: Final = {"temperature": "--temperature default"}
REFUSING: Final = ("unsupported", "not support", "unrecognized", "unknown", "not permitted", "not allowed")
NO_KEY: Final = "OPENAI_API_KEY is not set, and no OPENAI_BASE_URL (or --base-url) names an endpoint of your own"
NO_CLIENT: Final = "an LLM author needs the openai package: pip install 'parley[llm]'"
# How much is shown of what is no JSON.
SHOWN: Final = 200


class NoKey(ValueError):
    """The endpoint needs a key, and the environment has none."""


class NoClient(ValueError):
    """The packages that talk to an endpoint are not installed."""


class BadAddress(ValueError):
    """The address of an endpoint is none."""


class NoCredit(RunStopped):
    """The account has no credit left."""


class NoAccess(RunStopped):
    """The endpoint refuses the key, or has no such model: true of every request alike."""


class ParameterRefused(RunStopped):
    """The endpoint does not take a parameter that every request has."""


class Busy(Exception):
    """429: the endpoint asks to wait, for `seconds` where it says how long."""

    def __init__(self, seconds: float | None, limits: tuple[Limit, ...] = ()) -> None:
        super().__init__("429")
        self.seconds, self.limits = seconds, limits


class Trouble(Exception):
    """A request that may succeed when made again. `kind` is server, timeout or network.

    `seconds` is how long the endpoint asks to wait before, where it does.
    """

    def __init__(self, kind: str, reason: str, request_id: str | None = None, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.kind, self.reason, self.request_id, self.seconds = kind, reason, request_id, seconds


class Rejected(Exception):
    """A request that the endpoint will never take, such as one that is too long for the model."""

    def __init__(self, reason: str, request_id: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.request_id = reason, request_id

    @property
    def of_structure(self) -> bool:
        """Whether it is structured output that the endpoint does not take."""
        return any(word in self.reason for word in ("response_format", "json_schema", "structured", "guided"))


@dataclass(frozen=True)
class Reply:
    """An answer and what it took: the model that answered, token counts, the endpoint's request id and fingerprint."""

    answer: Answer
    model: str
    usage: Mapping[str, int]
    request_id: str | None
    fingerprint: str | None = None
    limits: tuple[Limit, ...] = ()


class Endpoint:
    """The connection to one endpoint, open while used as an async context manager.

    `base_url` defaults to OPENAI_BASE_URL, then to OpenAI's own; the key is OPENAI_API_KEY, which an endpoint of one's
    own usually does not need. A missing one is an error at once, or, where it is not `key_needed`, when something is
    asked: a run whose answers are all in the journal needs none. `timeout` is the longest wait for an answer; once it
    is known how long answers take, what hangs is given up sooner.
    """

    def __init__(
        self, *, base_url: str | None, connections: int, timeout: float = TIMEOUT, key_needed: bool = True
    ) -> None:
        self.base_url = base_url or os.environ.get("OPENAI_BASE_URL") or None
        self.key = os.environ.get("OPENAI_API_KEY", "")
        if key_needed and self._lacks_key:
            raise NoKey(NO_KEY)
        self._url = f"{(self.base_url or OPENAI_URL).rstrip('/')}/chat/completions"
        if urlsplit(self._url).scheme not in ("http", "https") or not urlsplit(self._url).hostname:
            raise BadAddress(f"expected an address such as http://127.0.0.1:8000/v1, got {self.base_url!r}")
        try:
            import aiohttp
        except ImportError as error:
            raise NoClient(NO_CLIENT) from error
        self._aiohttp = aiohttp
        self._connections, self._timeout = connections, timeout
        self._client: Any = None
        self._answers, self._given_up, self._slowest = 0, 0, 0.0
        # The requests under way, the oldest first, with when they began.
        self._waiting: dict[asyncio.Timeout, float] = {}

    @property
    def _lacks_key(self) -> bool:
        return not self.key and self.base_url is None

    async def __aenter__(self) -> Self:
        aiohttp = self._aiohttp
        self._session = aiohttp.ClientSession(
            # One connection for each request in flight; a smaller pool, once full, slows everything to a crawl.
            connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=KEEP_ALIVE),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT),
            headers=self._headers(),
            proxy=_proxy(self._url),
        )
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watching.cancel()
        await self._session.close()
        if self._client is not None:
            await self._client.close()

    @property
    def client(self) -> Any:
        """An `openai.AsyncOpenAI`, closed with the endpoint, for what is no chat completion: files and batches."""
        if self._client is None:
            try:
                import openai
            except ImportError as error:
                raise NoClient(NO_CLIENT) from error
            self._client = openai.AsyncOpenAI(
                api_key=self.key or "none",
                base_url=self.base_url,
                timeout=self._timeout,
                http_client=openai.DefaultAioHttpClient(),
            )
        return self._client

    @property
    def longest_wait(self) -> float:
        """Seconds after which a request is given up."""
        if self._answers < ANSWERS_KNOWN or self._given_up > SELDOM * self._answers:
            return self._timeout
        return min(self._timeout, max(LEAST_WAIT, TIMES_SLOWEST * self._slowest))

    async def ask(self, request: Mapping[str, Any]) -> Reply:
        """Make one request; raises `Busy`, `Trouble`, `Rejected`, or a `RunStopped`."""
        if self._lacks_key:
            raise NoAccess(NO_KEY)
        aiohttp, started = self._aiohttp, time.monotonic()
        try:
            async with (
                self._patience(started),
                self._session.post(self._url, data=json.dumps(request).encode()) as response,
            ):
                status, headers, body = response.status, response.headers, await response.read()
        except aiohttp.ConnectionTimeoutError as error:
            raise Trouble("network", f"no connection within {CONNECT_TIMEOUT:g} seconds") from error
        except TimeoutError as error:
            longest = self.longest_wait
            self._given_up += 1
            raise Trouble("timeout", f"no answer within {longest:g} seconds") from error
        except (aiohttp.ClientError, OSError) as error:
            raise Trouble("network", str(error) or type(error).__name__) from error
        if status == 200:
            self._answers += 1
            self._slowest = max(self._slowest, time.monotonic() - started)
            return reply_of(body, headers)
        raise what_was_said(status, body, headers, request)

    @asynccontextmanager
    async def _patience(self, started: float) -> AsyncIterator[None]:
        """Give up after `longest_wait`, as it is by then."""
        async with asyncio.timeout(self._timeout) as patience:
            self._waiting[patience] = started
            try:
                yield
            finally:
                del self._waiting[patience]

    async def _watch(self) -> None:
        """Give up what has been waited for long enough."""
        while True:
            await asyncio.sleep(WATCH_EVERY)
            loop, longest, now = asyncio.get_running_loop(), self.longest_wait, time.monotonic()
            for patience, started in self._waiting.items():
                if now - started < longest:
                    break
                if not patience.expired():
                    patience.reschedule(loop.time())

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        headers["Authorization"] = f"Bearer {self.key or 'none'}"
        for name, variable in (("OpenAI-Organization", "OPENAI_ORG_ID"), ("OpenAI-Project", "OPENAI_PROJECT_ID")):
            if value := os.environ.get(variable):
                headers[name] = value
        return headers


def reply_of(body: bytes, headers: Mapping[str, str]) -> Reply:
    """A chat completion taken apart, or `Trouble`."""
    request_id = headers.get("x-request-id")
    try:
        completion = json.loads(body)
        choice = completion["choices"][0]
        message = choice["message"]
        text, refusal = message.get("content") or "", message.get("refusal")
        answer = Answer(
            text=_whole(text),
            finish_reason=str(choice.get("finish_reason") or "stop"),
            refusal=None if refusal is None else _whole(refusal),
        )
        usage = completion.get("usage") or {}
        details = usage.get("prompt_tokens_details") or {}
        counts = {
            "prompt_tokens": int(usage.get("prompt_tokens") or 0),
            "completion_tokens": int(usage.get("completion_tokens") or 0),
            "cached_tokens": int(details.get("cached_tokens") or 0),
        }
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise Trouble("server", "what came is no chat completion", request_id) from error
    return Reply(
        answer=answer,
        model=str(completion.get("model")),
        usage=counts,
        request_id=request_id,
        fingerprint=completion.get("system_fingerprint"),
        limits=limits_in(headers),
    )


def what_was_said(status: int, body: bytes, headers: Mapping[str, str], request: Mapping[str, Any]) -> Exception:
    """The error that an answer other than 200 stands for."""
    said = _said(body)
    message = f"{status}: {said.message}"
    request_id = headers.get("x-request-id")
    if status == 402 or (status == 429 and any(code in NO_CREDIT for code in said.codes)):
        return NoCredit(f"no credit left: {said.message}")
    if status == 429:
        return Busy(_seconds(headers), limits_in(headers))
    if status in (401, 403, 404):
        return NoAccess(f"the endpoint answered {message}")
    if status >= 500 or status in (408, 409, 425):
        return Trouble("server", message, request_id, _seconds(headers))
    parameter = _refused_parameter(said, request)
    if parameter:
        how = f"; leave it out with {LEFT_OUT_WITH[parameter]}" if parameter in LEFT_OUT_WITH else ""
        return ParameterRefused(f"the endpoint does not take {parameter} ({message}){how}")
    return Rejected(message, request_id)


@dataclass(frozen=True)
class _Said:
    """What an error says: its message, what kinds it calls itself, the parameter that it is about."""

    message: str
    codes: tuple[str, ...] = ()
    parameter: str | None = None


def _said(body: bytes) -> _Said:
    try:
        data = json.loads(body)
    except ValueError:
        return _Said(body.decode("utf-8", "replace").strip()[:SHOWN] or "no reason given")
    # OpenAI puts its error into an object of that name, vLLM and others say it on the first level.
    error = data.get("error", data) if isinstance(data, dict) else data
    if not isinstance(error, dict):
        return _Said(_whole(str(error))[:SHOWN])
    message = error.get("message") or error.get("detail") or json.dumps(error)
    codes = tuple(str(error[key]) for key in ("code", "type") if error.get(key))
    return _Said(_whole(str(message)), codes, error.get("param"))


def _refused_parameter(said: _Said, request: Mapping[str, Any]) -> str | None:
    """The parameter of every request that is not taken, if that is it; structured output has a way of its own."""
    told = said.message.lower()
    if not any(word in told or word in " ".join(said.codes) for word in REFUSING):
        return None
    for name in request:
        if name in ("model", "messages", "response_format"):
            continue
        if said.parameter == name or name in told:
            return name
    return None


def _whole(text: str) -> str:
    """`text` with a mark for each half of a character: JSON can spell those, and no file in UTF-8 can hold them."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _seconds(headers: Mapping[str, str]) -> float | None:
    """How long to wait, from Retry-After in seconds or as a date; None where neither is to be read.

    A date is counted from the server's own, since its clock may differ from ours.
    """
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        header = headers.get("retry-after", "")
        if header and not header[0].isalpha():
            return max(0.0, float(header))
        until, date = parsedate_to_datetime(header), parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (until - date).total_seconds())
    except (TypeError, ValueError, IndexError):
        return None


def _proxy(url: str) -> str | None:
    """The proxy that the environment names for this address."""
    parts = urlsplit(url)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    return urllib.request.getproxies().get(parts.scheme)
