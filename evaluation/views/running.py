"""A study while it runs: the part of its page that keeps up by itself, reported pairs, the audit trail, its members."""

from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evaluation.changes.amendable import CannotAmend
from evaluation.changes.dropping import RUNS, drop, restore
from evaluation.models import Membership, Researcher, Study
from evaluation.reports.watching import annotators_so_far, days_of, watched
from evaluation.running.live import Live, live_of
from evaluation.running.reported import mark_seen, reports_of, retain
from evaluation.studies.membership import changing_membership_or_404, membership_or_404, signed_in
from evaluation.studies.pair_reports import NoSuchReport
from evaluation.studies.sharing import CannotShare, change_role, members_of, share, unshare
from evaluation.studies.trail import trail_of, write_trail
from evaluation.views.forms import ChangeRoleForm, SeenForm, ShareForm, TrailForm

# What htmx takes for: shown, and not asked for again.
STOP_POLLING: Final = 286


def shown_live(study: Study, now: datetime) -> dict[str, Any]:
    """What the live part of a study's page shows; nothing in it is by system."""
    live: Live = live_of(study, now=now)
    return {
        "study": study,
        "live": live,
        "progress": live.progress,
        "quality": watched(live.quality, live.progress),
        "sampled": live.quality.sampled,
        "table": annotators_so_far(live.progress, live.quality, now=now),
        "days": days_of(live.progress.by_day),
        "pay": live.pay,
        "keeps_up": study.state in (Study.State.OPEN, Study.State.PAUSED),
    }


@never_cache
@require_GET
@login_required
def live(request: HttpRequest, name: str) -> HttpResponse:
    """The live part alone; once the study is over it need not be asked for again."""
    study = membership_or_404(request.user, name).study
    context = shown_live(study, timezone.now())
    return render(request, "evaluation/_live.html", context, status=200 if context["keeps_up"] else STOP_POLLING)


@require_http_methods(["GET", "POST"])
@login_required
def reports(request: HttpRequest, name: str) -> HttpResponse:
    """Pairs that annotators reported; posting a note marks one as seen, keeps it, drops it or takes it back in."""
    if request.method == "POST":
        study, form = changing_membership_or_404(request.user, name).study, SeenForm(request.POST)
        if not form.is_valid():
            messages.error(request, "Say what you made of the report, in a note.")
            return redirect("study-reports", name)
        try:
            done = _answer_report(study, form, by=signed_in(request.user))
        except (CannotAmend, NoSuchReport) as error:
            messages.error(request, _sentence(error))
        else:
            messages.success(request, done)
        return redirect("study-reports", name)
    membership = membership_or_404(request.user, name)
    context = {
        "study": membership.study,
        "may_change": membership.may_change(),
        "runs": membership.study.state in RUNS,
        "reports": reports_of(membership.study),
    }
    return render(request, "evaluation/study_reports.html", context)


def _answer_report(study: Study, form: SeenForm, *, by: Researcher) -> str:
    """Do what was asked, and say what was done."""
    said, now = form.cleaned_data, timezone.now()
    number, note = said["number"], said["note"]
    if said["do"] == "drop":
        gone = drop(study=study, number=number, because=note, now=now, by=by)
        return f"The pair is dropped: {gone.judgments:,} judgments leave the results. The report says so, and why."
    if said["do"] == "restore":
        back = restore(study=study, number=number, because=note, now=now, by=by)
        return f"The pair is back: {back.judgments:,} judgments count again. The report says so, and why."
    if said["do"] == "retain":
        retain(study=study, number=number, note=note, now=now, by=by)
        return "The pair stays, and the note is kept."
    mark_seen(study=study, number=number, note=note, now=now, by=by)
    return "The note is kept."


@require_GET
@login_required
def trail(request: HttpRequest, name: str) -> HttpResponse:
    """Who did what, page by page, of one kind or all."""
    study, form = membership_or_404(request.user, name).study, TrailForm(request.GET)
    form.is_valid()
    shown = trail_of(study, action=form.cleaned_data.get("action", ""), page=form.cleaned_data.get("page") or 1)
    return render(request, "evaluation/study_trail.html", {"study": study, "trail": shown})


@never_cache
@require_GET
@login_required
def trail_csv(request: HttpRequest, name: str) -> HttpResponse:
    """The same as CSV, whole."""
    study = membership_or_404(request.user, name).study
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{study.name}-audit.csv"'
    write_trail(study, response, action=request.GET.get("action", "").replace("\0", ""))
    return response


@require_http_methods(["GET", "POST"])
@login_required
def members(request: HttpRequest, name: str) -> HttpResponse:
    """Who works on the study; an owner lets somebody in by posting an address."""
    membership = membership_or_404(request.user, name)
    form = ShareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = share(study=membership.study, now=timezone.now(), by=signed_in(request.user), **form.cleaned_data)
        except CannotShare as error:
            messages.error(request, _sentence(error))
        else:
            messages.success(request, f"{made.researcher.email} can see the study now.")
            return redirect("study-members", name)
    return _members(request, membership, form)


@require_POST
@login_required
def member(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Change what one member may do, or let them go; whoever lets themselves go sees the study no more."""
    study, by, form = membership_or_404(request.user, name).study, signed_in(request.user), ChangeRoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say which role is meant.")
        return redirect("study-members", name)
    role, now = form.cleaned_data["role"], timezone.now()
    try:
        if role == ChangeRoleForm.GONE:
            email = unshare(study=study, number=number, now=now, by=by)
            messages.success(request, f"{email} no longer sees {study.title}.")
        else:
            changed = change_role(study=study, number=number, role=role, now=now, by=by)
            messages.success(request, f"{changed.researcher.email} is {changed.get_role_display().lower()} now.")
    except CannotShare as error:
        messages.error(request, _sentence(error))
    gone = not study.memberships.filter(researcher=by).exists()
    return redirect("studies") if gone else redirect("study-members", name)


def _members(request: HttpRequest, membership: Membership, form: ShareForm) -> HttpResponse:
    context = {
        "study": membership.study,
        "members": members_of(membership.study),
        "mine": membership,
        "is_owner": membership.role == Membership.Role.OWNER,
        "form": form,
        "roles": Membership.Role.choices,
    }
    return render(request, "evaluation/study_members.html", context)


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
