"""A line of a batch's results, read as the answer that one request alone would have got."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from generation.asking.authors import RunStopped
from generation.asking.llm_replies import Busy, Rejected, Reply, Trouble, reply_of, what_was_said

EXPIRED: Final = "batch_expired"

Outcome = Reply | Rejected | Trouble | RunStopped


@dataclass(frozen=True)
class Result:
    """What came of the line of that name: an answer, or the error that stands for it."""

    name: str
    outcome: Outcome


def read_result(row: bytes) -> Result | None:
    """The result in a line of an output or error file; None where the line is none."""
    try:
        data = json.loads(row)
        name, response, error = data["custom_id"], data.get("response") or {}, data.get("error") or {}
        return Result(str(name), _outcome(response, error))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _outcome(response: Mapping[str, Any], error: Mapping[str, Any]) -> Outcome:
    if error.get("code") == EXPIRED:
        return Trouble("expired", str(error.get("message") or "the batch expired"))
    request_id, status = response.get("request_id"), int(response.get("status_code") or 500)
    headers = {"x-request-id": str(request_id)} if request_id else {}
    body = json.dumps(response.get("body") or {"error": dict(error)}).encode()
    if status == 200:
        try:
            return reply_of(body, headers)
        except Trouble as trouble:
            return trouble
    said = what_was_said(status, body, headers, {})
    if isinstance(said, Busy):
        return Trouble("server", "429: too many requests", request_id)
    assert isinstance(said, Rejected | Trouble | RunStopped)
    return said
