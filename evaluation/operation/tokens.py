"""Tokens by which scripts use the API: kept as a hash, with an expiry, and good for their scopes alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from knox.crypto import hash_token

from evaluation.models import ApiToken, Researcher

READ: Final = "read"
WRITE: Final = "write"
SCOPES: Final = (READ, WRITE)
MOST_DAYS: Final = 366
# Tokens are 64 hexadecimal digits; what is longer than any was never given out.
LONGEST_TOKEN: Final = 200


class BadScope(ValueError):
    """A scope that there is none of."""


class BadLifetime(ValueError):
    """A token that would live too long, or not at all."""


class TokenUnknown(LookupError):
    """A token that was never given out, has expired, was revoked, or is of somebody who may no longer sign in."""


@dataclass(frozen=True)
class MadeToken:
    """A token and its text, which is shown this once and kept nowhere."""

    token: ApiToken
    plain: str


def create_token(*, researcher: Researcher, name: str, scopes: Sequence[str] = (READ,), days: int = 90) -> MadeToken:
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


def find_token(plain: str, *, now: datetime) -> ApiToken:
    """The token whose text is `plain`, its researcher fetched with it; else `TokenUnknown`, whatever the reason.

    One that has expired is deleted.
    """
    found: ApiToken | None = None
    if plain.isascii() and plain.isprintable() and len(plain) <= LONGEST_TOKEN:
        found = ApiToken.objects.select_related("user").filter(digest=hash_token(plain)).first()
    if found is not None and found.expiry is not None and found.expiry <= now:
        found.delete()
        found = None
    if found is None or not found.user.is_active:
        raise TokenUnknown("this token is not known, or no longer works")
    return found
