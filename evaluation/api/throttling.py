"""How often what may be asked: by token, by annotator, by address. `evaluation.operation.rates` counts."""

import time
from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from evaluation.models import Annotator
from evaluation.operation.rates import rated_as, seconds_to_wait, would_wait


class Rated(BaseThrottle):
    """A throttle whose rate stands in `API_RATES` under its scope; without one there is no limit."""

    scope = ""
    _wait: int | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        self._wait = seconds_to_wait(self.scope, self.who(request), now=time.time())
        return self._wait is None

    def wait(self) -> float | None:
        return self._wait

    def who(self, request: Any) -> str:
        """Who asks: by token, else by address."""
        user = request.user
        return rated_as(user) if user.pk else str(self.get_ident(request))


class TokenUse(Rated):
    """All that a researcher's scripts ask, or an annotator's front end."""

    scope = "use"


class Claims(Rated):
    """Pairs that one annotator is given: nobody reads a pair in a second, and whoever harvests them is slowed."""

    scope = "claim"

    def allow_request(self, request: Request, view: APIView) -> bool:
        return not isinstance(request.user, Annotator) or super().allow_request(request, view)


class Entries(Rated):
    """Links that one address tries: a link cannot be guessed, and this keeps it so."""

    scope = "enter"


class FailedTokens(Rated):
    """Tokens that one address tried and that were none."""

    scope = "failed-token"

    def seconds_to_wait(self, request: Any) -> float | None:
        """How long this address has to wait before another token is looked at; None where it need not."""
        return would_wait(self.scope, str(self.get_ident(request)), now=time.time())

    def count(self, request: Any) -> None:
        """One more that was none."""
        seconds_to_wait(self.scope, str(self.get_ident(request)), now=time.time())
