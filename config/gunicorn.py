"""How gunicorn serves Parley; `manage.py serve`, the container and the systemd unit all start it with this file."""

import os

_sqlite = os.environ.get("DATABASE_URL", "sqlite:").startswith("sqlite:")

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "1" if _sqlite else "4"))
threads = int(os.environ.get("WEB_THREADS", "8"))
loglevel = "warning"
control_socket_disable = True
