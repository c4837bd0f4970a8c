"""Who sits at this browser: one signed cookie for each study, and names for pairs that say nothing.

The cookie holds an annotator or, before consent, only the link that was opened or the id that a platform sent: until
somebody agrees, nothing about them is stored on the server.
"""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from evaluation.judging.reading import annotator_of, own_numbers
from evaluation.models import Annotator, Invite, Study

SALT: Final = "evaluation.annotator"
# Longer than a study runs; whoever comes back later opens the link again.
MAX_AGE: Final = 180 * 24 * 3600
ANNOTATOR, INVITE, PARTICIPANT = "a", "i", "p"


@dataclass(frozen=True)
class Sitting:
    """What the cookie of one study says: an annotator, or only the invite or platform by which they arrived."""

    annotator: Annotator | None = None
    invite: Invite | None = None
    participant: str = ""


def cookie_name(study: Study) -> str:
    """The study's cookie, named after its opaque id."""
    return f"parley-{study.public_id}"


def sitting_of(request: HttpRequest, study: Study) -> Sitting:
    """Who the cookie says is here; empty where there is none, it was tampered with, or is of another study."""
    value = request.get_signed_cookie(cookie_name(study), default="", salt=SALT, max_age=MAX_AGE) or ""
    kind, _, number = value.partition(".")
    if kind == PARTICIPANT:
        return Sitting(participant=number)
    if not number.isdecimal():
        return Sitting()
    if kind == ANNOTATOR:
        return Sitting(annotator=annotator_of(study, int(number)))
    return Sitting(invite=study.invites.filter(pk=int(number)).first())


def remember(response: HttpResponse, request: HttpRequest, study: Study, who: Annotator | Invite | str) -> None:
    """Set the study's cookie on `response`: for an annotator, a link, or a platform's participant."""
    kind = PARTICIPANT if isinstance(who, str) else ANNOTATOR if isinstance(who, Annotator) else INVITE
    response.set_signed_cookie(
        cookie_name(study),
        f"{kind}.{who if isinstance(who, str) else who.pk}",
        salt=SALT,
        max_age=MAX_AGE,
        httponly=True,
        secure=request.is_secure(),
        samesite="Lax",
    )


def forget(response: HttpResponse, study: Study) -> None:
    """Take the study's cookie away again."""
    response.delete_cookie(cookie_name(study), samesite="Lax")


def pair_name(slot_id: int) -> str:
    """What a page calls a slot. The number itself would tell in which order slots were planned, so which are checks."""
    return salted_hmac("evaluation.pair", str(slot_id), algorithm="sha256").hexdigest()[:20]


def slot_named(name: str, annotator: Annotator) -> int | None:
    """The number of this annotator's slot that a page called `name`; None where they have no such slot."""
    # The one that is meant is nearly always the first: what they hold, or what they answered last.
    numbers = own_numbers(annotator)
    return next((number for number in numbers if constant_time_compare(pair_name(number), name)), None)
