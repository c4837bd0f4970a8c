"""A study that is being written in the browser: its file's text, and the responses uploaded to it."""

from django.conf import settings
from django.db import models

from evaluation.models.studies import Study


class StudyDraft(models.Model):
    """A `study.toml` under way, seen by its owner alone. It need not be right yet."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="study_drafts")
    # What the study will be called; need not be free or well-formed yet.
    name = models.CharField(max_length=100, blank=True)
    toml = models.TextField(blank=True)
    # The study made from it, while it can still be made anew.
    study = models.ForeignKey(Study, on_delete=models.SET_NULL, null=True, blank=True, related_name="drafts")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name or f"draft {self.pk}"


class DraftFile(models.Model):
    """A file beside a draft's `study.toml`: responses, a text, a table of known pairs. Kept gzipped in the database,
    so that any web process reads it."""

    draft = models.ForeignKey(StudyDraft, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    # Of the file as it came, not of what is kept.
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "name"], name="one_draft_file_per_name")]

    def __str__(self) -> str:
        return self.name
