"""A study's results by system: its judgments and its report, once they may be seen."""

from rest_framework.request import Request
from rest_framework.response import Response

from evaluation.api.operations import ManyIn, ResearcherView, operation
from evaluation.api.serializers import JudgmentOut, JudgmentPageOut, ReportOut
from evaluation.items.blinding import require_results
from evaluation.models import Study
from evaluation.reports.build import report_of
from evaluation.results.exporting import RowsOf


class _Results(ResearcherView):
    """What is hidden while a study runs: 409 until it is closed, or unblinded on purpose."""

    def shown(self, name: str) -> Study:
        study = self.study(name)
        require_results(study)
        return study


class Judgments(_Results):
    """A closed study's judgments."""

    @operation(
        "judgments",
        summary="A closed study's judgments",
        query=ManyIn,
        out=JudgmentPageOut,
        refuses=(404, 409),
    )
    def get(self, request: Request, name: str) -> Response:
        """The judgments in the long format that `export_judgments` writes, in pages of `limit` from `offset` on."""
        study = self.shown(name)
        return self.page(RowsOf(study), JudgmentOut, kind=ManyIn)


class Report(_Results):
    """A closed study's report."""

    @operation("report", summary="A closed study's report", out=ReportOut, refuses=(404, 409))
    def get(self, request: Request, name: str) -> Response:
        """The analysis, the same as `report --json`."""
        return Response(report_of(self.shown(name)).analysis)
