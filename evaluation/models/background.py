"""What annotators say of themselves: apart from who said it, and only ever aggregated."""

from django.db import models

from evaluation.models.studies import Study


class Background(models.Model):
    """One annotator's answers to the background page. No key leads to the annotator, on purpose, and no time."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="backgrounds")
    # Question -> answer; what was skipped is absent.
    answers = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "backgrounds"

    def __str__(self) -> str:
        return f"a background in {self.study}"
