"""The workers' entry: `celery -A config.celery worker --beat`. Needs BROKER_URL, such as redis://... or amqp://..."""

import os

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")
django.setup()

from evaluation.queue.queueing import celery_app  # noqa: E402  # needs Django's settings

if not settings.BROKER_URL:
    raise ImproperlyConfigured("BROKER_URL: expected the broker that the workers take their work from; it is not set")
app = celery_app()
app.set_default()
