"""How fast a browser may go on an annotator's pages, and open links: as the API lets a front end, counted together."""

import time
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language_from_request, ngettext
from django.utils.translation import gettext as _
from rest_framework.throttling import BaseThrottle

from evaluation.annotators.language import speak
from evaluation.models import Annotator
from evaluation.operation.rates import rated_as, seconds_to_wait

if TYPE_CHECKING:
    from rest_framework.request import Request

    from evaluation.views.arriving import AnnotatorView

LinkView = Callable[..., HttpResponse]


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


def at_most_from_one_address(name: str) -> Callable[[LinkView], LinkView]:
    """A view of a link, for whoever has nothing else: as often for one address as `API_RATES` says under `name`."""

    def limiting(view: LinkView) -> LinkView:
        @wraps(view)
        def limited(request: HttpRequest, **named: str) -> HttpResponse:
            wait = seconds_to_wait(name, address_of(request), now=time.time())
            if wait is None:
                return view(request, **named)
            # No study is known yet that could say in which language.
            speak(get_language_from_request(request))
            said = _("More links were opened from your network than people open in that time. Nothing is lost.")
            return _wait_a_moment(request, wait, said)

        return limited

    return limiting


def address_of(request: HttpRequest) -> str:
    """From where somebody asks, as the API has it: proxies that are ours are believed, and no others."""
    return str(BaseThrottle().get_ident(cast("Request", request)))


def _too_fast(request: HttpRequest, wait: int) -> HttpResponse:
    said = _("More was sent from here than anybody can read in that time. Nothing is lost: what you picked is kept.")
    return _wait_a_moment(request, wait, said)


def _wait_a_moment(request: HttpRequest, wait: int, said: str) -> HttpResponse:
    seconds = ngettext("in a second", "in %(seconds)d seconds", wait) % {"seconds": wait}
    page = {
        "title": _("One moment, please."),
        "heading": _("One moment, please."),
        "sentences": (said, _("You can go on %(in_seconds)s.") % {"in_seconds": seconds}),
        # With what a platform says in the address.
        "onward": request.get_full_path(),
        "onward_words": _("Go on"),
        "withdraw_url": "",
    }
    response = render(request, "evaluation/annotate/notice.html", page, status=429)
    response["Retry-After"] = str(wait)
    return response
