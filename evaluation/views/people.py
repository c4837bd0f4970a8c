"""The people of a study, for its researchers: check pairs, exclusions by rule and by hand, and the pay list."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from evaluation.annotators.excluding import (
    CannotExclude,
    Checked,
    NoSuchAnnotator,
    annotator_named,
    check_results,
    exclude,
    include,
    rules_of,
)
from evaluation.annotators.paying import NoPay, PayList, Wage, pay_list, write_pay_list
from evaluation.models import Study
from evaluation.studies.membership import changing_membership_or_404, membership_or_404, signed_in
from evaluation.views.forms import ExclusionForm


@dataclass(frozen=True)
class Person:
    """One line of the page."""

    code: str
    state: str
    excluded_by: str
    checks: Checked | None
    wage: Wage | None


@require_http_methods(["GET", "POST"])
@login_required
def people(request: HttpRequest, name: str) -> HttpResponse:
    """Who judged, how their checks went, what they are to get; posting leaves somebody out or takes them back."""
    if request.method == "POST":
        return _decide(request, name)
    membership = membership_or_404(request.user, name)
    study, paid = membership.study, _paid(membership.study)
    context = {
        "study": study,
        "may_change": membership.may_change(),
        "rules": rules_of(study),
        "people": people_of(study, paid),
        "pay": paid,
        "has_checks": study.items.filter(is_check=True).exists(),
        "exploratory": study.shows_results(),
    }
    return render(request, "evaluation/study_people.html", context)


@require_GET
@login_required
def pay(request: HttpRequest, name: str) -> HttpResponse:
    """The pay list as CSV, with participants' ids: for those who may change the study."""
    study = changing_membership_or_404(request.user, name).study
    paid = _paid(study)
    if paid is None:
        raise Http404("the study says nothing of pay")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{study.name}-pay.csv"'
    response["Cache-Control"] = "no-store"
    write_pay_list(paid, response)
    return response


def people_of(study: Study, paid: PayList | None) -> list[Person]:
    """The people of `study` in the order in which they came, in a fixed number of queries."""
    checks = check_results(study)
    wages = {each.annotator: each for each in paid.wages} if paid else {}
    return [
        Person(each.code, each.get_state_display(), each.excluded_by, checks.get(each.pk), wages.get(each.code))
        for each in study.annotators.order_by("created_at", "pk")
    ]


def _paid(study: Study) -> PayList | None:
    try:
        return pay_list(study)
    except NoPay:
        return None


def _decide(request: HttpRequest, name: str) -> HttpResponse:
    study = changing_membership_or_404(request.user, name).study
    form = ExclusionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say whom you mean, and why: the report states it.")
        return redirect("study-people", name)
    do = include if form.cleaned_data["do"] == "include" else exclude
    try:
        annotator = annotator_named(study, form.cleaned_data["annotator"])
        do(
            annotator=annotator,
            because=form.cleaned_data["because"],
            now=timezone.now(),
            by=signed_in(request.user),
        )
    except (NoSuchAnnotator, CannotExclude) as error:
        messages.error(request, f"{str(error)[:1].upper()}{str(error)[1:]}.")
    else:
        done = "counts again" if do is include else "is left out. Their pairs are open again"
        messages.success(request, f"{annotator.code} {done}.")
    return redirect("study-people", name)
