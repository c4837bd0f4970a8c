"""The practice pages: a pair with a known answer, and what is said of it. Plain forms, no script."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from evaluation.judging.annotator_session import pair_name
from evaluation.judging.practising import PracticePair, answer_practice, last_feedback, next_practice
from evaluation.judging.submitting import AnswersMissing, BadAnswer, StudyNotOpen
from evaluation.models import Annotator
from evaluation.operation.markdown import rendered
from evaluation.views.arriving import for_annotator, not_open, where_to, withdraw_url


@require_http_methods(["GET", "HEAD", "POST"])
@for_annotator
def practice(request: HttpRequest, annotator: Annotator) -> HttpResponse:
    """The practice pair that comes next; posting answers leads to what is said of them."""
    here = reverse("annotate-practice", args=[annotator.study.public_id])
    if where_to(annotator) != here:
        return redirect(where_to(annotator))
    if not annotator.study.is_open():
        return not_open(request, annotator.study)
    pair = next_practice(annotator=annotator)
    assert pair is not None
    if request.method != "POST":
        return _shown(request, annotator, pair)
    if request.POST.get("pair", "") != _name(pair):
        # Sent twice, or from a page that was left open: what was said of that pair stands.
        return redirect("annotate-feedback", annotator.study.public_id)
    prefix = "answer."
    answers = {name.removeprefix(prefix): str(value) for name, value in request.POST.items() if name.startswith(prefix)}
    try:
        answer_practice(annotator=annotator, key=pair.key, answers=answers, now=timezone.now())
    except AnswersMissing as missing:
        return _shown(request, annotator, pair, missing=missing.keys, trouble=_("Please answer every question first."))
    except BadAnswer as bad:
        return _shown(request, annotator, pair, trouble=_("That could not be taken: %(why)s") % {"why": bad})
    except StudyNotOpen:
        return redirect("annotate-practice", annotator.study.public_id)
    return redirect("annotate-feedback", annotator.study.public_id)


@require_safe
@for_annotator
def feedback(request: HttpRequest, annotator: Annotator) -> HttpResponse:
    """What is said of the last practice pair, and where it goes on."""
    said = last_feedback(annotator=annotator)
    if said is None or annotator.consented_at is None:
        return redirect(where_to(annotator))
    page = {
        "title": annotator.study.public_title,
        "language": annotator.study.language,
        "feedback": said,
        "onward": where_to(annotator),
        "instructions_url": reverse("annotate-instructions", args=[annotator.study.public_id]),
        "withdraw_url": withdraw_url(annotator),
    }
    return render(request, "evaluation/annotate/feedback.html", page)


def _name(pair: PracticePair) -> str:
    # The try is part of it: the same pair comes again in the next.
    return f"{pair_name(pair.key)}-{pair.attempt}"


def _shown(
    request: HttpRequest, annotator: Annotator, pair: PracticePair, *, missing: tuple[str, ...] = (), trouble: str = ""
) -> HttpResponse:
    study = annotator.study
    page = {
        "title": study.public_title,
        "language": study.language,
        "instructions": rendered(study.instructions),
        "item": pair.item,
        "practice": pair,
        "pair": _name(pair),
        "do": "answer",
        "missing": frozenset(missing),
        "trouble": trouble,
        "judge_url": reverse("annotate-practice", args=[study.public_id]),
        "instructions_url": reverse("annotate-instructions", args=[study.public_id]),
        "pause_url": reverse("annotate-pause", args=[study.public_id]),
        "withdraw_url": withdraw_url(annotator),
        "progress": {
            "heading": _("Practice %(number)s of %(pairs)s") % {"number": pair.number, "pairs": pair.pairs},
        },
    }
    return render(request, "evaluation/annotate/practice.html", page, status=422 if trouble else 200)
