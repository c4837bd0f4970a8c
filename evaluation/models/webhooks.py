"""Addresses that are told what happens in a study, and what each was told."""

from django.conf import settings
from django.db import models

from evaluation.models.studies import Study


class Webhook(models.Model):
    """An address of a researcher's own. Its secret is derived from `nonce` and the server's key, and kept nowhere."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="webhooks")
    address = models.URLField(max_length=500)
    nonce = models.CharField(max_length=32)
    # Any of `webhooks.EVENTS`.
    events = models.JSONField(default=list)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "address"], name="one_webhook_per_address")]

    def __str__(self) -> str:
        return f"webhook of {self.study}"


class Delivery(models.Model):
    """One thing to be told to one address: written with what it tells of, sent afterwards, until it is acknowledged."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=40)
    # What it is about: an annotator's code, or nothing.
    subject = models.CharField(max_length=40, blank=True)
    body = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    # When it may be tried (again); whoever tries moves this on first, so that two never try at once.
    due_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event", "subject"], name="told_once"),
        ]
        indexes = [models.Index(fields=["due_at"], name="delivery_due", condition=models.Q(delivered_at=None))]

    def __str__(self) -> str:
        return f"{self.event} to {self.webhook_id}"
