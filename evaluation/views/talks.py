"""Talking to systems, for researchers only, each to their own talks. What is said is queued; no page asks a model."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evaluation.models import Talk
from evaluation.studies.membership import signed_in
from evaluation.talks import talking
from evaluation.views.forms import SayForm, TalkForm
from evaluation.views.htmx import HTMX


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def talks(request: HttpRequest) -> HttpResponse:
    """The researcher's talks, and the form that begins another."""
    me, now = signed_in(request.user), timezone.now()
    answerers = talking.answerers(now=now)
    form = TalkForm(request.POST or None, systems=answerers.known)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            talk = talking.begin(
                by=me,
                systems=[asked["first"], *([asked["second"]] if asked["second"] else [])],
                persona=asked["persona"].splitlines(),
                traits=form.traits(),
                now=now,
            )
        except talking.BadTalk as error:
            form.add_error(None, str(error))
        else:
            return redirect("talk", talk.pk)
    context = {"talks": talking.talks_of(me), "form": form, "answerers": answerers}
    return render(request, "evaluation/talks.html", context, status=400 if form.errors else 200)


@require_GET
@login_required
def talk(request: HttpRequest, number: int) -> HttpResponse:
    """One talk. A script asks again and again with the `seen` mark, and gets nothing (204) until there is more."""
    found = talking.shown(_own_or_404(request, number), now=timezone.now())
    context = {"talk": found, "form": SayForm(), "htmx_config": HTMX}
    if "HX-Request" not in request.headers:
        return render(request, "evaluation/talk.html", context)
    if request.GET.get("seen") == found.mark:
        return HttpResponse(status=204)
    return render(request, "evaluation/_talk.html", context)


@require_POST
@login_required
def say(request: HttpRequest, number: int) -> HttpResponse:
    """Say the next turn."""
    found = _own_or_404(request, number)
    form = SayForm(request.POST)
    try:
        if not form.is_valid():
            raise talking.BadTalk(" ".join(str(error) for errors in form.errors.values() for error in errors))
        talking.say(talk=found, text=form.cleaned_data["text"], now=timezone.now())
    except talking.BadTalk as error:
        messages.error(request, f"Nothing was said: {error}")
    return redirect("talk", number)


@require_POST
@login_required
def ask_again(request: HttpRequest, number: int, reply: int) -> HttpResponse:
    """Have a reply that failed asked for again."""
    if not talking.ask_again(talk=_own_or_404(request, number), reply=reply):
        messages.error(request, "Nothing is asked again: only the last turn's replies that failed can be.")
    return redirect("talk", number)


def _own_or_404(request: HttpRequest, number: int) -> Talk:
    return get_object_or_404(Talk, pk=number, researcher=signed_in(request.user))
