"""What a worker does when a broker hands it a name and a number: `celery -A config.celery worker`.

Each task may come twice, late or never: the database says what is really to be done.
"""

from celery import shared_task
from django.utils import timezone

from evaluation.queue.jobs import forgotten
from evaluation.queue.queueing import later
from evaluation.queue.webhooks import deliver_due
from evaluation.workers.making import work as work_on


@shared_task(name="evaluation.work")  # type: ignore[untyped-decorator]  # Celery has no type hints
def work(number: int) -> None:
    """Do a job."""
    work_on(number, clock=timezone.now)


@shared_task(name="evaluation.deliver")  # type: ignore[untyped-decorator]
def deliver() -> None:
    """Send the webhooks that are due."""
    deliver_due(now=timezone.now())


@shared_task(name="evaluation.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Pick up what a broker or a worker lost: jobs whose holder fell silent, and webhooks that are due again."""
    now = timezone.now()
    for number in forgotten(now=now):
        later("work", number)
    deliver_due(now=now)
