"""What was judged: facts about what was shown and clicked. What it means is derived elsewhere."""

from django.db import models
from django.db.models import Q

from evaluation.models.annotators import Annotator
from evaluation.models.items import Response, Slot
from evaluation.models.studies import Criterion


class Judgment(models.Model):
    """One answer to one criterion of one slot."""

    class Choice(models.TextChoices):
        LEFT = "left"
        RIGHT = "right"
        TIE = "tie"
        BOTH_BAD = "both_bad"
        CANNOT_JUDGE = "cannot_judge"

    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="judgments")
    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="judgments")
    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, related_name="judgments")
    # The side clicked on a preference. Ratings and labels use `rated` and `value` instead.
    choice = models.CharField(max_length=12, choices=Choice, blank=True)
    # 1 slight, 2 much, on five-step preferences.
    strength = models.PositiveSmallIntegerField(null=True, blank=True)
    # On a rating or label: the response it is about (none for a persona), and the number or label given.
    rated = models.ForeignKey(Response, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    value = models.CharField(max_length=60, blank=True)
    # In the annotator's words, where the criterion asks for it or the answer is "cannot judge".
    reason = models.TextField(blank=True)
    # What was on the screen: the response shown first (Reply 1), and the wording's version.
    displayed_left = models.ForeignKey(Response, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    criterion_version = models.PositiveSmallIntegerField()
    trait = models.CharField(max_length=20, blank=True)
    level = models.CharField(max_length=10, blank=True)
    submitted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "criterion"], condition=Q(rated=None), name="one_judgment_per_criterion"
            ),
            models.UniqueConstraint(
                fields=["slot", "criterion", "rated"], condition=~Q(rated=None), name="one_rating_per_response"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion_id}: {self.choice or self.value}"


class JudgmentRevision(models.Model):
    """What a judgment said before it was changed."""

    judgment = models.ForeignKey(Judgment, on_delete=models.CASCADE, related_name="revisions")
    choice = models.CharField(max_length=12, blank=True)
    strength = models.PositiveSmallIntegerField(null=True, blank=True)
    value = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    replaced_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"was {self.choice or self.value}"


class Receipt(models.Model):
    """A submit that was counted, by the key its page made up: the same submit again changes nothing."""

    key = models.CharField(max_length=64, unique=True)
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="receipts")
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class Draft(models.Model):
    """Answers picked but not submitted, so that a reload or another device goes on where the annotator was."""

    slot = models.OneToOneField(Slot, on_delete=models.CASCADE, related_name="draft")
    answers = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"draft of {self.slot_id}"
