"""What every operation of the API has in common: who may ask, how it is described, which refusals it can meet."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from evaluation.api.authentication import AnnotatorByToken, ResearcherToken
from evaluation.api.parsing import BoundedJson
from evaluation.api.permissions import HasScope, IsAnnotator
from evaluation.api.throttling import Claims, Entries, TokenUse
from evaluation.models import Annotator, Membership, Researcher, Study
from evaluation.studies.membership import changing_membership_or_404, membership_or_404, signed_in

Verb = TypeVar("Verb", bound=Callable[..., HttpResponseBase])
Serialized = type[serializers.Serializer[Any]]

WHAT_WENT_WRONG: Final = {
    400: "What was sent cannot be taken; `errors` names the fields.",
    401: "No token, or one that is not known or no longer works.",
    403: "The token lacks the scope that this needs, or only an owner of the study may.",
    404: "There is no such thing, or none that you may see.",
    405: "Nothing answers to this method here.",
    406: "Only JSON is answered.",
    409: "The study, or where the annotator stands in it, does not allow this now.",
    413: "More was sent than is taken.",
    415: "Only what stands here is taken, and it was said to be something else.",
    422: "Questions are still to be answered; `errors` names them.",
    429: "Too much was asked in too short a time; `Retry-After` says for how many seconds to wait.",
}
PROBLEM_EXAMPLES: Final = {
    401: ("authentication_failed", "The token is not known, or no longer works."),
    403: ("permission_denied", "This token does not have the scope 'write'."),
    404: ("not_found", "There is no such thing, or none that you may see."),
    409: ("wrong_state", "pt-against-p: expected a study that is open or paused, and it is draft"),
    429: ("throttled", "Request was throttled. Expected available in 30 seconds."),
}


class Strict(serializers.Serializer[Any]):
    """An input of which every key is known: a slip of the pen is refused and named, not passed over."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(str(key) for key in data.keys() - self.fields.keys())
            if unknown:
                known = ", ".join(self.fields) or "nothing"
                raise serializers.ValidationError({key: [f"Unknown; expected {known}."] for key in unknown[:20]})
        return super().to_internal_value(data)


class Nothing(Strict):
    """An input without any key."""


class ErrorOut(serializers.Serializer[Any]):
    """What is wrong with one field."""

    field = serializers.CharField(allow_blank=True, help_text="empty where it is about the whole")
    detail = serializers.CharField()


class ProblemOut(serializers.Serializer[Any]):
    """Why a request was refused. Every refusal has this shape."""

    code = serializers.CharField(help_text="for scripts; does not change")
    detail = serializers.CharField(help_text="a sentence for people")
    # A declared field never becomes the attribute of that name.
    errors = ErrorOut(many=True, help_text="what is wrong where, if it is about fields")  # type: ignore[assignment]


def operation(
    name: str,
    *,
    summary: str,
    out: Any = None,
    takes: Any = None,
    query: type[Strict] | None = None,
    status: int = 200,
    also: Mapping[int, Any] | None = None,
    refuses: Sequence[int] = (),
    example: Any = None,
    sends: Any = None,
    media: str = "",
) -> Callable[[Verb], Verb]:
    """Describe a verb in the OpenAPI document: `out` and `takes` are serializers, `refuses` statuses beside 401-429.

    `example` is an answer and `sends` a body; both stand in the document, and a test holds them against their schemas.
    `media` says what is answered where that is no JSON.
    """
    answers: dict[Any, Any] = {(status, media) if media else status: _answer(summary, out, example)}
    answers |= {code: _answer(summary, kind, None) for code, kind in (also or {}).items()}
    wrong = {401, 403, 405, 406, 429, *refuses}
    if takes is not None or query is not None:
        wrong.add(400)
    if takes is not None:
        wrong |= {413, 415}
    for code in sorted(wrong):
        answers[code] = _refusal(code)
    bodies = [OpenApiExample("sent", value=sends, request_only=True)] if sends is not None else []
    described = extend_schema(
        operation_id=name,
        summary=summary,
        request=takes,
        parameters=[query] if query is not None else None,
        responses=answers,
        examples=bodies,
    )
    return cast("Callable[[Verb], Verb]", described)


def _answer(summary: str, out: Any, example: Any) -> OpenApiResponse:
    examples = [OpenApiExample("answered", value=example, response_only=True)] if example is not None else []
    return OpenApiResponse(out, description=summary, examples=examples)


def _refusal(code: int) -> OpenApiResponse:
    said, detail = PROBLEM_EXAMPLES.get(code, ("", ""))
    value = {"code": said, "detail": detail, "errors": []}
    examples = [OpenApiExample("refused", value=value, response_only=True)] if said else []
    return OpenApiResponse(ProblemOut, description=WHAT_WENT_WRONG[code], examples=examples)


class _View(APIView):
    """Bodies are UTF-8 whatever a header says, and a method that is not there is said to be so before all else."""

    parser_classes = [BoundedJson]
    http_method_names = ["get", "head", "post", "put"]

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        if request.content_params and request.encoding not in (None, "utf-8"):
            request.encoding = "utf-8"
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        method = str(request.method).lower()
        if method not in self.http_method_names or not hasattr(self, method):
            raise MethodNotAllowed(str(request.method))
        super().initial(request, *args, **kwargs)

    def taken(self, kind: type[Strict]) -> dict[str, Any]:
        """The body, checked for its shape."""
        form = kind(data=self.request.data, context={"request": self.request})
        form.is_valid(raise_exception=True)
        return cast("dict[str, Any]", form.validated_data)

    def asked(self, kind: type[Strict]) -> dict[str, Any]:
        """The query, checked for its shape: nothing in it ever names a column."""
        # Not as a form's fields are read, where an empty number would be an absent one.
        form = kind(data=self.request.query_params.dict())
        form.is_valid(raise_exception=True)
        return cast("dict[str, Any]", form.validated_data)

    def page(self, rows: Any, out: Serialized, *, kind: type["PageIn"] | None = None) -> Response:
        """The part of `rows` (a QuerySet, or a sequence) that the query asks for, with the way to the others."""
        wanted = self.asked(kind or PageIn)
        pages = Pages()
        pages.default_limit, pages.max_limit = wanted["limit"], wanted["limit"]
        part = cast("list[Any]", pages.paginate_queryset(rows, self.request, self))
        return pages.get_paginated_response(out(part, many=True, context={"now": timezone.now()}).data)


class ResearcherView(_View):
    """Operations of a researcher on their studies."""

    authentication_classes = [ResearcherToken, SessionAuthentication]
    permission_classes = [HasScope]
    throttle_classes = [TokenUse]

    @property
    def me(self) -> Researcher:
        """Who asks."""
        return signed_in(self.request.user)

    def membership(self, name: str) -> Membership:
        """What they may do with the study; 404 for strangers."""
        return membership_or_404(self.me, name)

    def study(self, name: str) -> Study:
        """A study to look at."""
        return self.membership(name).study

    def study_to_change(self, name: str) -> Study:
        """A study to act on: 404 for its readers too, as on the pages."""
        return changing_membership_or_404(self.me, name).study


class AnnotatorView(_View):
    """Operations of an outside front end for one annotator; the token says for whom, so no id does."""

    authentication_classes = [AnnotatorByToken]
    permission_classes = [IsAnnotator]
    throttle_classes = [TokenUse]
    claims = False

    def get_throttles(self) -> list[BaseThrottle]:
        return [*super().get_throttles(), *([Claims()] if self.claims else [])]

    @property
    def annotator(self) -> Annotator:
        """For whom is asked."""
        assert isinstance(self.request.user, Annotator)
        return self.request.user


class EntryView(_View):
    """Operations for whoever holds nothing but a link."""

    authentication_classes = []
    permission_classes = []
    throttle_classes = [Entries]


class PageIn(Strict):
    """Which part of a long answer is wanted."""

    limit = serializers.IntegerField(min_value=1, max_value=1000, default=100)
    offset = serializers.IntegerField(min_value=0, max_value=1_000_000_000, default=0)


class ManyIn(PageIn):
    """The same, of short rows."""

    limit = serializers.IntegerField(min_value=1, max_value=10_000, default=1000)


class Pages(LimitOffsetPagination):
    """Its limits are those of the query's serializer."""


def paged(name: str, out: Serialized) -> Serialized:
    """The serializer of a page of `out`."""
    fields = {
        "__doc__": f"A part of a long answer ({out.__name__.removesuffix('Out')}), and where the rest is.",
        "count": serializers.IntegerField(help_text="how many there are altogether"),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": out(many=True),
    }
    return type(name, (serializers.Serializer,), fields)
