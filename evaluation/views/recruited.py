"""People whom a platform sends: Prolific by an address, Mechanical Turk in a frame of its own.

Inside the frame browsers keep no cookie of ours. So the frame only says where the worker stands, by ids that Amazon
puts in its address; the study itself opens in a window of its own, by a signed token.
"""

from typing import Final

from csp.decorators import csp_replace
from django.core.signing import BadSignature, dumps, loads
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_http_methods, require_safe

from evaluation.annotators.language import speak
from evaluation.items.sample_pair import sample_pair
from evaluation.judging.annotator_session import remember, sitting_of
from evaluation.models import Annotator, Study
from evaluation.operation.markdown import rendered
from evaluation.study_files.item_kinds import kind_of
from evaluation.study_files.recruiting import (
    MTURK_FRAMES,
    MTURK_SUBMIT,
    NAMES,
    BadArrival,
    Platform,
    exit_code,
    may_leave,
    mturk_assignment,
    prolific_participant,
    recruiting_of,
    return_address,
)
from evaluation.views.arriving import for_annotator, not_open, notice, unknown, where_to
from evaluation.views.limiting import at_most_from_one_address

SALT: Final = "evaluation.mturk"
# A worker opens the study from the frame they are looking at.
LONGEST: Final = 24 * 3600
SUBMIT_PATH: Final = "/mturk/externalSubmit"
# On the frame's route alone. Submitting leads from one of Amazon's hosts to the other.
FRAME_POLICY: Final = {
    "frame-ancestors": list(MTURK_FRAMES),
    "form-action": ["'self'", *MTURK_SUBMIT, *MTURK_FRAMES],
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@at_most_from_one_address("enter")
def prolific(request: HttpRequest, public_id: str) -> HttpResponse:
    """Somebody comes from Prolific, and goes on where they were; POST says that it is another than the one before."""
    study = _study(public_id, "prolific")
    if study is None:
        return unknown(request)
    try:
        participant = prolific_participant(request.GET.dict())
    except BadArrival as bad:
        return _not_sent(request, "prolific", bad)
    return _come_in(request, study, participant)


@never_cache
@xframe_options_exempt
@csp_replace(FRAME_POLICY)  # type: ignore[untyped-decorator]  # django-csp has no type hints
@require_safe
def mturk(request: HttpRequest, public_id: str) -> HttpResponse:
    """What Mechanical Turk shows in its frame: a look, the way in, or the form by which finished work is handed in."""
    study = _study(public_id, "mturk")
    if study is None:
        return unknown(request)
    try:
        assignment = mturk_assignment(request.GET.dict())
    except BadArrival as bad:
        return _not_sent(request, "mturk", bad)
    worker = None if assignment.is_preview() else study.annotators.filter(participant=assignment.worker).first()
    token = "" if assignment.is_preview() else dumps(assignment.worker, salt=f"{SALT}.{study.public_id}")
    page = {
        "title": study.public_title,
        "language": study.language,
        "kind": kind_of(study.design),
        "preview": assignment.is_preview(),
        "is_open": study.is_open() and not study.is_past_closing(timezone.now()),
        "instructions": rendered(study.instructions),
        "begun": worker is not None,
        "done": worker is not None and may_leave(worker),
        "code": worker.code if worker is not None else "",
        "assignment": assignment.assignment,
        "submit_to": f"{assignment.submit_to}{SUBMIT_PATH}",
        "open_url": f"{reverse('annotate-mturk-open', args=[public_id])}?token={token}",
        "again": request.get_full_path(),
        "sample": sample_pair(study) if assignment.is_preview() else None,
    }
    return render(request, "evaluation/annotate/mturk.html", page)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@at_most_from_one_address("enter")
def mturk_open(request: HttpRequest, public_id: str) -> HttpResponse:
    """The window that the frame opens: the worker of its token comes in."""
    study = _study(public_id, "mturk")
    if study is None:
        return unknown(request)
    try:
        worker = loads(request.GET.get("token", ""), salt=f"{SALT}.{public_id}", max_age=LONGEST)
    except BadSignature:
        return notice(
            request,
            _("Please open the study from the HIT again."),
            _("This address is not the one that the HIT's page gives, or it is more than a day old."),
            status=403,
        )
    return _come_in(request, study, str(worker))


@require_safe
@for_annotator
def leave(request: HttpRequest, annotator: Annotator) -> HttpResponse:
    """Back to Prolific with the code of how somebody ended; for whoever has not ended, back to where they are."""
    code = exit_code(annotator)
    return redirect(return_address(code) if code else where_to(annotator))


def _study(public_id: str, platform: Platform) -> Study | None:
    study = Study.objects.filter(public_id=public_id).first()
    recruiting = recruiting_of(study) if study is not None else None
    if study is None or recruiting is None or recruiting.platform != platform:
        return None
    speak(study.language)
    return study


def _not_sent(request: HttpRequest, platform: Platform, bad: BadArrival) -> HttpResponse:
    return notice(
        request,
        _("Please open this study from %(platform)s.") % {"platform": NAMES[platform]},
        _("The address by which you came does not say who you are (%(why)s).") % {"why": bad},
        _(
            "If you did open it from %(platform)s, please write to the researcher there: the study's address is not "
            "set up as it should be."
        )
        % {"platform": NAMES[platform]},
        status=400,
    )


def _come_in(request: HttpRequest, study: Study, participant: str) -> HttpResponse:
    """The same participant goes on, from any browser; another one in this browser is told so first."""
    there = study.annotators.filter(participant=participant).first()
    if there is None and (not study.is_open() or study.is_past_closing(timezone.now())):
        return not_open(request, study)
    before = sitting_of(request, study).annotator
    if before is not None and before != there and request.method != "POST":
        return render(
            request, "evaluation/annotate/another.html", {"title": study.public_title, "language": study.language}
        )
    response = redirect("annotate-start", study.public_id)
    remember(response, request, study, there or participant)
    return response
