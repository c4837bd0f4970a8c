"""A study's report on the site: hidden until the study is closed, or unblinded on purpose."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from evaluation.items.blinding import ResultsHidden, require_results
from evaluation.models import Job, Membership
from evaluation.reports.build import StudyReport
from evaluation.reports.made import BeingMade, report_for_page
from evaluation.studies.membership import membership_or_404, signed_in
from evaluation.views.htmx import HTMX


@require_GET
@login_required
def report(request: HttpRequest, name: str) -> HttpResponse:
    """The report as a page."""
    membership = membership_or_404(request.user, name)
    found = _found(request, membership)
    if isinstance(found, HttpResponse):
        return found
    return render(request, "evaluation/report/page.html", {"study": membership.study, "report": found})


@require_GET
@login_required
def table(request: HttpRequest, name: str, key: str) -> HttpResponse:
    """One of the report's tables as CSV."""
    membership = membership_or_404(request.user, name)
    whole = _found(request, membership)
    if isinstance(whole, HttpResponse):
        return whole
    found = next((each for each in whole.tables if each.key == key), None)
    if found is None:
        raise Http404("no such table")
    return HttpResponse(
        found.as_csv(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{membership.study.name}-{found.key}.csv"'},
    )


def _found(request: HttpRequest, membership: Membership) -> StudyReport | HttpResponse:
    """The report; or the page that says that it is hidden, or is being made."""
    try:
        require_results(membership.study)
        return report_for_page(study=membership.study, now=timezone.now(), by=signed_in(request.user))
    except ResultsHidden:
        return _hidden(request, membership)
    except BeingMade as made:
        return _being_made(request, membership, made.job)


def _hidden(request: HttpRequest, membership: Membership) -> HttpResponse:
    context = {"study": membership.study, "may_change": membership.may_change()}
    return render(request, "evaluation/report/hidden.html", context, status=409)


def _being_made(request: HttpRequest, membership: Membership, job: Job) -> HttpResponse:
    context = {"study": membership.study, "job": job, "htmx_config": HTMX}
    return render(request, "evaluation/report/being_made.html", context, status=202)
