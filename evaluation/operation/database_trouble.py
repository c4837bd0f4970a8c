"""When the database does not answer: a page that says so and when to try again, and nothing half written.

A locked file, a full disk, a server that restarts, a line that broke: whatever was under way is rolled back as a whole.
The judge page's script sends again what met this page, under the same key, so it is counted once; the draft is still in
the browser and, as far as it was acknowledged, on the server. A connection that broke is not used again: Django looks
at each that met an error when its request ends.
"""

import logging
from collections.abc import Callable
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils.cache import add_never_cache_headers

from evaluation.operation.counting import count

# Seconds, as said to browsers and scripts.
RETRY_AFTER: Final = 5
log = logging.getLogger(__name__)


class AnswersDatabaseTrouble:
    """Middleware: status 503 and `Retry-After` where the database could not be reached, was locked or full."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError) as error:
            return unavailable(request, error)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer to a view's database error; None for any other error."""
        return unavailable(request, error) if isinstance(error, OperationalError | InterfaceError) else None


def unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """The page, or for a script the JSON, that says the database is away for now."""
    # The kind alone: a message may hold values.
    log.error("database trouble: %s", type(error).__name__)
    count("database error")
    response: HttpResponse
    if request.path.startswith("/api/"):
        response = JsonResponse({"detail": "The database does not answer just now. Try again."}, status=503)
    else:
        # The words of a failure fit: what was sent before is kept, and again in a minute.
        response = HttpResponse(loader.get_template("500.html").render({}, request), status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    add_never_cache_headers(response)
    return response
