"""Who asks: a researcher by a token or a session, or an outside front end for one annotator."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from evaluation.annotators.annotator_tokens import AnnotatorTokenUnknown, annotator_with
from evaluation.api.throttling import FailedTokens
from evaluation.models import Annotator, ApiToken, Researcher
from evaluation.operation.tokens import TokenUnknown, find_token


class _ByHeader(BaseAuthentication):
    """`Authorization: KEYWORD TOKEN`. Whoever tries many tokens that are none has to wait."""

    keyword = ""

    def authenticate(self, request: Request) -> tuple[object, object] | None:
        said = get_authorization_header(request).split(b" ")
        if said[0].lower() != self.keyword.lower().encode():
            return None
        if len(said) != 2:
            raise AuthenticationFailed(f"Authorization: expected '{self.keyword} ' and the token, and nothing more")
        failed = FailedTokens()
        wait = failed.seconds_to_wait(request)
        if wait is not None:
            raise Throttled(wait)
        try:
            return self.holder(said[1].decode("ascii"))
        except (TokenUnknown, AnnotatorTokenUnknown, UnicodeDecodeError):
            failed.count(request)
            # Never the token itself, nor any part of it: this is logged.
            raise AuthenticationFailed("The token is not known, or no longer works.") from None

    def authenticate_header(self, request: Request) -> str:
        return self.keyword

    def holder(self, plain: str) -> tuple[object, object]:
        raise NotImplementedError


class ResearcherToken(_ByHeader):
    """`Authorization: Token ...`, made on the account's page or by `create_token`."""

    keyword = "Token"

    def holder(self, plain: str) -> tuple[Researcher, ApiToken]:
        token = find_token(plain, now=timezone.now())
        return token.user, token


class AnnotatorByToken(_ByHeader):
    """`Authorization: Annotator ...`, told once by `enter` or `join`: the scope `annotate`, for one annotator."""

    keyword = "Annotator"

    def holder(self, plain: str) -> tuple[Annotator, str]:
        return annotator_with(plain, now=timezone.now()), "annotate"
