"""Corpora to look through, for researchers only: dialogues with their personas and traits, leaks, flags."""

from dataclasses import asdict
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from evaluation.corpora import browsing as corpora
from evaluation.corpora.flagging import flag, unflag
from evaluation.models import DialogueFlag
from evaluation.studies.membership import signed_in
from evaluation.views.forms import FlagForm, LookForm
from generation.corpus.dialogues import BadLine
from generation.home import NoSuchName


@require_GET
@login_required
def corpora_list(request: HttpRequest) -> HttpResponse:
    """Every corpus under `PARLEY_HOME`."""
    return render(request, "evaluation/corpora.html", {"cards": corpora.cards()})


@require_GET
@login_required
def corpus(request: HttpRequest, name: str) -> HttpResponse:
    """A few dialogues of one corpus, filtered as the query says, with another corpus beside where it names one."""
    names = _names_with(name)
    form = LookForm(request.GET, corpora=[each for each in names if each != name])
    wanted = corpora.Wanted(**form.cleaned_data) if form.is_valid() else corpora.Wanted()
    try:
        look = corpora.look(name, wanted, by=signed_in(request.user))
    except BadLine as error:
        return render(request, "evaluation/corpus_broken.html", {"name": name, "problem": str(error)}, status=409)
    form.offer_splits(look.splits)
    context = {
        "look": look,
        "form": form,
        "wanted": wanted,
        "reasons": DialogueFlag.Reason.choices,
        "previous": _address(name, wanted, look.page - 1) if look.page > 1 else "",
        "next": _address(name, wanted, look.page + 1) if look.page < look.pages else "",
        "here": _address(name, wanted, look.page),
    }
    return render(request, "evaluation/corpus.html", context, status=200 if form.is_valid() else 400)


@require_POST
@login_required
def flag_dialogue(request: HttpRequest, name: str) -> HttpResponse:
    """Put a flag on a dialogue, or take one's own back."""
    _names_with(name)
    form = FlagForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was flagged: a flag needs a dialogue and a reason.")
        return redirect("corpus", name)
    asked, me = form.cleaned_data, signed_in(request.user)
    try:
        dialogue = corpora.dialogue_named(name, asked["dialogue"])
    except NoSuchName as error:
        raise Http404("no such dialogue") from error
    if asked["take_back"]:
        unflag(corpus=name, dialogue=dialogue.id, by=me)
        messages.success(request, f"The flag on {dialogue.id} is taken back.")
    else:
        flag(corpus=name, dialogue=dialogue, reason=asked["reason"], note=asked["note"], by=me, now=timezone.now())
        messages.success(request, f"{dialogue.id} is flagged.")
    back = asked["back"]
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith(reverse("corpora"))
    return redirect(back if safe else reverse("corpus", args=[name]))


def _names_with(name: str) -> list[str]:
    names = corpora.names()
    if name not in names:
        raise Http404("no such corpus")
    return names


def _address(name: str, wanted: corpora.Wanted, page: int) -> str:
    said = {key: "on" if value is True else value for key, value in (asdict(wanted) | {"page": page}).items() if value}
    return f"{reverse('corpus', args=[name])}?{urlencode(said)}"
