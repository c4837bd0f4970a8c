"""Just enough of HTTP/1.1 for the test server to answer a thousand requests at a time on one core."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Request:
    """What came: the path without its query, header names in lower case, the body with its chunks put together."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: str = ""
    # Until when whoever sends it was told to wait, in the answer before on this connection: so it must have been read.
    wait_until: float = 0.0


@dataclass(frozen=True)
class Response:
    """What is sent: JSON, or bytes as they are."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    def as_bytes(self) -> bytes:
        """The response on the line."""
        raw = isinstance(self.body, bytes)
        data = self.body if raw else json.dumps(self.body).encode()
        kind = "application/octet-stream" if raw else "application/json"
        headers = {"Content-Type": kind, "Content-Length": str(len(data)), **self.headers}
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + data


Take = Callable[[Request, Callable[[Response | None], None]], None]


class Connection(asyncio.Protocol):
    """One connection, with one request at a time. `take` gets each with what sends its answer; None drops it."""

    everybody: set["Connection"] = set()

    def __init__(self, take: Take) -> None:
        self._take = take
        self._received = bytearray()
        self._wait_until = 0.0
        self._loop = asyncio.get_running_loop()

    @classmethod
    def open_on(cls, loop: asyncio.AbstractEventLoop) -> list["Connection"]:
        """All that are open in a loop."""
        return [connection for connection in cls.everybody if connection._loop is loop]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.everybody.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.everybody.discard(self)

    def close(self) -> None:
        """Hang up."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (request := self._next_request()) is not None:
            self._take(request, self._send)

    def _send(self, response: Response | None) -> None:
        if response is None:
            self._transport.abort()
        elif not self._transport.is_closing():
            with suppress(ValueError):
                self._wait_until = time.monotonic() + float(response.headers.get("Retry-After", 0))
            self._transport.write(response.as_bytes())

    def _next_request(self) -> Request | None:
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return None
        first, *lines = self._received[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        taken = self._body(end + 4, headers)
        if taken is None:
            return None
        body, length = taken
        del self._received[:length]
        method, target, _ = first.split(" ")
        return Request(method, urlsplit(target).path, headers, body, urlsplit(target).query, self._wait_until)

    def _body(self, start: int, headers: Mapping[str, str]) -> tuple[bytes, int] | None:
        """The body and where it ends; None while it has not come whole."""
        if headers.get("transfer-encoding") != "chunked":
            end = start + int(headers.get("content-length", "0"))
            return (bytes(self._received[start:end]), end) if len(self._received) >= end else None
        body = b""
        while (line_end := self._received.find(b"\r\n", start)) >= 0:
            size = int(bytes(self._received[start:line_end]), 16)
            end = line_end + 2 + size + 2
            if len(self._received) < end:
                return None
            body += self._received[line_end + 2 : line_end + 2 + size]
            start = end
            if not size:
                return body, end
        return None
