"""Every refusal in one shape: a code for scripts, a sentence for people, and which fields were meant.

What a domain verb raises is named here once, with its status; views catch nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from evaluation.annotators.background import BadBackground
from evaluation.annotators.excluding import CannotExclude, NoSuchAnnotator
from evaluation.annotators.joining import LinkUnknown
from evaluation.annotators.paying import NoPay
from evaluation.changes.amendable import CannotAmend
from evaluation.changes.extending_files import FilesMissing
from evaluation.changes.further import CannotExtend
from evaluation.items.blinding import ResultsHidden
from evaluation.judging.assignment import ConsentMissing
from evaluation.judging.skipping import SkippingNotOffered
from evaluation.judging.standing import WrongConsent, WrongStage
from evaluation.judging.submitting import AnswersMissing, BadAnswer, LeaseLost, NotYours, StudyNotOpen
from evaluation.opening.importing import NameTaken
from evaluation.queue.queueing import NoWorkers
from evaluation.queue.webhooks import StillWaiting
from evaluation.studies.life import NotReady, WrongState
from evaluation.studies.pair_reports import NoSuchReport
from evaluation.studies.sharing import CannotShare, NoSuchMember, NotAnOwner
from evaluation.study_files.uploaded_files import TooLarge, UploadRefused

# What came from outside is repeated in a message only so far.
LONGEST: Final = 500
# From the special to the general: the first that fits says it.
REFUSALS: Final[tuple[tuple[type[Exception], int, str], ...]] = (
    (ResultsHidden, 409, "results_hidden"),
    (NotReady, 409, "not_ready"),
    (WrongState, 409, "wrong_state"),
    (NameTaken, 409, "name_taken"),
    (CannotExtend, 409, "cannot_extend"),
    (CannotAmend, 409, "cannot_amend"),
    (FilesMissing, 409, "files_missing"),
    (TooLarge, 413, "too_large"),
    (UploadRefused, 400, "upload_refused"),
    (StudyNotOpen, 409, "study_not_open"),
    (ConsentMissing, 409, "consent_missing"),
    (WrongStage, 409, "wrong_stage"),
    (WrongConsent, 409, "wrong_consent"),
    (SkippingNotOffered, 409, "skipping_not_offered"),
    (BadBackground, 400, "bad_answer"),
    (LeaseLost, 409, "lease_lost"),
    (NotYours, 404, "not_found"),
    (AnswersMissing, 422, "answers_missing"),
    (BadAnswer, 400, "bad_answer"),
    (CannotExclude, 409, "cannot_exclude"),
    (NoSuchAnnotator, 404, "not_found"),
    (NoPay, 409, "no_pay"),
    (NotAnOwner, 403, "not_an_owner"),
    (NoSuchMember, 404, "not_found"),
    (CannotShare, 409, "cannot_share"),
    (NoWorkers, 409, "no_workers"),
    (StillWaiting, 409, "still_waiting"),
    (NoSuchReport, 404, "not_found"),
    (LinkUnknown, 404, "link_unknown"),
    (RequestDataTooBig, 413, "too_large"),
    (SuspiciousOperation, 400, "bad_request"),
)


def refusal(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to whatever a view raised; None for what nobody foresaw, which is logged and answered with a 500."""
    for kind, status, code in REFUSALS:
        if isinstance(error, kind):
            return Response(problem(code, str(error), tuple(_fields(error))), status=status)
    answer = exception_handler(error, dict(context))
    if answer is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        answer.data = problem("invalid", "Some of what was sent cannot be taken; `errors` says what.", error.detail)
    elif isinstance(error, Http404 | exceptions.NotFound):
        answer.data = problem("not_found", "There is no such thing, or none that you may see.")
    elif isinstance(error, PermissionDenied):
        answer.data = problem("permission_denied", "You may not do this.")
    else:
        assert isinstance(error, exceptions.APIException)
        answer.data = problem(str(getattr(error.detail, "code", error.default_code)), str(error.detail))
    return answer


def problem(code: str, detail: str, fields: Any = ()) -> dict[str, Any]:
    """The one shape; `fields` as a serializer nests its errors, or pairs of a field and a sentence."""
    pairs = fields if isinstance(fields, tuple) else _flat("", fields)
    errors = [{"field": _told(field), "detail": _told(said)} for field, said in pairs]
    return {"code": code, "detail": _told(detail), "errors": errors}


@csrf_exempt
def no_such_address(request: HttpRequest, rest: str = "") -> JsonResponse:
    """Below `/api/` also what is not there is said in JSON."""
    said = problem("not_found", "There is no such address in this API; /api/docs/ lists them.")
    return JsonResponse(said, status=404)


def _fields(error: Exception) -> Iterator[tuple[str, str]]:
    if isinstance(error, AnswersMissing):
        for key in error.keys:
            yield key, "This has to be answered."
    if isinstance(error, UploadRefused):
        for each in error.errors:
            yield f"{each.file}:{each.line}" if each.line else each.file, each.message


def _flat(name: str, said: Any) -> Iterator[tuple[str, str]]:
    if isinstance(said, Mapping):
        for key, inner in said.items():
            # "non_field_errors" is the framework's word for what is about no field of its own.
            place = "" if key == "non_field_errors" else str(key)
            yield from _flat(".".join(filter(None, (name, place))), inner)
    elif isinstance(said, list | tuple):
        for inner in said:
            yield from _flat(name, inner)
    else:
        yield name, str(said)


def _told(text: str) -> str:
    """A text as it can be sent: no half of a character, and not at any length."""
    whole = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…"
