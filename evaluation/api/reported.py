"""Reported pairs: what annotators reported, and what becomes of the pair."""

from dataclasses import asdict
from typing import Any, Final

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evaluation.api.operations import PageIn, ResearcherView, Strict, operation, paged
from evaluation.changes.dropping import drop, restore
from evaluation.models import Study
from evaluation.running.reported import LONGEST_NOTE, mark_seen, reports_of, retain
from evaluation.studies.pair_reports import ANSWERS_TO_A_REPORT

REPORTED: Final = {
    "number": 812,
    "problem": "broken",
    "comment": "The second reply is cut off.",
    "annotator": "A-7Q2",
    "at": "2026-11-24T10:00:00Z",
    "context": "chat-2#1",
    "turns": ["Hi, any pets?"],
    "replies": ["Two dogs, says o!", "Two d"],
    "notes": [],
    "reporters": 1,
    "judged": 3,
    "dropped": "",
    "is_check": False,
}


class NoteOut(serializers.Serializer[Any]):
    """What somebody made of a report."""

    at = serializers.DateTimeField()
    by = serializers.CharField(allow_blank=True)
    note = serializers.CharField()


class ReportedOut(serializers.Serializer[Any]):
    """One report. Replies stand as they were shown, and nothing says who wrote which."""

    number = serializers.IntegerField()
    problem = serializers.CharField()
    comment = serializers.CharField(allow_blank=True)
    annotator = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField(allow_null=True)
    # A declared field never becomes the attribute of that name.
    context = serializers.CharField()  # type: ignore[assignment]
    turns = serializers.ListField(child=serializers.CharField())
    replies = serializers.ListField(child=serializers.CharField(allow_blank=True))
    notes = NoteOut(many=True)
    reporters = serializers.IntegerField(help_text="how many of those who judged the pair reported it")
    judged = serializers.IntegerField()
    dropped = serializers.CharField(allow_blank=True, help_text="why the pair was dropped; empty where it stands")
    is_check = serializers.BooleanField(help_text="a pair with a known answer cannot be dropped")


class AnswerReportIn(Strict):
    """What becomes of a reported pair, and why."""

    do = serializers.ChoiceField(
        choices=list(ANSWERS_TO_A_REPORT),
        help_text="note it, keep the pair, drop it from the study, or take it back in",
    )
    note = serializers.CharField(max_length=LONGEST_NOTE, help_text="of a drop or a restoring, the report states it")


ReportedPageOut = paged("ReportedPageOut", ReportedOut)


class Reported(ResearcherView):
    """The reported pairs of a study."""

    @operation(
        "reported_pairs",
        summary="A study's reported pairs",
        query=PageIn,
        out=ReportedPageOut,
        refuses=(404,),
        example={"count": 1, "next": None, "previous": None, "results": [REPORTED]},
    )
    def get(self, request: Request, name: str) -> Response:
        """Those that nobody has answered first. Nothing in it is by system."""
        return self.page(_told(self.study(name)), ReportedOut)


class AnswerReport(ResearcherView):
    """A report is answered."""

    @operation(
        "answer_report",
        summary="Note, keep, drop or restore a reported pair",
        takes=AnswerReportIn,
        out=ReportedOut,
        refuses=(404, 409),
        sends={"do": "drop", "note": "the second reply is cut off in its file"},
        example=REPORTED | {"dropped": "the second reply is cut off in its file"},
    )
    def post(self, request: Request, name: str, number: int) -> Response:
        """Dropping and restoring are amendments: what was said is kept, and leaves the results or is back in them."""
        study, said = self.study_to_change(name), self.taken(AnswerReportIn)
        now, do, note = timezone.now(), said["do"], said["note"]
        if do == "drop":
            drop(study=study, number=number, because=note, now=now, by=self.me)
        elif do == "restore":
            restore(study=study, number=number, because=note, now=now, by=self.me)
        else:
            (retain if do == "retain" else mark_seen)(study=study, number=number, note=note, now=now, by=self.me)
        return Response(ReportedOut(next(each for each in _told(study) if each["number"] == number)).data)


def _told(study: Study) -> list[dict[str, Any]]:
    return [
        asdict(each) | {"notes": [{"at": at, "by": by, "note": note} for at, by, note in each.notes]}
        for each in reports_of(study)
    ]
