"""How fast a browser may go on an annotator's pages: as fast as the API lets a front end, counted together."""

import time
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluation.models import Annotator
from evaluation.operation.rates import rated_as, seconds_to_wait

if TYPE_CHECKING:
    from evaluation.views.arriving import AnnotatorView


def at_most(name: str, *, keep: Callable[[HttpRequest, Annotator], None]) -> "Callable[[AnnotatorView], AnnotatorView]":
    """A view that an annotator asks for as often as `API_RATES` says under `name`; beyond, what came is kept (429)."""

    def limiting(view: "AnnotatorView") -> "AnnotatorView":
        @wraps(view)
        def limited(request: HttpRequest, annotator: Annotator) -> HttpResponse:
            wait = seconds_to_wait(name, rated_as(annotator), now=time.time())
            if wait is None:
                return view(request, annotator)
            if request.method == "POST":
                keep(request, annotator)
            return _too_fast(request, wait)

        return limited

    return limiting


def _too_fast(request: HttpRequest, wait: int) -> HttpResponse:
    seconds = ngettext("in a second", "in %(seconds)d seconds", wait) % {"seconds": wait}
    page = {
        "title": _("One moment, please."),
        "heading": _("One moment, please."),
        "sentences": (
            _("More was sent from here than anybody can read in that time. Nothing is lost: what you picked is kept."),
            _("You can go on %(in_seconds)s.") % {"in_seconds": seconds},
        ),
        "onward": request.path,
        "onward_words": _("Go on"),
        "withdraw_url": "",
    }
    response = render(request, "evaluation/annotate/notice.html", page, status=429)
    response["Retry-After"] = str(wait)
    return response
