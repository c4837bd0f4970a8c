"""Tokens by which an outside front end acts for one annotator: kept as a hash, and gone after a while."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from evaluation.models import Annotator, AnnotatorToken

# As long as the cookie of a browser.
LIFETIME: Final = timedelta(days=180)
# On as many devices somebody can be at once; the oldest token makes room.
MOST_TOKENS: Final = 20


class AnnotatorTokenUnknown(LookupError):
    """A token that was never given out, or has expired."""


@dataclass(frozen=True)
class MadeAnnotatorToken:
    """A token and its text, which is told this once and kept nowhere."""

    token: AnnotatorToken
    plain: str


def create_annotator_token(*, annotator: Annotator, now: datetime) -> MadeAnnotatorToken:
    """A token that acts for `annotator` and for nobody else; those that have expired are cleared away."""
    mine = annotator.tokens.order_by("-created_at", "-pk")
    mine.filter(expires_at__lte=now).delete()
    annotator.tokens.filter(pk__in=list(mine.values_list("pk", flat=True)[MOST_TOKENS - 1 :])).delete()
    plain = secrets.token_urlsafe(32)
    token = AnnotatorToken.objects.create(
        annotator=annotator, digest=_digest(plain), created_at=now, expires_at=now + LIFETIME
    )
    return MadeAnnotatorToken(token, plain)


def annotator_with(plain: str, *, now: datetime) -> Annotator:
    """The annotator for whom the token acts, their study fetched with them; else `AnnotatorTokenUnknown`."""
    token = (
        AnnotatorToken.objects.select_related("annotator__study", "annotator__invite")
        .filter(digest=_digest(plain), expires_at__gt=now)
        .first()
    )
    if token is None:
        raise AnnotatorTokenUnknown("this token is not known, or no longer works")
    return token.annotator


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()
