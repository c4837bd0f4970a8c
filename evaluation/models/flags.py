"""What researchers say of single dialogues of a corpus. The corpora themselves are files."""

from django.conf import settings
from django.db import models


class DialogueFlag(models.Model):
    """A researcher's mark on one dialogue: why it should not be trained on, or be looked at again.

    A corpus may be made anew under its name: `digest` is of the dialogue as it was when it was flagged.
    """

    class Reason(models.TextChoices):
        LEAK = "leak", "a speaker knows what only the other's persona says"
        CONTRADICTION = "contradiction", "a speaker contradicts their persona, or themselves"
        TRAIT = "trait", "a trait is told and does not show, or its opposite does"
        INCOHERENT = "incoherent", "the turns do not follow from each other"
        UNNATURAL = "unnatural", "nobody would say it like this"
        HARMFUL = "harmful", "it offends, or would harm somebody"
        OTHER = "other", "something else"

    corpus = models.CharField(max_length=200)
    dialogue = models.CharField(max_length=300)
    digest = models.CharField(max_length=64)
    reason = models.CharField(max_length=16, choices=Reason)
    note = models.CharField(max_length=500, blank=True)
    flagged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="dialogue_flags")
    flagged_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["corpus", "dialogue", "flagged_by"], name="one_flag_per_dialogue_and_researcher"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.corpus} {self.dialogue}: {self.reason}"
