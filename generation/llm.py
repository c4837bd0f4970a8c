"""One HTTP request to an OpenAI-compatible endpoint, and what came of it. The only module that imports `openai`.

The SDK's own retries are off: it counts a 429 as a try, and loses rows under a rate limit. Retrying is `asking`'s.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from generation.authors import RunStopped
from generation.parsing import Answer

# A whole dialogue can take a minute on a busy endpoint.
TIMEOUT: Final = 180.0
# What endpoints say when there is no more money; waiting does not help.
NO_CREDIT: Final = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "account_deactivated")


class NoKey(ValueError):
    """The endpoint needs a key, and the environment has none."""


class NoClient(ValueError):
    """The `openai` package is not installed."""


class NoCredit(RunStopped):
    """The account has no credit left."""


class NoAccess(RunStopped):
    """The endpoint refuses the key, or has no such model: true of every request alike."""


class Busy(Exception):
    """429: the endpoint asks to wait, for `seconds` where it says how long."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__("429")
        self.seconds = seconds


class Trouble(Exception):
    """A request that may succeed when made again. `kind` is server, timeout or network."""

    def __init__(self, kind: str, reason: str, request_id: str | None = None) -> None:
        super().__init__(reason)
        self.kind, self.reason, self.request_id = kind, reason, request_id


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
    """An answer and what it took: the model that answered, token counts, the endpoint's request id."""

    answer: Answer
    model: str
    usage: Mapping[str, int]
    request_id: str | None


class Endpoint:
    """The connection to one endpoint and model, open while used as an async context manager.

    `base_url` defaults to OPENAI_BASE_URL, then to OpenAI's own; the key is OPENAI_API_KEY, which an endpoint of one's
    own usually does not need.
    """

    def __init__(self, *, base_url: str | None, connections: int, timeout: float = TIMEOUT) -> None:
        self.base_url = base_url or os.environ.get("OPENAI_BASE_URL") or None
        self.key = os.environ.get("OPENAI_API_KEY", "")
        if not self.key and self.base_url is None:
            raise NoKey(
                "OPENAI_API_KEY is not set, and no OPENAI_BASE_URL (or --base-url) names an endpoint of your own"
            )
        try:
            import openai
        except ImportError as error:
            raise NoClient("an LLM author needs the openai package: pip install 'parley[llm]'") from error
        self._openai = openai
        self._connections, self._timeout = connections, timeout

    async def __aenter__(self) -> Self:
        # One connection for each request in flight; a smaller pool, once full, slows everything to a crawl.
        limits = type(self._openai.DEFAULT_CONNECTION_LIMITS)(
            max_connections=self._connections, max_keepalive_connections=self._connections
        )
        self._client = self._openai.AsyncOpenAI(
            api_key=self.key or "none",
            base_url=self.base_url,
            max_retries=0,
            timeout=self._timeout,
            http_client=self._openai.DefaultAioHttpClient(limits=limits),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    async def ask(self, request: Mapping[str, Any]) -> Reply:
        """Make one request; raises `Busy`, `Trouble`, `Rejected`, or a `RunStopped`."""
        openai = self._openai
        try:
            completion = await self._client.chat.completions.create(**request)
        except openai.RateLimitError as error:
            if error.code in NO_CREDIT or error.type in NO_CREDIT:
                raise NoCredit(f"no credit left: {_message(error)}") from error
            raise Busy(_seconds(error.response.headers.get("retry-after"))) from error
        except (openai.AuthenticationError, openai.PermissionDeniedError, openai.NotFoundError) as error:
            raise NoAccess(f"the endpoint answered {error.status_code}: {_message(error)}") from error
        except openai.APIConnectionError as error:
            cause = error.__cause__
            # The aiohttp transport calls every connection that fails or breaks a ConnectTimeout.
            if isinstance(error, openai.APITimeoutError) and type(cause).__name__ != "ConnectTimeout":
                raise Trouble("timeout", f"no answer within {self._timeout:g} seconds") from error
            raise Trouble("network", str(cause or error.message)) from error
        except openai.APIStatusError as error:
            if error.status_code >= 500 or error.status_code in (408, 409):
                raise Trouble("server", f"{error.status_code}: {_message(error)}", error.request_id) from error
            raise Rejected(f"{error.status_code}: {_message(error)}", error.request_id) from error
        except (openai.APIError, ValueError) as error:
            raise Trouble("server", f"what came is no chat completion: {error}") from error
        return _reply(completion)


def _reply(completion: Any) -> Reply:
    try:
        choice = completion.choices[0]
        refusal = choice.message.refusal
        answer = Answer(
            text=_whole(choice.message.content or ""),
            finish_reason=choice.finish_reason or "stop",
            refusal=None if refusal is None else _whole(refusal),
        )
    except (AttributeError, IndexError, TypeError) as error:
        raise Trouble("server", "what came is no chat completion") from error
    usage = completion.usage
    details = getattr(usage, "prompt_tokens_details", None)
    return Reply(
        answer=answer,
        model=str(completion.model),
        usage={
            "prompt_tokens": getattr(usage, "prompt_tokens", 0) or 0,
            "completion_tokens": getattr(usage, "completion_tokens", 0) or 0,
            "cached_tokens": getattr(details, "cached_tokens", 0) or 0,
        },
        request_id=getattr(completion, "_request_id", None),
    )


def _message(error: Any) -> str:
    """What the endpoint says, without the SDK's frame around it."""
    body = error.body
    said = body.get("message") if isinstance(body, dict) else None
    return _whole(str(said or error.message))


def _whole(text: str) -> str:
    """`text` with a mark for each half of a character: JSON can spell those, and no file in UTF-8 can hold them."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _seconds(header: str | None) -> float | None:
    """Retry-After in seconds; None where the header is absent or a date (rare, and its clock may differ)."""
    try:
        return max(0.0, float(header)) if header is not None else None
    except ValueError:
        return None
