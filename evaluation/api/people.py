"""The people of a study: how they work, who is left out, who is forgotten, and what is owed to whom."""

from dataclasses import asdict
from typing import Any, Final

from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from evaluation.annotators.excluding import Checked, annotator_named, check_results, exclude, include
from evaluation.annotators.paying import pay_list
from evaluation.annotators.withdrawing import forget
from evaluation.api.operations import PageIn, ResearcherView, operation
from evaluation.api.serializers import (
    AnnotatorOut,
    AnnotatorPageOut,
    BecauseIn,
    ForgetIn,
    ForgottenOut,
    PayOut,
    WageOut,
)
from evaluation.models import Study
from evaluation.studies.life import progress_of_study

ANNOTATOR: Final = {
    "code": "A-7Q2",
    "kind": "human",
    "state": "active",
    "excluded_by": "",
    "done": 12,
    "median_seconds": 21.5,
    "share_left_clicked": 0.5,
    "share_tied": 0.1,
    "checks_right": 2,
    "checks_wrong": 0,
    "last_seen_at": "2026-11-24T10:00:00Z",
}
BECAUSE: Final = {"because": "answered while the study was tried out"}


class Annotators(ResearcherView):
    """Those who judge."""

    @operation(
        "annotators",
        summary="A study's annotators",
        query=PageIn,
        out=AnnotatorPageOut,
        refuses=(404,),
        example={"count": 1, "next": None, "previous": None, "results": [ANNOTATOR]},
    )
    def get(self, request: Request, name: str) -> Response:
        """How each of them works, in the order in which they came. Nothing in it is by system."""
        return self.page(annotators_of(self.study(name)), AnnotatorOut)


def annotators_of(study: Study) -> list[dict[str, Any]]:
    """The annotators of `study` for `AnnotatorOut`, in a fixed number of queries."""
    checks = check_results(study)
    known = {
        code: (excluded_by, checks.get(key, Checked(0, 0)))
        for code, excluded_by, key in study.annotators.values_list("code", "excluded_by", "pk")
    }
    told = []
    for each in progress_of_study(study, now=timezone.now()).per_annotator:
        excluded_by, checked = known[each.code]
        told.append(
            asdict(each) | {"excluded_by": excluded_by, "checks_right": checked.right, "checks_wrong": checked.wrong}
        )
    return told


class _OnAnnotator(ResearcherView):
    """What is done to one annotator of a study."""

    def one(self, study: Study, code: str) -> Response:
        found = next((each for each in annotators_of(study) if each["code"] == code), None)
        return Response(AnnotatorOut(found).data)


class Exclude(_OnAnnotator):
    """Somebody is left out."""

    @operation(
        "exclude",
        summary="Leave an annotator out",
        takes=BecauseIn,
        out=AnnotatorOut,
        refuses=(404, 409),
        sends=BECAUSE,
        example=ANNOTATOR | {"state": "ended", "excluded_by": "by hand: answered while the study was tried out"},
    )
    def post(self, request: Request, name: str, code: str) -> Response:
        """By hand and with a reason, which the report states; their pairs are open again."""
        study = self.study_to_change(name)
        because = self.taken(BecauseIn)["because"]
        exclude(annotator=annotator_named(study, code), because=because, now=timezone.now(), by=self.me)
        return self.one(study, code)


class Include(_OnAnnotator):
    """Somebody is taken back."""

    @operation(
        "include",
        summary="Take an annotator back",
        takes=BecauseIn,
        out=AnnotatorOut,
        refuses=(404, 409),
        sends=BECAUSE,
    )
    def post(self, request: Request, name: str, code: str) -> Response:
        """Their judgments count again, and no rule ends them any more."""
        study = self.study_to_change(name)
        because = self.taken(BecauseIn)["because"]
        include(annotator=annotator_named(study, code), because=because, now=timezone.now(), by=self.me)
        return self.one(study, code)


class Forget(ResearcherView):
    """Somebody asked to be forgotten."""

    @operation(
        "forget",
        summary="Delete all that is stored of an annotator",
        takes=ForgetIn,
        out=ForgottenOut,
        refuses=(404,),
        sends={"confirm": "A-7Q2"},
        example={"judged": 12},
    )
    def post(self, request: Request, name: str, code: str) -> Response:
        """On their request: judgments, drafts, comments, participant id. It cannot be undone."""
        annotator = annotator_named(self.study_to_change(name), code)
        if self.taken(ForgetIn)["confirm"] != code:
            raise ValidationError({"confirm": ["Expected the annotator's code: this cannot be taken back."]})
        return Response(ForgottenOut({"judged": forget(annotator=annotator, now=timezone.now(), by=self.me)}).data)


class Pay(ResearcherView):
    """What is owed."""

    @operation("pay", summary="The pay list", query=PageIn, out=PayOut, refuses=(404, 409))
    def get(self, request: Request, name: str) -> Response:
        """Work done is paid, whoever did it and however it ended. With participants' ids, so not for readers."""
        paid = pay_list(self.study_to_change(name))
        answer = self.page(paid.wages, WageOut)
        sums = ("currency", "floor", "total", "median_hourly", "low_hourly", "below_floor")
        return Response(PayOut({**answer.data, **{each: getattr(paid, each) for each in sums}}).data)
