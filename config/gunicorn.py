"""How gunicorn serves Parley in production: `gunicorn -c config/gunicorn.py config.wsgi:application`.

Everything that differs between machines comes from the environment. `python -m benchmarks.web` measures it.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

# gunicorn reads this file before it knows where the project is.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from config.logs import told

_sqlite = os.environ.get("DATABASE_URL", "sqlite:").startswith("sqlite:")

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
# SQLite has one writer at a time, and one process keeps its writers in turn; PostgreSQL is served by several.
workers = int(os.environ.get("WEB_WORKERS", "1" if _sqlite else "4"))
# As many as the database's pool has connections.
threads = int(os.environ.get("WEB_THREADS", "8"))
# A request waits at most 20 seconds for SQLite's lock; a worker that is silent for longer than this is started anew.
timeout = 60
# After SIGTERM: what was sent is answered before the process ends.
graceful_timeout = 30
# Longer than a proxy keeps a connection that it does not use (`deploy/` says 30): a submit sent down a line just as the
# server hangs up would be lost on the way, and the page would have to send it again.
keepalive = 75
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "warning")
# Nobody steers the server from outside.
control_socket_disable = True
# The lines of master and workers are Parley's own, on stdout. There is no access log: it would hold addresses, and with
# them links and participants' ids; `parley.requests` has the routes.
os.environ.setdefault("LOG_TO", "stdout")
logconfig_dict = told("INFO", as_json=True, to=os.environ["LOG_TO"], gunicorn=loglevel)

# Where the processes keep what they count, so that any of them can tell it all.
_own_folder = ""
if any(os.environ.get(name) for name in ("METRICS_TOKEN", "METRICS_TOKEN_FILE", "METRICS_FROM")):
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        _own_folder = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="parley-metrics-")
    Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).mkdir(parents=True, exist_ok=True)


def on_exit(server: Any) -> None:
    """What was counted ends with the server."""
    if _own_folder:
        shutil.rmtree(_own_folder, ignore_errors=True)
