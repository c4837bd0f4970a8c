"""What answers and errors of all kinds of servers are taken for."""

import json
import re
from typing import Any

import pytest

from generation.asking.llm_replies import (
    Busy,
    NoAccess,
    NoCredit,
    ParameterRefused,
    Rejected,
    Trouble,
    reply_of,
    what_was_said,
)

REQUEST: dict[str, Any] = {"model": "mock", "messages": [{"role": "user", "content": "hi"}], "temperature": 0.0}


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (400, {"object": "error", "message": "too long", "type": "BadRequestError"}, Rejected, "400: too long"),
        (422, {"detail": [{"loc": ["body"], "msg": "field required"}]}, Rejected, "422: .*field required"),
        (402, {"error": {"message": "Insufficient Balance"}}, NoCredit, "no credit left: Insufficient Balance"),
        (403, {"error": "forbidden"}, NoAccess, "the endpoint answered 403: forbidden"),
        (503, "the model is loading", Trouble, "503: the model is loading"),
        (502, "", Trouble, "502: no reason given"),
    ],
)
def test_errors_are_understood_as_servers_of_all_kinds_say_them(status, body, kind, said):
    error = what_was_said(status, (body if isinstance(body, str) else json.dumps(body)).encode(), {}, REQUEST)

    assert isinstance(error, kind)
    assert re.search(said, str(error))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT"}, None),
        ({"retry-after": "1", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": "-3"}, 0.0),
    ],
)
def test_how_long_to_wait_is_read_in_every_form(headers, seconds):
    error = what_was_said(429, b"{}", headers, REQUEST)

    assert isinstance(error, Busy)
    assert error.seconds == seconds


def test_an_overloaded_server_may_ask_for_time_too():
    error = what_was_said(503, b"{}", {"retry-after": "7"}, REQUEST)

    assert isinstance(error, Trouble)
    assert error.seconds == 7.0


def test_an_answer_that_says_little_is_taken_as_it_is():
    body = {"choices": [{"message": {"content": None}}], "model": "tiny", "usage": None}

    reply = reply_of(json.dumps(body).encode(), {})

    assert (reply.answer.text, reply.answer.finish_reason, reply.answer.refusal) == ("", "stop", None)
    assert (reply.model, reply.request_id, reply.fingerprint, reply.limits) == ("tiny", None, None, ())
    assert reply.usage == {"prompt_tokens": 0, "completion_tokens": 0, "cached_tokens": 0}


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"choices": []}', b'{"choices": [{"message": 5}]}'])
def test_what_is_no_chat_completion_is_trouble_with_its_request_id(body):
    with pytest.raises(Trouble) as caught:
        reply_of(body, {"x-request-id": "req-9"})

    assert (caught.value.kind, caught.value.request_id) == ("server", "req-9")


@pytest.mark.parametrize(
    "error",
    [
        {"message": "Unsupported value: 'temperature'", "param": "temperature", "code": "unsupported_value"},
        {"message": "temperature is not supported by this model"},
        {"message": "Unrecognized request argument supplied: temperature"},
    ],
)
def test_a_refused_parameter_is_recognised_however_it_is_said(error):
    found = what_was_said(400, json.dumps({"error": error}).encode(), {}, REQUEST)

    assert isinstance(found, ParameterRefused)
    assert str(found).endswith("leave it out with --temperature default")


def test_a_request_that_is_too_long_is_no_refused_parameter():
    error = {"message": "This model's maximum context length is 8192 tokens", "param": "messages"}

    assert isinstance(what_was_said(400, json.dumps({"error": error}).encode(), {}, REQUEST), Rejected)
