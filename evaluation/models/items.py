"""What is judged, and the planned looks at it."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from evaluation.models.annotators import Annotator
from evaluation.models.studies import Study, System


class Context(models.Model):
    """Persona, traits and the turns before the response. `cluster` is what statistics resample together."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="contexts")
    ident = models.CharField(max_length=200)
    cluster = models.CharField(max_length=200)
    domain = models.CharField(max_length=100)
    speaker = models.PositiveSmallIntegerField()
    persona = models.JSONField(default=list)
    traits = models.JSONField(default=dict)
    # [{"speaker": 0, "text": "hi"}, ...], raw: the display function works on the way out.
    turns = models.JSONField(default=list)
    # Held back from every page; for leak checks on export only.
    partner_persona = models.JSONField(default=list)
    reference = models.TextField(null=True, blank=True)  # noqa: DJ001  # an absent reference is not an empty one

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "ident"], name="one_context_per_ident")]

    def __str__(self) -> str:
        return self.ident


class Response(models.Model):
    """A system's next turn in a context; of whole dialogues all the turns, and in `text` the same as one text."""

    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="responses")
    # Empty on a check pair's reply made from another context.
    system = models.ForeignKey(System, on_delete=models.CASCADE, related_name="responses", null=True, blank=True)
    text = models.TextField(blank=True)
    turns = models.JSONField(default=list, blank=True)
    # 0; 1 for a second sample of the same system, which only controls of the instrument show.
    sample = models.PositiveSmallIntegerField(default=0)
    # What the system really was told.
    given = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["context", "system", "sample"], name="one_response_per_system")]

    def __str__(self) -> str:
        return self.text[:60]


class Item(models.Model):
    """What one slot shows: a pair of responses, two whole dialogues, or a persona to label."""

    class Kind(models.TextChoices):
        PAIR = "pair"
        DIALOGUES = "dialogues"
        PERSONA = "persona"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PAIR)
    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="items")
    # first / second: only the pair's own order, that of the study's systems. Empty for a persona.
    first = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="+", null=True, blank=True)
    second = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="+", null=True, blank=True)
    # The one trait that this item's trait question asks about; empty where the speaker has none stated.
    trait = models.CharField(max_length=20, blank=True)
    level = models.CharField(max_length=10, blank=True)
    is_check = models.BooleanField(default=False)
    # Shown before the first real pair, with feedback; it has no slots, and nothing said of it is a judgment.
    is_practice = models.BooleanField(default=False)
    # "aa" or "ceiling" on a pair that tests the instrument and enters no result; see `stats.controls`.
    control = models.CharField(max_length=8, blank=True)
    # On a pair with a known answer: criterion key -> "first" or "second".
    expected = models.JSONField(default=dict, blank=True)
    # What the feedback on a practice pair says of it.
    why = models.TextField(blank=True)
    # The two responses are equal once normalised: a tie that nobody is asked about.
    automatic_tie = models.BooleanField(default=False)
    # Taken out while the study ran, by an amendment that says why: handed out no more, and in no result.
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_because = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["context", "first", "second"], name="one_item_per_pair"),
        ]
        # Few among very many.
        indexes = [
            models.Index(fields=["study"], name="item_check", condition=Q(is_check=True)),
            models.Index(fields=["study"], name="item_practice", condition=Q(is_practice=True)),
            models.Index(fields=["study"], name="item_dropped", condition=Q(dropped_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.context.ident}"


class LostLook(models.Model):
    """A context that an annotator saw and did not answer: its lease ran out, or they passed over it."""

    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, related_name="lost_looks")
    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="+")
    # The pair that was passed over; empty where a lease ran out.
    item = models.ForeignKey(Item, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    # Passed over on purpose, where the study allows it.
    skipped_at = models.DateTimeField(null=True, blank=True)
    # Taken from them because the pair was dropped: it is paid as if they had judged it.
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["annotator", "context"], name="one_lost_look_per_context")]

    def __str__(self) -> str:
        return f"{self.annotator} lost {self.context}"


class SlotQuerySet(models.QuerySet["Slot"]):
    """Words for the life of a slot: free, held, answered."""

    def answered(self) -> "SlotQuerySet":
        """Those whose judgments are all in."""
        return self.filter(answered_at__isnull=False)

    def reported(self) -> "SlotQuerySet":
        """Those that were answered with a problem."""
        return self.answered().exclude(problem="")

    def unclaimed(self, now: datetime) -> "SlotQuerySet":
        """Those that can be claimed: not answered, and nobody holds them or the lease ran out."""
        return self.filter(answered_at=None).filter(Q(annotator=None) | Q(leased_until__lte=now))

    def held(self, now: datetime) -> "SlotQuerySet":
        """Those that somebody holds and has not answered yet."""
        return self.filter(answered_at=None, annotator__isnull=False, leased_until__gt=now)

    def for_annotator(self, annotator: Annotator) -> "SlotQuerySet":
        """Those that `annotator` holds or answered."""
        return self.filter(annotator=annotator)

    def planned(self) -> "SlotQuerySet":
        """Those of real pairs that the result is made of: no check pairs, no dropped ones, of nobody excluded."""
        return self.filter(
            Q(annotator=None) | Q(annotator__excluded_by=""),
            Q(repeats=None) | Q(repeats__annotator=None) | Q(repeats__annotator__excluded_by=""),
            item__is_check=False,
            item__dropped_at=None,
        )


class Slot(models.Model):
    """A planned look at an item; once `annotator` is set it is that annotator's assignment.

    `first_on_left` was drawn when the study was planned and is what is shown. `context` repeats the item's,
    so that the database itself holds the rule that nobody sees a context twice.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="slots")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="slots")
    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="+")
    # 1; 2 for the planned repeat with sides swapped, which only the annotator of `repeats` can claim.
    look = models.PositiveSmallIntegerField(default=1)
    repeats = models.OneToOneField("self", on_delete=models.CASCADE, null=True, blank=True, related_name="repeat")
    # Planned in place of this one, whose annotator was excluded: it is another slot of the same item.
    stands_for = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="stand_ins")
    # 0, 1, ... k-1 within the item; stand-ins and the looks at a check pair go on from there.
    number = models.PositiveSmallIntegerField()
    # Slots are handed out in this order.
    position = models.PositiveIntegerField()
    first_on_left = models.BooleanField()

    annotator = models.ForeignKey(Annotator, on_delete=models.SET_NULL, related_name="slots", null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    # The criteria before the traits are answered and can no longer be changed on the first sheet.
    locked_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    # Active seconds, as the page measured them.
    seconds = models.FloatField(null=True, blank=True)
    # "side-by-side" or "stacked": what the annotator had before their eyes.
    layout = models.CharField(max_length=16, blank=True)
    comment = models.TextField(blank=True)
    # "unsafe", "broken" or "nonsense" once reported; never blocks.
    problem = models.CharField(max_length=16, blank=True)

    objects: ClassVar[models.Manager["Slot"]] = SlotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "look", "number"], name="one_slot_per_number"),
            models.UniqueConstraint(fields=["item", "annotator", "look"], name="one_answer_per_look"),
            models.UniqueConstraint(fields=["context", "annotator", "look"], name="no_context_twice"),
        ]
        indexes = [
            models.Index(fields=["study", "position"], name="slot_open", condition=Q(answered_at=None)),
            models.Index(fields=["annotator", "answered_at"], name="slot_of_annotator"),
            models.Index(
                fields=["study", "leased_until"],
                name="slot_held",
                condition=Q(answered_at=None, annotator__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"slot {self.number} of {self.item_id}"

    def left(self) -> Response | None:
        """The response shown first on the page (Reply 1)."""
        return self.item.first if self.first_on_left else self.item.second

    def right(self) -> Response | None:
        """The response shown second on the page (Reply 2)."""
        return self.item.second if self.first_on_left else self.item.first

    def left_id(self) -> int | None:
        """The key of the response shown first on the page; the response itself need not be read."""
        return self.item.first_id if self.first_on_left else self.item.second_id

    def right_id(self) -> int | None:
        """The key of the response shown second on the page."""
        return self.item.second_id if self.first_on_left else self.item.first_id
