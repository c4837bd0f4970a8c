"""The annotator's way in and out: the link, consent, instructions, a break, the end."""

from collections.abc import Callable
from functools import wraps
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_from_request
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from evaluation.annotators.background import asks_background, must_tell
from evaluation.annotators.joining import (
    LinkUnknown,
    decline_again,
    find_invite,
    finish_instructions,
    give_consent,
    join,
    join_participant,
    must_agree_again,
)
from evaluation.annotators.language import speak
from evaluation.annotators.waiting import held_by_others
from evaluation.judging.annotator_session import annotator_here, forget, remember, sitting_of
from evaluation.judging.assignment import PersonalProgress, personal_progress
from evaluation.judging.practising import must_practise
from evaluation.judging.reading import study_named
from evaluation.judging.standing import stage_of
from evaluation.judging.submitting import last_answered
from evaluation.models import Annotator, Study
from evaluation.operation.markdown import rendered
from evaluation.study_files.item_kinds import kind_of
from evaluation.study_files.recruiting import NAMES, exit_code, may_leave, recruiting_of, return_address
from evaluation.views.limiting import at_most_from_one_address
from evaluation.views.pacing import ended_words, finished_words, past_closing_words

AnnotatorView = Callable[[HttpRequest, Annotator], HttpResponse]
StudyView = Callable[[HttpRequest, str], HttpResponse]

# Scripts in place of our pages ask their people what they like themselves; so this is no stage of the API.
BEFORE_WHICH_ONE_TELLS: Final = ("instructions", "practice", "judge")
BEFORE_THE_FIRST: Final = ("instructions", "practice")
NOT_HERE: Final = (Annotator.State.ENDED, Annotator.State.WITHDRAWN)


def for_annotator(view: AnnotatorView) -> StudyView:
    """A view of somebody who has joined, in their study's language; whoever has not is shown the way in instead."""

    @never_cache
    @wraps(view)
    def found(request: HttpRequest, public_id: str) -> HttpResponse:
        annotator = annotator_here(request, public_id)
        if annotator is not None:
            speak(annotator.study.language)
            return view(request, annotator)
        study = study_named(public_id)
        if study is None:
            return unknown(request)
        speak(study.language)
        sitting = sitting_of(request, study)
        arrived = sitting.invite or sitting.participant
        return redirect("annotate-consent", public_id) if arrived else stranger(request)

    return found


@never_cache
@require_safe
@at_most_from_one_address("enter")
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


def page_of(annotator: Annotator) -> str:
    """The page at which `annotator` goes on: "consent", "instructions", "judge" for the pairs."""
    stage: str = stage_of(annotator)
    if stage in BEFORE_THE_FIRST and annotator.study.is_past_closing(timezone.now()):
        # Whoever has not begun would prepare for nothing.
        return "end"
    return "background" if stage in BEFORE_WHICH_ONE_TELLS and must_tell(annotator) else stage


def where_to(annotator: Annotator) -> str:
    """The address of that page."""
    return reverse(f"annotate-{page_of(annotator)}", args=[annotator.study.public_id])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the study asks people to agree to. Only agreeing stores anything."""
    now = timezone.now()
    study = Study.objects.filter(public_id=public_id).first()
    if study is None:
        return unknown(request)
    speak(study.language)
    sitting = sitting_of(request, study)
    annotator, invite = sitting.annotator, sitting.invite
    if annotator is None and not sitting.participant and (invite is None or not invite.works(now)):
        return stranger(request)
    changed = annotator is not None and must_agree_again(annotator)
    agreed = annotator is not None and annotator.consented_at is not None and not changed
    if not agreed and (not study.is_open() or (not changed and study.is_past_closing(now))):
        return not_open(request, study)
    if request.method != "POST" or agreed:
        page = {
            "title": study.public_title,
            "language": study.language,
            "text": rendered(study.consent),
            "agreed": agreed,
            "changed": changed,
            "warning": study.content_warning,
            "may_skip": study.may_skip,
            "ethics": study.ethics,
            "closes_at": study.closes_at,
            "asks_background": bool(asks_background(study)),
            "platform": _platform(study),
            "onward": reverse("annotate-start", args=[public_id]),
            "withdraw_url": withdraw_url(annotator) if annotator is not None and (agreed or changed) else "",
        }
        return render(request, "evaluation/annotate/consent.html", page)
    if annotator is not None and changed and request.POST.get("answer") != "agree":
        decline_again(annotator=annotator, now=now)
        return _stopped(request, annotator)
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


def _platform(study: Study) -> str:
    """The platform whose ids are kept, by its name; empty where nobody comes from one."""
    recruiting = recruiting_of(study)
    return NAMES[recruiting.platform] if recruiting is not None else ""


def _stopped(request: HttpRequest, annotator: Annotator) -> HttpResponse:
    """The page for whoever agreed once, and not to the text as it is now."""
    code = exit_code(annotator)
    return notice(
        request,
        _("That is all right."),
        _(
            "For you the study ends here. What you have judged so far stays as you agreed to it then, "
            "and counts as work."
        ),
        _("If your answers should not be used at all, you can withdraw them."),
        onward=reverse("annotate-leave", args=[annotator.study.public_id]) if code else "",
        onward_words=_("Back to Prolific"),
        withdraw=withdraw_url(annotator),
    )


def _declined(request: HttpRequest, study: Study) -> HttpResponse:
    """The page for whoever says no; Prolific is told so by the code in the way back."""
    recruiting = recruiting_of(study)
    prolific = recruiting is not None and recruiting.no_consent
    return notice(
        request,
        _("That is all right."),
        _("You have declined, and nothing about you was kept. Please go back to Prolific, which then knows.")
        if prolific
        else _("You have declined, and nothing about you was kept. You can close this page."),
        _("Should you change your mind, open your link again."),
        onward=return_address(recruiting.no_consent) if recruiting is not None and prolific else "",
        onward_words=_("Back to Prolific"),
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
        "kind": kind_of(study.design),
        "instructions": rendered(study.instructions),
        "begun": annotator.instructed_at is not None,
        "asks_background": bool(asks_background(study)),
        "practises": must_practise(annotator),
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
        _("Take your time."),
        _("Your answers so far are kept, those picked on the last pair too. You can close this page."),
        _("To go on later, open your link again, on this device or another.")
        if personal
        else _("To go on later, open your link again in this browser."),
        onward=reverse("annotate-start", args=[annotator.study.public_id]),
        onward_words=_("Go on now"),
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
        "judged": progress.done > 0,
        "text": rendered(study.end_text),
        "more": _gives_pairs(study) and progress.left > 0 and annotator.state not in NOT_HERE,
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
        return _("You have withdrawn, and need do nothing more.")
    if annotator.state == Annotator.State.ENDED:
        return ended_words(progress, paid="pay" in annotator.study.design, kind=kind_of(annotator.study.design))
    study, now = annotator.study, timezone.now()
    if study.is_past_closing(now):
        return past_closing_words(progress, paid="pay" in study.design, kind=kind_of(study.design))
    held = held_by_others(annotator=annotator, now=now)
    return finished_words(progress, still_open=study.is_open(), held=held, kind=kind_of(study.design))


def _gives_pairs(study: Study) -> bool:
    return study.is_open() and not study.is_past_closing(timezone.now())


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
    """The page for a link or study that is not there, or no longer; no study says in which language, so the browser."""
    speak(get_language_from_request(request))
    return notice(
        request,
        _("This link does not work."),
        _("It may have been used up, have run out, or have been cut short when it was copied."),
        _("Please ask the person who sent it to you for a new one."),
        status=404,
    )


def stranger(request: HttpRequest) -> HttpResponse:
    """The page for a browser that did not come by a link."""
    return notice(
        request,
        _("Please open your link again."),
        _(
            "This browser does not know you yet, or has forgotten you. The link that you were given leads you back to "
            "where you were."
        ),
        status=403,
    )


def not_open(request: HttpRequest, study: Study) -> HttpResponse:
    """The page for a study that is over, or takes a break."""
    if study.state == Study.State.CLOSED or study.is_past_closing(timezone.now()):
        return notice(
            request,
            _("This study is over."),
            _("No more answers are needed. Thank you for your interest; every answer given so far is kept."),
            status=410,
        )
    return notice(
        request,
        _("This study is taking a break."),
        _("No answers are taken just now. What you have done so far is kept; please open your link again later."),
        status=409,
    )
