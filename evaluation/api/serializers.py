"""What a researcher's operations take and answer with. Only results have anything by system."""

from typing import Any, Final

from rest_framework import serializers

from evaluation.annotators.excluding import LONGEST_RULE
from evaluation.annotators.joining import ALL_LINKS
from evaluation.api.operations import Strict, paged
from evaluation.api.shapes import answers_as
from evaluation.models import AuditEntry, Invite, Study
from evaluation.stats.data.rows import JudgmentRow
from evaluation.studies.trail import HIDDEN

STATES: Final = list(Study.State.values)
MOST_LINKS: Final = 500
MOST_DAYS: Final = 3650


class StudySummaryOut(serializers.Serializer[Any]):
    """A study of the researcher's, as the list has it."""

    name = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    simulated = serializers.BooleanField()
    shows_results = serializers.BooleanField(help_text="whether judgments and report can be read")
    role = serializers.CharField()
    slots = serializers.IntegerField()
    slots_done = serializers.IntegerField(source="done")
    annotators = serializers.IntegerField()


class StudyOut(serializers.Serializer[Any]):
    """One study: its state, and what opening froze. Nothing in it is by system."""

    name = serializers.CharField()
    title = serializers.CharField()
    public_title = serializers.CharField(help_text="the title that annotators see")
    state = serializers.ChoiceField(choices=STATES)
    simulated = serializers.BooleanField()
    role = serializers.CharField()
    shows_results = serializers.BooleanField()
    design_digest = serializers.CharField(allow_blank=True, help_text="empty until it is opened")
    problems = serializers.ListField(child=serializers.CharField(), help_text="what keeps a draft from being opened")
    created_at = serializers.DateTimeField()
    opened_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    closes_at = serializers.DateTimeField(allow_null=True, help_text="from then on no pair is given out")
    unblinded_at = serializers.DateTimeField(allow_null=True)


class DayOut(serializers.Serializer[Any]):
    """The answers of one day."""

    day = serializers.DateField()
    judgments = serializers.IntegerField()


class StudyProgressOut(serializers.Serializer[Any]):
    """How far a study is. Nothing in it is by system."""

    name = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    simulated = serializers.BooleanField()
    shows_results = serializers.BooleanField()
    slots = serializers.IntegerField()
    slots_done = serializers.IntegerField()
    slots_out = serializers.IntegerField()
    slots_free = serializers.IntegerField()
    items = serializers.IntegerField()
    judgments = serializers.IntegerField()
    annotators = serializers.IntegerField()
    days = DayOut(many=True)


class ConfirmIn(Strict):
    """What cannot be taken back has to be meant: the name of what it is done to, once more."""

    confirm = serializers.CharField(max_length=100, help_text="the study's name")


class ForgetIn(Strict):
    """What cannot be taken back has to be meant: the code, once more."""

    confirm = serializers.CharField(max_length=100, help_text="the annotator's code")


class InviteIn(Strict):
    """How many links of which kind."""

    kind = serializers.ChoiceField(choices=["personal", "open"], help_text="one annotator each, or whoever has it")
    count = serializers.IntegerField(min_value=1, max_value=MOST_LINKS, default=1, help_text="of personal links")
    # A declared field never becomes the attribute of that name.
    label = serializers.CharField(  # type: ignore[assignment]
        max_length=100, allow_blank=True, default="", help_text="a note for yourselves"
    )
    days = serializers.IntegerField(
        min_value=1, max_value=MOST_DAYS, allow_null=True, default=None, help_text="null: until revoked"
    )

    def validate_label(self, label: str) -> str:
        """The word that means every link names none."""
        if label == ALL_LINKS:
            raise serializers.ValidationError(f"Expected another note than {ALL_LINKS!r}, which means every link.")
        return label


class InviteOut(serializers.Serializer[Invite]):
    """A link into a study. Its token was shown when it was made, and is kept nowhere."""

    number = serializers.IntegerField(source="pk")
    kind = serializers.SerializerMethodField()
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    works = serializers.SerializerMethodField(help_text="whether it still lets somebody in")
    annotators = serializers.IntegerField(source="came", help_text="how many came by it")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)

    def get_kind(self, invite: Invite) -> str:
        """Personal or open."""
        return "personal" if invite.personal else "open"

    def get_works(self, invite: Invite) -> bool:
        """As of the moment of the request."""
        return invite.works(self.context["now"])


class LinkOut(serializers.Serializer[Any]):
    """A link that was just made."""

    number = serializers.IntegerField()
    token = serializers.CharField(help_text="what an outside front end sends to `enter`; shown this once")
    url = serializers.CharField(help_text="what an annotator opens; shown this once")
    expires_at = serializers.DateTimeField(allow_null=True)


class LinksOut(serializers.Serializer[Any]):
    """The links that were made."""

    links = LinkOut(many=True)


class RevokedOut(serializers.Serializer[Any]):
    """Whether the link still worked."""

    revoked = serializers.BooleanField(help_text="false where it did not work any more")


class AnnotatorOut(serializers.Serializer[Any]):
    """One annotator's work so far."""

    code = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.CharField()
    excluded_by = serializers.CharField(allow_blank=True, help_text="the rule, or `by hand: ...`; empty who counts")
    done = serializers.IntegerField()
    median_seconds = serializers.FloatField(allow_null=True)
    share_left_clicked = serializers.FloatField(allow_null=True)
    share_tied = serializers.FloatField(allow_null=True)
    checks_right = serializers.IntegerField()
    checks_wrong = serializers.IntegerField()
    last_seen_at = serializers.DateTimeField(allow_null=True)


class BecauseIn(Strict):
    """Why somebody is left out, or taken back: the report states it."""

    because = serializers.CharField(max_length=LONGEST_RULE - 20)


class ForgottenOut(serializers.Serializer[Any]):
    """How many pairs had been judged, and are open again."""

    judged = serializers.IntegerField()


class WageOut(serializers.Serializer[Any]):
    """What one annotator did and is to get."""

    annotator = serializers.CharField()
    participant = serializers.CharField(allow_blank=True, help_text="the platform's id of the person")
    state = serializers.CharField()
    excluded_by = serializers.CharField(allow_blank=True)
    pairs = serializers.IntegerField()
    seconds = serializers.FloatField(allow_null=True)
    due = serializers.DecimalField(max_digits=20, decimal_places=2)
    hourly = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)


class AuditOut(serializers.Serializer[Any]):
    """One line of who did what."""

    made_at = serializers.DateTimeField()
    action = serializers.CharField()
    detail = serializers.SerializerMethodField(help_text="empty where it would tell results that are hidden")
    made_by = serializers.SerializerMethodField(help_text="null: by the study's own rules, or on the server")

    def get_detail(self, entry: AuditEntry) -> dict[str, Any]:
        """As the page of the trail tells it."""
        hidden = entry.action in HIDDEN and not entry.study.shows_results()
        return {} if hidden else dict(entry.detail)

    def get_made_by(self, entry: AuditEntry) -> str | None:
        """The researcher's name, or their address."""
        return str(entry.made_by) if entry.made_by is not None else None


JudgmentOut = answers_as(
    JudgmentRow,
    says={"choice": "the system chosen, or tie, both_bad, cannot_judge; on a rating or label what was given"},
)


class ReportOut(serializers.Serializer[Any]):
    """The analysis, as `report --json` prints it. Parts are documented in docs/formats.md."""

    signature = serializers.CharField()
    snapshot = serializers.CharField(help_text="SHA-256 of the judgments used")
    seed = serializers.IntegerField()
    study = serializers.DictField()
    n = serializers.DictField()
    plan = serializers.DictField()
    hypotheses = serializers.ListField(child=serializers.DictField())
    contrasts = serializers.ListField(child=serializers.DictField())
    looks = serializers.ListField(child=serializers.DictField())
    exploratory = serializers.ListField(child=serializers.CharField(), help_text="why it confirms nothing")
    amendments = serializers.ListField()
    criteria = serializers.DictField()
    annotators = serializers.DictField()
    excluded_annotators = serializers.DictField()
    side_bias = serializers.DictField()
    length_bias = serializers.DictField()
    bias = serializers.DictField()
    controls = serializers.DictField()
    self_consistency = serializers.DictField()
    traits = serializers.DictField()
    identification = serializers.DictField()
    automatic = serializers.DictField()
    power = serializers.DictField()
    training_runs = serializers.DictField()
    robustness = serializers.DictField()
    excluded = serializers.ListField(child=serializers.DictField())
    warnings = serializers.ListField(child=serializers.CharField())


StudyPageOut = paged("StudyPageOut", StudySummaryOut)
InvitePageOut = paged("InvitePageOut", InviteOut)
AnnotatorPageOut = paged("AnnotatorPageOut", AnnotatorOut)
AuditPageOut = paged("AuditPageOut", AuditOut)
JudgmentPageOut = paged("JudgmentPageOut", JudgmentOut)


class PayOut(paged("WagePageOut", WageOut)):  # type: ignore[misc]  # made in the line before
    """The pay list: its sums over everybody, and a page of who gets what."""

    currency = serializers.CharField()
    floor = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    total = serializers.DecimalField(max_digits=20, decimal_places=2)
    median_hourly = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    low_hourly = serializers.DecimalField(
        max_digits=20, decimal_places=2, allow_null=True, help_text="10th percentile of those who did something"
    )
    below_floor = serializers.BooleanField(help_text="whether the median is under the stated floor")
