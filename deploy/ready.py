"""Whether the server in this container can serve: its `/readyz`, asked without TLS. Exits with 0 or, if not, 1."""

import os
import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def ask() -> int:
    """Print what `/readyz` says; 0 where it is ready."""
    port = os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")[2]
    # It answers to no name but its own.
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().removeprefix(".")
    asked = Request(f"http://127.0.0.1:{port}/readyz", headers={"Host": host or "localhost"})  # http, ours
    try:
        with urlopen(asked, timeout=8) as answer:  # noqa: S310
            print(answer.read().decode())  # noqa: T201  # what `docker inspect` shows
            return 0
    except HTTPError as error:
        print(f"{error.code}: {error.read().decode(errors='replace')[:300]}")  # noqa: T201
    except OSError as error:
        print(f"nobody answers on port {port}: {error}")  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(ask())
