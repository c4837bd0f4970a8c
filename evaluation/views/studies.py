"""A researcher's studies: the list, one study's progress, its state, and links into it. Nothing here is by system."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evaluation.annotators.joining import create_invite, revoke_invite
from evaluation.items.questions import SPEAKER, TRAIT_WORDS
from evaluation.models import Researcher, Study
from evaluation.results.treating import material_seen
from evaluation.running.live import slots_of
from evaluation.running.looking import look_at, said
from evaluation.running.overview import cards_of
from evaluation.running.reported import unseen_reports
from evaluation.stats.preferences.looks import LookNotDue
from evaluation.studies.conduct import looks_taken
from evaluation.studies.life import WrongState, close_study, open_study, pause_study, problems_of, unblind
from evaluation.studies.membership import changing_membership_or_404, membership_or_404, signed_in
from evaluation.study_files.recruiting import platform_entry
from evaluation.views.forms import DepositForm, InviteForm
from evaluation.views.htmx import HTMX
from evaluation.views.running import shown_live

State = Study.State
# What stands where each pair says its own trait.
ANY_TRAIT: Final = "… (the trait in plain words)"
ANY_SPEAKER: Final = "Speaker 1 (or 2)"


@dataclass(frozen=True)
class Action:
    """What can be done to a study: asked first, then done."""

    key: str
    label: str
    question: str
    meaning: str
    yes: str
    done: str
    # What it returns, if lines, is said beside `done`.
    do: Callable[..., list[str] | None]
    allowed: tuple[str, ...]
    leads: bool = False


def take_planned_look(*, study: Study, now: datetime, by: Researcher) -> list[str]:
    """The next planned look, as the lines that may be shown of it."""
    look = look_at(study=study, now=now, by=by)
    return said(look, number=len(looks_taken(study)))


ACTIONS: Final = {
    action.key: action
    for action in (
        Action(
            key="open",
            label="Open",
            question="Open this study?",
            meaning=(
                "Whoever has a link can judge from then on. The design, the questions and the plan are frozen under a "
                "digest the first time; what is changed later is an amendment, and the report lists it."
            ),
            yes="Open it",
            done="The study is open.",
            do=open_study,
            allowed=(State.DRAFT, State.PAUSED),
            leads=True,
        ),
        Action(
            key="pause",
            label="Pause",
            question="Pause this study?",
            meaning="Annotators see that it is paused, and nothing is lost. It can be opened again at any time.",
            yes="Pause it",
            done="The study is paused.",
            do=pause_study,
            allowed=(State.OPEN,),
        ),
        Action(
            key="look",
            label="Take a look",
            question="Take the next planned look?",
            meaning=(
                "The plan declares looks before the end. Each spends part of the level, at the contexts that have all "
                "their judgments, and says of every claim only whether it is decided. It is logged, and no unblinding."
            ),
            yes="Take the look",
            done="The look is taken, and logged.",
            do=take_planned_look,
            allowed=(State.OPEN, State.PAUSED),
        ),
        Action(
            key="close",
            label="Close",
            question="Close this study for good?",
            meaning="Nobody can judge any more, and it cannot be opened again. Results by system show from then on.",
            yes="Close it for good",
            done="The study is closed. Its report can be read.",
            do=close_study,
            allowed=(State.OPEN, State.PAUSED),
        ),
        Action(
            key="unblind",
            label="Unblind",
            question="Look at the results before the study is closed?",
            meaning=(
                "Whoever sees who is ahead can no longer decide blindly when to stop or whom to exclude. That it was "
                "done, when and by whom is kept, and the report says for good that its result is exploratory. It "
                "cannot be undone."
            ),
            yes="Unblind it",
            done="The study is unblinded. Its report says so.",
            do=unblind,
            allowed=(State.OPEN, State.PAUSED),
        ),
    )
}


@require_GET
@login_required
def studies(request: HttpRequest) -> HttpResponse:
    """Every study that the researcher is a member of."""
    return render(request, "evaluation/studies.html", {"cards": cards_of(signed_in(request.user))})


@require_GET
@login_required
def study(request: HttpRequest, name: str) -> HttpResponse:
    """How far one study is, how it is being judged, and what can be done."""
    membership = membership_or_404(request.user, name)
    shown, now = membership.study, timezone.now()
    context = {
        **shown_live(shown, now),
        "study": shown,
        "may_change": membership.may_change(),
        "role": membership.role,
        "actions": [
            each
            for each in ACTIONS.values()
            if shown.state in each.allowed
            and each.key != "unblind"
            # A look that the plan does not hold cannot be taken.
            and (each.key != "look" or shown.plan.get("looks"))
        ],
        "htmx_config": HTMX,
        "unseen_reports": unseen_reports(shown),
        "amendments": shown.amendments.order_by("-made_at", "-pk"),
        "deposit_form": DepositForm(initial={"url": shown.deposited_at}),
        "problems": problems_of(shown) if shown.is_draft() else (),
        "material": material_seen(shown),
        "questions": [
            (each.name, each.question.replace(TRAIT_WORDS, ANY_TRAIT).replace(SPEAKER, ANY_SPEAKER))
            for each in shown.criteria.order_by("position")
        ],
        "log": shown.audit.select_related("made_by").order_by("-made_at", "-pk")[:20],
    }
    return render(request, "evaluation/study.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def act(request: HttpRequest, name: str, action: str) -> HttpResponse:
    """Ask whether to open, pause, close or unblind; do it on POST."""
    membership = changing_membership_or_404(request.user, name)
    chosen = ACTIONS.get(action)
    if chosen is None:
        raise Http404("no such action")
    if request.method == "GET":
        out = slots_of(membership.study, now=timezone.now()).out if action in ("close", "pause") else 0
        context = {"study": membership.study, "action": chosen, "out": out}
        return render(request, "evaluation/study_act.html", context)
    try:
        came_of_it = chosen.do(study=membership.study, now=timezone.now(), by=signed_in(request.user))
    except (WrongState, LookNotDue) as error:
        messages.error(request, f"{str(error)[:1].upper()}{str(error)[1:]}.")
    else:
        messages.success(request, chosen.done)
        for line in came_of_it if isinstance(came_of_it, list) else ():
            messages.success(request, line.strip())
    return redirect("study", name)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def invite(request: HttpRequest, name: str) -> HttpResponse:
    """Links into a study: made on POST, and shown in that one answer."""
    membership = changing_membership_or_404(request.user, name)
    shown, links, now = membership.study, [], timezone.now()
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and not shown.is_closed():
        personal, days = form.cleaned_data["kind"] == "personal", form.cleaned_data["days"]
        for _ in range(form.cleaned_data["count"] if personal else 1):
            made = create_invite(
                study=shown,
                personal=personal,
                label=form.cleaned_data["label"],
                now=now,
                created_by=signed_in(request.user),
                expires_at=now + timedelta(days=days) if days else None,
            )
            links.append(request.build_absolute_uri(reverse("annotate-arrive", args=[made.token])))
        form = InviteForm()
    invites = shown.invites.annotate(came=Count("annotators")).order_by("-created_at", "-pk")[:100]
    context = {
        "study": shown,
        "form": form,
        "links": links,
        "invites": [(each, each.works(now)) for each in invites],
        "platform": platform_entry(shown, request.build_absolute_uri("/")),
    }
    return render(request, "evaluation/study_invite.html", context)


@require_POST
@login_required
def revoke(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Let nobody in any more by one link."""
    shown = changing_membership_or_404(request.user, name).study
    if revoke_invite(study=shown, number=number, now=timezone.now(), by=signed_in(request.user)):
        messages.success(request, "The link lets nobody in any more. Whoever came by it goes on.")
    else:
        messages.error(request, "No such link works in this study.")
    return redirect("study-invite", name)
