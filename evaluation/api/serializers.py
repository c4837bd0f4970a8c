"""What each operation of the API answers with. Progress has nothing by system; the rest needs results that show."""

from typing import Any

from rest_framework import serializers


class StudySummaryOut(serializers.Serializer[Any]):
    """A study of the researcher's, as the list has it."""

    name = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=["draft", "open", "paused", "closed"])
    simulated = serializers.BooleanField()
    shows_results = serializers.BooleanField(help_text="whether judgments and report can be read")
    role = serializers.CharField()
    slots = serializers.IntegerField()
    slots_done = serializers.IntegerField(source="done")
    annotators = serializers.IntegerField()


class AnnotatorOut(serializers.Serializer[Any]):
    """One annotator's work so far."""

    code = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.CharField()
    done = serializers.IntegerField()
    median_seconds = serializers.FloatField(allow_null=True)
    share_left_clicked = serializers.FloatField(allow_null=True)
    share_tied = serializers.FloatField(allow_null=True)
    last_seen_at = serializers.DateTimeField(allow_null=True)


class DayOut(serializers.Serializer[Any]):
    """The answers of one day."""

    day = serializers.DateField()
    judgments = serializers.IntegerField()


class StudyProgressOut(serializers.Serializer[Any]):
    """How far a study is."""

    name = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=["draft", "open", "paused", "closed"])
    simulated = serializers.BooleanField()
    shows_results = serializers.BooleanField()
    slots = serializers.IntegerField()
    slots_done = serializers.IntegerField()
    slots_out = serializers.IntegerField()
    slots_free = serializers.IntegerField()
    items = serializers.IntegerField()
    judgments = serializers.IntegerField()
    annotators = AnnotatorOut(many=True)
    days = DayOut(many=True)


class PageIn(serializers.Serializer[Any]):
    """Which part of a long answer is wanted."""

    limit = serializers.IntegerField(min_value=1, max_value=10_000, default=1000)
    offset = serializers.IntegerField(min_value=0, default=0)


class JudgmentOut(serializers.Serializer[Any]):
    """A judgment in the long format of exported files."""

    context = serializers.CharField()  # type: ignore[assignment]  # a declared field never becomes the attribute
    annotator = serializers.CharField()
    criterion = serializers.CharField()
    choice = serializers.CharField()
    first = serializers.CharField(allow_blank=True)
    second = serializers.CharField(allow_blank=True)
    system = serializers.CharField(allow_blank=True)
    strength = serializers.IntegerField(allow_null=True)
    look = serializers.IntegerField()
    annotator_kind = serializers.ChoiceField(choices=["human", "simulated", "llm"])
    cluster = serializers.CharField(allow_blank=True)
    domain = serializers.CharField(allow_blank=True)
    pair = serializers.CharField(allow_blank=True)
    displayed_left = serializers.CharField(allow_blank=True)
    layout = serializers.CharField(allow_blank=True)
    seconds = serializers.FloatField(allow_null=True)
    submitted_at = serializers.CharField(allow_blank=True)
    is_check = serializers.BooleanField()
    expected = serializers.CharField(allow_blank=True)
    excluded_by = serializers.CharField(allow_blank=True)
    trait = serializers.CharField(allow_blank=True)
    level = serializers.CharField(allow_blank=True)
    problem = serializers.CharField(allow_blank=True)


class JudgmentPageOut(serializers.Serializer[Any]):
    """A part of a study's judgments, and where the others are."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = JudgmentOut(many=True)


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


class ProblemOut(serializers.Serializer[Any]):
    """Why a request was refused."""

    detail = serializers.CharField()
