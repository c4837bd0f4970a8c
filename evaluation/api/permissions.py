"""What a token may do: only what its scopes name. Who signed in with a password may read."""

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from evaluation.models import Annotator, ApiToken, Researcher
from evaluation.operation.tokens import READ, WRITE


class HasScope(BasePermission):
    """Reading needs "read" among a token's scopes, all else "write"; a session only reads."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.user, Researcher):
            return False
        needed = READ if request.method in SAFE_METHODS else WRITE
        self.message = f"This token does not have the scope '{needed}'."
        if isinstance(request.auth, ApiToken):
            return needed in request.auth.scopes
        self.message = "Changing anything needs a token with the scope 'write'; who signed in on the site may read."
        return needed == READ


class IsAnnotator(BasePermission):
    """Only whoever came in by a link of the study."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.user, Annotator)
