"""How gunicorn serves Parley in production: `gunicorn -c config/gunicorn.py config.wsgi:application`.

Everything that differs between machines comes from the environment. `python -m benchmarks.web` measures it.
"""

import os

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
keepalive = 5
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "warning")
# Nobody steers the server from outside.
control_socket_disable = True
