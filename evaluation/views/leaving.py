"""Withdrawing, for an annotator; forgetting somebody on request, for a researcher. Both ask once."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from evaluation.annotators.withdrawing import forget, withdraw
from evaluation.models import Annotator
from evaluation.studies.membership import changing_membership_or_404, signed_in
from evaluation.views.arriving import for_annotator


@require_http_methods(["GET", "HEAD", "POST"])
@for_annotator
def withdrawing(request: HttpRequest, annotator: Annotator) -> HttpResponse:
    """Ask whether somebody wants out, and take them out on POST."""
    study = annotator.study
    gone = annotator.state == Annotator.State.WITHDRAWN
    if request.method != "POST" and not gone:
        page = {
            "title": study.public_title,
            "language": study.language,
            "onward": reverse("annotate-start", args=[study.public_id]),
            "judged": annotator.slots.filter(answered_at__isnull=False).count(),
        }
        return render(request, "evaluation/annotate/withdraw.html", page)
    withdraw(annotator=annotator, now=timezone.now())
    return redirect("annotate-end", study.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def forgetting(request: HttpRequest, name: str, code: str) -> HttpResponse:
    """Ask whether all of one annotator's data is to go, and delete it on POST."""
    study = changing_membership_or_404(request.user, name).study
    annotator = study.annotators.filter(code=code).first()
    if annotator is None:
        raise Http404("no such annotator")
    if request.method != "POST":
        judged = annotator.slots.filter(answered_at__isnull=False).count()
        return render(
            request, "evaluation/study_forget.html", {"study": study, "annotator": annotator, "judged": judged}
        )
    judged = forget(annotator=annotator, now=timezone.now(), by=signed_in(request.user))
    messages.success(request, f"All that was stored of {code} is deleted; {judged} pairs are open again.")
    return redirect("study", name)
