"""One request over real HTTP, and what is made of each way in which it can end."""

import asyncio
import socket
import time
from typing import Any

import pytest

from generation.asking.llm import (
    ANSWERS_KNOWN,
    BadAddress,
    Busy,
    Endpoint,
    NoAccess,
    NoCredit,
    NoKey,
    ParameterRefused,
    Rejected,
    Reply,
    Trouble,
)
from generation.telling.prompting import to_label
from tests.builders import SKIER
from tests.openai_server import Faults, OpenAIServer

REQUEST: dict[str, Any] = {"model": "mock", "messages": to_label(SKIER)}


@pytest.fixture(autouse=True)
def own_environment(monkeypatch):
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")


def ask(base_url: str, request: dict[str, Any] = REQUEST, *, timeout: float = 10.0) -> Reply:
    async def once() -> Reply:
        async with Endpoint(base_url=base_url, connections=1, timeout=timeout) as endpoint:
            return await endpoint.ask(request)

    return asyncio.run(once())


def ending(faults: Faults, **changed: Any) -> Exception:
    with OpenAIServer(faults) as server, pytest.raises(Exception) as caught:
        ask(server.base_url, REQUEST | changed)
    return caught.value


def test_an_answer_comes_with_its_model_usage_and_request_id():
    with OpenAIServer() as server:
        reply = ask(server.base_url)

    assert reply.answer.text.startswith('{"openness"')
    assert (reply.answer.finish_reason, reply.answer.refusal) == ("stop", None)
    assert (reply.model, reply.request_id, reply.fingerprint) == ("mock-2026", "req-1", "fp_mock")
    # The server's tokens are words, half of the prompt's cached; what counts is that none is lost on the way.
    words = sum(len(message["content"].split()) for message in REQUEST["messages"])
    assert reply.usage == {
        "prompt_tokens": words,
        "completion_tokens": len(reply.answer.text.split()),
        "cached_tokens": words // 2,
    }


def test_half_a_character_does_not_get_in():
    with OpenAIServer(Faults(content="half \ud800, whole \U0001f600")) as server:
        reply = ask(server.base_url)

    assert reply.answer.text == "half \ufffd, whole \U0001f600"


@pytest.mark.parametrize("content", [[{"type": "text", "text": "hi"}], 5])
def test_an_answer_that_is_no_text_is_trouble(content):
    error = ending(Faults(content=content))

    assert isinstance(error, Trouble)
    assert (error.kind, str(error)) == ("server", "what came is no chat completion")


def test_without_key_and_address_nothing_is_begun(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")

    with pytest.raises(NoKey, match="OPENAI_API_KEY is not set"):
        Endpoint(base_url=None, connections=1)


def test_an_endpoint_of_ones_own_needs_no_key(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")

    with OpenAIServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        assert Endpoint(base_url=None, connections=1).base_url == server.base_url
        assert ask(server.base_url).model == "mock-2026"


@pytest.mark.parametrize(("header", "seconds"), [("0.25", 0.25), ("7", 7.0), (None, None), ("Wed, 21 Oct 2026", None)])
def test_too_many_requests_is_busy_for_as_long_as_it_says(header, seconds):
    error = ending(Faults(busy=1.0, retry_after=header))

    assert isinstance(error, Busy)
    assert error.seconds == seconds


def test_an_empty_account_is_no_ordinary_429():
    error = ending(Faults(credit=0))

    assert isinstance(error, NoCredit)
    assert str(error) == "no credit left: You exceeded your current quota"


def test_a_wrong_key_is_no_access():
    error = ending(Faults(key="sk-other"))

    assert isinstance(error, NoAccess)
    assert str(error) == "the endpoint answered 401: Incorrect API key provided"


def test_an_unknown_model_is_no_access():
    error = ending(Faults(), model="gpt-unheard-of")

    assert isinstance(error, NoAccess)
    assert "404: The model 'gpt-unheard-of' does not exist" in str(error)


def test_a_server_error_is_trouble_with_the_request_id():
    error = ending(Faults(error=1.0))

    assert isinstance(error, Trouble)
    assert (error.kind, error.reason, error.request_id) == ("server", "500: The server had an error", "req-1")


def test_a_dropped_connection_is_trouble():
    error = ending(Faults(dropped=1.0))

    assert isinstance(error, Trouble)
    assert error.kind == "network"


def test_nobody_listening_is_trouble():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(Trouble) as caught:
        ask(f"http://127.0.0.1:{port}/v1")

    assert caught.value.kind == "network"


def test_an_answer_that_takes_too_long_is_trouble():
    with OpenAIServer(Faults(latency=0.5)) as server, pytest.raises(Trouble) as caught:
        ask(server.base_url, timeout=0.1)

    assert (caught.value.kind, caught.value.reason) == ("timeout", "no answer within 0.1 seconds")


def test_a_request_that_can_never_succeed_is_rejected():
    error = ending(Faults(), messages=to_label(("i am forbidden.",)))

    assert isinstance(error, Rejected)
    assert not error.of_structure
    assert error.reason == "400: The prompt is too long"


def test_an_endpoint_without_structured_output_is_recognised():
    error = ending(Faults(no_structure=True), response_format={"type": "json_object"})

    assert isinstance(error, Rejected)
    assert error.of_structure


@pytest.mark.parametrize("address", ["localhost:8000/v1", "ftp://somewhere/v1", "http:///v1"])
def test_what_is_no_address_is_refused_before_anything_is_begun(address):
    with pytest.raises(BadAddress, match="expected an address such as http://"):
        Endpoint(base_url=address, connections=1)


def test_a_key_that_is_not_needed_yet_is_missed_when_something_is_asked(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")

    async def once() -> None:
        async with Endpoint(base_url=None, connections=1, key_needed=False) as endpoint:
            await endpoint.ask(REQUEST)

    with pytest.raises(NoAccess, match="OPENAI_API_KEY is not set"):
        asyncio.run(once())


def test_the_limits_come_with_the_answer_and_with_a_429():
    with OpenAIServer(Faults(per_minute=60, burst=1, told=True, retry_after="1")) as server:
        reply = ask(server.base_url)
        with pytest.raises(Busy) as caught:
            ask(server.base_url)

    assert [(limit.kind, limit.limit) for limit in reply.limits] == [("requests", 60)]
    assert [limit.kind for limit in caught.value.limits] == ["requests"]


def test_a_parameter_that_is_not_taken_ends_the_run_with_a_hint():
    error = ending(Faults(rejects=("temperature",)), temperature=0.0)

    assert isinstance(error, ParameterRefused)
    assert str(error) == (
        "the endpoint does not take temperature (400: Unsupported value: 'temperature' does not support 0.0 with this "
        "model.); leave it out with --temperature default"
    )


def test_what_hangs_is_given_up_once_it_is_known_how_long_answers_take(monkeypatch):
    monkeypatch.setattr("generation.asking.llm.LEAST_WAIT", 0.2)
    monkeypatch.setattr("generation.asking.llm.WATCH_EVERY", 0.05)

    async def hang(server: OpenAIServer) -> str:
        async with Endpoint(base_url=server.base_url, connections=4) as endpoint:
            for number in range(ANSWERS_KNOWN):
                await endpoint.ask(REQUEST | {"seed": number})
            server.faults = Faults(hanging=1.0)
            with pytest.raises(Trouble) as caught:
                await endpoint.ask(REQUEST)
            return caught.value.kind

    with OpenAIServer(Faults(content="hi")) as server:
        started = time.monotonic()
        kind = asyncio.run(hang(server))

    assert kind == "timeout"
    assert time.monotonic() - started < 5
