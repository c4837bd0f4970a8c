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
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from generation.asking.llm_replies import (
    Busy,
    NoAccess,
    NoCredit,
    ParameterRefused,
    Rejected,
    Reply,
    Trouble,
    reply_of,
    what_was_said,
)

__all__ = [
    "BadAddress",
    "Busy",
    "Endpoint",
    "NoAccess",
    "NoClient",
    "NoCredit",
    "NoKey",
    "ParameterRefused",
    "Rejected",
    "Reply",
    "Trouble",
]

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
NO_KEY: Final = "OPENAI_API_KEY is not set, and no OPENAI_BASE_URL (or --base-url) names an endpoint of your own"
NO_CLIENT: Final = "an LLM author needs the openai package: pip install 'parley[llm]'"


class NoKey(ValueError):
    """The endpoint needs a key, and the environment has none."""


class NoClient(ValueError):
    """The packages that talk to an endpoint are not installed."""


class BadAddress(ValueError):
    """The address of an endpoint is none."""


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


def _proxy(url: str) -> str | None:
    """The proxy that the environment names for this address."""
    parts = urlsplit(url)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    return urllib.request.getproxies().get(parts.scheme)
