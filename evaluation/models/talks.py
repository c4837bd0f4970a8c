"""Chats of researchers with systems: queued here by pages, answered by a process, which alone reaches a model."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Talk(models.Model):
    """A chat of one researcher with one system, or with two at once, that have this persona and these traits.

    `systems` are names that the answering process knows; with two, both get the same turns and each its own history.
    """

    researcher = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="talks")
    systems = models.JSONField()
    # Sentences in the first person; trait -> level, as they are told.
    persona = models.JSONField(default=list)
    traits = models.JSONField(default=dict)
    begun_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"talk {self.pk} with {' and '.join(self.systems)}"


class TalkTurn(models.Model):
    """What the researcher said; `place` counts these turns from 0."""

    talk = models.ForeignKey(Talk, on_delete=models.CASCADE, related_name="turns")
    place = models.PositiveSmallIntegerField()
    text = models.TextField()
    said_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["talk", "place"], name="one_turn_at_a_place")]

    def __str__(self) -> str:
        return f"turn {self.place} of talk {self.talk_id}"


class TalkReplyQuerySet(models.QuerySet["TalkReply"]):
    """The words of the queue."""

    def waiting(self) -> "TalkReplyQuerySet":
        return self.filter(state=TalkReply.State.WAITING)

    def open(self) -> "TalkReplyQuerySet":
        return self.filter(state__in=(TalkReply.State.WAITING, TalkReply.State.ASKED))


class TalkReply(models.Model):
    """What one of the talk's systems says to a turn; `side` is its place among them.

    Waiting until the answering process asks the system, then answered, or failed with the reason; what failed can be
    set waiting again, which begins another round.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        ASKED = "asked"
        ANSWERED = "answered"
        FAILED = "failed"

    turn = models.ForeignKey(TalkTurn, on_delete=models.CASCADE, related_name="replies")
    side = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    text = models.TextField(blank=True)
    reason = models.CharField(max_length=500, blank=True)
    round = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(null=True)

    objects = TalkReplyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["turn", "side"], name="one_reply_per_turn_and_side"),
            models.CheckConstraint(condition=~Q(state="answered") | ~Q(text=""), name="an_answered_reply_has_a_text"),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(reason=""), name="a_failed_reply_has_a_reason"),
        ]
        indexes = [models.Index(fields=["state"], name="replies_that_wait", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"reply {self.side} to {self.turn_id}: {self.state}"


class AnsweringProcess(models.Model):
    """An answering process, with the systems that it can ask; it says again and again that it is there."""

    systems = models.JSONField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"answers for {', '.join(self.systems)}"
