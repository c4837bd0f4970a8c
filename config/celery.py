"""The workers' entry: `celery -A config.celery worker --beat`. Needs BROKER_URL, such as redis://... or amqp://..."""

import os

import django
from celery.signals import setup_logging
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")
os.environ.setdefault("LOG_TO", "stdout")
django.setup()

from evaluation.queue.queueing import celery_app  # noqa: E402  # needs Django's settings

if not settings.BROKER_URL:
    raise ImproperlyConfigured("BROKER_URL: expected the broker that the workers take their work from; it is not set")
app = celery_app()
# Where beat writes down what it has sent: in a folder that is there, for without it beat ends and the worker goes on.
settings.PARLEY_HOME.mkdir(parents=True, exist_ok=True)
app.conf.beat_schedule_filename = str(settings.PARLEY_HOME / "beat")
app.set_default()


@setup_logging.connect  # type: ignore[untyped-decorator]  # Celery has no type hints
def leave_logging(**_: object) -> None:
    """Celery sets up no logging of its own where somebody listens here: Django's stands."""
