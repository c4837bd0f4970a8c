"""What annotators say of practice pairs: it teaches, and is never a judgment."""

from django.db import models

from evaluation.models.annotators import Annotator
from evaluation.models.items import Item


class PracticeAnswer(models.Model):
    """One practice pair answered in one try; `right` where every known answer was found."""

    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, related_name="practice")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    # Counted from 1.
    attempt = models.PositiveSmallIntegerField()
    # Field -> value, as a page sends them.
    answers = models.JSONField(default=dict)
    right = models.BooleanField()
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["annotator", "item", "attempt"], name="one_practice_answer_per_try"),
        ]

    def __str__(self) -> str:
        return f"{'right' if self.right else 'wrong'} in try {self.attempt}"
