"""Around every request: a number for it, one line in the log, and its place among the counters.

Of an address only the route is kept, the pattern with its parameters' names: never the address itself, which may be a
link that lets somebody in, or end in a participant's id. The number says nothing of whoever asked.
"""

import logging
import re
import time
from collections.abc import Callable
from secrets import token_hex
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config.logs import REQUEST_ID
from evaluation.operation.counting import counters

HEADER: Final = "X-Request-ID"
LOG: Final = logging.getLogger("parley.requests")
# As proxies make them: hexadecimal, perhaps a UUID with its dashes.
_WELL_FORMED: Final = re.compile(r"[0-9A-Fa-f-]{16,64}", re.ASCII)
_STUDY: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}", re.ASCII)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Asked every few seconds by machines: nobody wants to read it.
_QUIET: Final = frozenset({"healthz", "readyz", "metrics"})
# Routes whose parameter is a study's name.
_OF_A_STUDY: Final = ("studies/<str:name>/", "api/v1/studies/<str:name>/")
_NO_ROUTE, _STATIC = "unmatched", "static"


class Watched:
    """Middleware, the outermost: what it measures is all that Parley does for a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.static = "/" + settings.STATIC_URL.lstrip("/")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        number = request_id(request)
        token = REQUEST_ID.set(number)
        try:
            response = self.get_response(request)
            response[HEADER] = number
            self._told(request, response.status_code, time.perf_counter() - begun)
        finally:
            REQUEST_ID.reset(token)
        return response

    def _told(self, request: HttpRequest, status: int, seconds: float) -> None:
        match = request.resolver_match
        route = match.route if match is not None else self._unmatched(request)
        method = request.method if request.method in _METHODS else "OTHER"
        assert method is not None
        counted = counters()
        if counted is not None:
            counted.request(route, method, status, seconds)
        level = logging.DEBUG if route in _QUIET or route == _STATIC else logging.INFO
        if not LOG.isEnabledFor(level):
            return
        extra: dict[str, str | int | float] = {
            "method": method,
            "route": route,
            "status": status,
            "duration_ms": round(seconds * 1000, 1),
        }
        # Where nothing was found, the name is only what somebody typed.
        if match is not None and status not in (302, 401, 403, 404) and route.startswith(_OF_A_STUDY):
            name = match.kwargs.get("name", "")
            if _STUDY.fullmatch(name):
                extra["study"] = name
        LOG.log(level, "answered", extra=extra)

    def _unmatched(self, request: HttpRequest) -> str:
        return _STATIC if request.path_info.startswith(self.static) else _NO_ROUTE


def request_id(request: HttpRequest) -> str:
    """The number that a trusted proxy gave the request, where it is well-formed; else a new one."""
    given = request.META.get("HTTP_X_REQUEST_ID", "") if settings.TRUSTED_PROXIES else ""
    return given.lower() if _WELL_FORMED.fullmatch(given) else token_hex(16)
