"""Serving the pages from one machine: is the port free, and gunicorn in our place."""

import os
import socket
import sys
from pathlib import Path
from typing import NoReturn


class PortBusy(ValueError):
    """Something else listens where the server should."""


def check_port(host: str, port: int) -> None:
    """Raise `PortBusy` unless a server could listen on `host:port` now."""
    if not 0 < port < 65536:
        raise PortBusy(f"expected a port from 1 to 65535, got {port}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As gunicorn does: a port that a stopped server has just left counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortBusy(
                f"cannot listen on {host}:{port}: {error.strerror or error}. Choose another with --port, or with "
                "PORT=8001 before make"
            ) from error


def serve(*, host: str, port: int, workers: int = 1, threads: int = 8) -> NoReturn:
    """Replace this process by gunicorn under the settings in force; ends with Ctrl-C."""
    root = Path(__file__).resolve().parent.parent.parent
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    words = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", address, "--chdir", str(root)]
    words += ["--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)]
    # The address was said already, and nobody steers this server from outside.
    words += ["--log-level", "warning", "--no-control-socket"]
    # Threads of the statistics' linear algebra would fight the server's own for two cores.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, words)  # noqa: S606  # no shell, our own words
