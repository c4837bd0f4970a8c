"""The queue before an endpoint."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from generation.asking.authors import RunStopped
from generation.asking.gate import Gate
from generation.asking.llm import Reply
from generation.asking.pacing import Pace
from generation.telling.parsing import Answer

REPLY = Reply(Answer("hi"), "mock", {"completion_tokens": 1}, None)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_whoever_came_first_goes_first():
    went: list[str] = []

    async def go(gate: Gate, name: str) -> None:
        leave = await gate.enter()
        went.append(name)
        await asyncio.sleep(0.001)
        leave.answered(REPLY)

    async def all_go() -> None:
        gate = Gate(Pace(concurrency=1))
        await asyncio.gather(*(go(gate, name) for name in ("ada", "bo", "cleo", "dov")))

    run(all_go())

    assert went == ["ada", "bo", "cleo", "dov"]


def test_a_pause_holds_everybody_and_ends_by_itself():
    async def wait() -> None:
        gate = Gate(Pace(concurrency=4))
        leave = await gate.enter()
        leave.refused(pause=0.1, limits=())
        loop = asyncio.get_running_loop()
        started = loop.time()

        await asyncio.gather(gate.enter(), gate.enter())

        assert loop.time() - started >= 0.1

    run(wait())


def test_whoever_is_cancelled_leaves_no_gap():
    async def cancel() -> None:
        gate = Gate(Pace(concurrency=1))
        leave = await gate.enter()
        gone, next_ = asyncio.create_task(gate.enter()), asyncio.create_task(gate.enter())
        await asyncio.sleep(0)

        # The one is cancelled while it waits; and, let through, before it has noticed.
        gone.cancel()
        leave.answered(REPLY)
        next_.cancel()
        await asyncio.gather(gone, next_, return_exceptions=True)

        assert gate.pace.in_flight == 0
        await gate.enter()

    run(cancel())


def test_a_closed_gate_sends_everybody_home_with_the_first_reason():
    async def close() -> None:
        gate = Gate(Pace(concurrency=1))
        await gate.enter()
        waiting = asyncio.create_task(gate.enter())
        await asyncio.sleep(0)

        gate.stop(RunStopped("no credit"))
        gate.stop(RunStopped("nobody there"))

        with pytest.raises(RunStopped, match="no credit"):
            await waiting
        with pytest.raises(RunStopped, match="no credit"):
            await gate.enter()

    run(close())
