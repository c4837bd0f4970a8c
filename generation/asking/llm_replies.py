"""What an endpoint answers, taken apart: a reply, or the error that it stands for, as servers of all kinds say them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final

from generation.asking.authors import RunStopped
from generation.asking.limits import Limit, limits_in
from generation.telling.parsing import Answer

# What endpoints say when there is no more money; waiting does not help.
NO_CREDIT: Final = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "account_deactivated")
# What a parameter that was refused is left out with.
LEFT_OUT_WITH: Final = {"temperature": "--temperature default"}
REFUSING: Final = ("unsupported", "not support", "unrecognized", "unknown", "not permitted", "not allowed")
# How much is shown of what is no JSON.
SHOWN: Final = 200


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
