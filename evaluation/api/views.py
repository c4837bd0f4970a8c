"""The API: read-only, the same verbs as the pages, and the same rule on what is hidden."""

from dataclasses import asdict
from typing import Any, Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import APIException
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from evaluation.api.permissions import HasReadScope
from evaluation.api.serializers import (
    JudgmentOut,
    JudgmentPageOut,
    PageIn,
    ProblemOut,
    ReportOut,
    StudyProgressOut,
    StudySummaryOut,
)
from evaluation.blinding import ResultsHidden, require_results
from evaluation.exporting import rows_of
from evaluation.membership import membership_or_404, signed_in
from evaluation.models import Study
from evaluation.overview import cards_of
from evaluation.reports.build import report_of
from evaluation.studies import progress_of_study

HIDDEN: Final = OpenApiResponse(ProblemOut, description="The study is not closed, and was not unblinded.")
BAD_PAGE: Final = OpenApiResponse(description="A limit or an offset that is none; the answer names it.")
NOT_THERE: Final = OpenApiResponse(ProblemOut, description="No such study of yours.")
REFUSED: Final = {
    401: OpenApiResponse(ProblemOut, description="No token, or one that is unknown or has expired."),
    403: OpenApiResponse(ProblemOut, description="The token lacks the scope `read`."),
}


class StudyNotClosed(APIException):
    """Results by system were asked for too early."""

    status_code = 409
    default_code = "results_hidden"


@extend_schema(  # type: ignore[untyped-decorator]  # drf-spectacular is untyped here
    operation_id="studies",
    summary="Your studies",
    responses={200: StudySummaryOut(many=True), **REFUSED},
)
@api_view(["GET"])
@permission_classes([IsAuthenticated, HasReadScope])
def studies(request: Request) -> Response:
    """Every study that you are a member of, the newest first."""
    return Response(StudySummaryOut(cards_of(signed_in(request.user)), many=True).data)


@extend_schema(  # type: ignore[untyped-decorator]  # drf-spectacular is untyped here
    operation_id="study",
    summary="One study's progress",
    responses={200: StudyProgressOut, **REFUSED, 404: NOT_THERE},
)
@api_view(["GET"])
@permission_classes([IsAuthenticated, HasReadScope])
def study(request: Request, name: str) -> Response:
    """Slots, annotators and answers by day. Nothing in it is by system."""
    found = membership_or_404(request.user, name).study
    return Response(StudyProgressOut(_progress(found)).data)


def _progress(found: Study) -> dict[str, Any]:
    progress = progress_of_study(found, now=timezone.now())
    return {
        "name": found.name,
        "title": found.title,
        "state": found.state,
        "simulated": found.simulated,
        "shows_results": found.shows_results(),
        "slots": progress.slots,
        "slots_done": progress.slots_done,
        "slots_out": progress.slots_out,
        "slots_free": progress.slots_free,
        "items": progress.items,
        "judgments": progress.judgments,
        "annotators": [asdict(each) for each in progress.per_annotator],
        "days": [{"day": day, "judgments": count} for day, count in progress.by_day],
    }


@extend_schema(  # type: ignore[untyped-decorator]  # drf-spectacular is untyped here
    operation_id="judgments",
    summary="A closed study's judgments",
    parameters=[PageIn],
    responses={200: JudgmentPageOut, 400: BAD_PAGE, **REFUSED, 404: NOT_THERE, 409: HIDDEN},
)
@api_view(["GET"])
@permission_classes([IsAuthenticated, HasReadScope])
def judgments(request: Request, name: str) -> Response:
    """The judgments in the long format that `export_judgments` writes, in pages of `limit` from `offset` on."""
    found = _with_results(request, name)
    PageIn(data=request.query_params).is_valid(raise_exception=True)
    pages = JudgmentPages()
    page = pages.paginate_queryset(rows_of(found), request)
    return pages.get_paginated_response(JudgmentOut(page, many=True).data)


@extend_schema(  # type: ignore[untyped-decorator]  # drf-spectacular is untyped here
    operation_id="report",
    summary="A closed study's report",
    responses={200: ReportOut, **REFUSED, 404: NOT_THERE, 409: HIDDEN},
)
@api_view(["GET"])
@permission_classes([IsAuthenticated, HasReadScope])
def report(request: Request, name: str) -> Response:
    """The analysis, the same as `report --json`."""
    found = _with_results(request, name)
    return Response(report_of(found).analysis)


class JudgmentPages(LimitOffsetPagination):
    """A thousand judgments at a time, unless told otherwise."""

    default_limit = 1000
    max_limit = 10_000


def _with_results(request: Request, name: str) -> Study:
    """The study, if the researcher is a member and its results may be seen."""
    found = membership_or_404(request.user, name).study
    try:
        require_results(found)
    except ResultsHidden as error:
        raise StudyNotClosed(str(error)) from error
    return found
