"""Several endpoints as one, over real HTTP."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from generation.asking.fleet import Fleet, Member, endpoints_at
from generation.asking.journal import Journal
from generation.asking.llm import Busy, Endpoint, NoAccess, Reply
from generation.asking.trying import Asked, Desk, EndpointDown
from tests.cast import NOW
from tests.openai_server import Faults, OpenAIServer

NOBODY = "http://127.0.0.1:9/v1"


def request(number: int = 0) -> dict[str, Any]:
    return {"model": "mock", "messages": [{"role": "system", "content": "x"}, {"role": "user", "content": f"{number}"}]}


def addresses(*servers: OpenAIServer | str) -> str:
    return ", ".join(each if isinstance(each, str) else each.base_url for each in servers)


def ask(base_url: str, count: int) -> list[Reply | BaseException]:
    """What a fleet makes of so many requests at once."""

    async def together() -> list[Reply | BaseException]:
        async with endpoints_at(base_url, connections=count) as fleet:
            return await asyncio.gather(
                *(fleet.ask(request(number)) for number in range(count)), return_exceptions=True
            )

    return asyncio.run(together())


def ask_at_desk(folder: Path, base_url: str, numbers: Sequence[int]) -> list[Asked | BaseException]:
    """The same at a desk, which tries again."""

    async def together() -> list[Asked | BaseException]:
        with Journal(folder, {}) as journal:
            async with (
                endpoints_at(base_url, connections=8) as fleet,
                Desk(endpoint=fleet, journal=journal, now=lambda: NOW, pause=0.01, concurrency=8) as desk,
            ):
                asked = (desk.ask(request(number), what="row", sample=0, round_=0) for number in numbers)
                return await asyncio.gather(*asked, return_exceptions=True)

    return asyncio.run(together())


def test_one_address_is_an_endpoint_and_several_are_a_fleet():
    one, two = (endpoints_at(each, connections=1) for each in ("http://a/v1", "http://a/v1, http://b/v1"))

    assert isinstance(one, Endpoint)
    assert isinstance(two, Fleet)
    assert [member.endpoint.base_url for member in two.members] == ["http://a/v1", "http://b/v1"]


def test_the_addresses_may_stand_in_the_environment(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://a/v1,http://b/v1,")

    fleet = endpoints_at(None, connections=1)

    assert isinstance(fleet, Fleet)
    assert len(fleet.members) == 2


def test_the_load_is_shared_and_who_is_slower_gets_less():
    faults = Faults(content="hi", latency=0.1)
    with OpenAIServer(faults) as fast, OpenAIServer(Faults(content="hi", latency=0.3)) as slow:

        async def work() -> None:
            async with endpoints_at(addresses(fast, slow), connections=8) as fleet:
                waiting = iter(range(60))

                async def worker() -> None:
                    for number in waiting:
                        await fleet.ask(request(number))

                await asyncio.gather(*(worker() for _ in range(8)))

        asyncio.run(work())

    assert fast.asked.total() + slow.asked.total() == 60
    assert fast.asked.total() > 1.5 * slow.asked.total()
    assert slow.asked.total() >= 8


def test_one_that_is_down_costs_nothing_and_is_left_out():
    with OpenAIServer(Faults(content="hi")) as server:
        replies = ask(addresses(NOBODY, server), 20)

    assert all(isinstance(each, Reply) for each in replies)
    assert server.answered.total() == 20


def test_one_that_goes_down_on_the_way_is_done_without(tmp_path):
    with OpenAIServer(Faults(content="hi")) as staying:
        with OpenAIServer(Faults(content="hi")) as leaving:
            both = addresses(leaving, staying)
            first = ask_at_desk(tmp_path, both, range(20))
        second = ask_at_desk(tmp_path, both, range(20, 60))

    assert all(isinstance(each, Asked) for each in [*first, *second])
    assert leaving.answered.total() > 0
    assert leaving.answered.total() + staying.answered.total() == 60


def test_the_run_stops_only_when_all_are_down(tmp_path):
    stopped = ask_at_desk(tmp_path, addresses(NOBODY, NOBODY), range(3))

    assert all(isinstance(each, EndpointDown) for each in stopped)


def test_a_429_is_the_pause_of_one_and_the_others_go_on():
    with (
        OpenAIServer(Faults(content="hi", busy=1.0, retry_after="5")) as busy,
        OpenAIServer(Faults(content="hi")) as free,
    ):
        started = time.monotonic()
        replies = ask(addresses(busy, free), 12)

    assert all(isinstance(each, Reply) for each in replies)
    assert time.monotonic() - started < 4
    assert busy.impatient == 0


def test_where_all_ask_to_wait_the_shortest_wait_is_told():
    with (
        OpenAIServer(Faults(busy=1.0, retry_after="5")) as one,
        OpenAIServer(Faults(busy=1.0, retry_after="2")) as other,
    ):
        (busy,) = ask(addresses(one, other), 1)

    assert isinstance(busy, Busy)
    assert busy.seconds == pytest.approx(2.0, abs=0.5)


def test_one_without_the_model_is_named():
    with OpenAIServer(Faults(key="sk-other")) as wrong:
        (error,) = ask(addresses(wrong, wrong), 1)

    assert isinstance(error, NoAccess)
    assert str(error) == f"{wrong.base_url}: the endpoint answered 401: Incorrect API key provided"


def test_one_that_was_left_out_is_tried_with_a_single_request_later_and_each_time_later_still():
    member = Member(Endpoint(base_url=NOBODY, connections=1))
    for _ in range(3):
        member.stumbled(100.0)

    assert not member.takes_any(104.9)
    assert member.takes_any(105.0)
    member.in_flight = 1
    assert not member.takes_any(105.0)
    member.stumbled(105.0)
    assert not member.takes_any(114.9)
    assert member.out_until == 115.0
    member.answered()
    assert member.takes_any(105.0)
