"""The background page: a few questions about the annotator, each of which may be passed over. A plain form."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluation.annotators.background import BadBackground, keep_background, must_tell, questions_for
from evaluation.models import Annotator
from evaluation.views.arriving import for_annotator, not_open, where_to, withdraw_url

PREFIX = "background."


@require_http_methods(["GET", "HEAD", "POST"])
@for_annotator
def background(request: HttpRequest, annotator: Annotator) -> HttpResponse:
    """Ask, and keep what was answered apart; whoever left the page does not see it again."""
    if annotator.consented_at is None or not must_tell(annotator):
        return redirect(where_to(annotator))
    if not annotator.study.is_open():
        return not_open(request, annotator.study)
    trouble = ""
    if request.method == "POST":
        said = {key.removeprefix(PREFIX): str(value) for key, value in request.POST.items() if key.startswith(PREFIX)}
        try:
            keep_background(
                annotator=annotator, answers=said if request.POST.get("do") == "keep" else {}, now=timezone.now()
            )
        except BadBackground as bad:
            trouble = _("That could not be taken: %(why)s") % {"why": bad}
        else:
            return redirect("annotate-start", annotator.study.public_id)
    page = {
        "title": annotator.study.public_title,
        "language": annotator.study.language,
        "questions": questions_for(annotator.study),
        "trouble": trouble,
        "withdraw_url": withdraw_url(annotator),
    }
    return render(request, "evaluation/annotate/background.html", page, status=422 if trouble else 200)
