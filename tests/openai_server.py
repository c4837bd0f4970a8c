"""A server that speaks the OpenAI protocol over real HTTP on 127.0.0.1, with a model that is the offline author.

It answers the prompts of `generation/prompts/` deterministically, counts what it was asked, and can be told to be slow,
busy, broken, or to answer badly. Troubles of transport are drawn per request and attempt, troubles of the answer per
request alone: asked the same again, a model that talks nonsense talks the same nonsense.
"""

import hashlib
import json
import random
import re
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from generation.corpus.dialogues import Speaker
from generation.offline import writing
from generation.offline.labelling import label

# Personas that contain one of these words get this kind of answer, however often they are asked about.
HOPELESS = {"unspeakable": "refused", "endless": "truncated", "garbled": "malformed", "forbidden": "rejected"}


@dataclass(frozen=True)
class Faults:
    """Shares of requests that meet each trouble; latency in seconds."""

    latency: float = 0.0
    busy: float = 0.0
    retry_after: str | None = "0.05"
    error: float = 0.0
    dropped: float = 0.0
    malformed: float = 0.0
    truncated: float = 0.0
    refused: float = 0.0
    # The first answer in a conversation is always malformed; asked again, the model does better.
    careless: bool = False
    no_structure: bool = False
    # What stands in every answer where its text should be.
    content: Any = None
    # Once so many answers are sold the account is empty.
    credit: int | None = None
    key: str | None = None
    seed: int = 0


class OpenAIServer:
    """The server, running in threads of its own while used as a context manager."""

    def __init__(self, faults: Faults = Faults()) -> None:  # frozen
        self.faults = faults
        # Whether hopeless personas have stopped being so.
        self.mended = False
        self.lock = threading.Lock()
        # By the digest of the request: how often it was made, and how often an answer was sold.
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.last_request: dict[str, Any] = {}
        self.most_at_once = 0
        self.at_once = 0

    def __enter__(self) -> Self:
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def base_url(self) -> str:
        """What OPENAI_BASE_URL should be."""
        return f"http://127.0.0.1:{self._http.server_port}/v1"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512
    owner: OpenAIServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that were killed; anything else is a mistake of this server's."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *args: Any) -> None:
        """Say nothing: thousands of requests are made."""

    def do_POST(self) -> None:
        owner = self.server.owner
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
        with owner.lock:
            owner.asked[digest] += 1
            owner.last_request = request
            attempt = owner.asked[digest]
            owner.at_once += 1
            owner.most_at_once = max(owner.most_at_once, owner.at_once)
        try:
            self._answer(owner, request, digest, attempt)
        finally:
            with owner.lock:
                owner.at_once -= 1

    def _answer(self, owner: OpenAIServer, request: Mapping[str, Any], digest: str, attempt: int) -> None:
        faults = owner.faults
        time.sleep(faults.latency)
        drawn = random.Random(f"transport {faults.seed} {digest} {attempt}").random()
        if self.path != "/v1/chat/completions":
            return self._send(404, _error(f"no {self.path} here", "not_found"))
        if faults.key is not None and self.headers.get("Authorization") != f"Bearer {faults.key}":
            return self._send(401, _error("Incorrect API key provided", "invalid_api_key"))
        if request["model"] != "mock":
            return self._send(404, _error(f"The model {request['model']!r} does not exist", "model_not_found"))
        if faults.credit is not None and owner.answered.total() >= faults.credit:
            return self._send(429, _error("You exceeded your current quota", "insufficient_quota"))
        if drawn < faults.busy:
            return self._send(429, _error("Rate limit reached", "rate_limit_exceeded"), retry_after=faults.retry_after)
        drawn -= faults.busy
        if 0 <= drawn < faults.error:
            return self._send(500, _error("The server had an error", "server_error"))
        drawn -= faults.error
        if 0 <= drawn < faults.dropped:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return None
        if "response_format" in request and faults.no_structure:
            return self._send(
                400, _error("response_format of type json_schema is not supported", "invalid_request_error")
            )
        kind = "good" if owner.mended else _kind_of_answer(request["messages"], digest, faults)
        if kind == "rejected":
            return self._send(400, _error("The prompt is too long", "context_length_exceeded"))
        with owner.lock:
            owner.answered[digest] += 1
        completion = _completion(request, kind)
        if faults.content is not None:
            completion["choices"][0]["message"]["content"] = faults.content
        return self._send(200, completion)

    def _send(self, status: int, body: Mapping[str, Any], retry_after: str | None = None) -> None:
        owner, data = self.server.owner, json.dumps(body).encode()
        with owner.lock:
            owner.statuses[status] += 1
            number = owner.statuses.total()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("x-request-id", f"req-{number}")
        if retry_after is not None:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        try:
            self.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            # The client was killed while it waited.
            self.close_connection = True


def _kind_of_answer(messages: list[dict[str, str]], digest: str, faults: Faults) -> str:
    told = messages[1]["content"]
    for word, kind in HOPELESS.items():
        if word in told:
            return kind
    if faults.careless and len(messages) == 2:
        return "malformed"
    drawn = random.Random(f"answer {faults.seed} {digest}").random()
    for kind in ("malformed", "truncated", "refused"):
        drawn -= getattr(faults, kind)
        if drawn < 0:
            return kind
    return "good"


def _completion(request: Mapping[str, Any], kind: str) -> dict[str, Any]:
    text, finish_reason, refusal = good_answer(request["messages"][1]["content"]), "stop", None
    if kind == "malformed":
        text = f"Sure! Here you are:\n\n{text.replace('Speaker', 'Person').replace('{', '[')}"
    elif kind == "truncated":
        text, finish_reason = text[: len(text) // 2], "length"
    elif kind == "refused":
        text, refusal = "", "I cannot help with that."
    words = sum(len(message["content"].split()) for message in request["messages"])
    return {
        "id": "chatcmpl-mock",
        "object": "chat.completion",
        "created": 0,
        "model": "mock-2026",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, "refusal": refusal},
                "finish_reason": finish_reason,
            }
        ],
        "usage": {
            "prompt_tokens": words,
            "completion_tokens": len(text.split()),
            "total_tokens": words + len(text.split()),
            "prompt_tokens_details": {"cached_tokens": words // 2},
        },
    }


def good_answer(told: str) -> str:
    """What the offline author says to a prompt of ours: labels as JSON, or a dialogue as lines."""
    personas = [tuple(re.findall(r"^- (.+)$", block, re.M)) for block in re.findall(r"persona:\n((?:- .+\n?)+)", told)]
    if len(personas) == 1:
        labels = label(personas[0]).as_json()["traits"]
        return json.dumps(
            {trait: {key: each[key] for key in ("evidence", "reason", "level")} for trait, each in labels.items()}
        )
    traits = [
        dict(re.findall(r"^- (\w+): (\w+)", block, re.M)) for block in re.findall(r"traits:\n((?:- .+\n?)+)", told)
    ]
    speakers = (Speaker(personas[0], traits[0]), Speaker(personas[1], traits[1]))
    return "\n".join(f"Speaker {turn.speaker + 1}: {turn.text}" for turn in writing.write(speakers, seed=0))


def _error(message: str, code: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": code, "param": None, "code": code}}
