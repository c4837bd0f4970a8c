"""The judge page: one pair, its questions, and what is sent back. It shows a `BlindedItem` and knows no more."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluation.annotators.joining import must_agree_again
from evaluation.items.blinding import BlindedItem, blinded, wording_in
from evaluation.judging.annotator_session import pair_name, slot_named, was_dropped
from evaluation.judging.assignment import Claimed, ConsentMissing, claim_pair, own_slot, personal_progress
from evaluation.judging.paging import Step, criterion_of, step_of, still_open
from evaluation.judging.reading import OwnLook
from evaluation.judging.skipping import SkippingNotOffered, skip
from evaluation.judging.submitting import (
    DRAFT_COMMENT,
    DRAFT_PROBLEM,
    AnswersMissing,
    BadAnswer,
    LeaseLost,
    NotYours,
    Sent,
    StudyNotOpen,
    last_answered,
    lock,
    save_draft,
    submit,
    submit_and_claim,
)
from evaluation.models import Annotator, Slot
from evaluation.operation.markdown import rendered
from evaluation.studies.holding import in_turn
from evaluation.study_files.telling_table import ONE_PER_PAGE
from evaluation.views.arriving import for_annotator, not_open, page_of, where_to, withdraw_url
from evaluation.views.limiting import at_most
from evaluation.views.pacing import pace_of

PROBLEMS: Final = (
    ("", gettext_lazy("No problem")),
    ("unsafe", gettext_lazy("Unsafe or hurtful")),
    ("broken", gettext_lazy("Broken: cut off, garbled, empty")),
    ("nonsense", gettext_lazy("Nonsense")),
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
@at_most("claim", keep=lambda request, annotator: _keep_what_came(request, annotator))
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
    pair = slot_named(request.POST.get("pair", ""), annotator)
    if pair is not None and annotator.study.is_open():
        _keep(request, annotator, pair.slot, timezone.now())
    return HttpResponse(status=204)


def _elsewhere(request: HttpRequest, annotator: Annotator) -> HttpResponse | None:
    """Where an annotator is sent who cannot judge now; None for whoever can."""
    # A pair that was begun under the consent of before is still taken; before the next one they are asked again.
    begun = request.method == "POST" and annotator.instructed_at is not None and must_agree_again(annotator)
    if page_of(annotator) != "judge" and not begun:
        return _go(request, where_to(annotator))
    if not annotator.study.is_open():
        return _go(request, _judge_url(annotator)) if _wants_part(request) else not_open(request, annotator.study)
    return None


def _next_pair(request: HttpRequest, annotator: Annotator, *, trouble: str = "") -> HttpResponse:
    try:
        with in_turn():
            claimed = claim_pair(study=annotator.study, annotator=annotator, now=timezone.now())
    except ConsentMissing:
        return _go(request, where_to(annotator))
    return _shown(request, annotator, claimed, trouble=trouble)


def _shown(request: HttpRequest, annotator: Annotator, claimed: Claimed | None, *, trouble: str = "") -> HttpResponse:
    """The page of a pair that was claimed, or the way to the end where there was none."""
    if claimed is None:
        return _go(request, reverse("annotate-end", args=[annotator.study.public_id]))
    page = _page(claimed.slot, annotator, looks=claimed.looks(), trouble=trouble)
    part = _wants_part(request)
    return render(request, f"evaluation/annotate/{'_next' if part else 'judge'}.html", page | {"swapped": part})


def _receive(request: HttpRequest, annotator: Annotator) -> HttpResponse:
    """Lock, submit, or put down for later, as the pressed button says."""
    now, public_id = timezone.now(), annotator.study.public_id
    pair = slot_named(request.POST.get("pair", ""), annotator)
    do = request.POST.get("do", "")
    if pair is None:
        # Sent twice, the second of two skips finds the pair gone.
        return _next_pair(request, annotator, trouble="" if do == "skip" else _gone(request, annotator))
    number = pair.slot
    if do in ("back", "pause", "instructions"):
        _keep(request, annotator, number, now)
        return _go(request, reverse(f"annotate-{do}", args=[public_id]))
    try:
        if do == "skip":
            with in_turn():
                skip(slot_id=number, annotator=annotator, now=now)
            return _next_pair(request, annotator) if _wants_part(request) else _go(request, _judge_url(annotator))
        if do in ("next", "previous"):
            return _turn(request, annotator, number, do, now)
        if do == "lock":
            with in_turn():
                lock(slot_id=number, annotator=annotator, answers=_answers(request), wording=_wording(request), now=now)
            return _sheet(request, annotator, number)
        if pair.answered or not _wants_part(request):
            with in_turn():
                submit(slot_id=number, annotator=annotator, now=now, **vars(_sent(request)))
            return _go(request, _judge_url(annotator))
        with in_turn():
            claimed = submit_and_claim(slot_id=number, annotator=annotator, sent=_sent(request), now=now)
        # Nobody waits for their turn while this page is made.
        return _shown(request, annotator, claimed)
    except AnswersMissing as missing:
        return _sheet(
            request, annotator, number, missing=missing.keys, trouble=_("Please answer every question first.")
        )
    except (BadAnswer, SkippingNotOffered) as bad:
        return _sheet(request, annotator, number, trouble=_("That could not be taken: %(why)s") % {"why": bad})
    except (LeaseLost, NotYours):
        return _next_pair(request, annotator, trouble=_gone(request, annotator))
    except ConsentMissing:
        return _go(request, where_to(annotator))
    except StudyNotOpen:
        return _go(request, _judge_url(annotator))


def _sent(request: HttpRequest) -> Sent:
    return Sent(
        key=request.POST.get("key", "")[:64] or secrets.token_urlsafe(16),
        answers=_answers(request),
        seconds=_seconds(request),
        layout=request.POST["layout"] if request.POST.get("layout") in LAYOUTS else "",
        comment=_comment(request),
        problem=_problem(request),
        wording=_wording(request),
    )


def _turn(request: HttpRequest, annotator: Annotator, number: int, do: str, now: datetime) -> HttpResponse:
    """Another criterion of the same pair, once this one is answered; nothing is counted by it."""
    _keep(request, annotator, number, now)
    slot = own_slot(annotator=annotator, slot_id=number)
    here = step_of(blinded(slot, draft=_answers(request)), at=request.POST.get("step", ""))
    missing = still_open(here.questions) if do == "next" else []
    if missing:
        trouble = _("Please answer every question first.")
        return _sheet(request, annotator, number, missing=missing, trouble=trouble, at=here.key)
    return _sheet(request, annotator, number, at=here.key, move=1 if do == "next" else -1)


def _judge_url(annotator: Annotator) -> str:
    return reverse("annotate-judge", args=[annotator.study.public_id])


def _gone(request: HttpRequest, annotator: Annotator) -> str:
    if was_dropped(request.POST.get("pair", ""), annotator):
        return _("That pair has left the study. It counts as done for you; here is the next one.")
    return _("That pair went to somebody else meanwhile. Here is another one.")


def _sheet(
    request: HttpRequest,
    annotator: Annotator,
    number: int,
    *,
    missing: Sequence[str] = (),
    trouble: str = "",
    at: str = "",
    move: int = 0,
) -> HttpResponse:
    """The same pair's form again: with its second sheet, another criterion, or with what is wrong."""
    status = 422 if trouble else 200
    if not trouble and not move and not _wants_part(request):
        return redirect(reverse("annotate-judge", args=[annotator.study.public_id]) + "#sheet")
    slot = own_slot(annotator=annotator, slot_id=number)
    # What is missing may stand on another page than the one that was sent.
    at = criterion_of(missing[0]) if missing else at
    page = _page(slot, annotator, draft=_answers(request), missing=missing, trouble=trouble, at=at, move=move)
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
    looks: Sequence[OwnLook] | None = None,
    draft: Mapping[str, str] | None = None,
    missing: Iterable[str] = (),
    trouble: str = "",
    at: str = "",
    move: int = 0,
) -> dict[str, Any]:
    """What the judge page's templates get: a `BlindedItem`, words and addresses."""
    study, item = annotator.study, blinded(slot, draft=draft)
    step = step_of(item, at=at, move=move) if study.layout == ONE_PER_PAGE else None
    if step is not None:
        item = replace(item, questions=step.questions)
    progress = personal_progress(annotator=slot.annotator or annotator, looks=looks)
    return {
        "title": study.public_title,
        "language": study.language,
        # Made only where it stands on the page: not where the next pair is swapped in.
        "instructions": partial(rendered, study.instructions),
        "item": item,
        "pair": pair_name(item.slot_id),
        "key": secrets.token_urlsafe(16),
        "progress": pace_of(progress, changing=item.changing, kind=item.kind),
        "do": _do(item, step),
        "step": step,
        "previous": step is not None and not step.first,
        "more_steps": step is not None and not step.last,
        "may_skip": study.may_skip and not item.changing,
        "missing": frozenset(missing),
        "trouble": trouble,
        **_beside(slot),
        "problems": PROBLEMS,
        "can_go_back": not item.changing and progress.done > 0,
        "judge_url": reverse("annotate-judge", args=[study.public_id]),
        "draft_url": reverse("annotate-draft", args=[study.public_id]),
        "withdraw_url": withdraw_url(annotator),
        "htmx_config": HTMX,
    }


def _do(item: BlindedItem, step: Step | None) -> str:
    """What the form's own button does."""
    if step is not None and not step.last:
        return "next"
    return "lock" if item.more_to_come else "submit"


def _beside(slot: Slot) -> dict[str, str]:
    """Comment and problem as they were sent, or as the draft has them since."""
    # Where there is no draft, Django's error is an AttributeError too.
    draft = getattr(slot, "draft", None)
    kept = draft.answers if draft is not None else {}
    return {
        "comment": str(kept.get(DRAFT_COMMENT, slot.comment)),
        "problem": str(kept.get(DRAFT_PROBLEM, slot.problem)),
    }


def _keep(request: HttpRequest, annotator: Annotator, number: int, now: datetime) -> None:
    # Whatever cannot be kept as a draft is no reason to hold anybody up; a submit says what is wrong.
    try:
        with in_turn():
            save_draft(
                slot_id=number,
                annotator=annotator,
                answers=_answers(request),
                comment=_comment(request),
                problem=_problem(request),
                now=now,
            )
    except (BadAnswer, LeaseLost, NotYours, StudyNotOpen):
        return


def _keep_what_came(request: HttpRequest, annotator: Annotator) -> None:
    """Whoever is too fast finds their answers again."""
    pair = slot_named(request.POST.get("pair", ""), annotator)
    if pair is not None and not pair.answered and annotator.study.is_open():
        _keep(request, annotator, pair.slot, timezone.now())


def _answers(request: HttpRequest) -> dict[str, str]:
    prefix = "answer."
    return {name.removeprefix(prefix): str(value) for name, value in request.POST.items() if name.startswith(prefix)}


def _wording(request: HttpRequest) -> dict[str, int]:
    """Which version of each question was on the page: the study may have been amended since."""
    return wording_in(request.POST.get("wording", ""))


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
