"""Handing work to a worker, where a broker is configured. Celery is imported only then.

A broker carries names of tasks and numbers of rows, nothing else: what is to be done stands in the database, and what a
broker loses is found there again by the next sweep.
"""

import logging
from functools import cache
from typing import TYPE_CHECKING, Final

from django.conf import settings

if TYPE_CHECKING:
    from celery import Celery

LOG: Final = logging.getLogger(__name__)
# Seconds that a page waits for a broker that does not answer.
PATIENCE: Final = 2


class NoWorkers(RuntimeError):
    """Nothing is left to a worker here: no broker is configured."""


def has_workers() -> bool:
    """Whether work may be left to a worker: a broker is configured."""
    return bool(settings.BROKER_URL)


def require_workers() -> None:
    """Raise `NoWorkers` where work cannot be left to one."""
    if not has_workers():
        raise NoWorkers("no worker is set up on this server; what workers make, its commands make at once")


@cache
def celery_app() -> "Celery":
    """The Celery application that the settings describe; workers and senders share it."""
    from celery import Celery

    app = Celery("parley", broker=settings.BROKER_URL, set_as_current=False, include=["evaluation.workers.tasks"])
    app.conf.update(
        task_ignore_result=True,
        # Acknowledged once done: a worker that is killed gives its work back.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_default_queue=settings.BROKER_QUEUE,
        task_serializer="json",
        accept_content=["json"],
        timezone="UTC",
        broker_connection_retry_on_startup=True,
        broker_transport_options={"socket_connect_timeout": PATIENCE, "socket_timeout": 30},
        worker_hijack_root_logger=False,
        # What a library prints is no line of the log.
        worker_redirect_stdouts=False,
        beat_schedule={"sweep": {"task": "evaluation.sweep", "schedule": float(settings.SWEEP_SECONDS)}},
    )
    return app


def later(task: str, *numbers: int) -> bool:
    """Have `task` done by a worker; whether it was handed over. A broker that is away loses nothing: see `sweep`."""
    if not has_workers():
        return False
    try:
        celery_app().send_task(
            f"evaluation.{task}",
            args=list(numbers),
            retry=False,
            ignore_result=True,
        )
    except Exception as error:  # noqa: BLE001  # kombu's errors, and each transport's own
        LOG.warning("the broker did not take %s: %s", task, type(error).__name__)
        return False
    return True
