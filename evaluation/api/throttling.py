"""How often what may be asked: by token, by annotator, by address. `API_RATES` says so, in the configured cache."""

import time
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from evaluation.models import Annotator


class Rated(SimpleRateThrottle):
    """A throttle whose rate stands in `API_RATES` under its scope; without one there is no limit."""

    # Set by the framework where there is a rate: so many requests in so many seconds.
    num_requests: int
    duration: int

    def get_rate(self) -> str | None:
        rate: str | None = settings.API_RATES.get(str(self.scope))
        return rate

    def get_cache_key(self, request: Request, view: APIView | None) -> str | None:
        who = f"{type(request.user).__name__}-{request.user.pk}" if request.user.pk else self.get_ident(request)
        return f"rate-{self.scope}-{who}"


class TokenUse(Rated):
    """All that a researcher's scripts ask, or an annotator's front end."""

    scope = "use"


class Claims(Rated):
    """Pairs that one annotator is given: nobody reads a pair in a second, and whoever harvests them is slowed."""

    scope = "claim"

    def allow_request(self, request: Request, view: APIView) -> bool:
        return not isinstance(request.user, Annotator) or bool(super().allow_request(request, view))


class Entries(Rated):
    """Links that one address tries: a link cannot be guessed, and this keeps it so."""

    scope = "enter"


class FailedTokens(Rated):
    """Tokens that one address tried and that were none."""

    scope = "failed-token"

    def get_cache_key(self, request: Any, view: APIView | None) -> str | None:
        return f"rate-{self.scope}-{self.get_ident(request)}"

    def seconds_to_wait(self, request: Any) -> float | None:
        """How long this address has to wait before another token is looked at; None where it need not."""
        if self.rate is None:
            return None
        self.key, self.now = self.get_cache_key(request, None), time.time()
        self.history = [each for each in self.cache.get(self.key, []) if each > self.now - self.duration]
        return None if len(self.history) < self.num_requests else float(self.wait() or self.duration)

    def count(self, request: Any) -> None:
        """One more that was none; `seconds_to_wait` was asked before."""
        if self.rate is not None:
            self.cache.set(self.key, [self.now, *self.history], self.duration)
