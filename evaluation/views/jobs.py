"""What workers make for a study: its report and judgments as files, a model's judgments; with their progress."""

from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from evaluation.items.blinding import ResultsHidden, require_results
from evaluation.models import Job, Study
from evaluation.queue.jobs import ask_for, file_of
from evaluation.queue.queueing import has_workers
from evaluation.studies.membership import changing_membership_or_404, membership_or_404, signed_in
from evaluation.views.forms import JudgeForm
from evaluation.views.htmx import HTMX

SHOWN: Final = 20


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def jobs(request: HttpRequest, name: str) -> HttpResponse:
    """What was made and is being made; posting asks for more."""
    if request.method == "POST":
        return _ask(request, name)
    membership = membership_or_404(request.user, name)
    context = {
        "study": membership.study,
        "may_change": membership.may_change(),
        "has_workers": has_workers(),
        "jobs": membership.study.jobs.select_related("made_by").order_by("-made_at", "-pk")[:SHOWN],
        "form": JudgeForm(),
        "htmx_config": HTMX,
    }
    return render(request, "evaluation/jobs.html", context)


@never_cache
@require_GET
@login_required
def job(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One line of that page, which asks for itself until the work is done."""
    study = membership_or_404(request.user, name).study
    return render(request, "evaluation/_job.html", {"study": study, "job": _job_of(study, number)})


@never_cache
@require_GET
@login_required
def job_file(request: HttpRequest, name: str, number: int) -> HttpResponseBase:
    """What a job made, as one archive."""
    study = membership_or_404(request.user, name).study
    found = _job_of(study, number)
    try:
        require_results(study)
    except ResultsHidden:
        raise Http404("nothing to be fetched") from None
    made = file_of(found)
    if made is None:
        raise Http404("nothing to be fetched")
    file, name = made
    return FileResponse(file, as_attachment=True, filename=name)


def _job_of(study: Study, number: int) -> Job:
    return get_object_or_404(study.jobs.select_related("made_by"), pk=number)


def _ask(request: HttpRequest, name: str) -> HttpResponse:
    kind = request.POST.get("kind", "")
    # Readers may take away what they may see; a model that judges costs money.
    get = changing_membership_or_404 if kind == Job.Kind.JUDGE else membership_or_404
    study = get(request.user, name).study
    form = JudgeForm(request.POST) if kind == Job.Kind.JUDGE else None
    if not has_workers():
        messages.error(request, "No worker is set up on this server: use the commands below.")
    elif kind not in Job.Kind.values or (form is not None and not form.is_valid()):
        messages.error(request, "Say what is to be made; for a model that judges, its name.")
    else:
        try:
            if form is None:
                require_results(study)
            options = {"model": form.cleaned_data["model"]} if form is not None else {}
            ask_for(study=study, kind=kind, options=options, now=timezone.now(), by=signed_in(request.user))
        except ResultsHidden as error:
            messages.error(request, f"{str(error)[:1].upper()}{str(error)[1:]}.")
    return redirect("study-jobs", name)
