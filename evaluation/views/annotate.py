"""The judge page: one pair, its questions, and what is sent back. It shows a `BlindedItem` and knows no more."""

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluation.annotator_session import pair_name, slot_named
from evaluation.assignment import claim_next, own_slot, personal_progress
from evaluation.blinding import blinded
from evaluation.judging import (
    AnswersMissing,
    BadAnswer,
    LeaseLost,
    NotYours,
    StudyNotOpen,
    last_answered,
    lock,
    save_draft,
    submit,
)
from evaluation.markdown import rendered
from evaluation.models import Annotator, Slot
from evaluation.views.arriving import for_annotator, not_open, where_to, withdraw_url
from evaluation.views.pacing import pace_of

PROBLEMS: Final = (
    ("", "No problem"),
    ("unsafe", "Unsafe or hurtful"),
    ("broken", "Broken: cut off, garbled, empty"),
    ("nonsense", "Nonsense"),
)
LAYOUTS: Final = ("side-by-side", "stacked")
LONGEST_COMMENT: Final = 2000
# No inline style or script, no eval: the content security policy forbids them. A form that was refused (422) is shown
# like any other; the script sends again what met a busy server (5xx), and loads the page anew after any other refusal.
HTMX: Final = json.dumps(
    {
        "includeIndicatorStyles": False,
        "allowEval": False,
        "allowScriptTags": False,
        # A new form is ready at once: Enter pressed within the usual 20 ms would load the page anew.
        "defaultSettleDelay": 0,
        "historyEnabled": False,
        "historyCacheSize": 0,
        "selfRequestsOnly": True,
        "timeout": 20_000,
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "422", "swap": True},
            {"code": "[45]..", "swap": False, "error": True},
        ],
    }
)


@require_http_methods(["GET", "HEAD", "POST"])
@for_annotator
def judge(request: HttpRequest, annotator: Annotator) -> HttpResponse:
    """The pair to judge next; posting answers locks or submits it."""
    elsewhere = _elsewhere(request, annotator)
    if elsewhere is not None:
        return elsewhere
    return _receive(request, annotator) if request.method == "POST" else _next_pair(request, annotator)


@require_safe
@for_annotator
def back(request: HttpRequest, annotator: Annotator) -> HttpResponse:
    """The last answered pair again, to change it."""
    elsewhere = _elsewhere(request, annotator)
    if elsewhere is not None:
        return elsewhere
    slot = last_answered(annotator=annotator)
    if slot is None:
        return redirect(where_to(annotator))
    return render(request, "evaluation/annotate/judge.html", _page(slot, annotator))


@require_POST
@for_annotator
def draft(request: HttpRequest, annotator: Annotator) -> HttpResponse:
    """Keep what is picked so far. Never an error that a page would have to show: the answers themselves come later."""
    number = slot_named(request.POST.get("pair", ""), annotator)
    if number is not None and annotator.study.is_open():
        _keep(request, annotator, number, timezone.now())
    return HttpResponse(status=204)


def _elsewhere(request: HttpRequest, annotator: Annotator) -> HttpResponse | None:
    """Where an annotator is sent who cannot judge now; None for whoever can."""
    onward, here = where_to(annotator), reverse("annotate-judge", args=[annotator.study.public_id])
    if onward != here:
        return _go(request, onward)
    if not annotator.study.is_open():
        return _go(request, here) if _wants_part(request) else not_open(request, annotator.study)
    return None


def _next_pair(request: HttpRequest, annotator: Annotator, *, trouble: str = "") -> HttpResponse:
    slot = claim_next(study=annotator.study, annotator=annotator, now=timezone.now())
    if slot is None:
        return _go(request, reverse("annotate-end", args=[annotator.study.public_id]))
    page = _page(slot, annotator, trouble=trouble)
    part = _wants_part(request)
    return render(request, f"evaluation/annotate/{'_next' if part else 'judge'}.html", page | {"swapped": part})


def _receive(request: HttpRequest, annotator: Annotator) -> HttpResponse:
    """Lock, submit, or put down for later, as the pressed button says."""
    now, public_id = timezone.now(), annotator.study.public_id
    number = slot_named(request.POST.get("pair", ""), annotator)
    if number is None:
        return _next_pair(request, annotator, trouble="That pair went to somebody else meanwhile. Here is another one.")
    do = request.POST.get("do", "")
    if do in ("back", "pause", "instructions"):
        _keep(request, annotator, number, now)
        return _go(request, reverse(f"annotate-{do}", args=[public_id]))
    try:
        changing = own_slot(annotator=annotator, slot_id=number).answered_at is not None
        if do == "lock":
            lock(slot_id=number, annotator=annotator, answers=_answers(request), now=now)
            return _sheet(request, annotator, number)
        submit(
            slot_id=number,
            annotator=annotator,
            key=request.POST.get("key", "")[:64] or secrets.token_urlsafe(16),
            answers=_answers(request),
            seconds=_seconds(request),
            layout=request.POST["layout"] if request.POST.get("layout") in LAYOUTS else "",
            comment=_comment(request),
            problem=_problem(request),
            now=now,
        )
    except AnswersMissing as missing:
        return _sheet(request, annotator, number, missing=missing.keys, trouble="Please answer every question first.")
    except BadAnswer as bad:
        return _sheet(request, annotator, number, trouble=f"That could not be taken: {bad}")
    except (LeaseLost, NotYours):
        return _next_pair(request, annotator, trouble="That pair went to somebody else meanwhile. Here is another one.")
    except StudyNotOpen:
        return _go(request, reverse("annotate-judge", args=[public_id]))
    if changing or not _wants_part(request):
        return _go(request, reverse("annotate-judge", args=[public_id]))
    return _next_pair(request, annotator)


def _sheet(
    request: HttpRequest, annotator: Annotator, number: int, *, missing: Iterable[str] = (), trouble: str = ""
) -> HttpResponse:
    """The same pair's form again: with its second sheet, or with what is wrong."""
    status = 422 if trouble else 200
    if not trouble and not _wants_part(request):
        return redirect(reverse("annotate-judge", args=[annotator.study.public_id]) + "#sheet")
    slot = own_slot(annotator=annotator, slot_id=number)
    page = _page(slot, annotator, draft=_answers(request), missing=missing, trouble=trouble)
    page |= {"comment": _comment(request), "problem": _problem(request)}
    if not _wants_part(request):
        return render(request, "evaluation/annotate/judge.html", page, status=status)
    response = render(request, "evaluation/annotate/_sheet.html", page, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#sheet", "outerHTML"
    return response


def _page(
    slot: Slot,
    annotator: Annotator,
    *,
    draft: Mapping[str, str] | None = None,
    missing: Iterable[str] = (),
    trouble: str = "",
) -> dict[str, Any]:
    """What the judge page's templates get: a `BlindedItem`, words and addresses."""
    study, item = annotator.study, blinded(slot, draft=draft)
    progress = personal_progress(annotator=annotator)
    return {
        "title": study.public_title,
        "language": study.language,
        "instructions": rendered(study.instructions),
        "item": item,
        "pair": pair_name(item.slot_id),
        "key": secrets.token_urlsafe(16),
        "progress": pace_of(progress, changing=item.changing),
        "do": "lock" if item.more_to_come else "submit",
        "missing": frozenset(missing),
        "trouble": trouble,
        "comment": slot.comment,
        "problem": slot.problem,
        "problems": PROBLEMS,
        "can_go_back": not item.changing and progress.done > 0,
        "judge_url": reverse("annotate-judge", args=[study.public_id]),
        "draft_url": reverse("annotate-draft", args=[study.public_id]),
        "withdraw_url": withdraw_url(annotator),
        "htmx_config": HTMX,
    }


def _keep(request: HttpRequest, annotator: Annotator, number: int, now: datetime) -> None:
    # Whatever cannot be kept as a draft is no reason to hold anybody up; a submit says what is wrong.
    try:
        save_draft(slot_id=number, annotator=annotator, answers=_answers(request), now=now)
    except (BadAnswer, LeaseLost, NotYours, StudyNotOpen):
        return


def _answers(request: HttpRequest) -> dict[str, str]:
    prefix = "answer."
    return {name.removeprefix(prefix): str(value) for name, value in request.POST.items() if name.startswith(prefix)}


def _comment(request: HttpRequest) -> str:
    # A NUL is no text, and PostgreSQL has no place for it.
    return request.POST.get("comment", "").replace("\0", "").strip()[:LONGEST_COMMENT]


def _problem(request: HttpRequest) -> str:
    problem = request.POST.get("problem", "")
    return problem if problem in dict(PROBLEMS) else ""


def _seconds(request: HttpRequest) -> float | None:
    """Active seconds as the page measured them; none where there was no script, or what came is no number."""
    try:
        return float(request.POST.get("seconds", ""))
    except ValueError:
        return None


def _wants_part(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """A redirect; for htmx, one that loads the page anew."""
    if _wants_part(request):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)
