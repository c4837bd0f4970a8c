"""The Batch API of the test server: files, batches, and results that can expire, fail, or be forgotten."""

import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qs

from tests.openai_answers import error
from tests.openai_server import Faults, OpenAIServer, Request, Response


@dataclass(frozen=True)
class BatchFaults:
    """Shares of lines that meet each trouble, and troubles of whole batches."""

    # How often a batch is looked at before it has ended.
    looks: int = 1
    expired: float = 0.0
    failed: float = 0.0
    # Lines that stand in no file of results.
    forgotten: float = 0.0
    # The batch is not taken at all, for this reason.
    refused: str | None = None
    cancelled: bool = False
    # The first request of each kind (upload, begin, look, fetch) is done, and its answer is lost.
    deaf: tuple[str, ...] = ()
    seed: int = 0


class BatchServer(OpenAIServer):
    """An `OpenAIServer` with a Batch API that counts what is uploaded, begun and sold."""

    def __init__(self, batch_faults: BatchFaults | None = None, faults: Faults | None = None) -> None:
        super().__init__(faults or Faults())
        self.batch_faults = batch_faults or BatchFaults()
        self.also.append(self._answer_batches)
        self.files: dict[str, tuple[str, bytes]] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.steps: Counter[str] = Counter()
        # How often each line was sent, and what all that was sold took.
        self.sent: Counter[str] = Counter()
        self.sold: list[dict[str, int]] = []

    def _answer_batches(self, request: Request) -> Response | None:
        match request.method, request.path.removeprefix("/v1/").split("/"):
            case "POST", ["files"]:
                return self._heard("upload", self._upload(request))
            case "GET", ["files"]:
                return self._page([self._file(each) for each in self.files], request)
            case "GET", ["files", name, "content"] if name in self.files:
                return self._heard("fetch", self.files[name][1])
            case "POST", ["batches"]:
                return self._heard("begin", self._begin(json.loads(request.body)))
            case "GET", ["batches"]:
                return self._page([_shown(batch) for batch in self.batches.values()], request)
            case "GET", ["batches", name] if name in self.batches:
                return self._heard("look", self._look(self.batches[name]))
        return None

    def _heard(self, step: str, body: Any) -> Response:
        self.steps[step] += 1
        if step in self.batch_faults.deaf and self.steps[step] == 1:
            return Response(500, error("The server had an error", "server_error"))
        return Response(200, body)

    def _page(self, items: list[dict[str, Any]], request: Request) -> Response:
        """Two at a time, so that whoever looks for one must turn the page."""
        after = parse_qs(request.query).get("after", [""])[0]
        items = items[::-1]
        begin = next((place + 1 for place, item in enumerate(items) if item["id"] == after), 0)
        page = items[begin : begin + 2]
        last = page[-1]["id"] if page else None
        return Response(200, {"object": "list", "data": page, "has_more": begin + 2 < len(items), "last_id": last})

    def _upload(self, request: Request) -> dict[str, Any]:
        head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
        (part,) = [part for part in message_from_bytes(head + request.body).walk() if part.get_filename()]
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        return self._file(self._keep(str(part.get_filename()), content))

    def _keep(self, name: str, content: bytes) -> str:
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = name, content
        return file_id

    def _file(self, file_id: str) -> dict[str, Any]:
        name, content = self.files[file_id]
        about = {"bytes": len(content), "created_at": 0, "filename": name, "purpose": "batch", "status": "processed"}
        return {"id": file_id, "object": "file", **about}

    def _begin(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        batch = {
            "id": f"batch-{len(self.batches) + 1}",
            "object": "batch",
            "endpoint": asked["endpoint"],
            "input_file_id": asked["input_file_id"],
            "completion_window": asked["completion_window"],
            "created_at": 0,
            "status": "validating",
            "looks": 0,
        }
        self.batches[batch["id"]] = batch
        return _shown(batch)

    def _look(self, batch: dict[str, Any]) -> dict[str, Any]:
        batch["looks"] += 1
        if batch["status"] in ("validating", "in_progress"):
            batch["status"] = "in_progress"
            if self.batch_faults.refused:
                batch["status"] = "failed"
                batch["errors"] = {"object": "list", "data": [{"code": "no", "message": self.batch_faults.refused}]}
            elif batch["looks"] >= self.batch_faults.looks:
                self._do(batch)
        return _shown(batch)

    def _do(self, batch: dict[str, Any]) -> None:
        """Answer every line, each for itself."""
        faults, rows = self.batch_faults, self.files[batch["input_file_id"]][1].decode().splitlines()
        done: list[dict[str, Any]] = []
        lost: list[dict[str, Any]] = []
        for number, row in enumerate(rows):
            line = json.loads(row)
            name = line["custom_id"]
            self.sent[name] += 1
            drawn = random.Random(f"line {faults.seed} {name} {self.sent[name]}").random()
            result: dict[str, Any] = {
                "id": f"{batch['id']}-{number}",
                "custom_id": name,
                "response": None,
                "error": None,
            }
            if drawn < faults.expired or (faults.cancelled and number % 2):
                lost.append(result | {"error": {"code": "batch_expired", "message": "not done in time"}})
            elif (drawn := drawn - faults.expired) < faults.failed:
                lost.append(
                    result | {"response": _response(500, error("The server had an error", "server_error"), name)}
                )
            elif drawn - faults.failed >= faults.forgotten:
                status, body = self.complete(line["body"])
                result["response"] = _response(status, body, name)
                (done if status == 200 else lost).append(result)
                if status == 200:
                    self.answered[name] += 1
                    self.sold.append(body["usage"])
        batch["status"] = "cancelled" if faults.cancelled else "expired" if faults.expired else "completed"
        for key, results in (("output_file_id", done), ("error_file_id", lost)):
            if results:
                # In no order that means anything.
                random.Random(batch["id"]).shuffle(results)
                batch[key] = self._keep(f"{batch['id']}.jsonl", "\n".join(map(json.dumps, results)).encode())
        batch["request_counts"] = {"total": len(rows), "completed": len(done), "failed": len(lost)}


def _shown(batch: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in batch.items() if key != "looks"}


def _response(status: int, body: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {"status_code": status, "request_id": f"req-{name[-8:]}", "body": body}
