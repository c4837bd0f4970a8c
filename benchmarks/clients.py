"""Whoever asks, each in a process of its own: `python -m benchmarks.clients KIND N CONCURRENCY BASE_URL`.

Prints one line of JSON: seconds from the first request to the last answer, seconds of CPU for them, the most memory of
the process in MB, and how many rows were answered.
"""

import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# As long as the prompts of `generate` are, with the same constant beginning.
SYSTEM = "You write a chat between two people who have just met. " * 12
Ask = Callable[[int], Awaitable[bool]]


def request(number: int) -> dict[str, Any]:
    """A request that differs from all others in its end."""
    persona = "i like to ski. i have two dogs. i work as a nurse. my sister lives in lisbon. " * 3
    user = f"{persona}\nThis is row {number:06}."
    return {
        "model": "mock",
        "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": user}],
        "temperature": 1.0,
    }


async def parley(rows: int, concurrency: int | None, base_url: str) -> dict[str, Any]:
    """Parley's desk, with its journal."""
    from generation.asking.authors import AuthorFailed
    from generation.asking.fleet import endpoints_at
    from generation.asking.journal import Journal
    from generation.asking.pacing import MOST
    from generation.asking.trying import Desk

    at_once = concurrency or MOST
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder), {}) as journal:
        endpoint = endpoints_at(base_url, connections=at_once)
        async with (
            endpoint,
            Desk(endpoint=endpoint, journal=journal, now=lambda: datetime.now(UTC), concurrency=concurrency) as desk,
        ):

            async def ask(number: int) -> bool:
                try:
                    await desk.ask(request(number), what="row", sample=0, round_=0)
                except AuthorFailed:
                    return False
                return True

            return await _measured(rows, at_once, ask)


async def plain(rows: int, concurrency: int | None, base_url: str) -> dict[str, Any]:
    """What everybody writes first: the SDK as it comes, its two retries, and a semaphore."""
    import openai

    assert concurrency
    async with openai.AsyncOpenAI(api_key="none", base_url=base_url) as client:

        async def ask(number: int) -> bool:
            try:
                completion = await client.chat.completions.create(**request(number))
            except openai.APIError:
                return False
            return bool(completion.choices[0].message.content)

        return await _measured(rows, concurrency, ask, with_semaphore=True)


async def _measured(rows: int, at_once: int, ask: Ask, *, with_semaphore: bool = False) -> dict[str, Any]:
    started, cpu = time.monotonic(), time.process_time()
    answered = await (_with_semaphore if with_semaphore else _with_workers)(rows, at_once, ask)
    return {
        "wall": time.monotonic() - started,
        "cpu": time.process_time() - cpu,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "answered": answered,
    }


async def _with_workers(rows: int, at_once: int, ask: Ask) -> int:
    """As `generate` does it: as many workers as requests at a time."""
    waiting, answered = iter(range(rows)), 0

    async def work() -> None:
        nonlocal answered
        for number in waiting:
            good = await ask(number)
            answered += good

    async with asyncio.TaskGroup() as group:
        for _ in range(min(at_once, rows)):
            group.create_task(work())
    return answered


async def _with_semaphore(rows: int, at_once: int, ask: Ask) -> int:
    """A task for each row, and a semaphore before the request."""
    semaphore = asyncio.Semaphore(at_once)

    async def one(number: int) -> bool:
        async with semaphore:
            return await ask(number)

    return sum(await asyncio.gather(*(one(number) for number in range(rows))))


if __name__ == "__main__":
    kind, rows, concurrency, base_url = sys.argv[1:]
    client = {"parley": parley, "plain": plain}[kind]
    level = None if concurrency == "auto" else int(concurrency)
    sys.stdout.write(json.dumps(asyncio.run(client(int(rows), level, base_url))) + "\n")
