"""Tokens by which scripts read the API: kept as a hash, with an expiry, and good for their scopes alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from evaluation.models import ApiToken, Researcher

READ: Final = "read"
SCOPES: Final = (READ,)
MOST_DAYS: Final = 366


class BadScope(ValueError):
    """A scope that there is none of."""


class BadLifetime(ValueError):
    """A token that would live too long, or not at all."""


@dataclass(frozen=True)
class MadeToken:
    """A token and its text, which is shown this once and kept nowhere."""

    token: ApiToken
    plain: str


def create_token(*, researcher: Researcher, name: str, scopes: Sequence[str] = SCOPES, days: int = 90) -> MadeToken:
    """A new token of `researcher` that works for `days` days."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise BadScope(f"expected scopes among {', '.join(SCOPES)}; got {', '.join(unknown) or 'none'}")
    if not 1 <= days <= MOST_DAYS:
        raise BadLifetime(f"expected 1 to {MOST_DAYS} days, got {days}")
    token, plain = ApiToken.objects.create(
        user=researcher, expiry=timedelta(days=days), name=name, scopes=list(dict.fromkeys(scopes))
    )
    return MadeToken(token, plain)
