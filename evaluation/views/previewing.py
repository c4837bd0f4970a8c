"""The preview: annotators' own pages, answered by annotators' own views, in a transaction that is undone at the end."""

import re
from collections.abc import Callable
from typing import Final

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evaluation.annotators.background import asks_background
from evaluation.drafts.drafting import own_draft_or_404
from evaluation.drafts.preview_material import few, study_to_show
from evaluation.drafts.previewing import CHECK, Visit, practice_of, steps_of, stops_of, unkept, visit
from evaluation.judging.annotator_session import ANNOTATOR, INVITE, SALT, cookie_name, pair_name
from evaluation.judging.practising import next_practice
from evaluation.material.gathering import WrongFiles
from evaluation.models import Study
from evaluation.opening.importing import NameTaken
from evaluation.stats.instrument.controls import AA, CEILING
from evaluation.studies.membership import changing_membership_or_404
from evaluation.study_files.item_kinds import Kind, kind_of
from evaluation.study_files.uploaded_files import UploadRefused
from evaluation.views import annotate, arriving, background, practising

PAGES: Final[dict[str, Callable[[HttpRequest, str], HttpResponse]]] = {
    "consent": arriving.consent,
    "background": background.background,
    "instructions": arriving.instructions,
    "practice": practising.practice,
    "feedback": practising.feedback,
    "judge": annotate.judge,
    "pause": arriving.pause,
    "end": arriving.end,
}
NAMES: Final = {
    "consent": "Consent",
    "background": "Background",
    "instructions": "Instructions",
    "practice": "Practice",
    "judge": "Pairs",
    "end": "The end",
}
# What is shown one after the other, by the kind of item: all of them, and one.
SHOWN: Final[dict[Kind, tuple[str, str]]] = {
    "pair": ("Pairs", "Pair"),
    "dialogues": ("Conversations", "Pair"),
    "persona": ("Personas", "Persona"),
}
# What the researcher alone is told of a pair, over a page that looks like any other: for short, and in full.
SPECIAL: Final = {
    CHECK: ("Check", "Check pair: its answer is known"),
    AA: ("A/A", "A/A control: two answers of one system"),
    CEILING: ("Ceiling", "Ceiling control: a human reply against a shuffled one"),
}
# What a button of the judge page leads to, where it leads away from the pair.
ONWARD: Final = {"submit": 1, "skip": 1, "back": -1}
# The first thing in every page; the band comes after it.
_AFTER_SKIP: Final = re.compile(r"<a class=\"skip\".*?</a>", re.DOTALL)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def of_draft(request: HttpRequest, number: int, step: str) -> HttpResponse:
    """A step of a study that is being written; its owner alone sees it."""
    draft = own_draft_or_404(request.user, number)
    base = reverse("draft", args=[number]) + "preview/"
    try:
        known = few(draft)
        with unkept():
            study = study_to_show(known, now=timezone.now())
            return _shown(request, study, step, base, back=reverse("draft", args=[number]))
    except (UploadRefused, WrongFiles, NameTaken) as refused:
        errors = refused.errors if isinstance(refused, UploadRefused) else (refused,)
        page = {"draft": draft, "errors": errors, "tab": "preview"}
        return render(request, "evaluation/drafts/not_yet.html", page, status=422)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def of_study(request: HttpRequest, name: str, step: str) -> HttpResponse:
    """A step of a study that is made and was never opened; its owner and collaborators see it."""
    study = changing_membership_or_404(request.user, name).study
    if not study.is_draft():
        raise Http404("only what was never opened is previewed: annotators are there")
    with unkept():
        base = reverse("study", args=[name]) + "preview/"
        return _shown(request, study, step, base, back=reverse("study", args=[name]))


def _shown(request: HttpRequest, study: Study, step: str, base: str, *, back: str) -> HttpResponse:
    steps = steps_of(study, asks_background=bool(asks_background(study)))
    if step in ("draft", "withdraw", "leave", ""):
        # Nothing is kept of an answer on its way, and nobody is there to withdraw.
        return HttpResponse(status=204) if step == "draft" else redirect(f"{base}{steps[0]}/")
    if step not in PAGES or (step in NAMES and step not in steps):
        raise Http404("no such step")
    pair = _number(request.GET.get("pair", "1"))
    onward = _onward(request, step, pair, steps, base, study)
    if onward:
        return _go(request, onward)
    met = visit(study, step=step, pair=pair, now=timezone.now())
    _seat(request, met, step=step)
    posted = request.method == "POST"
    with override(get_language()):
        answer = _answered(request, study, step)
    if answer.status_code in (301, 302) or "HX-Redirect" in answer:
        where = answer.headers.get("HX-Redirect") or answer.headers["Location"]
        return _go(request, _translated(where, study, base, steps))
    return _in_its_frame(answer, study, base, step=step, steps=steps, pair=pair, back=back, posted=posted)


def _onward(request: HttpRequest, step: str, pair: int, steps: list[str], base: str, study: Study) -> str:
    """Where a button leads that would store something; empty where the page's own view answers."""
    do = request.POST.get("do", "")
    following = steps[steps.index(step) + 1] if step in steps[:-1] else step
    if request.method != "POST":
        return ""
    if step in ("background", "instructions") or (step == "consent" and request.POST.get("answer") == "agree"):
        return f"{base}{following}/"
    if step == "judge" and do in ONWARD:
        number = pair + ONWARD[do]
        return f"{base}end/" if number > len(stops_of(study)) else f"{base}judge/?pair={max(number, 1)}"
    return ""


def _seat(request: HttpRequest, met: Visit, *, step: str) -> None:
    """Let the request come from the one who visits: their cookie, and the names of the rows of this very moment."""
    who = met.annotator or met.invite
    kind = ANNOTATOR if met.annotator else INVITE
    holder = HttpResponse()
    holder.set_signed_cookie(cookie_name(met.study.public_id), f"{kind}.{who.pk}", salt=SALT)
    request.COOKIES = {
        **request.COOKIES,
        cookie_name(met.study.public_id): holder.cookies[cookie_name(met.study.public_id)].value,
    }
    if request.method != "POST" or met.annotator is None:
        return
    posted = request.POST.copy()
    if step == "judge":
        held = met.study.slots.filter(annotator=met.annotator).first()
        posted["pair"] = pair_name(held.pk) if held else ""
    elif step == "practice" and (known := next_practice(annotator=met.annotator)):
        posted["pair"] = f"{pair_name(known.key)}-{known.attempt}"
    _put(request, posted)


def _put(request: HttpRequest, posted: QueryDict) -> None:
    posted._mutable = False
    request.POST = posted  # type: ignore[assignment]  # a QueryDict, as Django's own is


def _answered(request: HttpRequest, study: Study, step: str) -> HttpResponse:
    """The page's own view; what it would redirect to after locking, or after practice, is shown in the same moment."""
    answer = PAGES[step](request, study.public_id)
    if request.method == "POST" and answer.status_code == 302:
        where = answer.headers["Location"]
        follows = {"judge": "judge", "practice": "feedback"}.get(step)
        if follows and where.partition("#")[0].endswith(f"/{follows}/"):
            request.method = "GET"
            return PAGES[follows](request, study.public_id)
    return answer


def _translated(where: str, study: Study, base: str, steps: list[str]) -> str:
    """An annotator's address as the preview has it."""
    path = where.partition("?")[0].partition("#")[0]
    step = path.rstrip("/").rpartition("/")[2]
    if step == study.public_id or step not in (*PAGES, "draft"):
        step = steps[0]
    return f"{base}{step}/"


def _in_its_frame(
    answer: HttpResponse,
    study: Study,
    base: str,
    *,
    step: str,
    steps: list[str],
    pair: int,
    back: str,
    posted: bool,
) -> HttpResponse:
    """The answer with its addresses turned to the preview's, and the band that says what it is."""
    html = answer.content.decode()
    # What is sent from a page comes back to the same pair; what follows feedback is the next.
    of_judge = f"{base}judge/?pair={pair}" if step == "judge" else f"{base}judge/"
    following = pair + 1 if posted and step == "practice" and answer.status_code == 200 else pair
    for page, address in (("judge", of_judge), ("practice", f"{base}practice/?pair={following}")):
        html = html.replace(f'"/s/{study.public_id}/{page}/"', f'"{address}"')
    html = re.sub(rf"/s/{re.escape(study.public_id)}/(\w+)/", rf"{base}\1/", html)
    html = html.replace(f"/s/{study.public_id}/", f"{base}{steps[0]}/")
    if "<body" in html:
        of_band = {
            "steps": [
                (each, SHOWN[kind_of(study.design)][0] if each == "judge" else NAMES[each], f"{base}{each}/")
                for each in steps
            ],
            "step": "practice" if step == "feedback" else step,
            "stops": _band_stops(study, base, "practice" if step == "feedback" else step),
            "pair": pair,
            "back": back,
        }
        band = render_to_string("evaluation/drafts/_band.html", of_band)
        html = _AFTER_SKIP.sub(lambda found: found.group(0) + band, html, count=1)
    shown = HttpResponse(html, status=answer.status_code)
    for header in ("HX-Retarget", "HX-Reswap"):
        if header in answer:
            shown[header] = answer[header]
    return shown


def _band_stops(study: Study, base: str, step: str) -> list[tuple[int, str, str, str]]:
    """The number, the words, the name and the address of all that the step shows one after the other."""
    if step == "practice":
        numbers = range(1, len(practice_of(study)) + 1)
        return [(number, str(number), f"Practice {number}", f"{base}practice/?pair={number}") for number in numbers]
    if step != "judge":
        return []
    one, stops = SHOWN[kind_of(study.design)][1], []
    for number, stop in enumerate(stops_of(study), start=1):
        short, full = SPECIAL.get(stop.what, (str(number), f"{one} {number}"))
        stops.append((number, short, full, f"{base}judge/?pair={number}"))
    return stops


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 and int(text) > 0 else 1


def _go(request: HttpRequest, address: str) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)
