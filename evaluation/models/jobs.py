"""Work that a page asks for and a worker does: a study's report, its judgments as files, a model that judges."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from evaluation.models.studies import Study


class JobQuerySet(models.QuerySet["Job"]):
    """Words for the life of a job."""

    def under_way(self) -> "JobQuerySet":
        """Those that wait or are being done."""
        return self.filter(state__in=(Job.State.QUEUED, Job.State.RUNNING))


class Job(models.Model):
    """One piece of background work. The row is the truth; what a broker carries is only its number.

    Whoever does it holds it under a word of their own and says again and again that they live (`seen_at`); a job whose
    holder fell silent is done anew, and what a holder who lost it brings is not taken.
    """

    class Kind(models.TextChoices):
        REPORT = "report"
        EXPORT = "export", "judgments"
        JUDGE = "judge", "a model judges"

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=10, choices=Kind)
    # What it was asked with: {"model": ...} for a judge.
    options = models.JSONField(default=dict)
    # Of the options and of what the study held when it was asked for: the same again is the same job.
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    # How far: `done` of `total` of what `stage` names.
    stage = models.CharField(max_length=100, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    # What it said at the end, for people.
    said = models.TextField(blank=True)
    # Below PARLEY_HOME/jobs; empty where nothing is to be fetched.
    file = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    made_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    holder = models.CharField(max_length=32, blank=True)

    objects: ClassVar[models.Manager["Job"]] = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            # Asked for twice at once, it is done once.
            models.UniqueConstraint(
                fields=["study", "kind", "fingerprint"],
                condition=Q(state__in=("queued", "running")),
                name="one_job_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.study}: {self.state}"

    def is_under_way(self) -> bool:
        """Whether somebody should look again."""
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    def is_done(self) -> bool:
        """Whether what it made can be had."""
        return self.state == self.State.DONE
