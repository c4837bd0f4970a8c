"""A real server that takes what webhooks send, or sends elsewhere."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from evaluation.queue.outgoing import Rules


class Receiver(ThreadingHTTPServer):
    """Takes everything, or answers with `status`; keeps what came."""

    def __init__(self, status: int = 204, headers: dict[str, str] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.headers, self.came = status, headers or {}, []
        self.rules = Rules(hosts=(f"127.0.0.1:{self.server_port}", f"localhost:{self.server_port}"), private=True)

    def address(self, path: str = "/hook") -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}{path}"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def receiving(**fields: object) -> Iterator[Receiver]:
    """A receiver that listens while the block lasts."""
    server = Receiver(**fields)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
