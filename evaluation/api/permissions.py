"""What a token may do: only what its scopes name. Who signed in with a password may read."""

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from evaluation.models import ApiToken
from evaluation.tokens import READ


class HasReadScope(BasePermission):
    """Reading needs "read" among a token's scopes. There is nothing to write."""

    message = "This token does not have the scope 'read'."

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method not in SAFE_METHODS:
            return False
        return not isinstance(request.auth, ApiToken) or READ in request.auth.scopes
