"""A study: its design, the systems it compares, the criteria it asks, and what was done to it."""

from datetime import datetime

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models


class Study(models.Model):
    """One evaluation: frozen design, systems, criteria, and a state that only moves forward."""

    class State(models.TextChoices):
        DRAFT = "draft"
        OPEN = "open"
        PAUSED = "paused"
        CLOSED = "closed"

    name = models.CharField(
        max_length=100,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9_.-]*$", "Lower-case letters, digits, '-', '_' and '.'.")],
    )
    # The researchers' own title. It may name the systems, so annotators only ever see `public_title`.
    title = models.CharField(max_length=200)
    public_title = models.CharField(max_length=200, default="Which reply is better?")
    # Stands in annotators' addresses in place of the name, which may give the systems away too.
    public_id = models.CharField(max_length=16, unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    # A dry run: judged by simulated annotators, marked as such wherever it is shown.
    simulated = models.BooleanField(default=False)
    # The parsed study.toml. `design_digest` is filled on opening and never changes after that.
    design = models.JSONField(default=dict)
    design_digest = models.CharField(max_length=64, blank=True)
    # Hypotheses, family, alpha, margins, `annotators`: as `FILE.study.json` carries it.
    plan = models.JSONField(default=dict)
    seed = models.BigIntegerField(default=0)
    judgments_per_pair = models.PositiveSmallIntegerField(default=3)
    max_share = models.FloatField(default=1.0)
    repeat_share = models.FloatField(default=0.0)
    lease_minutes = models.PositiveSmallIntegerField(default=30)
    # "one-page", or "one-per-page": a criterion at a time.
    layout = models.CharField(max_length=16, default="one-page")
    display = models.CharField(max_length=16, default="detokenised")
    language = models.CharField(max_length=16, default="en")
    # Markdown, sanitised where it is shown. The consent version agreed to is its digest.
    consent = models.TextField(blank=True)
    instructions = models.TextField(blank=True)
    end_text = models.TextField(blank=True)
    # Said before the consent, where what is shown may hurt; `may_skip` lets an annotator pass over a pair unpunished.
    content_warning = models.TextField(blank=True)
    may_skip = models.BooleanField(default=False)
    # The ethics approval's reference, or "none": stated before a study of people can open.
    ethics = models.CharField(max_length=300, blank=True)
    # Where the preregistration was deposited outside; empty: it was not.
    deposited_at = models.URLField(blank=True)
    # How many first looks at real pairs are planned, and when they were counted: a share is a share of them.
    planned_looks = models.PositiveIntegerField(null=True, blank=True)
    planned_looks_at = models.DateTimeField(null=True, blank=True)
    # What made the systems' responses, where it must be said: "offline author", "simulated".
    caveats = models.JSONField(default=list)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # From then on nobody is given another pair; who holds one may finish it. Asked whenever a pair is.
    closes_at = models.DateTimeField(null=True, blank=True)
    unblinded_at = models.DateTimeField(null=True, blank=True)
    researchers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="evaluation.Membership", related_name="studies"
    )

    class Meta:
        verbose_name_plural = "studies"

    def __str__(self) -> str:
        return self.name

    def is_draft(self) -> bool:
        """Whether the study was never opened: nothing about it is frozen yet."""
        return self.state == self.State.DRAFT

    def is_open(self) -> bool:
        """Whether annotators may judge now."""
        return self.state == self.State.OPEN

    def is_closed(self) -> bool:
        """Whether the study has ended for good."""
        return self.state == self.State.CLOSED

    def is_past_closing(self, now: datetime) -> bool:
        """Whether the date has come after which nobody is given another pair."""
        closes: datetime | None = self.closes_at
        return closes is not None and now >= closes

    def shows_results(self) -> bool:
        """Whether results by system may be seen: once closed, or unblinded on purpose."""
        return self.is_closed() or self.unblinded_at is not None

    def unblinded_early(self) -> bool:
        """Whether results were looked at before the study closed."""
        early: datetime | None = self.unblinded_at
        return early is not None and (self.closed_at is None or early < self.closed_at)


class System(models.Model):
    """That which answered: a checkpoint with a decoding, or an outside model. `position` is the study's own order."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="systems")
    name = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    responses_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "name"], name="one_system_per_name"),
            models.UniqueConstraint(fields=["study", "position"], name="one_system_per_position"),
        ]

    def __str__(self) -> str:
        return self.name


class Criterion(models.Model):
    """One question asked of every item, with its wording, scale and options."""

    class Scale(models.TextChoices):
        PREFERENCE = "preference"
        PREFERENCE5 = "preference5"
        RATING = "rating"
        LABEL = "label"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="criteria")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=100)
    question = models.TextField()
    help = models.TextField(blank=True)
    scale = models.CharField(max_length=16, choices=Scale)
    # On a preference any of "tie", "both_bad", "cannot_judge"; on a label the labels in their order.
    options = models.JSONField(default=list)
    # On a rating: {"min": 1, "max": 5, "ends": ["not at all", "completely"]}.
    range = models.JSONField(default=dict)
    # "traits": asked only where the speaker has a stated trait; one trait per judgment.
    needs = models.CharField(max_length=16, blank=True)
    # "optional" or "required": whether an answer comes with a reason in words; empty: none is asked for.
    reason = models.CharField(max_length=8, blank=True)
    # Keys of the criteria that must be answered and locked before this one is shown.
    after = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField()
    # A change of wording is a new version; every judgment keeps the one it answered.
    version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        verbose_name_plural = "criteria"
        constraints = [models.UniqueConstraint(fields=["study", "key"], name="one_criterion_per_key")]

    def __str__(self) -> str:
        return self.key


class Amendment(models.Model):
    """A change to an open study's design or plan, listed in the report."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="amendments")
    text = models.TextField()
    # What was changed, from what and to what, as far as a program can say it.
    change = models.JSONField(default=dict, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.text


class AuditEntry(models.Model):
    """Who did what to a study, and when. `made_by` is empty for a command on the server."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="audit")
    action = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M} {self.action}"
