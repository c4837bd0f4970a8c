"""The annotator's way in and out: the link, consent, instructions, a break, the end."""

from collections.abc import Callable
from functools import wraps
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from evaluation.annotator_session import forget, remember, sitting_of
from evaluation.assignment import PersonalProgress, personal_progress
from evaluation.joining import (
    LinkUnknown,
    find_invite,
    finish_instructions,
    give_consent,
    join,
    join_participant,
)
from evaluation.judging import last_answered
from evaluation.markdown import rendered
from evaluation.models import Annotator, Study
from evaluation.practising import must_practise
from evaluation.recruiting import exit_code, may_leave, recruiting_of, return_address
from evaluation.views.pacing import ended_words, finished_words
from evaluation.waiting import held_by_others

AnnotatorView = Callable[[HttpRequest, Annotator], HttpResponse]
StudyView = Callable[[HttpRequest, str], HttpResponse]

NOT_HERE: Final = (Annotator.State.ENDED, Annotator.State.WITHDRAWN)


def for_annotator(view: AnnotatorView) -> StudyView:
    """A view of somebody who has joined; whoever has not is shown the way in instead."""

    @never_cache
    @wraps(view)
    def found(request: HttpRequest, public_id: str) -> HttpResponse:
        study = Study.objects.filter(public_id=public_id).first()
        if study is None:
            return unknown(request)
        sitting = sitting_of(request, study)
        if sitting.annotator is not None:
            return view(request, sitting.annotator)
        arrived = sitting.invite or sitting.participant
        return redirect("annotate-consent", public_id) if arrived else stranger(request)

    return found


@never_cache
@require_safe
def arrive(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody opens a link. A personal one leads its annotator on from anywhere; nobody is stored yet."""
    now = timezone.now()
    try:
        invite = find_invite(token, now=now)
    except LinkUnknown:
        return unknown(request)
    study = invite.study
    known = sitting_of(request, study).annotator
    if invite.personal and invite.annotators.exists():
        known = join(invite=invite, known=known, now=now)
    elif invite.personal:
        known = None
    response = redirect("annotate-start", study.public_id)
    remember(response, request, study, known or invite)
    return response


@require_safe
@for_annotator
def start(request: HttpRequest, annotator: Annotator) -> HttpResponse:
    """Wherever this annotator is to go on."""
    return redirect(where_to(annotator))


def where_to(annotator: Annotator) -> str:
    """The address at which `annotator` goes on: consent, instructions, or the pairs."""
    public_id = annotator.study.public_id
    # A platform's participant gets their code also where the study was closed under them.
    cut_short = annotator.participant and annotator.consented_at and annotator.study.is_closed()
    if annotator.state == Annotator.State.WITHDRAWN or cut_short:
        return reverse("annotate-end", args=[public_id])
    if annotator.consented_at is None:
        return reverse("annotate-consent", args=[public_id])
    if annotator.instructed_at is None:
        return reverse("annotate-instructions", args=[public_id])
    if must_practise(annotator):
        return reverse("annotate-practice", args=[public_id])
    return reverse("annotate-end" if annotator.state in NOT_HERE else "annotate-judge", args=[public_id])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the study asks people to agree to. Only agreeing stores anything."""
    now = timezone.now()
    study = Study.objects.filter(public_id=public_id).first()
    if study is None:
        return unknown(request)
    sitting = sitting_of(request, study)
    annotator, invite = sitting.annotator, sitting.invite
    if annotator is None and not sitting.participant and (invite is None or not invite.works(now)):
        return stranger(request)
    agreed = annotator is not None and annotator.consented_at is not None
    if not agreed and not study.is_open():
        return not_open(request, study)
    if request.method != "POST" or agreed:
        page = {
            "title": study.public_title,
            "language": study.language,
            "text": rendered(study.consent),
            "agreed": agreed,
            "onward": reverse("annotate-start", args=[public_id]),
            "withdraw_url": withdraw_url(annotator) if annotator is not None and agreed else "",
        }
        return render(request, "evaluation/annotate/consent.html", page)
    if request.POST.get("answer") != "agree":
        response = _declined(request, study)
        forget(response, study)
        return response
    if annotator is None and sitting.participant:
        annotator = join_participant(study=study, participant=sitting.participant, now=now)
    elif annotator is None:
        assert invite is not None
        annotator = join(invite=invite, known=None, now=now)
    give_consent(annotator=annotator, now=now)
    onward = redirect("annotate-start", public_id)
    remember(onward, request, study, annotator)
    return onward


def _declined(request: HttpRequest, study: Study) -> HttpResponse:
    """The page for whoever says no; Prolific is told so by the code in the way back."""
    recruiting = recruiting_of(study)
    prolific = recruiting is not None and recruiting.no_consent
    return notice(
        request,
        "That is all right.",
        "You have declined, and nothing about you was kept."
        + (" Please go back to Prolific, which then knows." if prolific else " You can close this page."),
        "Should you change your mind, open your link again.",
        onward=return_address(recruiting.no_consent) if recruiting is not None and prolific else "",
        onward_words="Back to Prolific",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_annotator
def instructions(request: HttpRequest, annotator: Annotator) -> HttpResponse:
    """How it works; read once before the first pair, and again whenever somebody likes."""
    study = annotator.study
    if annotator.consented_at is None:
        return redirect(where_to(annotator))
    if request.method == "POST":
        finish_instructions(annotator=annotator, now=timezone.now())
        return redirect("annotate-start", study.public_id)
    page = {
        "title": study.public_title,
        "language": study.language,
        "instructions": rendered(study.instructions),
        "begun": annotator.instructed_at is not None,
        "onward": reverse("annotate-start", args=[study.public_id]),
        "consent_url": reverse("annotate-consent", args=[study.public_id]),
        "withdraw_url": withdraw_url(annotator),
    }
    return render(request, "evaluation/annotate/instructions.html", page)


@require_safe
@for_annotator
def pause(request: HttpRequest, annotator: Annotator) -> HttpResponse:
    """A break: what was picked is kept."""
    personal = annotator.participant or (annotator.invite is not None and annotator.invite.personal)
    return notice(
        request,
        "Take your time.",
        "Your answers so far are kept, those picked on the last pair too. You can close this page.",
        "To go on later, open your link again, on this device or another."
        if personal
        else "To go on later, open your link again in this browser.",
        onward=reverse("annotate-start", args=[annotator.study.public_id]),
        onward_words="Go on now",
        withdraw=withdraw_url(annotator),
    )


@require_safe
@for_annotator
def end(request: HttpRequest, annotator: Annotator) -> HttpResponse:
    """Thanks, and what happens to the answers."""
    study = annotator.study
    progress = personal_progress(annotator=annotator)
    page = {
        "title": study.public_title,
        "language": study.language,
        "summary": _summary(annotator, progress),
        "text": rendered(study.end_text),
        "more": study.is_open() and progress.left > 0 and annotator.state not in NOT_HERE,
        "onward": reverse("annotate-start", args=[study.public_id]),
        "can_go_back": last_answered(annotator=annotator) is not None,
        "back_url": reverse("annotate-back", args=[study.public_id]),
        "withdrawn": annotator.state == Annotator.State.WITHDRAWN,
        "leave_url": reverse("annotate-leave", args=[study.public_id]) if exit_code(annotator) else "",
        "code": exit_code(annotator),
        "hand_in": bool(annotator.participant) and not exit_code(annotator) and may_leave(annotator),
        "withdraw_url": withdraw_url(annotator),
    }
    return render(request, "evaluation/annotate/end.html", page)


def _summary(annotator: Annotator, progress: PersonalProgress) -> str:
    if annotator.state == Annotator.State.WITHDRAWN:
        return "You have withdrawn, and need do nothing more."
    if annotator.state == Annotator.State.ENDED:
        return ended_words(progress, paid="pay" in annotator.study.design)
    held = held_by_others(annotator=annotator, now=timezone.now())
    return finished_words(progress, still_open=annotator.study.is_open(), held=held)


def withdraw_url(annotator: Annotator) -> str:
    """Where `annotator` can withdraw; empty once they have."""
    if annotator.state == Annotator.State.WITHDRAWN:
        return ""
    return reverse("annotate-withdraw", args=[annotator.study.public_id])


def notice(
    request: HttpRequest,
    heading: str,
    *sentences: str,
    status: int = 200,
    onward: str = "",
    onward_words: str = "",
    withdraw: str = "",
) -> HttpResponse:
    """A kind page that says where somebody stands."""
    page = {
        "title": heading,
        "heading": heading,
        "sentences": sentences,
        "onward": onward,
        "onward_words": onward_words,
        "withdraw_url": withdraw,
    }
    return render(request, "evaluation/annotate/notice.html", page, status=status)


def unknown(request: HttpRequest) -> HttpResponse:
    """The page for a link or study that is not there, or no longer."""
    return notice(
        request,
        "This link does not work.",
        "It may have been used up, have run out, or have been cut short when it was copied.",
        "Please ask the person who sent it to you for a new one.",
        status=404,
    )


def stranger(request: HttpRequest) -> HttpResponse:
    """The page for a browser that did not come by a link."""
    return notice(
        request,
        "Please open your link again.",
        "This browser does not know you yet, or has forgotten you. The link that you were given leads you back to "
        "where you were.",
        status=403,
    )


def not_open(request: HttpRequest, study: Study) -> HttpResponse:
    """The page for a study that is over, or takes a break."""
    if study.state == Study.State.CLOSED:
        return notice(
            request,
            "This study is over.",
            "No more answers are needed. Thank you for your interest; every answer given so far is kept.",
            status=410,
        )
    return notice(
        request,
        "This study is taking a break.",
        "No answers are taken just now. What you have done so far is kept; please open your link again later.",
        status=409,
    )
