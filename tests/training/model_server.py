"""A served model in a thread, over real HTTP on 127.0.0.1."""

import asyncio
import json
import random
import threading
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from training.serving.answering_together import Gathering, ServedModel


class ModelServer:
    """Serves models while used as a context manager; `gathering` shows what was answered together."""

    def __init__(
        self,
        *folders: Path,
        wait: float = 0.0,
        batch_size: int = 32,
        most_waiting: int = 1000,
        most_new_tokens: int = 64,
    ) -> None:
        self.most_new_tokens = most_new_tokens
        self.gathering = Gathering(
            {folder.name: ServedModel(folder) for folder in folders},
            batch_size=batch_size,
            wait=wait,
            most_waiting=most_waiting,
            rng=random.Random(7),
        )

    def __enter__(self) -> Self:
        self._listening = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._listening.wait(20)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._thread.join()

    def stop(self) -> None:
        """Tell it to stop, as Ctrl-C does; once it has, nothing is left to be told."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stop.set)

    async def _serve(self) -> None:
        from training.serving.chat_server import serve

        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()

        def ready(address: str) -> None:
            self.base_url = address
            self._listening.set()

        longest = self.most_new_tokens
        await serve(self.gathering, host="127.0.0.1", port=0, most_new_tokens=longest, stop=self._stop, ready=ready)

    def send(self, path: str, body: Any = None, *, method: str | None = None) -> tuple[int, Any]:
        """Status and parsed body of one request; a body that is no bytes is sent as JSON."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.base_url}{path}", data=data, method=method, headers={"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def complete(self, **fields: Any) -> tuple[int, Any]:
        """A chat completion of the toy model."""
        said = {"model": "pt", "messages": [{"role": "user", "content": "hi ! what do you like to do ?"}], **fields}
        return self.send("/chat/completions", said)
