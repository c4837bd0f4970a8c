"""Patience with an endpoint: over real HTTP, with waits shortened so that the tests take no time."""

import asyncio
import resource
import signal
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from generation.asking.authors import AuthorFailed, RunStopped
from generation.asking.journal import Journal, JournalFull, usage
from generation.asking.llm import Endpoint, NoCredit, ParameterRefused
from generation.asking.trying import (
    TRIES,
    TRIES_BEFORE_ANY_ANSWER,
    Asked,
    Desk,
    EndpointDown,
    StillBusy,
    StructureRefused,
)
from generation.corpus.manifest import digest_of
from generation.telling.prompting import to_label
from tests.cast import NOW
from tests.generation.builders import a_persona
from tests.openai_server import Faults, OpenAIServer


def request(number: int = 0, **changed: Any) -> dict[str, Any]:
    return {"model": "mock", "messages": to_label(a_persona(number))} | changed


def ask_all(
    folder: Path,
    base_url: str,
    requests: list[dict[str, Any]],
    *,
    round_: int = 0,
    max_wait: float = 900.0,
    concurrency: int | None = None,
) -> list[Asked | BaseException]:
    """What came of each request, all asked at once at one desk."""

    async def together() -> list[Asked | BaseException]:
        with Journal(folder, {}) as journal:
            async with (
                Endpoint(base_url=base_url, connections=len(requests)) as endpoint,
                Desk(
                    endpoint=endpoint,
                    journal=journal,
                    now=lambda: NOW,
                    concurrency=concurrency,
                    pause=0.01,
                    max_wait=max_wait,
                ) as desk,
            ):
                asked = (desk.ask(each, what="label", sample=0, round_=round_) for each in requests)
                return await asyncio.gather(*asked, return_exceptions=True)

    return asyncio.run(together())


def test_an_answer_is_bought_once_and_known_ever_after(tmp_path):
    with OpenAIServer() as server:
        first = ask_all(tmp_path, server.base_url, [request()])
        again = ask_all(tmp_path, server.base_url, [request()])

    assert [each.bought for each in first] == [True]
    assert [(each.answer, each.bought) for each in again] == [(first[0].answer, False)]
    assert server.asked.total() == 1


def test_what_the_journal_has_needs_no_network(tmp_path):
    with OpenAIServer() as server:
        ask_all(tmp_path, server.base_url, [request()])

    again = ask_all(tmp_path, server.base_url, [request()])

    assert [each.bought for each in again] == [False]


def test_the_journal_line_says_what_was_asked_and_what_it_took(tmp_path):
    with OpenAIServer() as server:
        ask_all(tmp_path, server.base_url, [request()])

    with Journal(tmp_path, {}, writing=False) as journal:
        (record,) = journal.records()
    assert (record["request"], record["sample"], record["round"]) == (digest_of(request()), 0, 0)
    assert (record["what"], record["model"], record["tries"]) == ("label", "mock-2026", 1)
    assert (record["at"], record["request_id"]) == ("2026-11-24T09:00:00+00:00", "req-1")
    assert record["answer"]["text"].startswith('{"openness"')


def test_a_429_makes_everybody_wait_as_long_as_it_says_and_uses_up_no_try(tmp_path):
    started = time.monotonic()
    with OpenAIServer(Faults(busy=0.5, retry_after="0.3")) as server:
        asked = ask_all(tmp_path, server.base_url, [request(number) for number in range(8)])
    elapsed = time.monotonic() - started

    assert all(isinstance(each, Asked) for each in asked)
    assert server.statuses[429] > 0
    assert elapsed >= 0.3
    with Journal(tmp_path, {}, writing=False) as journal:
        assert [record["tries"] for record in journal.records()] == [1] * 8


def test_server_errors_and_dropped_connections_are_asked_again(tmp_path):
    with OpenAIServer(Faults(error=0.2, dropped=0.2)) as server:
        asked = ask_all(tmp_path, server.base_url, [request(number) for number in range(20)])

    assert all(isinstance(each, Asked) for each in asked)
    assert server.asked.total() > 20
    assert set(server.answered.values()) == {1}


def test_a_request_that_never_gets_through_fails_alone_and_is_known_as_failed(tmp_path):
    with OpenAIServer() as server:
        ask_all(tmp_path, server.base_url, [request(1)])
        server.faults = Faults(error=1.0)
        failed = ask_all(tmp_path, server.base_url, [request(2), request(1)])
        asked_before = server.asked.total()
        known = ask_all(tmp_path, server.base_url, [request(2)])
        asked_after = server.asked.total()
        server.faults = Faults()
        retried = ask_all(tmp_path, server.base_url, [request(2)], round_=1)

    assert isinstance(failed[0], AuthorFailed)
    assert (failed[0].kind, failed[0].tries, failed[0].just_now) == ("server", TRIES, True)
    assert failed[0].request_id is not None
    assert isinstance(known[0], AuthorFailed)
    assert not known[0].just_now
    assert asked_before == asked_after == 1 + TRIES
    assert isinstance(retried[0], Asked)


def test_a_hopeless_request_is_made_once(tmp_path):
    hopeless = {"model": "mock", "messages": to_label(("i am forbidden.",))}
    with OpenAIServer() as server:
        first = ask_all(tmp_path, server.base_url, [hopeless])
        again = ask_all(tmp_path, server.base_url, [hopeless])

    assert [type(each) for each in first + again] == [AuthorFailed, AuthorFailed]
    assert first[0].kind == "rejected"
    assert server.asked.total() == 1


def test_no_credit_ends_the_run_at_once_and_keeps_what_was_answered(tmp_path):
    with OpenAIServer(Faults(credit=3)) as server:
        asked = ask_all(tmp_path, server.base_url, [request(number) for number in range(3)])
        stopped = ask_all(tmp_path, server.base_url, [request(number) for number in range(6)])

    assert all(isinstance(each, Asked) for each in asked)
    assert all(isinstance(each, Asked) for each in stopped[:3])
    assert all(isinstance(each, NoCredit) for each in stopped[3:])
    # Each of the three was refused once; none of them asked again.
    assert server.asked.total() == 6


def test_nobody_there_ends_the_run_after_a_few_tries(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    stopped = ask_all(tmp_path, f"http://127.0.0.1:{port}/v1", [request()])

    assert isinstance(stopped[0], EndpointDown)
    assert "the endpoint does not answer (network" in str(stopped[0])
    # Nothing is held against the row: the next run asks for it again.
    with Journal(tmp_path, {}, writing=False) as journal:
        assert list(journal.records()) == []
    assert TRIES_BEFORE_ANY_ANSWER < TRIES


def test_nothing_but_errors_ends_the_run(tmp_path):
    with OpenAIServer(Faults(error=1.0)) as server:
        stopped = ask_all(tmp_path, server.base_url, [request(number) for number in range(12)])

    assert any(isinstance(each, EndpointDown) for each in stopped)
    assert all(isinstance(each, (EndpointDown, AuthorFailed)) for each in stopped)


def test_429_without_end_ends_the_run(tmp_path):
    with OpenAIServer(Faults(busy=1.0, retry_after="0.01")) as server:
        stopped = ask_all(tmp_path, server.base_url, [request()], max_wait=0.2)

    assert isinstance(stopped[0], StillBusy)
    assert isinstance(stopped[0], RunStopped)


def test_no_structured_output_is_remembered(tmp_path):
    structured = request(response_format={"type": "json_object"})
    with OpenAIServer(Faults(no_structure=True)) as server:
        refused = ask_all(tmp_path, server.base_url, [structured])
        again = ask_all(tmp_path, server.base_url, [structured])

    assert [type(each) for each in refused + again] == [StructureRefused, StructureRefused]
    assert server.asked.total() == 1


def test_an_endpoint_that_asks_to_wait_longer_than_the_run_does_is_left_at_once(tmp_path):
    started = time.monotonic()
    with OpenAIServer(Faults(busy=1.0, retry_after="3600")) as server:
        stopped = ask_all(tmp_path, server.base_url, [request()], max_wait=900)

    assert isinstance(stopped[0], StillBusy)
    assert "it asks to wait another 3600" in str(stopped[0])
    assert time.monotonic() - started < 5


def test_nobody_asks_before_the_time_that_was_told(tmp_path):
    with OpenAIServer(Faults(latency=0.02, busy=0.1, retry_after="0.3", content="hi")) as server:
        asked = ask_all(tmp_path, server.base_url, [request(number) for number in range(60)])

    assert all(isinstance(each, Asked) for each in asked)
    assert server.statuses[429] > 0
    assert server.impatient == 0


def test_a_parameter_that_is_not_taken_is_asked_about_once_and_the_corpus_may_be_begun_anew(tmp_path):
    with OpenAIServer(Faults(rejects=("temperature",))) as server, pytest.raises(ParameterRefused):
        asyncio.run(ask_or_raise(tmp_path, server.base_url, request(temperature=0.0)))

    assert server.asked.total() == 1
    with Journal(tmp_path, {"temperature": None}) as journal:
        assert len(journal) == 0


async def ask_or_raise(folder: Path, base_url: str, request: dict[str, Any]) -> Asked:
    """One request, with what stops it passed on through journal and desk."""
    with Journal(folder, {}) as journal:
        async with (
            Endpoint(base_url=base_url, connections=1) as endpoint,
            Desk(endpoint=endpoint, journal=journal, now=lambda: NOW) as desk,
        ):
            return await desk.ask(request, what="label", sample=0, round_=0)


def test_a_full_disk_stops_the_run_and_nothing_more_is_bought(tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with OpenAIServer(Faults(content="hi " * 2000, latency=0.01)) as server:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
            stopped = ask_all(tmp_path, server.base_url, [request(number) for number in range(40)], concurrency=2)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, ignored)
        bought = server.answered.total()
        again = ask_all(tmp_path, server.base_url, [request(number) for number in range(40)])

    kept = [each for each in stopped if isinstance(each, Asked)]
    assert all(isinstance(each, JournalFull) for each in stopped if not isinstance(each, Asked))
    # What was answered to two at a time could not be kept; nobody else asked.
    assert len(kept) < bought <= len(kept) + 2
    assert all(isinstance(each, Asked) for each in again)
    assert server.answered.total() - bought == 40 - len(kept)


def test_what_came_of_it_is_counted(tmp_path):
    hopeless = {"model": "mock", "messages": to_label(("i am forbidden.",))}

    async def counted() -> Desk:
        with Journal(tmp_path, {}) as journal:
            async with (
                Endpoint(base_url=server.base_url, connections=4) as endpoint,
                Desk(endpoint=endpoint, journal=journal, now=lambda: NOW, pause=0.01) as desk,
            ):
                requests = [hopeless, *(request(number) for number in range(20))]
                asked = (desk.ask(each, what="label", sample=0, round_=0) for each in requests)
                await asyncio.gather(*asked, return_exceptions=True)
                return desk

    with OpenAIServer(Faults(error=0.2, busy=0.2, retry_after="0.01", seed=3)) as server:
        desk = asyncio.run(counted())

    with Journal(tmp_path, {}, writing=False) as journal:
        taken = usage(journal.records())
    assert (desk.bought, desk.in_flight) == (20, 0)
    assert desk.waits == server.statuses[429] > 0
    assert desk.trouble == {"server": server.statuses[500], "rejected": 1}
    assert {"answers": desk.bought, **desk.usage} == taken
