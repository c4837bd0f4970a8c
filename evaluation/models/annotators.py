"""Those who judge: they come by a link, and are known by a code that says nothing about them."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from evaluation.models.studies import Study


class Invite(models.Model):
    """A link into a study: personal (one annotator) or open (an annotator for each browser that comes)."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="invites")
    # SHA-256 of the token in the link; the token itself is shown once and kept nowhere.
    token_digest = models.CharField(max_length=64, unique=True)
    personal = models.BooleanField(default=True)
    # A note of the researcher's own; shown to researchers only.
    label = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)

    def __str__(self) -> str:
        return f"{'personal' if self.personal else 'open'} link {self.label}".strip()

    def works(self, now: datetime) -> bool:
        """Whether the link still lets somebody in."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class AnnotatorQuerySet(models.QuerySet["Annotator"]):
    """Words for who counts."""

    def counted(self) -> "AnnotatorQuerySet":
        """Those whose judgments may enter results: withdrawn annotators' never do."""
        return self.exclude(state=Annotator.State.WITHDRAWN)


class Annotator(models.Model):
    """The person (or simulation, or model) who judges in one study."""

    class Kind(models.TextChoices):
        HUMAN = "human"
        SIMULATED = "simulated"
        LLM = "llm"

    class State(models.TextChoices):
        ARRIVED = "arrived"
        ACTIVE = "active"
        FINISHED = "finished"
        ENDED = "ended"
        WITHDRAWN = "withdrawn"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="annotators")
    # "A-7Q2": what results and researchers call them.
    code = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.HUMAN)
    state = models.CharField(max_length=10, choices=State, default=State.ARRIVED)
    invite = models.ForeignKey(Invite, on_delete=models.SET_NULL, null=True, blank=True, related_name="annotators")
    # A platform's participant id, held apart from every export unless asked for.
    participant = models.CharField(max_length=100, blank=True)
    consent_version = models.CharField(max_length=64, blank=True)
    consented_at = models.DateTimeField(null=True, blank=True)
    instructed_at = models.DateTimeField(null=True, blank=True)
    # The practice pairs were passed; the tries begun before that are rows of `PracticeAnswer`.
    practised_at = models.DateTimeField(null=True, blank=True)
    # The background page was left, answered or skipped; what was said there is kept apart.
    background_at = models.DateTimeField(null=True, blank=True)
    # The rule that left them out, as the plan says it, or "by hand: ..."; empty for those who count.
    excluded_by = models.CharField(max_length=100, blank=True)
    # Of somebody who withdrew, whose answers are deleted: how much they had done, so that they are paid.
    withdrawn_pairs = models.PositiveIntegerField(default=0)
    withdrawn_seconds = models.FloatField(default=0.0)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Annotator"]] = AnnotatorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "code"], name="one_annotator_per_code"),
            models.UniqueConstraint(
                fields=["study", "participant"], condition=~Q(participant=""), name="one_annotator_per_participant"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class AnnotatorToken(models.Model):
    """By which an outside front end acts for one annotator, and for nobody else."""

    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, related_name="tokens")
    # SHA-256 of the token, which is shown once and kept nowhere.
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"token of {self.annotator}"
